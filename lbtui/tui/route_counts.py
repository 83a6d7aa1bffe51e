"""How many routes each resource has a part in, counted in one walk over all of them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lbtui.core.objects.resource_set import ResourceRef
    from lbtui.core.routing.routes import RouteTables

QUICK_COUNT = 20_000
"""Services times peers up to which counting is not worth a step of its own."""
ROUTES_BETWEEN = 4_096
"""Routes between two questions whether the counts are still wanted."""


@dataclass(frozen=True)
class RouteCounts:
    """Kind of a resource → its name, with the namespace of a service → number of routes."""

    by_kind: Mapping[str, Mapping[str, int]]

    def of(self, ref: ResourceRef) -> int:
        """How many routes a resource has a part in; 0 for kinds that are not counted."""
        name = f"{ref.namespace}/{ref.name}" if ref.kind == "Service" else ref.name
        return self.by_kind.get(ref.kind, {}).get(name, 0)


def is_quick(tables: RouteTables) -> bool:
    """Whether counting takes no longer than anybody notices."""
    return len(tables.services) * len(tables.peers) <= QUICK_COUNT


def count_routes(tables: RouteTables, is_wanted: Callable[[], bool]) -> RouteCounts | None:
    """Count; 0.5 s for 180,000 routes. None if `is_wanted` says no meanwhile."""
    pools: Counter[str] = Counter()
    advertisements: Counter[str] = Counter()
    services: Counter[str] = Counter()
    masks: Counter[int] = Counter()
    pool_of = {name: one.key.pool for name, one in tables.placements.by_name.items()}
    for at, route in enumerate(tables.all_routes()):
        if at % ROUTES_BETWEEN == 0 and not is_wanted():
            return None
        masks[route.nodes] += 1
        advertisements.update(route.advertisements)
        services.update(route.services)
        if len(route.services) == 1:
            pools[pool_of[route.services[0]]] += 1
        else:
            pools.update({pool_of[service] for service in route.services})
    nodes: Counter[str] = Counter()
    for mask, count in masks.items():
        for node in tables.nodes.iterate(mask):
            nodes[node] += count
    peers = {peer: len(tables.peer_routes(peer)) for peer in tables.peers}
    return RouteCounts(
        {
            "IPAddressPool": pools,
            "BGPPeer": peers,
            "BGPAdvertisement": advertisements,
            "Service": services,
            "Node": nodes,
        }
    )
