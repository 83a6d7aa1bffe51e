"""What people's own FRRConfigurations add to MetalLB's, or contradict in it.

frr-k8s merges every FRRConfiguration of a node into one (internal/controller/merge.go); where two
contradict each other, the node keeps its old configuration as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from lbtui.core.configuration.model import Peer
from lbtui.core.drift.difference import Difference
from lbtui.core.drift.frr_configuration import FRRConfiguration, Neighbor, Router
from lbtui.core.drift.sides import Sides, key_of, spelled
from lbtui.core.judging import ERROR, INFO, rule
from lbtui.core.lint.wording import listed
from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.values.addresses import AddressError, Prefix, parse_entry
from lbtui.core.values.durations import parse_duration
from lbtui.core.values.nodes import NodeSet
from lbtui.core.values.selectors import SelectorError, compile_selector

_MERGE = "frr-k8s internal/controller/merge.go"
_GENERATED = "metallb-"
"""MetalLB's own objects have this and the node's name (MetalLB internal/bgp/frrk8s/frrk8s.go)."""
_NANOSECONDS = 1_000_000_000
_PORT, _HOLD_TIME, _KEEPALIVE_TIME, _CONNECT_TIME = 179, 180.0, 60.0, 60.0
"""FRR's own, which merging takes what is absent for."""


class _Part(NamedTuple):
    """One router of somebody's own FRRConfiguration."""

    ref: ResourceRef
    router: Router
    nodes: NodeSet


@rule(
    "frr-peer-added",
    INFO,
    meaning="An FRRConfiguration of somebody's own adds a BGP session beside MetalLB's.",
    remedy="Keep in mind that MetalLB knows nothing of it: neither its routes nor its checks.",
    source=_MERGE,
)
def frr_peer_added(sides: Sides) -> Iterator[Difference]:
    """One finding for each configuration and neighbor."""
    for part in _parts(sides):
        for neighbor in part.router.neighbors:
            nodes = part.nodes
            for peer in _peers(sides, part, neighbor):
                nodes &= ~sides.session_nodes(peer)
            if nodes:
                asn = f"AS {neighbor.asn}" if neighbor.asn else neighbor.dynamic_asn
                what = f"adds a session with {_named(part, neighbor)} ({asn}) on "
                yield _told(sides, part, f"{what}{sides.nodes.describe(nodes)}", nodes)


@rule(
    "frr-prefix-added",
    INFO,
    meaning="An FRRConfiguration of somebody's own sends a peer of MetalLB more prefixes.",
    remedy="Count them in where the router limits or filters what it accepts.",
    source=_MERGE,
)
def frr_prefix_added(sides: Sides) -> Iterator[Difference]:
    """One finding for each configuration and peer; prefixes that MetalLB sends, too, are none."""
    for part in _parts(sides):
        for neighbor in part.router.neighbors:
            sent = [one for text in part.router.sent_to(neighbor) for one in _prefixes(text)]
            for peer in _peers(sides, part, neighbor):
                nodes = part.nodes & sides.session_nodes(peer)
                more = [one for one in sent if nodes & ~_sending(sides, peer, one)]
                if more:
                    what = f"sends {peer.name} {listed(more)} from {sides.nodes.describe(nodes)}"
                    yield _told(sides, part, f"{what}, which MetalLB does not", nodes)


@rule(
    "frr-contradiction",
    ERROR,
    meaning="An FRRConfiguration of somebody's own contradicts what MetalLB's peers ask for.",
    remedy="Make both say the same; until then the nodes keep their old configuration as a whole.",
    source=_MERGE,
)
def frr_contradiction(sides: Sides) -> Iterator[Difference]:
    """One finding for each configuration and peer, with everything that is not alike."""
    if sides.tables.config.backend != "frr-k8s":
        return
    for part in _parts(sides):
        for peer in sides.tables.config.peers:
            nodes = part.nodes & sides.session_nodes(peer)
            if not nodes or peer.vrf != part.router.vrf:
                continue
            found = list(_about_router(part.router, peer))
            for neighbor in part.router.neighbors:
                if (spelled(neighbor.place), part.router.vrf) == key_of(peer):
                    found += _about_neighbor(neighbor, peer)
                    found += _about_preference(sides, neighbor, peer, nodes)
            if found:
                what = f"contradicts BGPPeer/{peer.name} on {sides.nodes.describe(nodes)}: "
                yield _told(sides, part, f"{what}{'; '.join(found)}", nodes)


def added_sessions(sides: Sides) -> Mapping[tuple[str, str], NodeSet]:
    """Address or interface and VRF → nodes on which somebody's own configuration asks for it."""
    found: dict[tuple[str, str], NodeSet] = {}
    for part in _parts(sides):
        for neighbor in part.router.neighbors:
            key = (spelled(neighbor.place), part.router.vrf)
            found[key] = found.get(key, 0) | part.nodes
    return found


