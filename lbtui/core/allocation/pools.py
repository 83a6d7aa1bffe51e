"""Pools as the address controller sees them: who may use them, in which order, how many they hold.

Source: MetalLB internal/allocator/allocator.go, internal/config/config.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

from lbtui.core.configuration.model import Pool
from lbtui.core.objects.cluster_resources import Namespace
from lbtui.core.objects.resource_set import ResourceSet
from lbtui.core.objects.resources import IPAddressPool, ServiceAllocation
from lbtui.core.values.addresses import Address, Network
from lbtui.core.values.selectors import Selector, SelectorError, compile_selector

ENDLESS = (1 << 63) - 1
"""What MetalLB counts for a block of 2^62 addresses or more; it never runs out."""


@dataclass(frozen=True, slots=True)
class Pinning:
    """A pool's serviceAllocation: whom it is kept for."""

    priority: int
    namespaces: frozenset[str]
    """Named or selected by their labels."""
    service_selectors: tuple[Selector, ...]

    def admits(self, namespace: str, labels: Mapping[str, str]) -> bool:
        """Whether a service may use the pool at all."""
        if self.namespaces and namespace not in self.namespaces:
            return False
        selectors = self.service_selectors
        return not selectors or any(selector.matches(labels) for selector in selectors)


@dataclass(frozen=True, slots=True)
class AddressPool:
    """A pool that addresses are given from."""

    name: str
    networks: tuple[Network, ...]
    """In the order in which they are used up."""
    is_automatic: bool
    """autoAssign: it serves those who do not ask for it."""
    avoids_buggy: bool
    """avoidBuggyIPs: IPv4 addresses that end in .0 or .255 are not given."""
    pinning: Pinning | None

    def admits(self, namespace: str, labels: Mapping[str, str]) -> bool:
        """Whether a service may use the pool, asked for or not."""
        return self.pinning is None or self.pinning.admits(namespace, labels)

    def skips(self, address: Address) -> bool:
        """Whether the address is never given out."""
        return self.avoids_buggy and is_buggy(address)

    def has(self, address: Address) -> bool:
        """Whether the address may be given out."""
        return not self.skips(address) and any(n.contains(address) for n in self.networks)

    def capacity(self, family: int) -> int:
        """Addresses of a family, as MetalLB counts them in 64 bits with their overflow."""
        total = 0
        for network in self.networks:
            host_bits = network.bits - network.ones
            if host_bits >= 62:
                total = ENDLESS if family == 6 else total
            elif network.family == family:
                total += (1 << host_bits) - self._buggy(network)
        return (total + ENDLESS + 1) % (1 << 64) - ENDLESS - 1

    def _buggy(self, network: Network) -> int:
        """How many of a block's addresses are skipped."""
        if not self.avoids_buggy:
            return 0
        if network.ones <= 24:
            return 2 << 24 - network.ones
        ends = (network.first, network.last)
        return sum(is_buggy(Address(network.family, end)) for end in ends)


def is_buggy(address: Address) -> bool:
    """IPv4 ending in .0 or .255, which some old routers take for broadcasts."""
    return address.family == 4 and address.value & 255 in (0, 255)


def read_pools(resources: ResourceSet, pools: Sequence[Pool]) -> tuple[AddressPool, ...]:
    """The readable pools with their allocation rules, by name."""
    labels = {n.name: n.metadata.labels for n in resources.all(Namespace)}
    found: list[AddressPool] = []
    for pool in pools:
        resource = resources.get(pool.ref)
        if not isinstance(resource, IPAddressPool):
            continue
        spec = resource.spec
        try:
            pinning = _pinning(spec.service_allocation, labels)
        except SelectorError:
            continue  # a finding already; MetalLB refuses all pools then
        networks = tuple(network for entry in pool.entries for network in entry)
        found.append(
            AddressPool(pool.name, networks, spec.auto_assign, spec.avoid_buggy_ips, pinning)
        )
    return tuple(found)


