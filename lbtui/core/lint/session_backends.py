"""Sessions that depend on the back end: fields it ignores, and what it makes of the rest."""

from __future__ import annotations

from collections.abc import Iterator

from lbtui.core.configuration.model import Peer
from lbtui.core.judging import ERROR, INFO, WARNING, rule
from lbtui.core.lint.facts import Facts
from lbtui.core.lint.finding import Finding
from lbtui.core.lint.session_addresses import is_loopback
from lbtui.core.lint.wording import listed
from lbtui.core.objects.repairs import SetField
from lbtui.core.values.nodes import NodeSet

FAR_BITS = {4: 16, 6: 48}
"""Addresses that differ within so many bits are taken to be in two networks."""
NEAR_BITS = {4: 24, 6: 64}
"""Addresses that agree in so many bits are taken to be in one network."""


@rule(
    "source-address-ignored",
    WARNING,
    meaning="frr-k8s drops sourceAddress in silence; the kernel chooses the address.",
    remedy="Use the frr back end, or make the kernel choose it by a route's source.",
    source="MetalLB internal/bgp/frrk8s/frrk8s.go: never written to the FRRConfiguration",
)
def source_address_ignored(facts: Facts) -> Iterator[Finding]:
    """frr-k8s only."""
    for ref, peer in facts.written_peers if facts.config.backend == "frr-k8s" else ():
        if peer.spec.source_address:
            message = (
                f"sourceAddress {peer.spec.source_address} of {ref} is dropped by frr-k8s: the "
                "kernel chooses the address that the node dials from"
            )
            fix = "Use the frr back end, or make the router expect the kernel's choice."
            yield Finding(ref, "spec.sourceAddress", message, fix)


@rule(
    "local-asn-ignored",
    WARNING,
    meaning="frr-k8s drops localASN in silence; the router sees myASN.",
    remedy="Use the frr back end, or make the router expect myASN.",
    source="MetalLB internal/bgp/frrk8s/frrk8s.go: never written to the FRRConfiguration",
)
def local_asn_ignored(facts: Facts) -> Iterator[Finding]:
    """frr-k8s only; native refuses it, frr uses it."""
    for ref, peer in facts.written_peers if facts.config.backend == "frr-k8s" else ():
        if peer.spec.local_asn is not None:
            message = (
                f"localASN {peer.spec.local_asn} of {ref} is dropped by frr-k8s: the router sees "
                f"AS {peer.spec.my_asn}, and refuses the session if it expects the other"
            )
            fix = "Remove it, and make the router expect myASN."
            edit = SetField(ref, "spec.localASN", None)
            yield Finding(ref, "spec.localASN", message, fix, edit=edit, needs_decision=True)


@rule(
    "local-asn-ibgp",
    WARNING,
    meaning="localASN on a session within one AS, or equal to myASN, has no sense; FRR refuses it.",
    remedy="Remove localASN.",
    source="FRR bgpd local-as: only for external peers, and not the own AS",
)
def local_asn_ibgp(facts: Facts) -> Iterator[Finding]:
    """LocalASN equal to myASN, or myASN equal to peerASN."""
    for ref, peer in facts.written_peers if facts.config.backend == "frr" else ():
        spec = peer.spec
        if spec.local_asn is not None and spec.my_asn in (spec.local_asn, spec.peer_asn):
            message = f"{ref} has localASN {spec.local_asn}, which FRR refuses for this session"
            edit = SetField(ref, "spec.localASN", None)
            yield Finding(ref, "spec.localASN", message, "Remove localASN.", edit=edit)


@rule(
    "native-ipv6-peer",
    ERROR,
    meaning="Native BGP mode cannot hold a session with a router's IPv6 address.",
    remedy="Use the frr or frr-k8s back end, or the router's IPv4 address.",
    source="MetalLB internal/bgp/native/messages.go: the next hop is written with four octets",
)
def native_ipv6_peer(facts: Facts) -> Iterator[Finding]:
    """Native only."""
    for peer in facts.config.peers if facts.config.backend == "native" else ():
        if peer.address is not None and peer.address.family == 6:
            message = f"{peer.ref} has an IPv6 address; native mode cannot announce to it"
            fix = "Use the frr or frr-k8s back end, or the router's IPv4 address."
            yield Finding(peer.ref, "spec.peerAddress", message, fix, peer.nodes)


