"""Routes of documents, many at once: from text to a `RouteSet` and back.

`checks.check_routes` says what is wrong with routes; here it only matters that something is, so
that a hundred thousand right ones take a tenth of a second.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton
from typing import Final

from speaker.api import Route
from speaker.codec.families import FAMILIES, Family
from speaker.codec.prefix import ADDRESS_OCTETS, address_text
from speaker.control.checks import check_routes
from speaker.rib.adj_rib_out import RouteSet, parse_route
from speaker.rib.attributes import RouteAttributes
from speaker.rib.rows import community_texts, large_community_texts

_SOCKET_FAMILIES: Final = {"ipv4": AF_INET, "ipv6": AF_INET6}


def _lengths(family: Family) -> dict[str, tuple[bytes, int, int]]:
    """Of each length as text: its octet, octets of the network, mask of the host's bits."""
    bits = ADDRESS_OCTETS[family] * 8
    return {
        str(length): (bytes((length,)), (length + 7) // 8, (1 << bits - length) - 1)
        for length in range(bits + 1)
    }


_LENGTHS: Final = {family: _lengths(family) for family in FAMILIES}
_TextAttributes = tuple[str | None, int | None, tuple[str, ...], tuple[str, ...]]


def read_routes(routes: Sequence[Route]) -> RouteSet:
    """Read the routes of one set.

    Raises:
        ValueError: `check_routes` has something to say of them.
    """
    tables: dict[Family, dict[bytes, RouteAttributes]] = {family: {} for family in FAMILIES}
    known: dict[tuple[Family, _TextAttributes], RouteAttributes] = {}
    last: tuple[Family, _TextAttributes] | None = None
    for route in routes:
        family, nlri = read_prefix(route.prefix)
        texts = (route.next_hop, route.local_pref, route.communities, route.large_communities)
        if last != (key := (family, texts)):  # most often the one before has the same
            last = key
            attributes = known.get(key) or known.setdefault(key, _attributes(route))
        tables[family][nlri] = attributes
    if sum(map(len, tables.values())) < len(routes):
        raise ValueError("a prefix stands there twice")
    return RouteSet.of_tables(tables)


def read_prefix(text: str) -> tuple[Family, bytes]:
    """Read "192.0.2.0/24". Raises ValueError; the length must be there, in plain digits."""
    address, _, digits = text.partition("/")
    family: Family = "ipv6" if ":" in address else "ipv4"
    try:
        packed = inet_pton(_SOCKET_FAMILIES[family], address)
        head, octets, host = _LENGTHS[family][digits]
    except (OSError, KeyError):
        raise ValueError(text) from None
    if not host:
        return family, head + packed
    if int.from_bytes(packed, "big") & host:
        raise ValueError(text)
    return family, head + packed[:octets]


def _attributes(route: Route) -> RouteAttributes:
    """Judge and parse what routes have in common, on the first that has it."""
    if any(check_routes("", [route])):
        raise ValueError(route.prefix)
    return parse_route(
        route.prefix,
        route.next_hop,
        route.local_pref,
        route.communities,
        route.large_communities,
    ).attributes


def write_routes(routes: RouteSet) -> tuple[Route, ...]:
    """Write a set as it would stand in a document."""
    return tuple(_write(routes))


def _write(routes: RouteSet) -> Iterator[Route]:
    for group in routes.groups:
        attributes = group.attributes
        assert attributes is not None
        texts = (
            None if attributes.next_hop is None else address_text(attributes.next_hop),
            attributes.local_pref,
            community_texts(attributes.communities),
            large_community_texts(attributes.large_communities),
        )
        family, octets = _SOCKET_FAMILIES[group.family], ADDRESS_OCTETS[group.family]
        for nlri in group.prefixes:
            network = inet_ntop(family, nlri[1:].ljust(octets, b"\0"))
            yield Route(f"{network}/{nlri[0]}", *texts)
