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
    found: dict[str, Paths] = {}
    planned: dict[tuple[PlanKey, frozenset[int]], Paths] = {}
    limited: dict[tuple[Limits, frozenset[int]], Paths] = {}
    for name, placement in tables.placements.by_name.items():
        families = frozenset([address.family for address in placement.service.addresses])
        place = (placement.limits, families)
        known = limited.get(place)
        if known is None:
            if (placement.key, families) not in planned:
                planned[placement.key, families] = _planned(tables, placement.key, families)
            known = limited[place] = {
                peer: sending
                for peer, nodes in planned[placement.key, families].items()
                if (sending := nodes & placement.nodes)
            }
        found[name] = _without(known, name, tables.withheld) if tables.withheld else known
    return found


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