@rule(
    "native-no-hold-timer",
    INFO,
    meaning="Native BGP mode never notices a silent router; TCP gives up after 15 minutes.",
    remedy="Use the frr or frr-k8s back end.",
    source="MetalLB internal/bgp/native/native.go: the read deadline is lifted after OPEN",
)
def native_no_hold_timer(facts: Facts) -> Iterator[Finding]:
    """Once for the whole set."""
    if facts.config.backend == "native" and facts.written_peers:
        message = (
            "native mode has no receive hold timer: holdTime is agreed with the router, but a "
            "router that falls silent is noticed only when TCP gives up"
        )
        ref = facts.written_peers[0][0]
        yield Finding(ref, "spec.holdTime", message, "Use the frr or frr-k8s back end.")


@rule(
    "native-multihop-ignored",
    INFO,
    meaning="Native BGP mode ignores ebgpMultiHop: it reaches routers in any network as it is.",
    remedy="Nothing to do; the FRR modes need the field.",
    source="MetalLB internal/bgp/native: packets leave with the system's TTL",
)
def native_multihop_ignored(facts: Facts) -> Iterator[Finding]:
    """Native only; one finding for all peers."""
    having = [ref for ref, peer in facts.written_peers if peer.spec.ebgp_multi_hop]
    if having and facts.config.backend == "native":
        names = listed(ref.name for ref in having)
        message = f"native mode ignores ebgpMultiHop of {names}: it needs none, the FRR modes do"
        yield Finding(having[0], "spec.ebgpMultiHop", message)


@rule(
    "disable-mp-deprecated",
    INFO,
    meaning="disableMP is deprecated and without effect.",
    remedy="Remove it; dualStackAddressFamily chooses the families.",
    source="MetalLB api/v1beta2/bgppeer_types.go",
)
def disable_mp_deprecated(facts: Facts) -> Iterator[Finding]:
    """FRR modes; native refuses the field."""
    for ref, peer in facts.written_peers if facts.config.backend != "native" else ():
        if peer.spec.disable_mp:
            message = f"disableMP of {ref} does nothing any more"
            edit = SetField(ref, "spec.disableMP", None)
            yield Finding(ref, "spec.disableMP", message, "Remove it.", edit=edit)


def _external(facts: Facts) -> Iterator[Peer]:
    """EBGP peers with an address and without multihop, under FRR."""
    for peer in facts.config.peers if facts.config.backend != "native" else ():
        if peer.address is not None and not peer.is_ibgp and not peer.ebgp_multi_hop:
            if not is_loopback(peer.address):
                yield peer


def _apart(facts: Facts, peer: Peer, bits: int) -> NodeSet:
    """Nodes of a peer whose known addresses all differ from the peer's within `bits` bits."""
    assert peer.address is not None
    known = near = 0
    wanted = peer.address.masked(bits)
    for address, nodes in facts.node_addresses.items():
        if address.family == peer.address.family:
            known |= nodes
            near |= nodes if address.masked(bits) == wanted else 0
    return peer.nodes & known & ~near


@rule(
    "ebgp-multihop-missing",
    WARNING,
    meaning="An eBGP router in another network, without ebgpMultiHop: FRR never dials.",
    remedy="Set ebgpMultiHop: true, or use the router's address in the nodes' network.",
    source="FRR bgpd: an eBGP neighbour must be connected unless multihop is set",
)
def ebgp_multihop_missing(facts: Facts) -> Iterator[Finding]:
    """The first 16 bits (IPv6: 48) differ from every known address of the node."""
    for peer in _external(facts):
        assert peer.address is not None
        nodes = _apart(facts, peer, FAR_BITS[peer.address.family])
        if nodes:
            where = facts.config.nodes.describe(nodes)
            message = (
                f"{peer.ref} ({peer.address}) is of another AS, and not in the network of {where}: "
                "without ebgpMultiHop the session stays Active"
            )
            fix = "Set ebgpMultiHop: true."
            edit = SetField(peer.ref, "spec.ebgpMultiHop", True)
            yield Finding(
                peer.ref, "spec.ebgpMultiHop", message, fix, nodes, edit, needs_decision=True
            )


