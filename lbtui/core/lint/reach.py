"""Advertisements that nobody hears, and those that everybody does."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from lbtui.core.judging import ERROR, INFO, WARNING, rule
from lbtui.core.lint.facts import Facts
from lbtui.core.lint.finding import Finding
from lbtui.core.lint.wording import counted, listed
from lbtui.core.lint.written_facts import matching
from lbtui.core.objects.meta import Metadata
from lbtui.core.objects.repairs import AddResource
from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.objects.resources import (
    BGPAdvertisement,
    BGPAdvertisementSpec,
    BGPPeer,
    L2Advertisement,
    MetalLBResource,
)


def _covered(facts: Facts, advertisement: BGPAdvertisement | L2Advertisement) -> int:
    """The pools that an advertisement covers as written, as a mask over `written_pools`."""
    spec = advertisement.spec
    if not spec.ip_address_pools and not spec.ip_address_pool_selectors:
        return facts.pool_labels.all
    mask = 0
    for selector in spec.ip_address_pool_selectors:
        mask |= matching(facts.pool_labels, selector)
    for position, (ref, _) in enumerate(facts.written_pools):
        mask |= (ref.name in spec.ip_address_pools) << position
    return mask


@rule(
    "pool-not-advertised",
    WARNING,
    meaning="No advertisement covers a pool: its services get addresses that nobody can reach.",
    remedy="Make a BGPAdvertisement for it.",
    source="MetalLB speaker/bgp_controller.go ShouldAnnounce: notOwner on every node",
)
def pool_not_advertised(facts: Facts) -> Iterator[Finding]:
    """Pools that neither a BGPAdvertisement nor an L2Advertisement covers."""
    covered = 0
    for _, bgp in facts.written_advertisements:
        covered |= _covered(facts, bgp)
    for _, layer2 in facts.l2_advertisements:
        covered |= _covered(facts, layer2)
    is_complete = facts.is_complete(BGPAdvertisement, L2Advertisement)
    for position, (ref, _) in enumerate(facts.written_pools if is_complete else ()):
        if covered >> position & 1:
            continue
        users = sum(len(g.services) for g, _, _ in facts.announced if g.key.pool == ref.name)
        message = f"no advertisement covers {ref}: its addresses are given out but not announced"
        if users:
            message += f"; {counted(users, 'service')} cannot be reached"
        yield Finding(
            ref,
            "metadata.name",
            message,
            "Make a BGPAdvertisement that names it.",
            edit=AddResource(_advertisement_of(facts, ref)),
            needs_decision=True,
        )


def _advertisement_of(facts: Facts, pool: ResourceRef) -> MetalLBResource:
    """A new advertisement with the pool's name, or one near it that is free."""
    name, taken = pool.name, {ref.name for ref, _ in facts.written_advertisements}
    number = 1
    while name in taken:
        number += 1
        name = f"{pool.name}-{number}"
    metadata = Metadata(name=name, namespace=pool.namespace)
    spec = BGPAdvertisementSpec(ip_address_pools=(pool.name,))
    return BGPAdvertisement(metadata=metadata, spec=spec)


@rule(
    "same-advertisement",
    INFO,
    meaning="Two advertisements say the same under two names; one of them would do.",
    remedy="Delete one of the two.",
    source="MetalLB internal/config/config.go validateDuplicateBGPAdvertisements: names count",
)
def same_advertisement(facts: Facts) -> Iterator[Finding]:
    """Equal in every field of spec; those of one name are an error of their own."""
    first: dict[bytes, ResourceRef] = {}
    for ref, advertisement in facts.written_advertisements:
        other = first.setdefault(msgspec.json.encode(advertisement.spec), ref)
        if other.name != ref.name:
            message = (
                f"{ref} says the same as {other.name}: each route is made twice and sent once, "
                "and who edits only one of them changes less than meant, or gets a conflict"
            )
            fix = f"Delete {ref.name} or {other.name}."
            yield Finding(ref, "metadata.name", message, fix)


@rule(
    "no-peers",
    WARNING,
    meaning="There are BGPAdvertisements, but no BGPPeer that would hear them.",
    remedy="Make a BGPPeer.",
    source="MetalLB speaker/bgp_controller.go SetBalancer",
)
def no_peers(facts: Facts) -> Iterator[Finding]:
    """Once for the whole set."""
    if facts.written_advertisements and not facts.written_peers and facts.is_complete(BGPPeer):
        ref = facts.written_advertisements[0][0]
        message = "there are BGPAdvertisements but no BGPPeer: nothing is announced to anybody"
        yield Finding(ref, "", message, "Make a BGPPeer for each router.")


@rule(
    "advertisement-without-session",
    ERROR,
    meaning="No node that announces by an advertisement has a session to any of its peers.",
    remedy="Make the nodeSelectors of the advertisement and of its peers meet.",
    source="MetalLB speaker/bgp_controller.go: both select nodes on their own",
)
def advertisement_without_session(facts: Facts) -> Iterator[Finding]:
    """The nodes of an advertisement and those of all its peers are apart."""
    if not facts.knows_nodes or facts.has_unread_peers:
        return
    for index, advertisement in enumerate(facts.config.advertisements):
        receivers = facts.receivers[index]
        if not receivers or any(advertisement.nodes & peer.nodes for peer in receivers):
            continue
        describe = facts.config.nodes.describe
        own = describe(advertisement.nodes)
        theirs = 0
        for peer in receivers:
            theirs |= peer.nodes
        message = (
            f"{advertisement.ref} announces from {own}, but its peers have sessions with "
            f"{describe(theirs)}: none of its routes is sent"
        )
        fix = "Make the nodeSelectors of the advertisement and of its peers meet."
        yield Finding(
            advertisement.ref, "spec.nodeSelectors", message, fix, advertisement.nodes | theirs
        )


