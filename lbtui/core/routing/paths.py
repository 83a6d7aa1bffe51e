"""Which sessions carry each service."""

from __future__ import annotations

from lbtui.core.routing.limits import advertisements_for
from lbtui.core.routing.plans import PlanKey
from lbtui.core.routing.routes import RouteTables
from lbtui.core.values.nodes import NodeSet

Paths = dict[str, NodeSet]
"""Peer → nodes that send it a route of a service."""


def service_paths(tables: RouteTables) -> dict[str, Paths]:
    """Service → peer → nodes that send it a route of the service; linear in services.

    Nodes whose configuration frr-k8s refuses send nothing.
    """
    found: dict[str, Paths] = {}
    known: dict[tuple[PlanKey, frozenset[int]], Paths] = {}
    for name, placement in tables.placements.by_name.items():
        families = frozenset([address.family for address in placement.service.addresses])
        if (placement.key, families) not in known:
            known[placement.key, families] = _planned(tables, placement.key, families)
        found[name] = {
            peer: sending
            for peer, nodes in known[placement.key, families].items()
            if (sending := nodes & placement.nodes & ~tables.withheld.get(peer, {}).get(name, 0))
        }
    return found


def _planned(tables: RouteTables, key: PlanKey, families: frozenset[int]) -> Paths:
    """The paths of services of one plan that can be served on every node."""
    working = tables.config.active_nodes & ~tables.nodes.mask_of(tables.backend_errors)
    parts = tables.plans.plan(key).parts
    paths: Paths = {}
    for peer in tables.config.peers:
        if not peer.families.isdisjoint(families):
            handed = advertisements_for(tables.config, peer.name)
            for index, nodes in parts:
                if index in handed and nodes & peer.nodes & working:
                    paths[peer.name] = paths.get(peer.name, 0) | nodes & peer.nodes & working
    return paths
