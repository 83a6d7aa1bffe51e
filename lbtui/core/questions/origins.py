"""Where a route's attributes come from, and what else depends on a resource."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from lbtui.core.configuration.model import Advertisement, Configuration
from lbtui.core.objects.cluster_resources import Node, Secret
from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
from lbtui.core.objects.resources import (
    BFDProfile,
    BGPAdvertisement,
    BGPPeer,
    Community,
    IPAddressPool,
)
from lbtui.core.routing.route import Route
from lbtui.core.routing.routes import RouteTables
from lbtui.core.values.addresses import Prefix
from lbtui.core.values.communities import CommunityError, parse_community

Origins = dict[str, Any]
"""prefix, localPref, communities, nextHop: each what made it, as values and sentences."""


def origins_of(tables: RouteTables, resources: ResourceSet, route: Route) -> Origins:
    """Which advertisements, services, aliases and merges made each attribute of a route."""
    return OriginFinder(tables, resources).of(route)


class OriginFinder:
    """Finds the origins of many routes; what routes have in common is found once."""

    def __init__(self, tables: RouteTables, resources: ResourceSet) -> None:
        """Keep what they follow from."""
        self._tables = tables
        self._resources = resources
        self._values: dict[tuple[object, ...], Origins] = {}
        self._prefixes: dict[tuple[object, ...], list[str]] = {}
        self._sentences: dict[tuple[Prefix, tuple[str, ...], str], list[str]] = {}

    def of(self, route: Route) -> Origins:
        """Which advertisements, services, aliases and merges made each attribute of a route."""
        prefix = (route.prefix, route.advertisements, route.services)
        made = self._prefixes.get(prefix)
        if made is None:
            made = self._prefixes[prefix] = [
                sentence for name in route.services for sentence in self._sentences_of(route, name)
            ]
        values = (
            route.advertisements,
            route.local_pref,
            route.sent_local_pref,
            route.communities,
            route.large_communities,
        )
        known = self._values.get(values)
        if known is None:
            behind = self._behind(route)
            known = self._values[values] = {
                "localPref": _local_pref(self._tables.config.backend, route, behind),
                "communities": _communities(self._resources, route, behind),
            }
        return {"prefix": made, **known, "nextHop": _next_hop(self._tables, route)}

    def _behind(self, route: Route) -> list[Advertisement]:
        return [a for a in self._tables.config.advertisements if a.name in route.advertisements]

    def _sentences_of(self, route: Route, name: str) -> list[str]:
        """A service's addresses, and the advertisements that make this prefix of them."""
        key = (route.prefix, route.advertisements, name)
        known = self._sentences.get(key)
        if known is None:
            length, family = route.prefix.length, route.prefix.family
            lengths = [a.name for a in self._behind(route) if a.length(family) == length]
            service = self._tables.service(name)
            known = self._sentences[key] = [
                f"{name}: {address} aggregated to /{length} by {', '.join(lengths)}"
                for address in (service.addresses if service is not None else ())
                if address.family == family and address.masked(length) == route.prefix
            ]
        return known


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


def selected_by(config: Configuration, resources: ResourceSet, ref: ResourceRef) -> tuple[Use, ...]:
    """Who comes upon a pool or a node without naming it: by labels, or because all are meant."""
    found: list[Use] = []
    if ref.kind == IPAddressPool.kind:
        named = {use.user for use in users_of(resources, ref)}
        found = [
            Use(a.ref, "spec.ipAddressPoolSelectors" if _selects_pools(resources, a.ref) else "all")
            for a in config.advertisements
            if ref.name in a.pools and a.ref not in named
        ]
    elif ref.kind == Node.kind and ref.name in config.nodes:
        bit = config.nodes.bit(ref.name)
        every = config.nodes.mask_of(config.nodes.names)
        parties = [(one.ref, one.nodes) for one in config.peers]
        parties += [(one.ref, one.nodes) for one in config.advertisements]
        found = [
            Use(user, "spec.nodeSelectors" if nodes != every else "all")
            for user, nodes in parties
            if nodes & bit
        ]
    return tuple(sorted(found))


def _selects_pools(resources: ResourceSet, ref: ResourceRef) -> bool:
    advertisement = resources.get(ref)
    return isinstance(advertisement, BGPAdvertisement) and bool(
        advertisement.spec.ip_address_pool_selectors
    )


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
