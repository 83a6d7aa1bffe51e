"""What the preview hands to peers against what speakers claim, and what sessions can carry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lbtui.core.drift.difference import Difference
from lbtui.core.drift.sides import Sides
from lbtui.core.judging import ERROR, WARNING, rule
from lbtui.core.lint.wording import counted, listed
from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.values.nodes import NodeSet

_STATUS = "MetalLB speaker/bgp_controller.go, internal/k8s/controllers/bgp_status_controller.go"


@rule(
    "claimed-peers-differ",
    WARNING,
    meaning="A speaker claims to hand a service to other peers than the preview says.",
    remedy="Look whether the speaker's configuration is stale or the cluster changed just now.",
    source=_STATUS,
)
def claimed_peers_differ(sides: Sides) -> Iterator[Difference]:
    """One finding for each service, with every peer that is missing or too many."""
    if sides.services is None or not sides.services.facts or not sides.knows_nodes:
        return
    for service in sides.tables.services:
        placed = sides.tables.service(service)
        wanted, claimed = sides.intended(service), sides.claimed.get(service, {})
        if placed is None or wanted == claimed:
            continue
        missing, extra = _beyond(wanted, claimed), _beyond(claimed, wanted)
        parts = [f"not handed to {text}" for text in _told(sides, missing)]
        parts += [f"handed to {text}, which is not intended" for text in _told(sides, extra)]
        nodes: NodeSet = 0
        for mask in (*missing.values(), *extra.values()):
            nodes |= mask
        if parts:
            what = f"{service} is, as its speakers say, {listed(parts)}"
            yield Difference(placed.ref, what, sides.services.stamp, nodes)


@rule(
    "claim-outdated",
    WARNING,
    meaning="A status object is about a service or a node that is not there any more.",
    remedy="Look whether the speaker that wrote it still runs; delete the object if it does not.",
    source=_STATUS,
)
def claim_outdated(sides: Sides) -> Iterator[Difference]:
    """One finding for each object."""
    if sides.services is None or not sides.knows_nodes:
        return
    for one in sides.services.facts:
        is_service = sides.tables.service(one.status.service) is not None
        gone = [f"service {one.status.service}"] if not is_service else []
        gone += [f"node {one.status.node}"] if not sides.bit(one.status.node) else []
        if gone:
            ref = ResourceRef(one.kind, one.metadata.namespace, one.name)
            what = f"it claims that {one.status.service} is announced from {one.status.node}, but "
            what += f"there is no {' and no '.join(gone)}"
            yield Difference(ref, what, sides.services.stamp, sides.bit(one.status.node))


@rule(
    "service-unheard",
    ERROR,
    meaning="A service is to be announced, but every session that could carry it is down.",
    remedy="Bring up a session to one of the peers; neither event nor status object shows this.",
    source="MetalLB design/crd-status.md: status objects tell the configuration, not sessions",
)
def service_unheard(sides: Sides) -> Iterator[Difference]:
    """Only where all the sessions concerned are known; services of the same sessions together."""
    if not sides.sessions:
        return
    stamp = max((reported.stamp for reported in sides.sessions), key=lambda one: one.heard)
    by_name = {peer.ref.name: 0 for peer in sides.tables.config.peers}
    for ref, nodes in sides.reached.items():
        by_name[ref.name] |= nodes
    unheard: dict[tuple[tuple[str, NodeSet], ...], list[str]] = {}
    for service in sides.tables.services:
        carried = sides.intended(service)
        is_known = all(not nodes & ~sides.reporting for nodes in carried.values())
        if carried and is_known and not any(by_name[p] & nodes for p, nodes in carried.items()):
            unheard.setdefault(tuple(sorted(carried.items())), []).append(service)
    for peers, services in unheard.items():
        nodes = 0
        for _, mask in peers:
            nodes |= mask
        placed = sides.tables.service(services[0])
        assert placed is not None
        what = f"{counted(len(services), 'service')} ({listed(services)}) {_be(services)} heard by "
        what += f"nobody: no session to {listed(name for name, _ in peers)} is up on "
        yield Difference(placed.ref, what + sides.nodes.describe(nodes), stamp, nodes)


@rule(
    "pool-count-differs",
    WARNING,
    meaning="The controller counts other addresses of a pool as given out than services hold.",
    remedy="Look whether the controller runs and has taken the pool's last change.",
    source="MetalLB internal/k8s/controllers/pool_status_controller.go",
)
def pool_count_differs(sides: Sides) -> Iterator[Difference]:
    """By family; an address that services share counts once."""
    if sides.pools is None:
        return
    held: dict[str, dict[int, set[int]]] = {}
    for placement in sides.tables.placements.by_name.values():
        own = held.setdefault(placement.key.pool, {4: set(), 6: set()})
        for address in placement.service.addresses:
            own[address.family].add(address.value)
    known = {pool.name: pool.ref for pool in sides.tables.config.pools}
    for one in sides.pools.facts:
        if one.status is None or one.name not in known:
            continue
        own = held.get(one.name, {4: set(), 6: set()})
        counts = ((4, one.status.assigned_v4), (6, one.status.assigned_v6))
        parts = [
            f"{told} IPv{family} as given out, services hold {len(own[family])}"
            for family, told in counts
            if told != len(own[family])
        ]
        if parts:
            what = f"the controller counts {listed(parts)}"
            yield Difference(known[one.name], what, sides.pools.stamp)


def _beyond(these: Mapping[str, NodeSet], those: Mapping[str, NodeSet]) -> dict[str, NodeSet]:
    """What `these` have and `those` do not."""
    left = {peer: nodes & ~those.get(peer, 0) for peer, nodes in these.items()}
    return {peer: nodes for peer, nodes in left.items() if nodes}


def _told(sides: Sides, peers: Mapping[str, NodeSet]) -> list[str]:
    return [f"{peer} from {sides.nodes.describe(nodes)}" for peer, nodes in sorted(peers.items())]


def _be(services: list[str]) -> str:
    return "is" if len(services) == 1 else "are"
