"""Names and selectors that lead nowhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from lbtui.core.judging import ERROR, INFO, WARNING, rule
from lbtui.core.lint.facts import Facts
from lbtui.core.lint.finding import Finding
from lbtui.core.lint.wording import nearest
from lbtui.core.lint.written_facts import matching
from lbtui.core.objects.cluster_resources import Node, Service
from lbtui.core.objects.meta import LabelSelector
from lbtui.core.objects.repairs import SetField
from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.objects.resources import BGPPeer, IPAddressPool
from lbtui.core.values.addresses import parse_address
from lbtui.core.values.selector_text import selector_to_text
from lbtui.core.values.selectors import LabelIndex


@rule(
    "unknown-peer",
    ERROR,
    meaning="An advertisement names a BGPPeer that does not exist; nobody gets its routes by it.",
    remedy="Write the metadata.name of a BGPPeer.",
    source="MetalLB speaker/bgp_controller.go adsForPeer: names are compared, never looked up",
)
def unknown_peer(facts: Facts) -> Iterator[Finding]:
    """spec.peers against the names of peers; an address there is a frequent mistake."""
    known = facts.names(BGPPeer)
    by_address = {peer.spec.peer_address: ref.name for ref, peer in facts.written_peers}
    for ref, advertisement in facts.written_advertisements if facts.knows_names else ():
        for position, name in enumerate(advertisement.spec.peers):
            if name in known:
                continue
            message = f"{ref} names the peer {name!r}, which does not exist: it gets nothing"
            meant = by_address.get(name) or nearest(name, known)
            if parse_address(name) is not None:
                message = f"{ref} has the address {name} among its peers; it takes names of peers"
            others = [other for other in advertisement.spec.peers if other in known]
            if not others:
                message += ", and with no other peer the routes go nowhere"
            path = f"spec.peers[{position}]"
            yield _wrong_name(ref, path, message, meant, others, "the name of a BGPPeer")


@rule(
    "unknown-pool",
    ERROR,
    meaning="An advertisement names an IPAddressPool that does not exist.",
    remedy="Write the metadata.name of an IPAddressPool.",
    source="MetalLB internal/config/config.go setBGPAdvertisementsToPools: skipped in silence",
)
def unknown_pool(facts: Facts) -> Iterator[Finding]:
    """spec.ipAddressPools of BGP and layer 2 advertisements."""
    known = facts.names(IPAddressPool)
    listings = [(ref, one.spec.ip_address_pools) for ref, one in facts.written_advertisements]
    listings += [(ref, one.spec.ip_address_pools) for ref, one in facts.l2_advertisements]
    for ref, names in listings if facts.knows_names else ():
        for position, name in enumerate(names):
            if name in known:
                continue
            message = f"{ref} names the pool {name!r}, which does not exist: nothing of it is sent"
            others = [other for other in names if other in known]
            path = f"spec.ipAddressPools[{position}]"
            meant = nearest(name, known)
            yield _wrong_name(ref, path, message, meant, others, "the name of an IPAddressPool")


def _wrong_name(
    ref: ResourceRef,
    path: str,
    message: str,
    meant: str | None,
    others: Collection[str],
    wanted: str,
) -> Finding:
    """Offer the name that was meant, unless it is in the list already."""
    if meant is None:
        return Finding(ref, path, message, f"Write {wanted}, or remove it.")
    if meant in others:
        edit = SetField(ref, path, None)
        fix = f"Remove it; {meant} is in the list too."
        return Finding(ref, path, message, fix, edit=edit, needs_decision=True)
    edit = SetField(ref, path, meant)
    return Finding(ref, path, message, f"Did you mean {meant}?", edit=edit)


def _without_match(
    facts: Facts,
    ref: ResourceRef,
    selectors: Sequence[LabelSelector],
    field: str,
    index: LabelIndex,
    what: str,
) -> Iterator[Finding]:
    """Selectors of a list that match nothing."""
    for position, selector in enumerate(selectors):
        if matching(index, selector):
            continue
        is_only = not any(matching(index, other) for other in selectors)
        text = selector_to_text(selector)
        message = f"the selector {text} in {field} of {ref} matches no {what}"
        if is_only:
            message += f", nor does another there: {ref} concerns no {what} at all"
        fix = f"Correct the selector, or label the {what} that is meant."
        yield Finding(ref, f"spec.{field}[{position}]", message, fix)


@rule(
    "pool-selector-no-match",
    WARNING,
    meaning="A selector of pools matches none, so it covers none.",
    remedy="Correct the selector, or label the pools.",
    source="MetalLB internal/config/config.go selectedPools",
)
def pool_selector_no_match(facts: Facts) -> Iterator[Finding]:
    """spec.ipAddressPoolSelectors."""
    is_complete = facts.is_complete(IPAddressPool)
    for ref, advertisement in facts.written_advertisements if is_complete else ():
        selectors = advertisement.spec.ip_address_pool_selectors
        yield from _without_match(
            facts, ref, selectors, "ipAddressPoolSelectors", facts.pool_labels, "pool"
        )


@rule(
    "node-selector-no-match",
    WARNING,
    meaning="A selector of nodes matches none of the known nodes.",
    remedy="Correct the selector, or label the nodes.",
    source="MetalLB internal/config/config.go selectedNodes",
)
def node_selector_no_match(facts: Facts) -> Iterator[Finding]:
    """spec.nodeSelectors of peers and advertisements, where nodes are known."""
    if not facts.knows_nodes or not facts.is_complete(Node):
        return
    listings = [(ref, one.spec.node_selectors) for ref, one in facts.written_peers]
    listings += [(ref, one.spec.node_selectors) for ref, one in facts.written_advertisements]
    for ref, selectors in listings:
        yield from _without_match(facts, ref, selectors, "nodeSelectors", facts.node_labels, "node")


@rule(
    "service-selector-no-match",
    INFO,
    meaning="A selector of services matches no LoadBalancer service that is known.",
    remedy="Correct the selector, or label the services.",
    source="MetalLB speaker/bgp_controller.go ShouldAnnounce",
)
def service_selector_no_match(facts: Facts) -> Iterator[Finding]:
    """spec.serviceSelectors, where services are known."""
    if not facts.load_balancers or not facts.is_complete(Service):
        return
    for ref, advertisement in facts.written_advertisements:
        selectors = advertisement.spec.service_selectors
        yield from _without_match(
            facts, ref, selectors, "serviceSelectors", facts.service_labels, "service"
        )


@rule(
    "unused-bfd-profile",
    INFO,
    meaning="No peer uses a BFD profile.",
    remedy="Name it in spec.bfdProfile of a peer, or delete it.",
    source="MetalLB internal/config/config.go peerFromCR: only peers refer to profiles",
)
def unused_bfd_profile(facts: Facts) -> Iterator[Finding]:
    """Profiles against spec.bfdProfile of the peers; native mode has an error of its own."""
    used = {peer.spec.bfd_profile for _, peer in facts.written_peers}
    for ref, _ in facts.bfd_profiles if facts.is_complete(BGPPeer) else ():
        if ref.name not in used and facts.config.backend != "native":
            yield Finding(
                ref, "metadata.name", f"no peer uses {ref}", "Name it in a peer, or delete it."
            )


@rule(
    "duplicate-name",
    WARNING,
    meaning="Two objects of one kind have one name; in a cluster the later replaces the earlier.",
    remedy="Rename or delete one of the two.",
    source="MetalLB internal/config/config.go peersFor: the last one of a name stays",
)
def duplicate_name(facts: Facts) -> Iterator[Finding]:
    """All edited kinds but those for which MetalLB has an error of its own."""
    kinds = (
        facts.written_peers,
        facts.written_advertisements,
        facts.communities,
        facts.l2_advertisements,
    )
    for items in kinds:
        for ref, _ in items:
            if ref.ordinal:
                yield Finding(
                    ref,
                    "metadata.name",
                    f"there is an earlier {ref} too: applied one after the other, only this stays",
                    "Rename or delete one of the two.",
                )
