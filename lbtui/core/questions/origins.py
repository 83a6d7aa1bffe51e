"""Where a route's attributes come from, and what else depends on a resource."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from lbtui.core.configuration.model import Advertisement
from lbtui.core.objects.cluster_resources import Secret
from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
from lbtui.core.objects.resources import (
    BFDProfile,
    BGPAdvertisement,
    BGPPeer,
    Community,
    IPAddressPool,
)
from lbtui.core.routing.routes import Route, RouteTables
from lbtui.core.values.communities import CommunityError, parse_community

Origins = dict[str, Any]
"""prefix, localPref, communities, nextHop: each what made it, as values and sentences."""


def origins_of(tables: RouteTables, resources: ResourceSet, route: Route) -> Origins:
    """Which advertisements, services, aliases and merges made each attribute of a route."""
    behind = [a for a in tables.config.advertisements if a.name in route.advertisements]
    return {
        "prefix": _prefix(tables, route, behind),
        "localPref": _local_pref(tables.config.backend, route, behind),
        "communities": _communities(resources, route, behind),
        "nextHop": _next_hop(tables, route),
    }


def _prefix(tables: RouteTables, route: Route, behind: list[Advertisement]) -> list[str]:
    """Each service's address, and the advertisements that make this prefix of it."""
    lengths = [a.name for a in behind if a.length(route.prefix.family) == route.prefix.length]
    made = f"aggregated to /{route.prefix.length} by {', '.join(lengths)}"
    behind_it = filter(None, map(tables.service, route.services))
    return [
        f"{service.name}: {address} {made}"
        for service in behind_it
        for address in service.addresses
        if address.family == route.prefix.family
        and address.masked(route.prefix.length) == route.prefix
    ]


_MERGES = {
    "native": "the first one stays; which is first is not defined in MetalLB",
    "frr": "the last one in the order of the text wins",
    "frr-k8s": "the back end refuses the whole configuration of the node",
}


def _local_pref(backend: str, route: Route, behind: list[Advertisement]) -> list[str]:
    """Each advertisement's value, how several are merged, and whether it is sent."""
    found = [
        f"{a.name} says {a.local_pref}" if a.local_pref else f"{a.name} sets none" for a in behind
    ]
    if len({a.local_pref for a in behind}) > 1:
        zeros = " (0 counts as not set)" if backend != "native" else ""
        values = {a.local_pref for a in behind if a.local_pref or backend == "native"}
        found.append(
            f"{_MERGES[backend]}{zeros}" if len(values) > 1 else f"the one set is used{zeros}"
        )
    if route.sent_local_pref is None and route.local_pref:
        found.append("not sent: LOCAL_PREF goes to iBGP peers only")
    return found


def _communities(
    resources: ResourceSet, route: Route, behind: list[Advertisement]
) -> dict[str, list[str]]:
    """Each value and the advertisements, with the aliases, that it comes from."""
    aliases = {
        alias.name: (alias.value, ref.name)
        for ref, owner in resources.items(Community)
        for alias in owner.spec.communities
    }
    names = {a.ref for a in behind}
    found: dict[str, list[str]] = {v: [] for v in (*route.communities, *route.large_communities)}
    for ref, resource in resources.items(BGPAdvertisement):
        for text in resource.spec.communities if ref in names else ():
            value, owner = aliases.get(text, (text, ""))
            try:
                key = str(parse_community(value))
            except CommunityError:
                continue
            how = f"{ref.name}, by the alias {text} of Community {owner}" if owner else ref.name
            found.setdefault(key, []).append(how)
    return found


def _next_hop(tables: RouteTables, route: Route) -> str:
    """In words."""
    for peer in tables.config.peers:
        source = peer.source_address
        if peer.name == route.peer and peer.nodes & route.nodes and source is not None:
            if source.family == route.prefix.family:
                return f"sourceAddress of BGPPeer {peer.name}"
    return f"the node's InternalIP of family IPv{route.prefix.family}"


class Use(NamedTuple):
    """One resource that refers to another."""

    user: ResourceRef
    path: str
    """The field that refers to it."""


def users_of(resources: ResourceSet, ref: ResourceRef) -> tuple[Use, ...]:
    """Who names a resource in a field; selection by labels is not naming."""
    return tuple(sorted(_users(resources, ref)))


def _users(resources: ResourceSet, ref: ResourceRef) -> Iterator[Use]:
    aliases: set[str] = set()
    target = resources.get(ref)
    if isinstance(target, Community):
        aliases = {alias.name for alias in target.spec.communities}
    for user, advertisement in resources.items(BGPAdvertisement):
        spec = advertisement.spec
        for path, names, kind in (
            ("spec.ipAddressPools", spec.ip_address_pools, IPAddressPool.kind),
            ("spec.peers", spec.peers, BGPPeer.kind),
        ):
            if ref.kind == kind and ref.name in names:
                yield Use(user, f"{path}[{names.index(ref.name)}]")
        for position, text in enumerate(spec.communities):
            if text in aliases:
                yield Use(user, f"spec.communities[{position}]")
    for user, peer in resources.items(BGPPeer):
        if ref.kind == BFDProfile.kind and peer.spec.bfd_profile == ref.name:
            yield Use(user, "spec.bfdProfile")
        secret = peer.spec.password_secret
        if ref.kind == Secret.kind and secret is not None and secret.name == ref.name:
            yield Use(user, "spec.passwordSecret")


def routes_of(tables: RouteTables, resources: ResourceSet, ref: ResourceRef) -> tuple[Route, ...]:
    """Routes that depend on a resource, directly or by those who name it."""
    match ref.kind:
        case "IPAddressPool":
            return tables.pool_routes(ref.name)
        case "BGPAdvertisement":
            return tables.advertisement_routes(ref.name)
        case "BGPPeer":
            return tables.peer_routes(ref.name) if ref.name in tables.peers else ()
        case "Service":
            return tables.service_routes(f"{ref.namespace or 'default'}/{ref.name}")
        case "Node":
            return tables.node_routes(ref.name)
    found = [r for use in users_of(resources, ref) for r in routes_of(tables, resources, use.user)]
    return tuple(dict.fromkeys(found))
