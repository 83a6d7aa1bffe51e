"""Aggregated prefixes: what they cover besides, and the traffic that they draw to wrong nodes."""

from __future__ import annotations

from collections.abc import Iterator

from lbtui.core.configuration.model import Advertisement, Pool
from lbtui.core.judging import WARNING, rule
from lbtui.core.lint.facts import Facts
from lbtui.core.lint.finding import Finding
from lbtui.core.lint.wording import counted, for_nodes, listed
from lbtui.core.rules.advertisements import too_small_entries
from lbtui.core.values.addresses import BITS, Address, Network, Prefix
from lbtui.core.values.nodes import NodeSet


def _overreaching(advertisement: Advertisement, pool: Pool) -> dict[Prefix, int]:
    """Prefixes larger than a block of the pool → how many addresses are not the pool's."""
    found: dict[Prefix, int] = {}
    blocks = [network for entry in pool.entries for network in entry]
    for block in blocks:
        length = advertisement.length(block.family)
        if 0 <= length < block.length:
            found[Address(block.family, block.first).masked(length)] = 0
    inside = dict.fromkeys(found, 0)
    for block in blocks:
        length = advertisement.length(block.family)
        if 0 <= length <= block.length:
            prefix = Address(block.family, block.first).masked(length)
            if prefix in inside:
                inside[prefix] += 1 << BITS[block.family] - block.length
    return {
        prefix: (1 << BITS[prefix.family] - prefix.length) - count
        for prefix, count in inside.items()
        if count < 1 << BITS[prefix.family] - prefix.length
    }


def _wide(facts: Facts) -> Iterator[tuple[Advertisement, Pool, dict[Prefix, int]]]:
    """Advertisements and pools with aggregates that cover what is not the pool's.

    Not those that MetalLB refuses: nothing is announced by them, and that is an error of its own.
    """
    for advertisement in facts.config.advertisements:
        for name in sorted(advertisement.pools & facts.pools.keys()):
            if any(too_small_entries(advertisement, facts.pools[name])):
                continue
            found = _overreaching(advertisement, facts.pools[name])
            if found:
                yield advertisement, facts.pools[name], found


def _held(facts: Facts, pool: Pool, prefix: Prefix) -> int:
    """How many addresses of a prefix other pools hold."""
    others = (
        block for other in facts.config.pools if other is not pool for block in _blocks(other)
    )
    return sum(
        1 << BITS[block.family] - block.length
        for block in others
        if block.length >= prefix.length and _meets(prefix, block)
    )


def _blocks(pool: Pool) -> list[Network]:
    return [block for entry in pool.entries for block in entry]


def _field(prefix: Prefix) -> str:
    """The field that decides about a prefix's length."""
    return "spec.aggregationLength" if prefix.family == 4 else "spec.aggregationLengthV6"


@rule(
    "aggregate-beyond-pool",
    WARNING,
    meaning="An aggregated prefix also covers addresses that are not in the pool.",
    remedy="Lengthen the aggregation, or let the pool hold the whole prefix.",
    source="MetalLB internal/config/config.go validateBGPAdvPerPool: only the largest block counts",
)
def aggregate_beyond_pool(facts: Facts) -> Iterator[Finding]:
    """A range breaks into blocks; only its largest must be as large as the aggregate.

    What other pools hold of it is told by aggregate-covers-pool.
    """
    for advertisement, pool, wide in _wide(facts):
        found = {p: left for p, count in wide.items() if (left := count - _held(facts, pool, p))}
        if not found:
            continue
        prefix = next(iter(found))
        total = sum(found.values())
        message = (
            f"{advertisement.ref} announces {listed(found)} for pool {pool.name}, which covers "
            f"{counted(total, 'address')} outside of it: their traffic is drawn here and dropped"
        )
        fix = "Lengthen the aggregation, or let the pool hold the whole prefix."
        yield Finding(advertisement.ref, _field(prefix), message, fix, advertisement.nodes)


