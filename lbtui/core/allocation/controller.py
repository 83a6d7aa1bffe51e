"""What MetalLB's controller does with one service after another.

Source: MetalLB controller/service.go convergeBalancer, allocateIPs;
internal/allocator/allocator.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lbtui.core.allocation.ledger import Ledger
from lbtui.core.allocation.offers import Offers
from lbtui.core.allocation.pools import AddressPool, PoolOrder
from lbtui.core.allocation.requests import (
    DUAL,
    PREFER_DUAL,
    REQUIRE_DUAL,
    Request,
    RequestError,
    families_of,
    is_contradictory,
    service_families,
    wanted_addresses,
)
from lbtui.core.values.addresses import Address


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one service."""

    service: str
    """namespace/name."""
    addresses: tuple[str, ...]
    """What its status shows afterwards, in its order."""
    pool: str
    """Where they come from; empty if the controller gave none."""
    reason: str
    """Why from there, or why none."""
    is_failed: bool
    events: tuple[str, ...]
    """Reasons of the events that MetalLB records on the service, in order."""
    is_undefined: bool = False
    """MetalLB's choice of the pool is chance."""


class _Failed(Exception):
    """The service gets nothing; the text says why."""


class Controller:
    """Takes services in turn and keeps the book of their addresses."""

    def __init__(self, pools: Sequence[AddressPool], order: PoolOrder) -> None:
        """Begin with an empty book."""
        self._offers = Offers(pools, order)

    @property
    def pools(self) -> Mapping[str, AddressPool]:
        """Its pools by name."""
        return self._offers.pools

    @property
    def ledger(self) -> Ledger:
        """The book."""
        return self._offers.ledger

    def handle(self, request: Request) -> Outcome:
        """Let one service have, keep or lose its addresses."""
        return _Turn(self._offers, request).run()


