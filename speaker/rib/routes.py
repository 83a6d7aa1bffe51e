"""Wanted routes: immutable sets, shared by every session that announces them.

A prefix is its NLRI octets (see `codec/prefix.py`), attributes are one object for many prefixes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final
from weakref import WeakKeyDictionary

from speaker.codec.families import FAMILIES, Family
from speaker.codec.prefix import address_family, prefix_order
from speaker.rib.attributes import RouteAttributes, WantedRoute, parse_route
from speaker.rib.groups import Group

__all__ = ["EMPTY", "Group", "RouteAttributes", "RouteSet", "WantedRoute", "parse_route"]

Table = dict[bytes, RouteAttributes]
Tables = Mapping[Family, Table]
Carried = tuple[tuple[Family, ...], Family, bool]
"""What a session can carry: its families, its address's family, whether RFC 8950 is agreed on."""


class RouteSet:
    """Immutable routes, one per prefix. Compared by identity, so that differences are shared."""

    def __init__(self, routes: Iterable[WantedRoute] = ()) -> None:
        """Keep `routes`; of two with one prefix the later one wins."""
        tables: dict[Family, Table] = {family: {} for family in FAMILIES}
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
        self._sendable: dict[Carried, RouteSet | None] = {}
        self._groups: tuple[Group, ...] | None = None
        self._differences: WeakKeyDictionary[RouteSet, tuple[Group, ...]] = WeakKeyDictionary()

    def count(self, family: Family) -> int:
        """How many prefixes."""
        return len(self.tables[family])

    def order(self, family: Family) -> list[bytes]:
        """Prefixes sorted by network, then length; made once."""
        if family not in self._order:
            self._order[family] = sorted(self.tables[family], key=prefix_order)
        return self._order[family]

    @property
    def groups(self) -> tuple[Group, ...]:
        """All of it, as announcements to a peer that has nothing; made once."""
        if self._groups is None:
            self._groups = tuple(
                group
                for family in FAMILIES
                for group in _announced(family, {}, self.tables[family])
            )
        return self._groups

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
            kept = [group for group in self.groups if _is_carried(group, key)]
            self._sendable[key] = None
            if len(kept) < len(self.groups):
                self._sendable[key] = _of_groups(kept)
        return self._sendable[key] or self

    def since(self, before: RouteSet) -> tuple[Group, ...]:
        """What makes this set of `before`: announcements, then withdrawals.

        In this order, an aggregate that replaces its parts is there before they go. Worked out
        once for all sessions that go the same way.
        """
        if before is self:
            return ()
        if before is EMPTY:
            return self.groups
        if before not in self._differences:
            groups = []
            for family in FAMILIES:
                groups += _announced(family, before.tables[family], self.tables[family])
            for family in FAMILIES:
                table = self.tables[family]
                groups += _withdrawn(family, [n for n in before.tables[family] if n not in table])
            self._differences[before] = tuple(groups)
        return self._differences[before]

    def succeed(self, before: RouteSet) -> RouteSet:
        """Get ready to be wanted after `before`; gives that one if it is equal.

        Works out what sessions that announce `before`, and new ones, will ask for. That takes
        milliseconds for each 10,000 routes; afterwards it is only looked up.
        """
        if not self.since(before):
            return before
        for families, local_family, extended in tuple(before._sendable):
            mine = self.sendable(families, local_family, extended_next_hop=extended)
            mine.since(before.sendable(families, local_family, extended_next_hop=extended))
        return self

    def changed(self, announced: RouteSet, withdrawn: Iterable[tuple[Family, bytes]]) -> RouteSet:
        """Give the set with those of `announced` added or in place of others, and some left out.

        Itself if nothing changes. Costs a copy of a table, and nothing else that grows with it:
        what was worked out for this set is handed on.
        """
        groups = []
        for family in FAMILIES:
            groups += _announced(family, self.tables[family], announced.tables[family])
        gone = dict.fromkeys(withdrawn)
        for family in FAMILIES:
            table = self.tables[family]
            groups += _withdrawn(family, [n for of, n in gone if of == family and n in table])
        return self._after(tuple(groups)) if groups else self

    def _after(self, change: tuple[Group, ...]) -> RouteSet:
        touched = {group.family for group in change}
        tables = {
            family: dict(table) if family in touched else table
            for family, table in self.tables.items()
        }
        for group in change:
            table = tables[group.family]
            if group.attributes is not None:
                table.update(dict.fromkeys(group.prefixes, group.attributes))
            else:
                for nlri in group.prefixes:
                    del table[nlri]
        made = RouteSet.of_tables(tables)
        made._differences[self] = change
        for key, kept in self._sendable.items():
            made._inherit_sendable(key, kept, change)
        return made

    def _inherit_sendable(
        self, key: Carried, kept: RouteSet | None, change: tuple[Group, ...]
    ) -> None:
        """Take over the sendable part of the set before the change; None: it was all of it."""
        carried = [group for group in change if _is_carried(group, key)]
        if kept is None:
            if len(carried) == len(change):
                self._sendable[key] = None
            return  # else it is worked out when it is asked for
        dropped = [group for group in change if group.attributes is None or group not in carried]
        self._sendable[key] = kept.changed(
            _of_groups(carried),
            [(group.family, nlri) for group in dropped for nlri in group.prefixes],
        )


EMPTY: Final = RouteSet()


def _of_groups(groups: Iterable[Group]) -> RouteSet:
    """What is announced by them."""
    tables: dict[Family, Table] = {family: {} for family in FAMILIES}
    for group in groups:
        if group.attributes is not None:
            tables[group.family].update(dict.fromkeys(group.prefixes, group.attributes))
    return RouteSet.of_tables(tables)


def _is_carried(group: Group, key: Carried) -> bool:
    """Whether a session can carry it; it can always withdraw."""
    families, local_family, extended_next_hop = key
    if group.attributes is None:
        return True
    next_hop = group.attributes.next_hop
    hop_family = local_family if next_hop is None else address_family(next_hop)
    is_matched = hop_family == group.family or (extended_next_hop and group.family == "ipv4")
    return group.family in families and is_matched


def _announced(family: Family, before: Table, after: Table) -> list[Group]:
    """Group what is new or different in `after` by attributes, what is new first."""
    fresh, replaced = after, {}
    if before:
        fresh = {nlri: new for nlri, new in after.items() if nlri not in before}
        replaced = {
            nlri: new
            for nlri, new in after.items()
            if (old := before.get(nlri, new)) is not new and old != new
        }
    first, second = _by_attributes(fresh), _by_attributes(replaced)
    return [
        Group(family, attributes, new + second.get(attributes, ()), fresh=len(new))
        for attributes in {**first, **second}
        for new in (first.get(attributes, ()),)
    ]


def _by_attributes(table: Table) -> dict[RouteAttributes, tuple[bytes, ...]]:
    # By identity first: hashing attributes for each of 100,000 prefixes is what would take time.
    known = {id(attributes): attributes for attributes in table.values()}
    if len(known) == 1:
        return {attributes: tuple(table) for attributes in known.values()}
    found: defaultdict[int, list[bytes]] = defaultdict(list)
    for nlri, attributes in table.items():
        found[id(attributes)].append(nlri)
    merged: defaultdict[RouteAttributes, tuple[bytes, ...]] = defaultdict(tuple)
    for key, attributes in known.items():
        merged[attributes] += tuple(found[key])
    return dict(merged)


def _withdrawn(family: Family, prefixes: Iterable[bytes]) -> list[Group]:
    gone = tuple(prefixes)
    return [Group(family, None, gone)] if gone else []
