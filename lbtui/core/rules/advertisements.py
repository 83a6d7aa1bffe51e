"""BGP advertisements, each by itself and against the pools and each other.

Source: MetalLB internal/config/config.go bgpAdvertisementFromCR, setBGPAdvertisementsToPools.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from lbtui.core.configuration.model import Advertisement, Pool
from lbtui.core.objects.meta import NotWritten
from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.objects.resources import BGPAdvertisement, BGPAdvertisementSpec
from lbtui.core.rules.inputs import Inputs
from lbtui.core.values.addresses import BITS
from lbtui.core.values.communities import CommunityError, CommunityValue, parse_community
from lbtui.core.values.nodes import NodeSet


def check_advertisements(
    inputs: Inputs, pools: Sequence[Pool], aliases: Mapping[str, CommunityValue]
) -> tuple[Advertisement, ...]:
    """Judge all advertisements; the ones that could be read, by name."""
    check_equal_advertisements(inputs)
    read: list[Advertisement] = []
    attached: dict[str, list[Advertisement]] = {pool.name: [] for pool in pools}
    for ref, resource in inputs.sorted(BGPAdvertisement):
        nodes = inputs.nodes_of(resource.spec.node_selectors, ref)
        if nodes is None:
            continue
        advertisement = _read_advertisement(inputs, ref, resource.spec, nodes, aliases)
        if advertisement is None:
            continue
        read.append(advertisement)
        for pool in pools:
            if pool.name in advertisement.pools:
                check_length(inputs, advertisement, pool)
                check_local_pref(inputs, advertisement, pool, attached[pool.name])
                attached[pool.name].append(advertisement)
    return tuple(read)


def check_equal_advertisements(inputs: Inputs) -> None:
    """adv-duplicate: two advertisements equal in every field, the name included.

    An empty list is not equal to one that is missing: they are compared by reflect.DeepEqual.
    """
    seen: set[tuple[bytes, tuple[bool, ...]]] = set()
    for ref, resource in inputs.sorted(BGPAdvertisement):
        fields = msgspec.structs.asdict(resource.spec).values()
        written = tuple(not isinstance(value, NotWritten) for value in fields)
        key = (msgspec.json.encode(resource, order="deterministic"), written)
        if key in seen:
            inputs.findings.error(
                "adv-duplicate",
                f"{ref} exists twice, equal in every field",
                ref=ref,
                fix="Delete one of the two.",
                nodes=inputs.nodes_of(resource.spec.node_selectors, ref),
            )
        seen.add(key)


def _read_advertisement(
    inputs: Inputs,
    ref: ResourceRef,
    spec: BGPAdvertisementSpec,
    nodes: NodeSet,
    aliases: Mapping[str, CommunityValue],
) -> Advertisement | None:
    """Judge one advertisement in MetalLB's order; None if it cannot be used."""
    _check_lists(inputs, ref, spec, nodes)
    is_good = check_lengths(inputs, ref, spec, nodes)
    communities = _read_communities(inputs, ref, spec, nodes, aliases)
    services = inputs.compile(spec.service_selectors, ref, "spec.serviceSelectors", nodes)
    pools = _pools_of(inputs, ref, spec, nodes)
    if not is_good or communities is None or services is None or pools is None:
        return None
    return Advertisement(
        ref=ref,
        length_v4=spec.aggregation_length,
        length_v6=spec.aggregation_length_v6,
        local_pref=spec.local_pref,
        communities=communities,
        peers=frozenset(spec.peers),
        nodes=nodes,
        service_selectors=services,
        pools=pools,
    )


def _check_lists(
    inputs: Inputs, ref: ResourceRef, spec: BGPAdvertisementSpec, nodes: NodeSet
) -> None:
    """Duplicates in lists and selectors."""
    inputs.check_duplicates(spec.ip_address_pools, ref, "spec.ipAddressPools", nodes)
    inputs.check_duplicates(spec.communities, ref, "spec.communities", nodes)
    inputs.check_duplicates(spec.peers, ref, "spec.peers", nodes)
    for selectors, path in (
        (spec.ip_address_pool_selectors, "spec.ipAddressPoolSelectors"),
        (spec.node_selectors, "spec.nodeSelectors"),
        (spec.service_selectors, "spec.serviceSelectors"),
    ):
        inputs.check_selector_duplicates(selectors, ref, path, nodes)


def check_lengths(
    inputs: Inputs, ref: ResourceRef, spec: BGPAdvertisementSpec, nodes: NodeSet
) -> bool:
    """adv-length-not-allowed-*: whether both lengths are possible."""
    is_good = True
    fields = (
        (spec.aggregation_length, 32, "aggregationLength", "v4"),
        (spec.aggregation_length_v6, 128, "aggregationLengthV6", "v6"),
    )
    for length, highest, field, family in fields:
        if length > highest:
            is_good = False
            inputs.findings.error(
                f"adv-length-not-allowed-{family}",
                f"{ref} has {field} {length}; the longest is {highest}",
                ref=ref,
                path=f"spec.{field}",
                fix=f"Set it to {highest} or less.",
                nodes=nodes,
            )
    return is_good


