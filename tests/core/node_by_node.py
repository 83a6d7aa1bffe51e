"""The same prediction in the most naive way: one node, one service, one peer after the other.

Works on the resolved configuration, without bit masks, sharing or grouping.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

from lbtui.core.configuration.model import Advertisement, Configuration, LoadBalancer, Peer, Pool
from lbtui.core.routing.tables import merge
from lbtui.core.rules.advertisements import have_compatible_local_pref
from lbtui.core.values.addresses import Address, Prefix


def pool_of(config: Configuration, service: LoadBalancer) -> Pool | None:
    for pool in config.pools:
        networks = [network for entry in pool.entries for network in entry]
        if all(
            any(network.contains(address) for network in networks) for address in service.addresses
        ):
            return pool
    return None


def is_on(config: Configuration, node: str, mask: int) -> bool:
    return node in config.nodes.names_of(mask)


def usable(config: Configuration, node: str, service: LoadBalancer) -> list[Advertisement]:
    pool = pool_of(config, service)
    return [
        advertisement
        for advertisement in config.advertisements
        if pool is not None
        and pool.name in advertisement.pools
        and is_on(config, node, advertisement.nodes)
        and (
            not advertisement.service_selectors
            or any(one.matches(service.labels) for one in advertisement.service_selectors)
        )
    ]


def reason(config: Configuration, node: str, service: LoadBalancer) -> str:
    if service.obstacle:
        return service.obstacle
    pool = pool_of(config, service)
    if pool is None:
        return "ipNotAllowed"
    if not any(
        pool.name in advertisement.pools and is_on(config, node, advertisement.nodes)
        for advertisement in config.advertisements
    ):
        return "notOwner"
    matching = usable(config, node, service)
    if not matching:
        return "noMatchingAdvertisement"
    if not all(have_compatible_local_pref(a, b, pool) for a, b in combinations(matching, 2)):
        return "conflictingAdvertisements"
    if is_on(config, node, config.network_unavailable):
        return "nodeNetworkUnavailable"
    if is_on(config, node, config.excluded):
        return "nodeLabeledExcludeBalancers"
    if service.is_local and not is_on(config, node, service.endpoint_nodes):
        return "noLocalEndpoints"
    return "" if service.has_endpoint else "noEndpoints"


def prefix_of(advertisement: Advertisement, address: Address) -> Prefix:
    return address.masked(advertisement.length(address.family))


def routes(config: Configuration, node: str, peer: Peer) -> list[dict[str, Any]]:
    """Routes that a node sends to a peer; the fields of the contract that do not name places."""
    if not is_on(config, node, peer.nodes):
        return []
    behind: dict[Prefix, tuple[list[Advertisement], list[str]]] = {}
    for service in config.services:
        if reason(config, node, service):
            continue
        for address in service.addresses:
            for advertisement in usable(config, node, service):
                is_for_peer = not advertisement.peers or peer.name in advertisement.peers
                if is_for_peer and address.family in peer.families:
                    used, names = behind.setdefault(prefix_of(advertisement, address), ([], []))
                    used.append(advertisement)
                    names.append(service.name)
    found = []
    for prefix, (used, names) in sorted(behind.items()):
        ordered = sorted(set(used), key=lambda advertisement: advertisement.name)
        merged = merge(config.backend, ordered)
        found.append(
            {
                "prefix": str(prefix),
                "localPref": merged.local_pref,
                "communities": list(merged.communities),
                "largeCommunities": list(merged.large_communities),
                "advertisements": [advertisement.name for advertisement in ordered],
                "services": sorted(set(names)),
            }
        )
    return found