@rule(
    "aggregate-covers-pool",
    WARNING,
    meaning="An aggregated prefix covers addresses of another pool as well.",
    remedy="Lengthen the aggregation, or keep pools in prefixes of their own.",
    source="MetalLB internal/config/config.go compares advertisements within one pool only",
)
def aggregate_covers_pool(facts: Facts) -> Iterator[Finding]:
    """Another pool inside of the prefix that this one's addresses are announced by."""
    for advertisement, pool, found in _wide(facts):
        for prefix in found:
            others = [
                other.name
                for other in facts.config.pools
                if other is not pool
                and any(_meets(prefix, block) for entry in other.entries for block in entry)
            ]
            if others:
                message = (
                    f"{advertisement.ref} announces {prefix} for pool {pool.name}; that covers "
                    f"addresses of {listed(others)} too"
                )
                fix = "Lengthen the aggregation, or keep the pools in prefixes of their own."
                yield Finding(advertisement.ref, _field(prefix), message, fix, advertisement.nodes)


def _meets(prefix: Prefix, block: Network) -> bool:
    """Whether a prefix and a block have an address in common."""
    last = prefix.network | (1 << BITS[prefix.family] - prefix.length) - 1
    return prefix.family == block.family and block.first <= last and block.last >= prefix.network


@rule(
    "aggregate-covers-infrastructure",
    WARNING,
    meaning="An aggregated prefix covers the address of a node or of a peer.",
    remedy="Lengthen the aggregation.",
    source="MetalLB makes no such check; a router may send its own traffic into the prefix",
)
def aggregate_covers_infrastructure(facts: Facts) -> Iterator[Finding]:
    """Only what the pool itself does not hold, which pool-contains-... tells."""
    describe = facts.config.nodes.describe
    known: list[tuple[Address, str | NodeSet]] = [*facts.node_addresses.items()]
    known += [(peer.address, f"peer {peer.name}") for peer in facts.config.peers if peer.address]
    for advertisement, pool, found in _wide(facts):
        blocks = [block for entry in pool.entries for block in entry]
        for prefix in found:
            covered = [
                f"{whose if isinstance(whose, str) else describe(whose)} ({address})"
                for address, whose in known
                if address.family == prefix.family
                and address.masked(prefix.length) == prefix
                and not any(block.contains(address) for block in blocks)
            ]
            if covered:
                message = f"{prefix} by {advertisement.ref} covers {listed(covered)}"
                fix = "Lengthen the aggregation."
                yield Finding(advertisement.ref, _field(prefix), message, fix, advertisement.nodes)


@rule(
    "aggregate-black-hole",
    WARNING,
    meaning="By an aggregate that a node announces for one service it draws another's traffic, "
    "with externalTrafficPolicy Local, and drops it.",
    remedy="Announce such services by /32 (/128) as well, or use externalTrafficPolicy Cluster.",
    source="MetalLB speaker/bgp_controller.go: the aggregate is announced if any service needs it",
)
def aggregate_black_hole(facts: Facts) -> Iterator[Finding]:
    """For each aggregate: its nodes without those that a Local service has endpoints on."""
    config = facts.config
    holes = facts.black_holes.by_advertisement
    for advertisement, aggregates in zip(config.advertisements, holes, strict=True):
        for prefix, trapped in sorted(aggregates.items()):
            announce = for_nodes(trapped.nodes, "announces", "announce")
            has = "has" if len(trapped.services) == 1 else "have"
            message = (
                f"{config.nodes.describe(trapped.nodes)} {announce} "
                f"{prefix} by {advertisement.ref} without an endpoint of "
                f"{listed(trapped.services)}, which {has} "
                "externalTrafficPolicy Local: the traffic that this draws there is dropped"
            )
            fix = (
                "Announce these services by their own addresses (aggregationLength "
                f"{BITS[prefix.family]}), or set externalTrafficPolicy to Cluster."
            )
            yield Finding(advertisement.ref, _field(prefix), message, fix, trapped.nodes)
