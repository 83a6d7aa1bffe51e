"""What is lost without a node, a peer, a rack, a service or an endpoint; single points of failure.

A scenario is judged by compiling what is left; single points of failure are read off the tables
of the whole, on masks, without compiling anything again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from lbtui.core.analysis import Analysis
from lbtui.core.configuration.config import resolve
from lbtui.core.objects.cluster_resources import EndpointSlice, Node, Service
from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
from lbtui.core.objects.resources import BGPPeer
from lbtui.core.questions.applied import in_force
from lbtui.core.routing.diff import RouteDiff, diff_tables
from lbtui.core.routing.paths import Paths, service_paths
from lbtui.core.routing.routes import RouteTables, compile_routes
from lbtui.core.values.selector_text import parse_selector
from lbtui.core.values.selectors import SelectorError, compile_selector


class UnknownTarget(ValueError):
    """What is to be taken away is not there, or not named as it must be; the text says which."""


@dataclass(frozen=True, slots=True)
class Loss:
    """What a scenario costs."""

    without: tuple[str, ...]
    """What was taken away, as asked."""
    routes: RouteDiff
    """Between the whole and what is left."""
    unreachable: tuple[str, ...]
    """Services that had a path and have none."""
    single: tuple[tuple[str, str, str], ...]
    """Services left with a single path (service, node, peer), which had several."""
    still: int
    """Services that keep several paths."""

    def to_json(self) -> dict[str, Any]:
        """The document of `whatif -o json`, without the routes."""
        return {
            "without": list(self.without),
            "unreachable": list(self.unreachable),
            "singlePath": [
                {"service": service, "node": node, "peer": peer}
                for service, node, peer in self.single
            ],
            "unharmed": self.still,
        }


@dataclass(frozen=True, slots=True)
class SinglePoint:
    """A node or peer without which services have no path at all."""

    kind: str
    """Either `node` or `peer`."""
    name: str
    services: tuple[str, ...]
    """namespace/name, sorted."""


def lose(analysis: Analysis, targets: Sequence[str]) -> Loss:
    """Take targets away together, compile what is left, and compare.

    Args:
        analysis: the whole.
        targets: `node/N`, `peer/P`, `service/NS/NAME`, `endpoint/NS/NAME/N` (a service's
            endpoints on a node) or `nodes/SELECTOR` (e.g. a rack).

    Raises:
        UnknownTarget: a target is not there.
    """
    config = analysis.config
    left, peers = analysis.resources, set[str]()
    for target in targets:
        without = remove(left, target)
        if target.startswith("peer/"):
            peers.add(target.removeprefix("peer/"))
        else:
            left = without
    if not config.is_node_assumed and not left.all(Node):
        # Without any node there is no session; an assumed one must not take their place.
        left = left.without(*(ref for ref, _ in left.items(BGPPeer)))
    resolved = resolve(left, config.backend, config.options, config)
    after = _without_routers(in_force(compile_routes(resolved.config, analysis.tables)), peers)
    return _compare(tuple(targets), in_force(analysis.tables), after)


def _without_routers(tables: RouteTables, names: Collection[str]) -> RouteTables:
    """The tables without the sessions to some peers.

    A router that is down takes no BGPPeer with it: what MetalLB refuses it goes on refusing.
    """
    if not names:
        return tables
    config = tables.config
    peers = tuple(peer for peer in config.peers if peer.name not in names)
    listed = tuple(name for name in config.peer_names if name not in names)
    return compile_routes(replace(config, peers=peers, peer_names=listed), tables)


def _compare(targets: tuple[str, ...], before: RouteTables, after: RouteTables) -> Loss:
    """What changed for each service."""
    old, new = service_paths(before), service_paths(after)
    unreachable, single, still = [], [], 0
    for service in before.services:
        had, has = old[service], new.get(service, {})
        if not had:
            continue
        if not has:
            unreachable.append(service)
        elif _are_several(has):
            still += 1
        elif _are_several(had):
            ((peer, nodes),) = has.items()
            single.append((service, after.nodes.names_of(nodes)[0], peer))
    return Loss(targets, diff_tables(before, after), tuple(unreachable), tuple(single), still)


def _are_several(paths: Paths) -> bool:
    """Whether there is more than one pair of a node and a peer."""
    return len(paths) > 1 or any(nodes & nodes - 1 for nodes in paths.values())


def remove(resources: ResourceSet, target: str) -> ResourceSet:
    """The set without a target of `lose`. Raises UnknownTarget."""
    kind, _, name = target.partition("/")
    match kind:
        case "node":
            return _without_nodes(resources, _nodes(resources, target, {name}))
        case "nodes":
            return _without_nodes(resources, _selected(resources, target, name))
        case "peer":
            gone = [ref for ref, _ in resources.items(BGPPeer) if ref.name == name]
        case "service":
            gone = [ref for ref, _ in resources.items(Service) if _full_name(ref) == name]
        case "endpoint" if name.count("/") == 2:
            service, _, node = name.rpartition("/")
            return _without_endpoints(resources, target, service, node)
        case _:
            raise UnknownTarget(
                f"'{target}' is none of node/N, peer/P, service/NS/NAME, endpoint/NS/NAME/N, "
                "nodes/LABEL-SELECTOR"
            )
    if not gone:
        raise UnknownTarget(f"there is no {kind} '{name}' in the manifests")
    return resources.without(*gone)


def _full_name(ref: ResourceRef) -> str:
    return f"{ref.namespace or 'default'}/{ref.name}"


def _nodes(resources: ResourceSet, target: str, names: set[str]) -> set[str]:
    found = {node.name for node in resources.all(Node)} & names
    if not found:
        raise UnknownTarget(f"'{target}' is no Node of the manifests")
    return found


def _selected(resources: ResourceSet, target: str, text: str) -> set[str]:
    try:
        selector = compile_selector(parse_selector(text))
    except (ValueError, SelectorError) as error:
        raise UnknownTarget(f"'{target}': {error}") from None
    names = {n.name for n in resources.all(Node) if selector.matches(n.metadata.labels)}
    return _nodes(resources, target, names)


def _without_nodes(resources: ResourceSet, names: set[str]) -> ResourceSet:
    """Without nodes, and without the endpoints that run on them."""
    refs = [ref for ref, node in resources.items(Node) if node.name in names]
    return _filter_endpoints(resources.without(*refs), lambda _, node: node not in names)


def _without_endpoints(resources: ResourceSet, target: str, service: str, node: str) -> ResourceSet:
    left = _filter_endpoints(resources, lambda of, on: (of, on) != (service, node))
    if left is resources:
        raise UnknownTarget(f"'{target}': there is no such endpoint in the manifests")
    return left


def _filter_endpoints(
    resources: ResourceSet, keeps: Callable[[str, str | None], bool]
) -> ResourceSet:
    """Keep endpoints by service and node; slices that lose none stay the same objects."""
    slices: dict[ResourceRef, EndpointSlice] = {}
    is_whole = True
    for ref, piece in resources.items(EndpointSlice):
        service = piece.metadata.labels.get("kubernetes.io/service-name", "")
        name = f"{piece.metadata.namespace or 'default'}/{service}"
        kept = tuple(e for e in piece.endpoints if keeps(name, e.node_name))
        if len(kept) == len(piece.endpoints):
            slices[ref] = piece
        else:
            slices[ref] = msgspec.structs.replace(piece, endpoints=kept)
            is_whole = False
    return resources if is_whole else resources.with_members(EndpointSlice, slices)


def single_points(tables: RouteTables) -> tuple[SinglePoint, ...]:
    """Nodes and peers that alone carry services; nodes first, by name.

    Linear in routes. A node that holds the only endpoints of a service which all nodes announce
    is not among them; `lose` tells that.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for service, paths in service_paths(tables).items():
        nodes = 0
        for mask in paths.values():
            nodes |= mask
        if nodes.bit_count() == 1:
            found.setdefault(("node", tables.nodes.names_of(nodes)[0]), []).append(service)
        if len(paths) == 1:
            found.setdefault(("peer", next(iter(paths))), []).append(service)
    return tuple(
        SinglePoint(kind, name, tuple(services)) for (kind, name), services in sorted(found.items())
    )
