"""Which plan each service falls under: by its addresses' pool and the labels that matter there."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import compress
from operator import is_not
from typing import NamedTuple

from lbtui.core.configuration.model import Configuration, LoadBalancer, Pool
from lbtui.core.routing.plans import PlanKey
from lbtui.core.values.addresses import Address
from lbtui.core.values.nodes import NodeSet

MOST_UNUSED = 1000
"""Limits that no service has any more, but that are kept."""

Limits = tuple[tuple[PlanKey, NodeSet], ...]
"""Plans, and the nodes that can serve any of the services under each."""


class Placement(NamedTuple):
    """A service and the plan that it falls under; the same object as long as both stay."""

    service: LoadBalancer
    limits: Limits
    """The plan, and the nodes that can serve the service; shared where they are the same."""

    @property
    def key(self) -> PlanKey:
        """What the plan follows from."""
        return self.limits[0][0]

    @property
    def nodes(self) -> NodeSet:
        """Nodes that can serve it."""
        return self.limits[0][1]

    def limited(self, nodes: NodeSet) -> Placement:
        """The same on some of its nodes only."""
        return Placement(self.service, ((self.key, self.nodes & nodes),))


Move = tuple[Placement | None, Placement | None]
"""What a service's placement was and is; None: it was not there, or is gone."""


class _PoolIndex:
    """Finds the pool of an address."""

    def __init__(self, pools: Sequence[Pool]) -> None:
        self._blocks: dict[int, list[tuple[int, int, Pool]]] = {4: [], 6: []}
        for pool in pools:
            for entry in pool.entries:
                for network in entry:
                    block = (network.first, network.last, pool)
                    self._blocks[network.family].append(block)
        self._starts: dict[int, list[int]] = {}
        for family, blocks in self._blocks.items():
            blocks.sort(key=lambda block: block[:2])
            self._starts[family] = [block[0] for block in blocks]

    def pool_of(self, addresses: Sequence[Address]) -> str:
        """The name of the pool that holds all the addresses; empty if there is none."""
        first = self._find(addresses[0])
        if first is None or any(self._find(address) is not first for address in addresses[1:]):
            return ""
        return first.name

    def _find(self, address: Address) -> Pool | None:
        """The pool of one address; blocks of accepted pools do not overlap."""
        blocks = self._blocks[address.family]
        at = bisect_right(self._starts[address.family], address.value) - 1
        if at >= 0 and address.value <= blocks[at][1]:
            return blocks[at][2]
        return None


class Placements:
    """All services' placements; takes over from earlier ones what has not changed."""

    def __init__(
        self,
        config: Configuration,
        label_keys: Mapping[str, tuple[str, ...]],
        previous: Placements | None = None,
    ) -> None:
        """Place every service; those of `previous` keep their place if nothing about it changed."""
        self._pools = config.pools
        self._services = config.services
        self._label_keys = label_keys
        self._shared = _still_used(previous) if previous else {}
        self.moves: tuple[Move, ...] = ()
        """How these differ from `previous`."""
        if previous is None:
            index = _PoolIndex(config.pools)
            self.by_name: Mapping[str, Placement] = {
                service.name: self._place(service, _pool_of(index, service))
                for service in config.services
            }
            return
        if previous._pools != config.pools:
            self.by_name, moves = self._replace(previous, _PoolIndex(config.pools))
        elif previous._label_keys != label_keys:
            self.by_name, moves = self._replace(previous, None)
        elif previous._services is config.services:
            self.by_name, moves = previous.by_name, []
        else:
            self.by_name, moves = self._move(previous)
        self.moves = tuple(moves)

    def _replace(
        self, previous: Placements, index: _PoolIndex | None
    ) -> tuple[Mapping[str, Placement], list[Move]]:
        """Place what changed; `index` None: pools are the same, but labels may count elsewhere."""
        rekeyed = {
            pool
            for pool, keys in self._label_keys.items()
            if previous._label_keys.get(pool) != keys
        }
        new_index = index or _PoolIndex(self._pools)
        before = previous.by_name
        placed: dict[str, Placement] = {}
        moves: list[Move] = []
        for service in self._services:
            old = before.get(service.name)
            if old is not None and old.service is service:
                if index is None and (not rekeyed or old.key.pool not in rekeyed):
                    placed[service.name] = old
                    continue
                pool = old.key.pool if index is None else _pool_of(index, service)
            else:
                pool = _pool_of(new_index, service)
            new = self._place(service, pool)
            if old is not None and old.service is service and old.key == new.key:
                new = old
            else:
                moves.append((old, new))
            placed[service.name] = new
        if len(placed) < len(before) + sum(old is None for old, _ in moves):
            moves += [(old, None) for name, old in before.items() if name not in placed]
        return placed, moves

    def _move(self, previous: Placements) -> tuple[Mapping[str, Placement], list[Move]]:
        """Place the services that are not the very same; all else is as it was."""
        index = _PoolIndex(self._pools)
        placed = dict(previous.by_name)
        moves: list[Move] = []
        for service in _differing(previous._services, self._services):
            old = placed.get(service.name)
            if old is not None and old.service is service:
                continue
            new = self._place(service, _pool_of(index, service))
            moves.append((old, new))
            placed[service.name] = new
        if len(placed) > len(self._services):
            for name in placed.keys() - {service.name for service in self._services}:
                moves.append((placed.pop(name), None))
        if any(old is None for old, _ in moves):
            placed = {service.name: placed[service.name] for service in self._services}
        return placed, moves

    def _place(self, service: LoadBalancer, pool: str) -> Placement:
        """A service under the plan of its pool and labels."""
        if pool:
            get = service.labels.get
            key = PlanKey(pool, tuple([get(name) for name in self._label_keys[pool]]))
        else:
            key = PlanKey("", (), service.obstacle)
        limit = (key, service.able_nodes)
        return Placement(service, self._shared.setdefault(limit, (limit,)))


def _differing(
    before: Sequence[LoadBalancer], after: Sequence[LoadBalancer]
) -> Iterable[LoadBalancer]:
    """Those that may not be the very same as before: all, unless as many stand in their places."""
    return compress(after, map(is_not, before, after)) if len(before) == len(after) else after


def _still_used(previous: Placements) -> dict[tuple[PlanKey, NodeSet], Limits]:
    """The limits that placements share; cleared of old ones where endpoints moved for long."""
    if len(previous._shared) <= 2 * len(previous.by_name) + MOST_UNUSED:
        return previous._shared
    return {placement.limits[0]: placement.limits for placement in previous.by_name.values()}


def _pool_of(index: _PoolIndex, service: LoadBalancer) -> str:
    """The pool of a service that may be announced."""
    return "" if service.obstacle else index.pool_of(service.addresses)
