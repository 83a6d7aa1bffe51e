"""How many routes each resource has a part in, counted in one walk over all of them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lbtui.core.objects.resource_set import ResourceRef
    from lbtui.core.routing.routes import RouteTables

QUICK_COUNT = 20_000
"""Services times peers up to which counting is not worth a step of its own."""
ROUTES_BETWEEN = 4_096
"""Routes between two questions whether the counts are still wanted."""


class Count(NamedTuple):
    """How many routes a resource has a part in."""

    routes: int = 0
    peers: int = 0
    """To how many peers they go."""


NONE = Count()


@dataclass(frozen=True)
class RouteCounts:
    """Kind of a resource → its name, with the namespace of a service → its routes."""

    by_kind: Mapping[str, Mapping[str, Count]]

    def of(self, ref: ResourceRef) -> Count:
        """How many routes a resource has a part in; none for kinds that are not counted."""
        name = f"{ref.namespace}/{ref.name}" if ref.kind == "Service" else ref.name
        return self.by_kind.get(ref.kind, {}).get(name, NONE)


def is_quick(tables: RouteTables) -> bool:
    """Whether counting takes no longer than anybody notices."""
    return len(tables.services) * len(tables.peers) <= QUICK_COUNT


def count_routes(tables: RouteTables, is_wanted: Callable[[], bool]) -> RouteCounts | None:
    """Count; 0.5 s for 180,000 routes. None if `is_wanted` says no meanwhile."""
    total: dict[str, dict[str, Count]] = {}
    pool_of = {name: one.key.pool for name, one in tables.placements.by_name.items()}
    for peer in tables.peers:
        found = _count_peer(tables, peer, pool_of, is_wanted)
        if found is None:
            return None
        for kind, counter in found.items():
            counts = total.setdefault(kind, {})
            for name, number in counter.items():
                routes, peers = counts.get(name, NONE)
                counts[name] = Count(routes + number, peers + 1)
    return RouteCounts(total)


def _count_peer(
    tables: RouteTables, peer: str, pool_of: Mapping[str, str], is_wanted: Callable[[], bool]
) -> Mapping[str, Counter[str]] | None:
    pools: Counter[str] = Counter()
    advertisements: Counter[str] = Counter()
    services: Counter[str] = Counter()
    masks: Counter[int] = Counter()
    routes = tables.peer_routes(peer)
    for at, route in enumerate(routes):
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
    return {
        "IPAddressPool": pools,
        "BGPPeer": Counter({peer: len(routes)} if routes else {}),
        "BGPAdvertisement": advertisements,
        "Service": services,
        "Node": nodes,
    }