class _Turn:
    """One service's turn."""

    def __init__(self, offers: Offers, request: Request) -> None:
        self._offers = offers
        self._ledger = offers.ledger
        self._request = request
        self._events: list[str] = []
        self._current: list[Address | None] = list(request.current)
        self._status: tuple[Address | None, ...] = request.current
        self._is_cleared = False

    def run(self) -> Outcome:
        """Converge, as MetalLB calls it."""
        try:
            held, reason, is_undefined = self._converge()
        except _Failed as failure:
            return self._outcome(self._status, str(failure), True, False)
        return self._outcome(held, reason, False, is_undefined)

    def _outcome(
        self, status: Iterable[Address | None], reason: str, is_failed: bool, is_undefined: bool
    ) -> Outcome:
        addresses = tuple(str(address) for address in status if address is not None)
        noted = None if self._is_cleared else self._request.noted_pool
        if not is_failed:
            noted = self._ledger.pool_of(self._request.name)
        if (addresses, noted) != (self._request.status, self._request.noted_pool):
            # MetalLB warns of the old spelling when it writes the service.
            self._events += ["deprecatedAnnotation"] * len(self._request.old_annotations)
        return Outcome(
            self._request.name,
            addresses,
            self._ledger.pool_of(self._request.name),
            reason,
            is_failed,
            tuple(self._events),
            is_undefined,
        )

    def _fail(self, event: str, text: str, *, clears: bool = False) -> _Failed:
        """Record an event and make the exception that ends the turn."""
        if event:
            self._events.append(event)
        if clears:
            self._clear()
        return _Failed(text)

    def _clear(self) -> None:
        """Give back everything and empty the status."""
        self._ledger.release(self._request.name)
        self._status, self._current = (), []
        self._is_cleared = True

    def _converge(self) -> tuple[Iterable[Address | None], str, bool]:
        request = self._request
        if not self._offers.pools:
            raise self._fail("", "there is no pool", clears=True)
        if not request.cluster_ips:
            text = "spec.clusterIPs is empty, so that its address families are not known"
            raise self._fail("", text, clears=True)
        if request.policy == REQUIRE_DUAL and len(request.cluster_ips) < 2:
            text = "it requires dual stack, but has fewer than two clusterIPs"
            raise self._fail("not enough clusterips", text, clears=True)
        if self._current:
            self._check_families()
        else:
            self._clear()
        if self._current:
            self._keep()
        if not self._current:
            return self._allocate()
        if len(self._current) == 1 and request.policy == PREFER_DUAL:
            self._extend()
        return self._current, "it has it already, and may keep it", False

    def _check_families(self) -> None:
        """Drop what is not of the service's families."""
        held: frozenset[int] = frozenset()
        try:
            held = families_of(self._current, "addresses in the status")
        except RequestError:
            self._events.append("nolbIPsIPFamily")
        try:
            wanted = service_families(self._request)
        except RequestError as error:
            raise self._fail("noclusterIPsIPFamily", str(error)) from None
        is_part = wanted == DUAL and self._request.policy == PREFER_DUAL
        if not held or (held != wanted and not is_part):
            self._clear()

    def _keep(self) -> None:
        """Keep what the status has, or clear it where configuration or wishes changed."""
        request = self._request
        held = [address for address in self._current if address is not None]
        if self._offers.assign(request, held):
            self._events.append("ClearAssignment")
            self._clear()
        if self._current and request.wanted_pool not in ("", self._ledger.pool_of(request.name)):
            self._clear()
        try:
            wanted = wanted_addresses(request)
        except RequestError as error:
            raise self._fail("LoadBalancerFailed", str(error)) from None
        if wanted:
            # MetalLB sorts both by text to compare them, and leaves them sorted.
            self._current.sort(key=str)
            if self._current != sorted(wanted, key=str):
                self._clear()

    def _extend(self) -> None:
        """Look for an address of the missing family in the same pool."""
        (held,) = self._current
        assert held is not None
        pool = self._offers.pools[self._ledger.pool_of(self._request.name)]
        added = self._offers.usable(self._request, pool).get(10 - held.family)
        if added is None or self._offers.assign(self._request, [held, added]):
            self._events.append("AdditionalAssignFailed")
        else:
            self._events.append("IPAllocated")
            self._current.append(added)

    def _allocate(self) -> tuple[Iterable[Address | None], str, bool]:
        """Find new addresses: those asked for, of the pool asked for, or of any."""
        request, offers = self._request, self._offers
        try:
            families = service_families(request)
            wanted = wanted_addresses(request)
        except RequestError as error:
            raise self._fail("AllocationFailed", str(error)) from None
        is_undefined = False
        if wanted:
            chosen, reason = self._requested(wanted, families)
        elif request.wanted_pool:
            chosen, reason = self._from_pool(request.wanted_pool, families)
        else:
            is_undefined = offers.is_chance(request, families)
            chosen, how = offers.choose(request, families)
            if not chosen:
                why = offers.refusals(request, families)
                raise self._fail("AllocationFailed", f"no pool has an address for it: {why}")
            reason = f"the first usable address of an {how} pool"
            if how == "kept for it":
                reason = "the first usable address of a pool that is kept for it"
        self._events.append("IPAllocated")
        return chosen, reason, is_undefined

    def _requested(
        self, wanted: tuple[Address, ...], families: frozenset[int]
    ) -> tuple[Sequence[Address], str]:
        request = self._request
        text = ", ".join(map(str, wanted))
        if {address.family for address in wanted} != families:
            names = " and ".join(f"IPv{family}" for family in sorted(families))
            raise self._fail(
                "AllocationFailed", f"it asks for {text}, but its clusterIPs are {names}"
            )
        obstacle = self._offers.assign(request, wanted)
        if obstacle:
            raise self._fail("AllocationFailed", f"it asks for {text}: {obstacle}")
        pool = self._ledger.pool_of(request.name)
        if request.wanted_pool not in ("", pool):
            self._ledger.release(request.name)
            raise self._fail(
                "AllocationFailed",
                f"it asks for {text} and for pool {request.wanted_pool}, but pool {pool} has it",
            )
        return wanted, f"it asks for {text}"

    def _from_pool(self, name: str, families: frozenset[int]) -> tuple[Sequence[Address], str]:
        pool = self._offers.pools.get(name)
        if pool is None:
            raise self._fail("AllocationFailed", f"it asks for pool {name}, which does not exist")
        if is_contradictory(self._request, families):
            text = "it has clusterIPs of both families, but is not dual stack by its ipFamilyPolicy"
            raise self._fail("AllocationFailed", text)
        found = self._offers.usable(self._request, pool)
        chosen = [found[family] for family in sorted(families) if family in found]
        is_partial = len(chosen) < len(families)
        if not chosen or (is_partial and self._request.policy != PREFER_DUAL):
            missing = " and ".join(f"IPv{f}" for f in sorted(families - found.keys()))
            raise self._fail(
                "AllocationFailed",
                f"it asks for pool {name}, which has no usable {missing} address",
            )
        obstacle = self._offers.assign(self._request, chosen)
        if obstacle:
            raise self._fail("AllocationFailed", f"it asks for pool {name}: {obstacle}")
        return chosen, f"it asks for pool {name}"
