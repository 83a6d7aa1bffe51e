"""Which sessions carry each service."""

from __future__ import annotations

from collections.abc import Mapping

from lbtui.core.routing.placement import Limits
from lbtui.core.routing.plans import PlanKey
from lbtui.core.routing.routes import RouteTables
from lbtui.core.values.nodes import NodeSet

Paths = Mapping[str, NodeSet]
"""Peer → nodes that send it a route of a service."""


def service_paths(tables: RouteTables) -> dict[str, Paths]:
    """Service → peer → nodes that send it a route of the service; linear in services.

    Nodes whose configuration frr-k8s refuses send nothing. Services alike share their paths.
    """
    finder = PathFinder(tables)
    return {name: finder.of(name) for name in tables.placements.by_name}


class PathFinder:
    """Finds the paths of services one by one; what services have in common is found once."""

    def __init__(self, tables: RouteTables) -> None:
        """Nothing is looked for yet."""
        self._tables = tables
        self._planned: dict[tuple[PlanKey, frozenset[int]], Paths] = {}
        self._limited: dict[tuple[Limits, frozenset[int]], Paths] = {}

    def of(self, service: str) -> Paths:
        """The paths of a service (namespace/name). Raises KeyError if there is none such."""
        placement = self._tables.placements.by_name[service]
        families = frozenset([address.family for address in placement.service.addresses])
        place = (placement.limits, families)
        known = self._limited.get(place)
        if known is None:
            if (placement.key, families) not in self._planned:
                planned = _planned(self._tables, placement.key, families)
                self._planned[placement.key, families] = planned
            known = self._limited[place] = {
                peer: sending
                for peer, nodes in self._planned[placement.key, families].items()
                if (sending := nodes & placement.nodes)
            }
        withheld = self._tables.withheld
        return _without(known, service, withheld) if withheld else known


def _without(paths: Paths, service: str, withheld: Mapping[str, Mapping[str, NodeSet]]) -> Paths:
    """What is left where a service is held back from peers."""
    return {
        peer: sending
        for peer, nodes in paths.items()
        if (sending := nodes & ~withheld.get(peer, {}).get(service, 0))
    }


def _planned(tables: RouteTables, key: PlanKey, families: frozenset[int]) -> Paths:
    """The paths of services of one plan that can be served on every node."""
    working = tables.config.active_nodes & ~tables.nodes.mask_of(tables.backend_errors)
    parts = tables.plans.plan(key).parts
    paths: dict[str, NodeSet] = {}
    for peer in tables.config.peers:
        if not peer.families.isdisjoint(families):
            handed = tables.config.advertisements_for(peer.name)
            for index, nodes in parts:
                if index in handed and nodes & peer.nodes & working:
                    paths[peer.name] = paths.get(peer.name, 0) | nodes & peer.nodes & working
    return paths
