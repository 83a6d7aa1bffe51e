"""Single points of failure: services that one node or one router alone carries.

Nothing is wrong with them; one finding for each node or peer says what hangs on it, and where
there are many such nodes, one for all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from lbtui.core.lint.facts import Facts, counted, listed
from lbtui.core.lint.rule import INFO, Finding, rule
from lbtui.core.objects.cluster_resources import Node
from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.routing.plans import Parts
from lbtui.core.values.nodes import NodeSet

MAX_FINDINGS = 4
"""More nodes or peers than these are told together."""


class _Carriers(NamedTuple):
    """Who carries a service to the network."""

    nodes: NodeSet
    peers: frozenset[str]


def _carriers(facts: Facts, parts: Parts, families: frozenset[int]) -> _Carriers:
    """Nodes that send a route of these parts, and peers that get one."""
    nodes, peers = 0, set()
    for index, own in parts:
        for peer in facts.receivers[index]:
            shared = own & peer.nodes
            if shared and peer.families & families:
                nodes |= shared
                peers.add(peer.name)
    return _Carriers(nodes, frozenset(peers))


def _carried(facts: Facts) -> Iterator[tuple[str, _Carriers]]:
    """Services that some router hears of, with their carriers; what many share is worked out once.

    Linear in services; `Decision.parts` is one object for services that are announced alike.
    """
    known: dict[tuple[int, frozenset[int]], _Carriers] = {}
    for service, decision in zip(facts.config.services, facts.tables.decisions, strict=True):
        if not decision.parts:
            continue
        families = frozenset([address.family for address in service.addresses])
        key = (id(decision.parts), families)
        if key not in known:
            known[key] = _carriers(facts, decision.parts, families)
        if known[key].nodes:
            yield service.name, known[key]


def _told(
    kind: str, refs: Mapping[str, ResourceRef], alone: Mapping[str, list[str]], fix: str
) -> Iterator[Finding]:
    """One finding for each, or one for all if there are many."""
    verb = "announced from" if kind == "node" else "announced to"
    if len(alone) <= MAX_FINDINGS:
        for name, services in sorted(alone.items()):
            what = f"{counted(len(services), 'service')} ({listed(services)})"
            message = (
                f"{what} {'is' if len(services) == 1 else 'are'} {verb} {kind} {name} alone: "
                f"without {'it' if kind == 'node' else 'its sessions'} nobody outside reaches "
                f"{'it' if len(services) == 1 else 'them'}"
            )
            yield Finding(refs[name], "metadata.name", message, fix)
        return
    by_weight = sorted(alone, key=lambda name: (-len(alone[name]), name))
    shares = listed(f"{name} ({len(alone[name])})" for name in by_weight)
    total = sum(map(len, alone.values()))
    message = (
        f"{counted(total, 'service')} are each {verb} one {kind} alone: {shares}; when that {kind} "
        "is down, nobody outside reaches them"
    )
    yield Finding(refs[by_weight[0]], "metadata.name", message, fix)


@rule(
    "single-node",
    INFO,
    meaning="Services are announced from one node alone: while it is down nobody reaches them.",
    remedy="Run pods on a second node, or widen nodeSelectors; `lbtui whatif` lists the services.",
    source="MetalLB speaker/bgp_controller.go: each node announces only for itself",
)
def single_node(facts: Facts) -> Iterator[Finding]:
    """One finding for each such node; without Node objects nothing is known."""
    if not facts.knows_nodes:
        return
    alone: dict[str, list[str]] = {}
    for service, carriers in _carried(facts):
        if carriers.nodes.bit_count() == 1:
            alone.setdefault(facts.config.nodes.names_of(carriers.nodes)[0], []).append(service)
    refs = {node.name: ref for ref, node in facts.resources.items(Node)} if alone else {}
    if len(facts.config.nodes) == 1:
        fix = "Nothing to do in a cluster of one node; a second node would carry them too."
    else:
        fix = "Run pods on a second announcing node, or widen nodeSelectors."
    yield from _told("node", refs, alone, fix)


@rule(
    "single-peer",
    INFO,
    meaning="Services are announced to one router alone: without its sessions nobody reaches them.",
    remedy="Announce them to a second router as well; `lbtui whatif` lists the services.",
    source="MetalLB speaker/bgp_controller.go adsForPeer",
)
def single_peer(facts: Facts) -> Iterator[Finding]:
    """One finding for each such peer."""
    alone: dict[str, list[str]] = {}
    for service, carriers in _carried(facts):
        if len(carriers.peers) == 1:
            alone.setdefault(next(iter(carriers.peers)), []).append(service)
    refs = {peer.name: peer.ref for peer in facts.config.peers}
    if len(facts.config.peer_names) == 1:
        fix = "Add a BGPPeer for a second router, if there is one."
    else:
        fix = "Let their advertisements reach a second peer."
    yield from _told("peer", refs, alone, fix)
