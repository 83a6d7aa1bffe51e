"""How a cluster is at a glance: by how many paths its services are reached, how full its pools are.

Source: what MetalLB announces as the route tables have it; capacities as
internal/allocator/allocator.go counts them.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from lbtui.core.allocation.pools import ENDLESS, read_pools
from lbtui.core.analysis import Analysis
from lbtui.core.routing.paths import Paths, service_paths
from lbtui.core.routing.routes import RouteTables
from lbtui.core.values.addresses import Address

NO_ADDRESS = "noIPAllocated"
"""MetalLB's reason for a service that waits for an address."""


@dataclass(frozen=True, slots=True)
class SinglePath:
    """A service that one session alone carries."""

    service: str
    node: str
    peer: str


@dataclass(frozen=True, slots=True)
class PoolFill:
    """How full a pool is; families that it does not have are left out."""

    name: str
    namespace: str
    used: Mapping[int, int]
    """Family → addresses that services hold; a shared one counts once."""
    capacity: Mapping[int, int]
    """Family → addresses that can be given out."""

    @property
    def share(self) -> float:
        """Of the fullest family, 0 to 1; more where addresses are held that are not given out."""
        return max((self.used[f] / total for f, total in self.capacity.items() if total), default=0)

    @staticmethod
    def is_endless(capacity: int) -> bool:
        """Whether a capacity stands for a block that never runs out."""
        return capacity >= ENDLESS


@dataclass(frozen=True, slots=True)
class Health:
    """Services by their paths (a path is a node and a peer it sends to), pools by their use."""

    several: tuple[str, ...]
    """Services (namespace/name) with more than one path."""
    single: tuple[SinglePath, ...]
    unreachable: Mapping[str, str]
    """Services with an address and without a path → MetalLB's first reason; empty: no peer."""
    waiting: tuple[str, ...]
    """Services without an address."""
    pools: tuple[PoolFill, ...]
    """The fullest first."""


class Reach(enum.StrEnum):
    """By how many paths a service is reached, in a word."""

    SEVERAL = "several"
    ONE = "one"
    NONE = "none"
    WAITING = "waiting"


def health_of(analysis: Analysis) -> Health:
    """Look at every service and pool once; linear in services, 0.1 s for 10,000."""
    tables = analysis.tables
    found: dict[Reach, list[tuple[str, Paths]]] = {reach: [] for reach in Reach}
    for name, paths in service_paths(tables).items():
        found[reach_of(tables, name, paths)].append((name, paths))
    return Health(
        tuple(name for name, _ in found[Reach.SEVERAL]),
        tuple(_single(tables, name, paths) for name, paths in found[Reach.ONE]),
        {name: next(filter(None, tables.reason_nodes(name)), "") for name, _ in found[Reach.NONE]},
        tuple(name for name, _ in found[Reach.WAITING]),
        pool_fills(analysis),
    )


def reach_of(tables: RouteTables, service: str, paths: Paths) -> Reach:
    """By how many paths a service (namespace/name) is reached."""
    if len(paths) > 1 or any(nodes & nodes - 1 for nodes in paths.values()):
        return Reach.SEVERAL
    if paths:
        return Reach.ONE
    obstacle = tables.placements.by_name[service].service.obstacle
    return Reach.WAITING if obstacle == NO_ADDRESS else Reach.NONE


def _single(tables: RouteTables, service: str, paths: Paths) -> SinglePath:
    ((peer, nodes),) = paths.items()
    return SinglePath(service, tables.nodes.names_of(nodes)[0], peer)


def pool_fills(analysis: Analysis) -> tuple[PoolFill, ...]:
    """How full each readable pool is by the addresses that services have now."""
    refs = {pool.name: pool.ref for pool in analysis.config.pools}
    held: dict[str, set[Address]] = {}
    for placement in analysis.tables.placements.by_name.values():
        if placement.key.pool:
            held.setdefault(placement.key.pool, set()).update(placement.service.addresses)
    found = []
    for pool in read_pools(analysis.resources, analysis.config.pools):
        capacity = {family: pool.capacity(family) for family in (4, 6)}
        addresses = held.get(pool.name, set())
        used = {f: sum(a.family == f for a in addresses) for f in capacity}
        there = {network.family for network in pool.networks}
        found.append(
            PoolFill(
                pool.name,
                refs[pool.name].namespace,
                {family: used[family] for family in sorted(there)},
                {family: capacity[family] for family in sorted(there)},
            )
        )
    return tuple(sorted(found, key=lambda fill: (-fill.share, fill.name)))
