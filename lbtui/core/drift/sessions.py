"""Sessions that are intended against those that are live."""

from __future__ import annotations

from collections.abc import Iterator

from lbtui.core.configuration.model import Peer
from lbtui.core.drift.additions import added_sessions
from lbtui.core.drift.difference import Difference
from lbtui.core.drift.sides import ESTABLISHED, Sides, Stamp, spelled
from lbtui.core.judging import ERROR, INFO, WARNING, rule
from lbtui.core.lint.wording import listed
from lbtui.core.objects.cluster_resources import Node
from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.values.nodes import NodeSet

_REPORTS = "frr-k8s api/v1beta1 bgp_session_state_types.go; RFC 4271 section 8.2.2"


@rule(
    "session-down",
    ERROR,
    meaning="A session that is wanted is not Established: its router hears nothing.",
    remedy="Look at the state and the last error of the session; check the router's side.",
    source=_REPORTS,
)
def session_down(sides: Sides) -> Iterator[Difference]:
    """One finding for each peer and source, with the nodes by their sessions' states."""
    down: dict[tuple[ResourceRef, Stamp], dict[str, NodeSet]] = {}
    for fact in sides.session_facts:
        session = fact.session
        if fact.peer is None or session.state == ESTABLISHED:
            continue
        why = f"{session.state or 'in no state'}{f' ({session.detail})' if session.detail else ''}"
        states = down.setdefault((fact.peer.ref, fact.stamp), {})
        states[why] = states.get(why, 0) | fact.node
    for (ref, stamp), states in down.items():
        told = [f"{why} on {sides.nodes.describe(nodes)}" for why, nodes in sorted(states.items())]
        nodes = 0
        for mask in states.values():
            nodes |= mask
        what = f"the session to {ref.name} is {listed(told)}: no route of these nodes reaches it"
        yield Difference(ref, what, stamp, nodes)


@rule(
    "session-missing",
    ERROR,
    meaning="A node that is to run a session has none: the peer is not configured there.",
    remedy="Look whether the node's configuration is stale, and whether its FRR took it over.",
    source="MetalLB internal/bgp/frrk8s/frrk8s.go; frr-k8s internal/controller/merge.go",
)
def session_missing(sides: Sides) -> Iterator[Difference]:
    """Only of nodes that report something: of others nothing is known."""
    if not sides.sessions:
        return
    there: dict[ResourceRef, NodeSet] = {}
    for fact in sides.session_facts:
        if fact.peer is not None:
            there[fact.peer.ref] = there.get(fact.peer.ref, 0) | fact.node
    stamp = max((reported.stamp for reported in sides.sessions), key=lambda one: one.heard)
    for peer in sides.tables.config.peers:
        missing = sides.session_nodes(peer) & sides.reporting & ~there.get(peer.ref, 0)
        if missing:
            where = sides.nodes.describe(missing)
            what = f"{_named(peer)} is to have a session with {where}, and there is none"
            yield Difference(peer.ref, what, stamp, missing)


@rule(
    "session-unexpected",
    INFO,
    meaning="A node has a session that belongs to no BGPPeer selecting it.",
    remedy="Look for an FRRConfiguration of somebody else, or for a speaker that lags behind.",
    source=_REPORTS,
)
def session_unexpected(sides: Sides) -> Iterator[Difference]:
    """One finding for each router and source; those that an FRRConfiguration adds are told so."""
    found: dict[tuple[str, str, Stamp], NodeSet] = {}
    added = added_sessions(sides)
    for fact in sides.session_facts:
        explained = added.get((spelled(fact.session.peer), fact.session.vrf), 0)
        if fact.peer is None and fact.node & ~explained:
            key = (fact.session.peer, fact.session.vrf, fact.stamp)
            found[key] = found.get(key, 0) | fact.node
    for (peer, vrf, stamp), nodes in sorted(found.items()):
        where = sides.nodes.describe(nodes)
        what = f"{where} has a session with {peer}{f' in VRF {vrf}' if vrf else ''} that no "
        ref = ResourceRef(Node.kind, "", sides.nodes.first(nodes))
        yield Difference(ref, f"{what}BGPPeer asks for", stamp, nodes)


@rule(
    "bfd-session-down",
    WARNING,
    meaning="BFD says that the path is down while BGP still holds the session up.",
    remedy="Check UDP port 3784 (4784 over several hops) both ways, and the profile's intervals.",
    source="RFC 5882 section 4; frr-k8s api/v1beta1 bgp_session_state_types.go",
)
def bfd_session_down(sides: Sides) -> Iterator[Difference]:
    """Of peers with a BFD profile."""
    found: dict[tuple[ResourceRef, Stamp], NodeSet] = {}
    for fact in sides.session_facts:
        peer, session = fact.peer, fact.session
        is_down = session.bfd == "down" and session.state == ESTABLISHED
        if peer is not None and peer.bfd_profile and is_down:
            found[peer.ref, fact.stamp] = found.get((peer.ref, fact.stamp), 0) | fact.node
    for (ref, stamp), nodes in found.items():
        where = sides.nodes.describe(nodes)
        what = f"BFD to {ref.name} is down on {where}, though BGP is Established: the failure of "
        yield Difference(ref, f"{what}the path will be noticed late", stamp, nodes)


@rule(
    "frr-not-reporting",
    WARNING,
    meaning="A node that is to run sessions reports no FRR, while others do.",
    remedy="Look whether frr-k8s' pod runs on the node, and whether a taint keeps it away.",
    source="frr-k8s internal/controller/frrstate_controller.go",
)
def frr_not_reporting(sides: Sides) -> Iterator[Difference]:
    """Only where FRRNodeStates are in use."""
    reported = sides.frr_nodes
    if reported is None or not reported.facts or not sides.knows_nodes:
        return
    wanted: NodeSet = 0
    for peer in sides.tables.config.peers:
        wanted |= sides.session_nodes(peer)
    missing = wanted & ~sides.nodes.mask_of(one.name for one in reported.facts)
    if missing:
        ref = ResourceRef(Node.kind, "", sides.nodes.first(missing))
        what = f"{sides.nodes.describe(missing)} is to run BGP sessions and reports no FRR: "
        yield Difference(ref, f"{what}nothing is announced from there", reported.stamp, missing)


def _named(peer: Peer) -> str:
    where = str(peer.address) if peer.address is not None else peer.interface
    return f"{peer.name} ({where})"