@rule(
    "ebgp-maybe-multihop",
    INFO,
    meaning="An eBGP router may be in another network than the nodes; FRR would need ebgpMultiHop.",
    remedy="If a router is between them, set ebgpMultiHop: true.",
    source="FRR bgpd: an eBGP neighbour must be connected unless multihop is set",
)
def ebgp_maybe_multihop(facts: Facts) -> Iterator[Finding]:
    """The first 16 bits (IPv6: 48) are those of the node, the next 8 (16) are not."""
    for peer in _external(facts):
        assert peer.address is not None
        family = peer.address.family
        nodes = _apart(facts, peer, NEAR_BITS[family]) & ~_apart(facts, peer, FAR_BITS[family])
        if nodes:
            where = facts.config.nodes.describe(nodes)
            message = (
                f"{peer.ref} ({peer.address}) may be outside of the network of {where}; if so, the "
                "session stays Active without ebgpMultiHop"
            )
            fix = "If a router is between them, set ebgpMultiHop: true."
            edit = SetField(peer.ref, "spec.ebgpMultiHop", True)
            yield Finding(
                peer.ref, "spec.ebgpMultiHop", message, fix, nodes, edit, needs_decision=True
            )


@rule(
    "bfd-multihop-ttl",
    WARNING,
    meaning="BFD over several hops with the default minimumTtl 254 drops every packet.",
    remedy="Set minimumTtl of the profile to 255 less the number of hops.",
    source="FRR bfdd: minimum-ttl is 254 unless set; RFC 5883 section 5",
)
def bfd_multihop_ttl(facts: Facts) -> Iterator[Finding]:
    """EbgpMultiHop with a profile without minimumTtl."""
    profiles = {ref.name: (ref, profile.spec) for ref, profile in facts.bfd_profiles}
    for peer in facts.config.peers:
        if not peer.ebgp_multi_hop or peer.bfd_profile not in profiles:
            continue
        ref, spec = profiles[peer.bfd_profile]
        if spec.minimum_ttl is None or spec.minimum_ttl == 254:
            message = (
                f"{peer.ref} is several hops away, and {ref} takes packets with a TTL of 254 and "
                "more only: BFD stays down"
            )
            fix = "Set minimumTtl of the profile to 255 less the number of hops."
            yield Finding(peer.ref, "spec.bfdProfile", message, fix, peer.nodes)


@rule(
    "bfd-echo-multihop",
    WARNING,
    meaning="BFD echo mode does not work over several hops.",
    remedy="Use a profile without echoMode.",
    source="RFC 5883 section 4; FRR bfdd",
)
def bfd_echo_multihop(facts: Facts) -> Iterator[Finding]:
    """EbgpMultiHop with a profile with echoMode."""
    echoing = {ref.name for ref, profile in facts.bfd_profiles if profile.spec.echo_mode}
    for peer in facts.config.peers:
        if peer.ebgp_multi_hop and peer.bfd_profile in echoing:
            message = f"{peer.ref} is several hops away, where BFD echo packets do not come back"
            fix = "Use a profile without echoMode."
            yield Finding(peer.ref, "spec.bfdProfile", message, fix, peer.nodes)


@rule(
    "interface-and-source",
    INFO,
    meaning="sourceAddress has no effect on an unnumbered session.",
    remedy="Remove sourceAddress.",
    source="FRR bgpd: an unnumbered session uses the interface's link-local address",
)
def interface_and_source(facts: Facts) -> Iterator[Finding]:
    """Interface together with sourceAddress."""
    for ref, peer in facts.written_peers:
        if peer.spec.interface and peer.spec.source_address:
            message = f"{ref} dials over {peer.spec.interface}, where sourceAddress plays no part"
            edit = SetField(ref, "spec.sourceAddress", None)
            yield Finding(ref, "spec.sourceAddress", message, "Remove sourceAddress.", edit=edit)