def _parts(sides: Sides) -> Iterator[_Part]:
    reported = sides.frr_configurations
    if reported is None or not sides.knows_nodes:
        return
    labels = sides.tables.config.sources.nodes.labels
    for one in reported.facts:
        if _is_generated(sides, one):
            continue
        try:
            nodes = labels.matching(compile_selector(one.spec.node_selector))
        except SelectorError:
            continue  # it applies to no node; frr-k8s says so itself
        ref = ResourceRef(one.kind, one.metadata.namespace, one.name)
        for router in one.spec.bgp.routers:
            if nodes:
                yield _Part(ref, router, nodes)


def _is_generated(sides: Sides, one: FRRConfiguration) -> bool:
    return one.name.removeprefix(_GENERATED) in sides.nodes and one.name.startswith(_GENERATED)


def _peers(sides: Sides, part: _Part, neighbor: Neighbor) -> Iterator[Peer]:
    """MetalLB's peers that are the neighbor on some of the nodes."""
    key = (spelled(neighbor.place), part.router.vrf)
    for peer in sides.tables.config.peers:
        if key_of(peer) == key and sides.session_nodes(peer) & part.nodes:
            yield peer


def _about_router(router: Router, peer: Peer) -> Iterator[str]:
    if router.asn != peer.my_asn:
        yield f"AS {router.asn}, not {peer.my_asn}, of the node"
    if router.id and peer.router_id is not None and spelled(router.id) != str(peer.router_id):
        yield f"router ID {router.id}, not {peer.router_id}"


def _about_neighbor(neighbor: Neighbor, peer: Peer) -> Iterator[str]:
    theirs, ours = neighbor.dynamic_asn or neighbor.asn, peer.dynamic_asn or peer.peer_asn
    port = _PORT if neighbor.port is None else neighbor.port
    pairs = (
        ("AS of the router", theirs, ours),
        ("port", port, peer.port),
        ("BFD profile", neighbor.bfd_profile or "none", peer.bfd_profile or "none"),
        ("eBGP multihop", _yes(neighbor.ebgp_multi_hop), _yes(peer.ebgp_multi_hop)),
        # MetalLB never hands its own on to frr-k8s, so any at all is another.
        ("source address", neighbor.source_address or "none", "none"),
    )
    yield from (f"{name} {their}, not {our}" for name, their, our in pairs if their != our)
    times = (
        ("hold time", neighbor.hold_time, peer.hold_time, _HOLD_TIME),
        ("keepalive time", neighbor.keepalive_time, peer.keepalive_time, _KEEPALIVE_TIME),
        ("connect time", neighbor.connect_time, peer.connect_time, _CONNECT_TIME),
    )
    for name, text, seconds, default in times:
        their, our = _seconds(text, default), default if seconds is None else seconds
        if their is not None and their != our:
            yield f"{name} {their:g} s, not {our:g} s"


def _about_preference(
    sides: Sides, neighbor: Neighbor, peer: Peer, nodes: NodeSet
) -> Iterator[str]:
    for asked in neighbor.to_advertise.with_local_pref:
        for prefix in (one for text in asked.prefixes for one in _prefixes(text)):
            for route in sides.tables.prefix_routes(peer.name, prefix):
                ours = route.local_pref
                if ours and asked.local_pref and ours != asked.local_pref and route.nodes & nodes:
                    yield f"localPref {asked.local_pref}, not {ours}, of {prefix}"
                    break


def _sending(sides: Sides, peer: Peer, prefix: Prefix) -> NodeSet:
    """Nodes from which MetalLB sends the prefix to the peer."""
    nodes: NodeSet = 0
    for route in sides.tables.prefix_routes(peer.name, prefix):
        nodes |= route.nodes
    return nodes


def _told(sides: Sides, part: _Part, what: str, nodes: NodeSet) -> Difference:
    assert sides.frr_configurations is not None
    text = f"{part.ref.namespace}/{part.ref.name} {what}"
    return Difference(part.ref, text, sides.frr_configurations.stamp, nodes)


def _named(part: _Part, neighbor: Neighbor) -> str:
    vrf = part.router.vrf
    return f"{neighbor.place}{f' in VRF {vrf}' if vrf else ''}"


def _prefixes(text: str) -> tuple[Prefix, ...]:
    """The prefix as MetalLB's routes have it; none if it is no prefix."""
    try:
        return tuple(Prefix(one.family, one.first, one.length) for one in parse_entry(text))
    except AddressError:
        return ()


def _seconds(text: str | None, default: float) -> float | None:
    """Of a duration; None if it is none."""
    if text is None:
        return default
    found = parse_duration(text)
    return None if found is None else found / _NANOSECONDS


def _yes(value: bool) -> str:
    return "on" if value else "off"