@rule(
    "peer-on-other-nodes",
    WARNING,
    meaning="A peer named by an advertisement has no session with a node that announces by it.",
    remedy="Widen one of the two nodeSelectors, or remove the peer from the list.",
    source="MetalLB speaker/bgp_controller.go: both select nodes on their own",
)
def peer_on_other_nodes(facts: Facts) -> Iterator[Finding]:
    """One of the named peers never hears it, though others do."""
    if not facts.knows_nodes:
        return
    for index, advertisement in enumerate(facts.config.advertisements):
        receivers = facts.receivers[index]
        if not advertisement.peers or not any(p.nodes & advertisement.nodes for p in receivers):
            continue
        meeting = {p.name for p in receivers if p.nodes & advertisement.nodes}
        written = facts.spec_of_advertisement[advertisement.ref].spec.peers
        for peer in receivers:
            if peer.name in meeting or not advertisement.nodes:
                continue
            yield Finding(
                advertisement.ref,
                f"spec.peers[{written.index(peer.name)}]",
                f"{peer.name} has sessions with {facts.config.nodes.describe(peer.nodes)}, and "
                f"{advertisement.ref} announces from none of these: the peer gets nothing by it",
                "Widen one of the two nodeSelectors, or remove the peer from the list.",
                peer.nodes | advertisement.nodes,
            )


@rule(
    "advertises-to-every-peer",
    INFO,
    meaning="An advertisement without peers goes to all of them, routers of other ASes included.",
    remedy="Name the peers that are meant.",
    source="MetalLB speaker/bgp_controller.go adsForPeer: an empty list means every peer",
)
def advertises_to_every_peer(facts: Facts) -> Iterator[Finding]:
    """Only where the peers differ in AS or VRF, so that it may matter."""
    for index, advertisement in enumerate(facts.config.advertisements):
        if advertisement.peers:
            continue
        found = {(p.vrf, p.peer_asn, p.dynamic_asn) for p in facts.receivers[index]}
        if len(found) > 1:
            names = listed(dict.fromkeys(peer.name for peer in facts.receivers[index]))
            yield Finding(
                advertisement.ref,
                "spec.peers",
                f"{advertisement.ref} names no peers, so all get its routes: {names}, and any "
                "peer made later",
                "Name the peers that are meant.",
            )


@rule(
    "advertises-every-pool",
    INFO,
    meaning="An advertisement without pools covers all of them, those made later included.",
    remedy="Name the pools that are meant.",
    source="MetalLB internal/config/config.go: no names and no selectors select all pools",
)
def advertises_every_pool(facts: Facts) -> Iterator[Finding]:
    """Only with several pools."""
    for ref, advertisement in facts.written_advertisements:
        spec = advertisement.spec
        if spec.ip_address_pools or spec.ip_address_pool_selectors:
            continue
        if len(facts.written_pools) > 1:
            names = listed(pool.name for pool, _ in facts.written_pools)
            message = f"{ref} names no pools, so it covers all: {names}, and any made later"
            yield Finding(ref, "spec.ipAddressPools", message, "Name the pools that are meant.")


@rule(
    "peer-without-routes",
    INFO,
    meaning="No advertisement is for a peer: the session comes up and stays empty.",
    remedy="Name the peer in an advertisement, or delete it.",
    source="MetalLB speaker/bgp_controller.go adsForPeer",
)
def peer_without_routes(facts: Facts) -> Iterator[Finding]:
    """Peers that no advertisement names, where each names its peers."""
    written = [advertisement.spec.peers for _, advertisement in facts.written_advertisements]
    if not written or not all(written) or not facts.is_complete(BGPAdvertisement):
        return
    named = {name for names in written for name in names}
    for ref, _ in facts.written_peers:
        if ref.name not in named:
            message = f"no advertisement names {ref}: its sessions carry no routes"
            yield Finding(ref, "metadata.name", message, "Name it in an advertisement.")


@rule(
    "family-not-carried",
    WARNING,
    meaning="A pool has addresses of a family that no peer of its advertisement carries.",
    remedy="Set dualStackAddressFamily on a peer, or add a peer with an address of that family.",
    source="MetalLB internal/bgp/frr, internal/bgp/frrk8s: routes follow the session's family",
)
def family_not_carried(facts: Facts) -> Iterator[Finding]:
    """Native mode refuses IPv6 altogether and has an error of its own."""
    if facts.config.backend == "native":
        return
    for index, advertisement in enumerate(facts.config.advertisements):
        reached = facts.reach(index, 4) | facts.reach(index, 6)
        for family in sorted(facts.families_of(advertisement)) if reached else ():
            missing = reached & ~facts.reach(index, family)
            if not missing:
                continue
            where = facts.config.nodes.describe(missing)
            whose = listed(dict.fromkeys(peer.name for peer in facts.receivers[index]))
            yield Finding(
                advertisement.ref,
                "spec.peers",
                f"{advertisement.ref} covers IPv{family} addresses, but on {where} none of its "
                f"peers ({whose}) carries IPv{family}: these routes are sent to nobody there",
                f"Set dualStackAddressFamily on a peer, or add a peer with an IPv{family} address.",
                missing,
            )
