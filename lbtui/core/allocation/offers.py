"""What pools offer to a service, with every service's addresses in a book.

Source: MetalLB internal/allocator/allocator.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lbtui.core.allocation.ledger import Ledger
from lbtui.core.allocation.pools import AddressPool, PoolOrder
from lbtui.core.allocation.requests import DUAL, PREFER_DUAL, Request, is_contradictory
from lbtui.core.values.addresses import Address

Usable = dict[str, dict[int, Address]]
"""Pool → family → the address that one service would get of it; as far as looked at."""


class Offers:
    """What the pools have for a service, by the book of who holds which address."""

    def __init__(self, pools: Sequence[AddressPool], order: PoolOrder) -> None:
        """Begin with an empty book."""
        self.pools = {pool.name: pool for pool in pools}
        self.ledger = Ledger(self.pools)
        self._order = order

    def pool_for(self, addresses: Sequence[Address]) -> AddressPool | None:
        """The pool that may give out all of the addresses."""
        for pool in self.pools.values():
            if all(map(pool.has, addresses)):
                return pool
        return None

    def assign(self, request: Request, addresses: Sequence[Address]) -> str:
        """Give addresses to a service; why it may not have them, or empty."""
        text = ", ".join(map(str, addresses))
        pool = self.pool_for(addresses)
        if pool is None:
            return f"no single pool may give out {text}"
        if not pool.admits(request.namespace, request.labels):
            return f"pool {pool.name}, which has {text}, is kept for others (serviceAllocation)"
        for address in addresses:
            obstacle = self.ledger.obstacle(request.claim, address)
            if obstacle:
                return obstacle
        self.ledger.assign(request.claim, pool.name, addresses)
        return ""

    def usable(self, request: Request, pool: AddressPool) -> dict[int, Address]:
        """Family → the address of the pool that the service would get."""
        found = {}
        for family in (4, 6):
            address = self.ledger.first_usable(request.claim, pool, family)
            if address is not None:
                found[family] = address
        return found

    def choose(self, request: Request, families: frozenset[int]) -> tuple[list[Address], str]:
        """Addresses without a wish, and how their pool was found; none: no pool has any."""
        pinned = self._order.pinned(request.namespace, request.labels)
        for pools, how in ((pinned, "kept for it"), (self._order.plain, "automatic")):
            chosen = self._best(request, families, pools, {})
            if chosen and not self.assign(request, chosen):
                return chosen, how
        return [], ""

    def _best(
        self,
        request: Request,
        families: frozenset[int],
        pools: Iterable[AddressPool],
        known: Usable,
    ) -> list[Address]:
        """Of the first pool that serves all families, else of the first that serves the better."""
        if is_contradictory(request, families):
            return []
        better = 6 if request.prefers_ipv6 else 4
        fallback: dict[int, list[Address]] = {}
        for pool in pools:
            if pool.name not in known:
                known[pool.name] = self.usable(request, pool)
            found = known[pool.name]
            if families <= found.keys():
                return [found[family] for family in sorted(families)]
            if request.policy == PREFER_DUAL and families == DUAL:
                for family, address in found.items():
                    fallback.setdefault(family, [address])
        return fallback.get(better) or fallback.get(10 - better) or []

    def is_chance(self, request: Request, families: frozenset[int]) -> bool:
        """Whether the order of the pools, which MetalLB leaves to chance, decides."""
        namespace, labels = request.namespace, request.labels
        known: Usable = {}
        for orders in (self._order.pinned_orders(namespace, labels), self._order.plain_orders()):
            found = {tuple(self._best(request, families, pools, known)) for pools in orders}
            if any(found):
                return len(found) > 1
        return False

    def refusals(self, request: Request, families: frozenset[int]) -> str:
        """Why no pool serves a service that has no wish, pool by pool."""
        return "; ".join(
            f"{name}: {self._refusal(request, families, pool)}"
            for name, pool in sorted(self.pools.items())
        )

    def _refusal(self, request: Request, families: frozenset[int], pool: AddressPool) -> str:
        if is_contradictory(request, families):
            return "no address serves both its clusterIPs and its ipFamilyPolicy SingleStack"
        if not pool.admits(request.namespace, request.labels):
            return "kept for others (serviceAllocation)"
        if not pool.is_automatic:
            return "only on request (autoAssign false)"
        if pool.pinning is not None and pool not in self._order.pinned(
            request.namespace, request.labels
        ):
            return "its namespaceSelectors match no namespace"
        missing = [
            f"no {'usable' if pool.capacity(family) else 'address of'} IPv{family}"
            + (" address left" if pool.capacity(family) else "")
            for family in sorted(families - self.usable(request, pool).keys())
        ]
        return " and ".join(missing)
