"""Single points of failure: services that one node or one router alone carries.

Nothing is wrong with them; one finding for each node or peer says what hangs on it, and where
there are many such nodes, one for all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lbtui.core.judging import INFO, rule
from lbtui.core.lint.facts import Facts
from lbtui.core.lint.finding import Finding
from lbtui.core.lint.wording import counted, listed
from lbtui.core.objects.cluster_resources import Node
from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.objects.resources import BGPAdvertisement, BGPPeer

MAX_FINDINGS = 4
"""More nodes or peers than these are told together."""

_CARRIERS = (BGPPeer, BGPAdvertisement, Node)
"""What must all have been read before anything can be said to hang on one of them."""


def _told(
    kind: str, refs: Mapping[str, ResourceRef], alone: Mapping[str, list[str]], fix: str
) -> Iterator[Finding]:
    """One finding for each, or one for all if there are many."""
    for services in alone.values():
        services.sort()
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
    if not facts.knows_nodes or not facts.is_complete(*_CARRIERS):
        return
    alone: dict[str, list[str]] = {}
    for one in facts.single:
        if one.nodes & one.nodes - 1 == 0:
            own = alone.setdefault(facts.config.nodes.first(one.nodes), [])
            own.extend(service.name for service in one.announced.group.services)
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
    if not facts.is_complete(*_CARRIERS):
        return
    alone: dict[str, list[str]] = {}
    for one in facts.single:
        if len(one.peers) == 1:
            own = alone.setdefault(one.peers[0], [])
            own.extend(service.name for service in one.announced.group.services)
    refs = {peer.name: peer.ref for peer in facts.config.peers}
    if len(facts.config.peer_names) == 1:
        fix = "Add a BGPPeer for a second router, if there is one."
    else:
        fix = "Let their advertisements reach a second peer."
    yield from _told("peer", refs, alone, fix)