def _read_communities(
    inputs: Inputs,
    ref: ResourceRef,
    spec: BGPAdvertisementSpec,
    nodes: NodeSet,
    aliases: Mapping[str, CommunityValue],
) -> tuple[CommunityValue, ...] | None:
    """community-invalid-value, unknown-alias: the values, sorted, each once; an alias wins."""
    values: set[CommunityValue] = set()
    is_good = True
    for position, text in enumerate(spec.communities):
        if text in aliases:
            values.add(aliases[text])
            continue
        try:
            values.add(parse_community(text))
        except CommunityError as error:
            is_good = False
            code, fix = "community-invalid-value", "Write 65000:1, or large:65000:1:2."
            if error.is_format:
                code, fix = "unknown-alias", "Define the alias in a Community, or correct the name."
            inputs.findings.error(
                code,
                f"{ref}: {error}",
                ref=ref,
                path=f"spec.communities[{position}]",
                fix=fix,
                nodes=nodes,
            )
    return tuple(sorted(values)) if is_good else None


def _pools_of(
    inputs: Inputs, ref: ResourceRef, spec: BGPAdvertisementSpec, nodes: NodeSet
) -> frozenset[str] | None:
    """Names of the pools covered; None if a selector is broken. Unknown names are no error."""
    path = "spec.ipAddressPoolSelectors"
    selectors = inputs.compile(spec.ip_address_pool_selectors, ref, path, nodes)
    if selectors is None:
        return None
    covers_all = not spec.ip_address_pools and not selectors
    mask = inputs.pool_labels.any_of(selectors) if selectors or covers_all else 0
    return frozenset(
        pool.name
        for position, (pool, _) in enumerate(inputs.pools)
        if mask >> position & 1 or pool.name in spec.ip_address_pools
    )


def check_length(inputs: Inputs, advertisement: Advertisement, pool: Pool) -> None:
    """adv-length-shorter-than-pool: for each address entry, by its largest block."""
    for position, family, largest in too_small_entries(advertisement, pool):
        field = "aggregationLength" if family == 4 else "aggregationLengthV6"
        enough = f"{largest} or more" if largest < BITS[family] else f"{largest}"
        inputs.findings.error(
            "adv-length-shorter-than-pool",
            f"{advertisement.ref} aggregates to /{advertisement.length(family)}, but the largest "
            f"block in entry {position + 1} of pool {pool.name} is only a /{largest}",
            ref=advertisement.ref,
            path=f"spec.{field}",
            fix=f"Set {field} to {enough}, or enlarge the pool's entry.",
            nodes=advertisement.nodes,
        )


def too_small_entries(advertisement: Advertisement, pool: Pool) -> Iterator[tuple[int, int, int]]:
    """Address entries that an aggregate does not fit into: position, family, largest block."""
    for position, entry in enumerate(pool.entries):
        if entry:
            largest = min(network.ones for network in entry)
            if advertisement.length(entry[0].family) < largest:
                yield position, entry[0].family, largest


def check_local_pref(
    inputs: Inputs, advertisement: Advertisement, pool: Pool, earlier: Sequence[Advertisement]
) -> None:
    """adv-local-pref-conflict: against the advertisements that the pool already has."""
    if advertisement.service_selectors:
        return
    for other in earlier:
        if other.service_selectors or have_compatible_local_pref(advertisement, other, pool):
            continue
        shared = advertisement.nodes & other.nodes
        if not shared and not pool.has_empty_entry:
            continue
        code = "pool-mixed-range-crash" if pool.has_empty_entry else "adv-local-pref-conflict"
        inputs.findings.error(
            code,
            f"{advertisement.ref} has localPref {advertisement.local_pref} and {other.ref} has "
            f"{other.local_pref} for the same routes of pool {pool.name}"
            + (", and its range from IPv4 to IPv6 crashes MetalLB" * pool.has_empty_entry),
            ref=advertisement.ref,
            path="spec.localPref",
            fix="Give both the same localPref, different lengths, or different peers or nodes.",
            nodes=shared,
            is_set_refused=not inputs.is_node_assumed or pool.has_empty_entry,
        )


def have_compatible_local_pref(first: Advertisement, second: Advertisement, pool: Pool) -> bool:
    """Whether two advertisements of one pool can be in force on one node.

    That they share a node is for the caller to know.
    Source: MetalLB internal/config/config.go BGPAdvertisementsHaveCompatibleLocalPref.
    """
    if first.local_pref == second.local_pref:
        return True
    if pool.has_empty_entry:
        return False  # MetalLB crashes when it compares the lengths
    is_v4_apart = first.length_v4 != second.length_v4
    is_v6_apart = first.length_v6 != second.length_v6
    families = pool.families
    if (is_v4_apart or 4 not in families) and (is_v6_apart or 6 not in families):
        return True
    return bool(first.peers and second.peers and not first.peers & second.peers)
