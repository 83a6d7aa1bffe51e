"""Address pools.

Source: MetalLB internal/config/config.go addressPoolFromCR, poolsFor.
"""

from __future__ import annotations

from collections.abc import Sequence

from lbtui.core.configuration.model import Pool
from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.objects.resources import IPAddressPoolSpec
from lbtui.core.rules.inputs import Inputs
from lbtui.core.values.addresses import BITS, AddressError, Network, parse_address, parse_entry


def check_pools(inputs: Inputs) -> tuple[Pool, ...]:
    """Judge every pool by itself, then all together; the ones that could be read, by name."""
    pools: dict[str, Pool] = {}
    in_part: list[Pool] = []
    for ref, resource in inputs.pools:
        entries = _read_entries(inputs, ref, resource.spec)
        check_allocation(inputs, ref, resource.spec)
        if ref.name in pools:
            inputs.findings.error(
                "pool-duplicate-name",
                f"there are two pools named {ref.name!r}",
                ref=ref,
                fix="Delete or rename one of the two.",
            )
        elif None not in entries and entries:
            pools[ref.name] = Pool(ref, tuple(entry for entry in entries if entry is not None))
        else:
            in_part.append(Pool(ref, tuple(entry or () for entry in entries)))
    # What cannot be read of a pool hides nothing of the rest.
    check_overlaps(inputs, (*pools.values(), *in_part))
    return tuple(pools.values())


def _read_entries(
    inputs: Inputs, ref: ResourceRef, spec: IPAddressPoolSpec
) -> list[tuple[Network, ...] | None]:
    """pool-no-addresses, pool-invalid-*: the entries; None for one that cannot be read."""
    if not spec.addresses:
        inputs.findings.error(
            "pool-no-addresses",
            f"{ref} has no addresses",
            ref=ref,
            path="spec.addresses",
            fix="Give it a CIDR or a range.",
        )
        return []
    entries: list[tuple[Network, ...] | None] = []
    for position, text in enumerate(spec.addresses):
        try:
            entries.append(parse_entry(text))
        except AddressError as error:
            entries.append(None)
            inputs.findings.error(
                error.code,
                f"{ref}: {error}",
                ref=ref,
                path=f"spec.addresses[{position}]",
                fix=_meant(text),
            )
    return entries


def _meant(text: str) -> str:
    """What to write instead of an entry that cannot be read."""
    address = parse_address(text.strip())
    if address is not None:
        return f"Write {address}/{BITS[address.family]} for this one address."
    first, dash, last = (part.strip() for part in text.partition("-"))
    ends = parse_address(first), parse_address(last)
    if dash and ends[0] and ends[1] and ends[0].family == ends[1].family:
        return f"Write {last}-{first}."
    return "Write a CIDR (192.0.2.0/24) or a range (192.0.2.10-192.0.2.20)."


def check_allocation(inputs: Inputs, ref: ResourceRef, spec: IPAddressPoolSpec) -> None:
    """pool-duplicate-namespace, and the selectors of serviceAllocation."""
    allocation = spec.service_allocation
    if allocation is None:
        return
    seen: set[str] = set()
    for position, namespace in enumerate(allocation.namespaces):
        if namespace in seen:
            inputs.findings.error(
                "pool-duplicate-namespace",
                f"{ref} lists the namespace {namespace!r} twice",
                ref=ref,
                path=f"spec.serviceAllocation.namespaces[{position}]",
                fix="Remove one of the two.",
            )
        seen.add(namespace)
    for selectors, field in (
        (allocation.namespace_selectors, "namespaceSelectors"),
        (allocation.service_selectors, "serviceSelectors"),
    ):
        path = f"spec.serviceAllocation.{field}"
        inputs.check_selector_duplicates(selectors, ref, path, None)
        inputs.compile(selectors, ref, path, None)


def check_overlaps(inputs: Inputs, pools: Sequence[Pool]) -> None:
    """pool-overlap: an address in two CIDRs, of one pool or of two."""
    blocks = [
        (network, pool, position)
        for pool in pools
        for position, entry in enumerate(pool.entries)
        for network in entry
    ]
    # Sorted by first address, a block can only overlap those still open before it.
    blocks.sort(key=lambda block: (block[0].family, block[0].first, block[0].length))
    open_blocks: list[tuple[Network, Pool, int]] = []
    for network, pool, position in blocks:
        open_blocks = [
            other
            for other in open_blocks
            if other[0].family == network.family and other[0].last >= network.first
        ]
        for other, other_pool, _ in open_blocks:
            if other.overlaps(network):
                _report_overlap(inputs, network, pool, position, other, other_pool)
        open_blocks.append((network, pool, position))


def _report_overlap(
    inputs: Inputs, network: Network, pool: Pool, position: int, other: Network, other_pool: Pool
) -> None:
    """Say which two blocks overlap."""
    where = "itself" if pool is other_pool else f"pool {other_pool.name}"
    inputs.findings.error(
        "pool-overlap",
        f"{network} in {pool.ref} overlaps {other} in {where}",
        ref=pool.ref,
        path=f"spec.addresses[{position}]",
        fix="Take the common addresses out of one of the two.",
    )
