"""Wanted routes: parsed, immutable, shared by every session that announces them.

A prefix is its NLRI octets (see `codec/prefix.py`), attributes are one object for many prefixes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from weakref import WeakKeyDictionary

from speaker.codec.families import FAMILIES, Family
from speaker.codec.prefix import address_family, parse_address, parse_prefix, prefix_order

MAX_COMMUNITY_OCTETS: Final = 3840
"""Of both kinds together: what surely leaves room for a prefix in a message of 4096 octets."""
Tables = Mapping[Family, dict[bytes, "RouteAttributes"]]


@dataclass(frozen=True, slots=True)
class RouteAttributes:
    """What several prefixes may have in common."""

    next_hop: bytes | None
    """4 or 16 octets; None: the session's local address."""
    local_pref: int | None
    communities: tuple[int, ...]
    """Sorted, each once; likewise the large ones."""
    large_communities: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class WantedRoute:
    """One parsed route."""

    family: Family
    nlri: bytes
    attributes: RouteAttributes


@dataclass(frozen=True, slots=True)
class Group:
    """Prefixes to announce with the same attributes, or to withdraw."""

    family: Family
    attributes: RouteAttributes | None
    """None: withdraw."""
    prefixes: tuple[bytes, ...]


def parse_route(
    prefix: str,
    next_hop: str | None = None,
    local_pref: int | None = None,
    communities: Sequence[str] = (),
    large_communities: Sequence[str] = (),
) -> WantedRoute:
    """Read a route's text.

    Args:
        prefix: "192.0.2.0/24", no bits past the length.
        next_hop: an address; None: the session's local address.
        local_pref: 0 to 4294967295; None: the default, `encoding.DEFAULT_LOCAL_PREF`.
        communities: "a:b", 16 bits each.
        large_communities: "a:b:c", 32 bits each.

    Raises:
        ValueError: with a message that names the bad part.
    """
    family, nlri = parse_prefix(prefix)
    attributes = _parse_attributes(
        next_hop, local_pref, tuple(communities), tuple(large_communities)
    )
    return WantedRoute(family, nlri, attributes)


@lru_cache(maxsize=4096)
def _parse_attributes(
    next_hop: str | None,
    local_pref: int | None,
    communities: tuple[str, ...],
    large_communities: tuple[str, ...],
) -> RouteAttributes:
    standard = sorted({_numbers(text, 2, 16) for text in communities})
    large = sorted({_numbers(text, 3, 32) for text in large_communities})
    if 4 * len(standard) + 12 * len(large) > MAX_COMMUNITY_OCTETS:
        count = len(standard) + len(large)
        raise ValueError(f"{count} communities do not fit a BGP message")
    return RouteAttributes(
        None if next_hop is None else parse_address(next_hop),
        local_pref,
        tuple(high << 16 | low for high, low in standard),
        tuple((one, two, three) for one, two, three in large),
    )


def _numbers(text: str, count: int, bits: int) -> tuple[int, ...]:
    parts = text.split(":")
    is_decimal = all(part.isascii() and part.isdigit() for part in parts)
    if len(parts) != count or not is_decimal or any(int(part) >> bits for part in parts):
        raise ValueError(f"community {text!r} is not {count} numbers of {bits} bits with colons")
    return tuple(int(part) for part in parts)


class RouteSet:
    """Immutable routes, one per prefix. Compared by identity, so that differences are shared."""

    def __init__(self, routes: Iterable[WantedRoute] = ()) -> None:
        """Keep `routes`; of two with one prefix the later one wins."""
        tables: dict[Family, dict[bytes, RouteAttributes]] = {family: {} for family in FAMILIES}
        for route in routes:
            tables[route.family][route.nlri] = route.attributes
        self._adopt(tables)

    @classmethod
    def of_tables(cls, tables: Tables) -> RouteSet:
        """Make one of tables that nobody changes any more."""
        made = cls.__new__(cls)
        made._adopt(tables)
        return made

    def _adopt(self, tables: Tables) -> None:
        self.tables = tables
        self._order: dict[Family, list[bytes]] = {}
        self._sendable: dict[tuple[tuple[Family, ...], Family, bool], RouteSet | None] = {}
        self._differences: WeakKeyDictionary[RouteSet, tuple[Group, ...]] = WeakKeyDictionary()

    def count(self, family: Family) -> int:
        """How many prefixes."""
        return len(self.tables[family])

    def order(self, family: Family) -> list[bytes]:
        """Prefixes sorted by network, then length; made once."""
        if family not in self._order:
            self._order[family] = sorted(self.tables[family], key=prefix_order)
        return self._order[family]

    def sendable(
        self, families: tuple[Family, ...], local_family: Family, *, extended_next_hop: bool = False
    ) -> RouteSet:
        """Leave out what a session cannot carry; itself if that is nothing.

        That is a family not in `families`, and a prefix whose next hop (or the session's address,
        of `local_family`) is of the other family, but IPv4 behind IPv6 is carried with
        `extended_next_hop` (RFC 8950). Made once for sessions of a kind.
        """
        key = (families, local_family, extended_next_hop)
        if key not in self._sendable:
            carried = {("ipv4", "ipv4"), ("ipv6", "ipv6")}
            if extended_next_hop:
                carried.add(("ipv6", "ipv4"))
            kept = RouteSet.of_tables(
                {
                    family: {
                        nlri: attributes
                        for nlri, attributes in table.items()
                        if family in families
                        and (_hop_family(attributes, local_family), family) in carried
                    }
                    for family, table in self.tables.items()
                }
            )
            is_whole = all(kept.count(family) == self.count(family) for family in FAMILIES)
            self._sendable[key] = None if is_whole else kept
        return self._sendable[key] or self

    def since(self, before: RouteSet) -> tuple[Group, ...]:
        """What makes this set of `before`: announcements, then withdrawals.

        In this order, an aggregate that replaces its parts is there before they go. Worked out
        once for all sessions that go the same way.
        """
        if before not in self._differences:
            groups = []
            for family in FAMILIES:
                groups += _announced(family, before.tables[family], self.tables[family])
            for family in FAMILIES:
                gone = tuple(before.tables[family].keys() - self.tables[family].keys())
                if gone:
                    groups.append(Group(family, None, tuple(sorted(gone, key=prefix_order))))
            self._differences[before] = tuple(groups)
        return self._differences[before]


EMPTY: Final = RouteSet()


def _hop_family(attributes: RouteAttributes, local_family: Family) -> Family:
    return local_family if attributes.next_hop is None else address_family(attributes.next_hop)


def _announced(
    family: Family, before: dict[bytes, RouteAttributes], after: dict[bytes, RouteAttributes]
) -> list[Group]:
    # By identity first: hashing attributes for each of 100,000 prefixes is what would take time.
    found: defaultdict[int, list[bytes]] = defaultdict(list)
    known: dict[int, RouteAttributes] = {}
    for nlri, attributes in after.items():
        old = before.get(nlri)
        if old is not attributes and old != attributes:
            found[id(attributes)].append(nlri)
            known[id(attributes)] = attributes
    merged: defaultdict[RouteAttributes, list[bytes]] = defaultdict(list)
    for key, prefixes in found.items():
        merged[known[key]] += prefixes
    return [Group(family, attributes, tuple(nlris)) for attributes, nlris in merged.items()]