def _pinning(
    allocation: ServiceAllocation | None, namespaces: Mapping[str, Mapping[str, str]]
) -> Pinning | None:
    """Resolve the selectors; an allocation that names nobody is for everybody."""
    if allocation is None:
        return None
    by_label = [compile_selector(selector) for selector in allocation.namespace_selectors]
    chosen = {
        name
        for name, labels in namespaces.items()
        if any(selector.matches(labels) for selector in by_label)
    }
    selectors = tuple(compile_selector(selector) for selector in allocation.service_selectors)
    return Pinning(allocation.priority, frozenset(chosen | {*allocation.namespaces}), selectors)


def names_nobody(allocation: ServiceAllocation) -> bool:
    """Whether an allocation restricts nothing."""
    return not (
        allocation.namespaces or allocation.namespace_selectors or allocation.service_selectors
    )


class PoolOrder:
    """The pools in the order in which MetalLB tries them for a service that asks for none.

    Where MetalLB's own order is chance, that of their names is taken, which is always one of the
    possible ones.
    """

    def __init__(self, pools: Iterable[AddressPool], resources: ResourceSet) -> None:
        """Index the pools by whom they are pinned to."""
        free_for_all = {
            ref.name
            for ref, pool in resources.items(IPAddressPool)
            if pool.spec.service_allocation and names_nobody(pool.spec.service_allocation)
        }
        self.plain: list[AddressPool] = []
        """Tried last, in no defined order."""
        self._by_namespace: dict[str, list[AddressPool]] = {}
        self._by_selector: list[AddressPool] = []
        for pool in sorted(pools, key=lambda pool: pool.name):
            if pool.pinning is None:
                if pool.is_automatic:
                    self.plain.append(pool)
                continue
            for namespace in pool.pinning.namespaces:
                self._by_namespace.setdefault(namespace, []).append(pool)
            if pool.pinning.service_selectors or pool.name in free_for_all:
                self._by_selector.append(pool)

    def pinned(self, namespace: str, labels: Mapping[str, str]) -> list[AddressPool]:
        """Pools kept for a service, in order."""
        return self._in_order(self._by_namespace.get(namespace, ()), namespace, labels)

    def pinned_orders(
        self, namespace: str, labels: Mapping[str, str]
    ) -> Iterator[list[AddressPool]]:
        """Every order in which MetalLB may try the pools kept for a service, `pinned` first.

        Those pinned by namespace come from a map. With more than a few of them, only who comes
        first is varied.
        """
        by_namespace = self._by_namespace.get(namespace, [])
        arranged = permutations if len(by_namespace) <= _FEW else _each_first
        for pools in arranged(by_namespace):
            yield self._in_order(pools, namespace, labels)

    def plain_orders(self) -> Iterator[Iterable[AddressPool]]:
        """Orders in which MetalLB may try the others: who comes first decides. `plain` first."""
        return _each_first(self.plain)

    def _in_order(
        self, by_namespace: Iterable[AddressPool], namespace: str, labels: Mapping[str, str]
    ) -> list[AddressPool]:
        """Those that admit the service, sorted by priority."""
        candidates = [*by_namespace, *self._by_selector]
        chosen = [p for p in candidates if p.is_automatic and p.admits(namespace, labels)]
        _sort(chosen)
        return list(dict.fromkeys(chosen))


_FEW = 4
"""Up to so many pools, all their orders are looked at."""


def _each_first(pools: Sequence[AddressPool]) -> Iterator[Iterable[AddressPool]]:
    """Each pool at the head once, the others behind it in their order; the given order first."""
    yield pools
    for position in range(1, len(pools)):
        yield (pools[position], *pools[:position], *pools[position + 1 :])


def _comes_first(one: AddressPool, other: AddressPool) -> bool:
    """MetalLB's comparison, which is no order where priorities are 0 or negative."""
    assert one.pinning is not None and other.pinning is not None
    first, second = one.pinning.priority, other.pinning.priority
    if first > 0 and second > 0:
        return first < second
    return not (first == 0 and second > 0)


def _sort(pools: list[AddressPool]) -> None:
    """Insert one by one, as Go's sort does for short lists: the outcome depends on it."""
    for end in range(1, len(pools)):
        at = end
        while at and _comes_first(pools[at], pools[at - 1]):
            pools[at], pools[at - 1] = pools[at - 1], pools[at]
            at -= 1
