"""Address pools by themselves, and against what else has addresses."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from lbtui.core.configuration.model import Pool
from lbtui.core.judging import ERROR, INFO, WARNING, rule
from lbtui.core.lint.facts import Facts
from lbtui.core.lint.finding import Finding
from lbtui.core.lint.wording import counted, listed
from lbtui.core.values.addresses import Address, Network, parse_address


def _blocks(pools: Iterable[Pool]) -> Iterator[tuple[Pool, str, Network]]:
    """Every block of every pool, with the path of its entry."""
    for pool in pools:
        for position, entry in enumerate(pool.entries):
            for block in entry:
                yield pool, f"spec.addresses[{position}]", block


def _inside(addresses: Sequence[Address], block: Network) -> Sequence[Address]:
    """Those of sorted addresses that are in a block."""
    first = bisect_left(addresses, Address(block.family, block.first))
    last = bisect_left(addresses, Address(block.family, block.last + 1))
    return addresses[first:last]


@rule(
    "pool-contains-node",
    WARNING,
    meaning="A pool holds a node's address; a service that gets it takes the node off the net.",
    remedy="Take the address out of the pool.",
    source="MetalLB had such a check and took it out in 0.15.1",
)
def pool_contains_node(facts: Facts) -> Iterator[Finding]:
    """InternalIPs of known nodes."""
    known = sorted(facts.node_addresses)
    for pool, path, block in _blocks(facts.config.pools):
        found = _inside(known, block)
        if found:
            nodes = 0
            for address in found:
                nodes |= facts.node_addresses[address]
            whose = facts.config.nodes.describe(nodes)
            message = f"{block} in {pool.ref} holds {listed(found)}, addresses of {whose}"
            yield Finding(pool.ref, path, message, "Take them out of the pool.", nodes)


@rule(
    "pool-contains-peer",
    WARNING,
    meaning="A pool holds the address of a router; a service that gets it cuts the sessions.",
    remedy="Take the address out of the pool.",
    source="MetalLB makes no such check",
)
def pool_contains_peer(facts: Facts) -> Iterator[Finding]:
    """Addresses of peers."""
    by_address = {peer.address: peer.name for peer in facts.config.peers if peer.address}
    known = sorted(by_address)
    for pool, path, block in _blocks(facts.config.pools):
        for address in _inside(known, block):
            message = f"{block} in {pool.ref} holds {address}, the address of {by_address[address]}"
            yield Finding(pool.ref, path, message, "Take it out of the pool.")


@rule(
    "pool-contains-cluster-ip",
    WARNING,
    meaning="A pool holds a ClusterIP of a service: the two ranges overlap.",
    remedy="Use addresses outside of the cluster's service range.",
    source="MetalLB makes no such check; kube-proxy answers for ClusterIPs on every node",
)
def pool_contains_cluster_ip(facts: Facts) -> Iterator[Finding]:
    """spec.clusterIP of known services."""
    by_address = facts.cluster_ips
    known = tuple(by_address)
    for pool, path, block in _blocks(facts.config.pools) if known else ():
        found = _inside(known, block)
        if found:
            count = counted(len(found), "ClusterIP")
            message = f"{block} in {pool.ref} holds {count}: {listed(by_address[a] for a in found)}"
            fix = "Use addresses outside of the cluster's service range."
            yield Finding(pool.ref, path, message, fix)


@rule(
    "pool-empty-range",
    ERROR,
    meaning="A range from an IPv4 to an IPv6 address holds no address at all.",
    remedy="Write two ranges.",
    source="MetalLB internal/config/config.go ParseCIDR accepts it; it can crash MetalLB later",
)
def pool_empty_range(facts: Facts) -> Iterator[Finding]:
    """An entry without a block."""
    for pool in facts.config.pools:
        for position, entry in enumerate(pool.entries):
            if not entry:
                message = (
                    f"the range in {pool.ref} goes from IPv4 to IPv6 and holds no address; two "
                    "advertisements with different localPref would crash MetalLB"
                )
                yield Finding(pool.ref, f"spec.addresses[{position}]", message, "Write two ranges.")


@rule(
    "pool-mapped-addresses",
    WARNING,
    meaning="IPv4-mapped IPv6 addresses are IPv4 to MetalLB, but with a length that fits nothing.",
    remedy="Write the IPv4 CIDR.",
    source="Go net.ParseCIDR keeps the length of 96 to 128",
)
def pool_mapped_addresses(facts: Facts) -> Iterator[Finding]:
    """::ffff:a.b.c.d/n."""
    for pool, path, block in _blocks(facts.config.pools):
        if block.family == 4 and block.bits == 128:
            message = (
                f"an IPv4-mapped entry in {pool.ref}: MetalLB reads it as {block} of length "
                f"{block.ones}, which no aggregationLength fits"
            )
            yield Finding(pool.ref, path, message, f"Write {block}.")


SPECIAL = tuple(
    (address, length, what)
    for text, length, what in (
        ("0.0.0.0", 8, "no host's address"),
        ("127.0.0.0", 8, "loopback"),
        ("169.254.0.0", 16, "link-local"),
        ("224.0.0.0", 3, "multicast or reserved"),
        ("::", 127, "unspecified or loopback"),
        ("fe80::", 10, "link-local"),
        ("ff00::", 8, "multicast"),
    )
    if (address := parse_address(text)) is not None
)
"""Blocks that no service can be reached at (RFC 6890)."""


@rule(
    "pool-special-addresses",
    WARNING,
    meaning="A pool holds addresses that are never routed: loopback, link-local, multicast.",
    remedy="Use addresses that routers forward.",
    source="RFC 6890; MetalLB makes no such check",
)
def pool_special_addresses(facts: Facts) -> Iterator[Finding]:
    """A block that meets a special one."""
    for pool, path, block in _blocks(facts.config.pools):
        for address, length, what in SPECIAL:
            first = Address(block.family, block.first)
            if address.family != block.family:
                continue
            shorter = min(length, block.length)
            if first.masked(shorter) == address.masked(shorter):
                message = (
                    f"{block} in {pool.ref} holds addresses that are {what}: nobody routes them"
                )
                yield Finding(pool.ref, path, message, "Use addresses that routers forward.")


@rule(
    "pool-only-buggy",
    WARNING,
    meaning="avoidBuggyIPs leaves nothing of an entry: it ends in .0 or .255.",
    remedy="Turn avoidBuggyIPs off for this pool, or use other addresses.",
    source="MetalLB internal/allocator: .0 and .255 are skipped",
)
def pool_only_buggy(facts: Facts) -> Iterator[Finding]:
    """Entries of single such addresses."""
    avoiding = {ref for ref, pool in facts.written_pools if pool.spec.avoid_buggy_ips}
    for pool in facts.config.pools:
        if pool.ref not in avoiding:
            continue
        for position, entry in enumerate(pool.entries):
            buggy = [b.family == 4 and b.length == 32 and b.first & 255 in (0, 255) for b in entry]
            if entry and all(buggy):
                message = f"{entry[0]} in {pool.ref} is never given out because of avoidBuggyIPs"
                fix = "Turn avoidBuggyIPs off, or use another address."
                yield Finding(pool.ref, f"spec.addresses[{position}]", message, fix)


@rule(
    "pool-host-bits",
    INFO,
    meaning="A CIDR has bits set behind its length; the pool holds the whole block all the same.",
    remedy="Write the first address of the block, or the range that is meant.",
    source="MetalLB internal/config/config.go ParseCIDR: host bits are cleared",
)
def pool_host_bits(facts: Facts) -> Iterator[Finding]:
    """198.51.100.10/24 is 198.51.100.0/24."""
    for ref, pool in facts.written_pools:
        known = facts.pools.get(ref.name)
        for position, text in enumerate(pool.spec.addresses) if known else ():
            head, slash, _ = text.partition("/")
            address = parse_address(head) if slash else None
            blocks = known.entries[position] if known and position < len(known.entries) else ()
            if address is not None and blocks and address.value != blocks[0].first:
                message = f"{text} in {ref} means all of {blocks[0]}, not from {address} on"
                fix = f"Write {blocks[0]}, or the range that is meant."
                yield Finding(ref, f"spec.addresses[{position}]", message, fix)
