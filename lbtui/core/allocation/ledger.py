"""Who holds which address: MetalLB's book of allocations, with its rules of sharing.

Source: MetalLB internal/allocator/allocator.go Assign, Unassign, checkSharing.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from lbtui.core.allocation.pools import AddressPool
from lbtui.core.values.addresses import Address, Network

Port = tuple[str, int]
"""Protocol and number."""


class SharingKey(NamedTuple):
    """What services on one address must have in common."""

    sharing: str
    """The annotation allow-shared-ip; empty: the address is not shared."""
    backend: str
    """The service's selector under externalTrafficPolicy Local, else empty."""


class Claim(NamedTuple):
    """A service as the book knows it."""

    service: str
    """namespace/name."""
    ports: tuple[Port, ...]
    key: SharingKey


class Holding(NamedTuple):
    """What a service holds."""

    claim: Claim
    pool: str
    addresses: tuple[Address, ...]


class Ledger:
    """The book. Finding the first usable address skips what is known to be taken."""

    def __init__(self, pools: Mapping[str, AddressPool]) -> None:
        """Open an empty book."""
        self._pools = pools
        self.holdings: dict[str, Holding] = {}
        """Service → what it holds."""
        self._keys: dict[Address, SharingKey] = {}
        self._ports: dict[Address, dict[Port, str]] = {}
        self._services: dict[Address, set[str]] = {}
        self._shared: dict[SharingKey, list[Address]] = {}
        self._free_from: dict[Network, int] = {}
        self._used: dict[tuple[str, int], dict[Address, int]] = {}

    def pool_of(self, service: str) -> str:
        """The pool of what a service holds; empty if it holds nothing."""
        holding = self.holdings.get(service)
        return holding.pool if holding else ""

    def used(self, pool: str, family: int) -> int:
        """Addresses of a pool in use; a shared one counts once."""
        return len(self._used.get((pool, family), ()))

    def services_on(self, address: Address) -> tuple[str, ...]:
        """Services that hold an address, sorted."""
        return tuple(sorted(self._services.get(address, ())))

    def shared_addresses(self) -> Iterator[Address]:
        """Addresses that several services hold."""
        return (address for address, services in self._services.items() if len(services) > 1)

    def obstacle(self, claim: Claim, address: Address) -> str:
        """Why a service may not have an address, as far as others are on it; empty: it may."""
        key = self._keys.get(address)
        if key is None:
            return ""
        services = self._services.get(address, set())
        has_others = len(services) > (claim.service in services)
        if has_others and not (key.sharing and key == claim.key):
            names = _names(services - {claim.service})
            return f"{address} is held by {names}; {_mismatch(key, claim.key)}"
        ports = self._ports.get(address, {})
        for port in claim.ports:
            holder = ports.get(port)
            if holder is not None and holder != claim.service:
                return f"{address} is shared with {holder}, which has port {port[0]}/{port[1]} too"
        return ""

    def assign(self, claim: Claim, pool: str, addresses: Sequence[Address]) -> None:
        """Write it down; whatever the service held before is given back."""
        self.release(claim.service)
        self.holdings[claim.service] = Holding(claim, pool, tuple(addresses))
        for address in addresses:
            self._set_key(address, claim.key)
            self._ports.setdefault(address, {}).update(dict.fromkeys(claim.ports, claim.service))
            self._services.setdefault(address, set()).add(claim.service)
            users = self._used.setdefault((pool, address.family), {})
            users[address] = users.get(address, 0) + 1

    def release(self, service: str) -> None:
        """Give back what a service holds, if anything."""
        holding = self.holdings.pop(service, None)
        if holding is None:
            return
        for address in holding.addresses:
            ports = self._ports.get(address, {})
            for port in holding.claim.ports:
                ports.pop(port, None)
            self._services[address].discard(service)
            if not ports:
                self._ports.pop(address, None)
                self._set_key(address, None)
            users = self._used[holding.pool, address.family]
            users[address] -= 1
            if not users[address]:
                del users[address]

    def first_usable(self, claim: Claim, pool: AddressPool, family: int) -> Address | None:
        """The lowest address of the pool's first block that has one for the service."""
        for network in pool.networks:
            if network.family == family:
                found = self._first_in(claim, pool, network)
                if found is not None:
                    return found
        return None

    def _first_in(self, claim: Claim, pool: AddressPool, network: Network) -> Address | None:
        """The lowest of a block: one that is free, or one that may be shared."""
        free = self._first_free(pool, network)
        if not claim.key.sharing:
            return free
        last = Address(network.family, network.last) if free is None else free
        shared = self._shared.get(claim.key, [])
        start = bisect_left(shared, Address(network.family, network.first))
        for address in islice(shared, start, None):
            if address > last:
                break
            if not pool.skips(address) and not self.obstacle(claim, address):
                return address
        return free

    def _first_free(self, pool: AddressPool, network: Network) -> Address | None:
        """The lowest free address of a block, sought from where everything below is taken."""
        value = self._free_from.get(network, network.first)
        while value <= network.last:
            address = Address(network.family, value)
            if address not in self._keys and not pool.skips(address):
                break
            value += 1
        self._free_from[network] = value
        return Address(network.family, value) if value <= network.last else None

    def _set_key(self, address: Address, key: SharingKey | None) -> None:
        """Take or free an address, and keep the short cuts right."""
        before = self._keys.pop(address, None)
        if before is not None:
            shared = self._shared[before]
            del shared[bisect_left(shared, address)]
        if key is not None:
            self._keys[address] = key
            insort(self._shared.setdefault(key, []), address)
            return
        for network, value in self._free_from.items():
            if network.contains(address) and address.value < value:
                self._free_from[network] = address.value


def _names(services: set[str]) -> str:
    """A few names."""
    names = sorted(services)
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _mismatch(held: SharingKey, wanted: SharingKey) -> str:
    """Why two services cannot share."""
    if not held.sharing:
        return "it does not allow sharing (no allow-shared-ip)"
    if not wanted.sharing:
        return "this service has no allow-shared-ip"
    if held.sharing != wanted.sharing:
        return f"allow-shared-ip is {held.sharing!r} there and {wanted.sharing!r} here"
    return "under externalTrafficPolicy Local both need the same policy and selector"
