"""Compares two route tables peer by peer, and walks only what the two do not share.

Prefixes are compared group by group: how the plans behind a group differ is found once, whatever
the number of its prefixes, and of the peers that get the same. That tells how many rows differ;
the rows themselves are made when they are looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from lbtui.core.configuration.model import EVERYWHERE, Peer
from lbtui.core.routing.placement import Limits
from lbtui.core.routing.prefix_comparison import PeerChanges, PrefixComparison, Rows, by_prefix
from lbtui.core.routing.prefix_groups import PrefixGroup, PrefixGroups, group_prefixes
from lbtui.core.routing.prefixes import Kind
from lbtui.core.routing.routes import RouteTables, TableKey
from lbtui.core.routing.row_groups import RowGroup
from lbtui.core.routing.tables import Piece
from lbtui.core.values.addresses import Prefix
from lbtui.core.values.nodes import NodeSet


class _Difference(NamedTuple):
    """A group of prefixes that differs for some peers."""

    kind: Kind
    networks: Collection[int]
    counts: tuple[int, int, int]
    """Rows that come, go and change."""


class _Session(NamedTuple):
    """What decides about what a peer got and gets."""

    old: Peer
    new: Peer
    old_key: TableKey
    new_key: TableKey
    old_nodes: NodeSet
    new_nodes: NodeSet
    moved: Mapping[int, NodeSet]
    """Family → nodes whose next hop differs."""

    @property
    def kind(self) -> tuple[object, ...]:
        """The same for peers that get the same."""
        is_ibgp = (self.old.is_ibgp, self.new.is_ibgp)
        return (*self[2:6], is_ibgp, tuple(self.moved.items()))


class Comparison:
    """Two route tables."""

    def __init__(self, old: RouteTables, new: RouteTables) -> None:
        """Compare nothing yet."""
        self._old, self._new = old, new
        self._prefixes = PrefixComparison(old, new)
        self._has_same_plans = old.plans is new.plans and old.config.backend == new.config.backend
        self._groups: dict[Kind, PrefixGroups] = {}
        self._differences: dict[tuple[object, ...], tuple[_Difference, ...]] = {}
        self._sorted: dict[tuple[object, ...], Sequence[Prefix]] = {}

    def compare(self, peer: str) -> PeerChanges:
        """What changes for one peer."""
        moved = {family: self._moved_next_hops(peer, family) for family in (4, 6)}
        before, after = (t.peer_objects.get(peer, ()) for t in (self._old, self._new))
        if (
            len(before) == len(after) == 1
            and self._prefixes.has_akin_nodes
            and not (peer in self._old.withheld or peer in self._new.withheld)
        ):
            return self._by_groups(before[0], after[0], moved)
        old_rows, new_rows = (
            by_prefix(t.peer_routes(peer) if peer in t.session_nodes else ())
            for t in (self._old, self._new)
        )
        rows = Rows([], [], [])
        for prefix in sorted(old_rows.keys() | new_rows.keys()):
            self._prefixes.compare(
                old_rows.get(prefix, ()), new_rows.get(prefix, ()), moved[prefix.family], rows
            )
        return PeerChanges(
            RowGroup(len(rows.added), lambda: rows.added),
            RowGroup(len(rows.withdrawn), lambda: rows.withdrawn),
            RowGroup(len(rows.changed), lambda: rows.changed),
        )

    def _moved_next_hops(self, peer: str, family: int) -> NodeSet:
        """Nodes of both sessions whose next hop for a family is another one now."""
        both = self._new.session_nodes.get(peer, 0) & self._prefixes.to_new(
            self._old.session_nodes.get(peer, 0)
        )
        if self._prefixes.has_akin_nodes:
            hops = self._old.next_hops, self._new.next_hops
            if hops[0].sources(peer, both) == hops[1].sources(peer, both):
                both &= self._moved_addresses
        prefix = Prefix(family, 0, 0)
        return self._new.nodes.mask_of(
            node
            for node in self._new.nodes.iterate(both)
            if self._old.next_hop(node, peer, prefix) != self._new.next_hop(node, peer, prefix)
        )

    @cached_property
    def _moved_addresses(self) -> NodeSet:
        """Nodes that had other addresses."""
        old, new = self._old.config.node_addresses, self._new.config.node_addresses
        return self._new.nodes.mask_of(name for name in new if new[name] != old.get(name))

    # ---- prefix by prefix --------------------------------------------------------------------

    def _compare_prefixes(
        self,
        peer: str,
        prefixes: Iterable[Prefix],
        moved: Mapping[int, NodeSet],
        enough: tuple[int, int] | None = None,
    ) -> Rows:
        """Compare some prefixes of a peer, until there are enough rows at a place of `Rows`."""
        rows = Rows([], [], [])
        for prefix in prefixes:
            if enough is not None and len(rows[enough[0]]) >= enough[1]:
                break
            before = self._old.prefix_routes(peer, prefix)
            after = self._new.prefix_routes(peer, prefix)
            self._prefixes.compare(before, after, moved[prefix.family], rows)
        return rows

    # ---- group by group ----------------------------------------------------------------------

    def _by_groups(self, before: Peer, after: Peer, moved: Mapping[int, NodeSet]) -> PeerChanges:
        """Compare what one peer object got and gets."""
        session = _Session(
            before,
            after,
            self._old.key(before),
            self._new.key(after),
            before.nodes & self._old.config.active_nodes,
            after.nodes & self._new.config.active_nodes,
            moved,
        )
        made: list[Rows] = []

        def rows() -> Rows:
            if not made:
                prefixes = self._prefixes_of(session, range(3))
                made.append(self._compare_prefixes(after.name, prefixes, moved))
            return made[0]

        def first(place: int, number: int) -> Rows:
            prefixes = self._prefixes_of(session, [place])
            return self._compare_prefixes(after.name, prefixes, moved, (place, number))

        counts = [difference.counts for difference in self._differences_of(session)]
        added, withdrawn, changed = (sum(count[place] for count in counts) for place in range(3))
        return PeerChanges(
            RowGroup(added, lambda: rows().added, lambda number: first(0, number).added),
            RowGroup(
                withdrawn, lambda: rows().withdrawn, lambda number: first(1, number).withdrawn
            ),
            RowGroup(changed, lambda: rows().changed, lambda number: first(2, number).changed),
        )

    def _prefixes_of(self, session: _Session, places: Sequence[int]) -> Sequence[Prefix]:
        """Prefixes of the groups that have rows at some places of their counts, sorted."""
        place = session.kind, tuple(places)
        known = self._sorted.get(place)
        if known is None:
            prefixes = {
                Prefix(kind[0], network, kind[1])
                for kind, networks, counts in self._differences_of(session)
                if any(counts[place] for place in places)
                for network in networks
            }
            known = self._sorted[place] = sorted(prefixes)
        return known

    def _differences_of(self, session: _Session) -> tuple[_Difference, ...]:
        """The groups of prefixes that differ for sessions of one kind."""
        known = self._differences.get(session.kind)
        if known is None:
            is_same = (
                self._has_same_plans
                and session.old_key == session.new_key
                and session.old_nodes == session.new_nodes
                and session.old.is_ibgp == session.new.is_ibgp
                and not any(session.moved.values())
            )
            known = self._differences[session.kind] = tuple(
                _Difference(kind, group.networks, counts)
                for kind in sorted(self._kinds(session))
                for group in self._groups_of(kind, only_moved=is_same)
                if any(counts := self._counts(session, kind, group))
            )
        return known

    def _kinds(self, session: _Session) -> set[Kind]:
        """Lengths in use in the old and the new table."""
        return {
            (family, tables.config.advertisements[index].length(family))
            for tables, key in ((self._old, session.old_key), (self._new, session.new_key))
            for index in key[0]
            for family in key[1]
        }

    def _groups_of(self, kind: Kind, *, only_moved: bool) -> Iterator[PrefixGroup]:
        """The prefixes of one length."""
        known = self._groups.get(kind)
        if known is None:
            old, new = (
                tables.index.level(kind) if kind in tables.index.kinds else None
                for tables in (self._old, self._new)
            )
            known = self._groups[kind] = group_prefixes(old, new)
        yield from known.moved
        if not only_moved:
            yield from known.kept

    def _counts(self, session: _Session, kind: Kind, group: PrefixGroup) -> tuple[int, int, int]:
        """How many rows of a group come, go and change."""
        before = _pieces(self._old, session.old_key, session.old_nodes, kind, group.old)
        after = _pieces(self._new, session.new_key, session.new_nodes, kind, group.new)
        had = has = 0
        for nodes, _ in before:
            had |= nodes
        for nodes, _ in after:
            has |= nodes
        moved = session.moved[kind[0]]
        changed = (
            nodes & own & (moved if self._sends_alike(session, old, new) else EVERYWHERE)
            for nodes, new in after
            for own, old in before
            if nodes & own
        )
        return (
            _reaching(group, (nodes & ~had for nodes, _ in after)),
            _reaching(group, (nodes & ~has for nodes, _ in before)),
            _reaching(group, changed),
        )

    def _sends_alike(self, session: _Session, old: tuple[int, ...], new: tuple[int, ...]) -> bool:
        """Whether a peer sees no difference, and localPref is configured the same."""
        was, now = self._old.attributes(old), self._new.attributes(new)
        return (
            was.local_pref == now.local_pref
            and self._old.sent_local_pref(session.old, was)
            == self._new.sent_local_pref(session.new, now)
            and was.communities == now.communities
            and was.large_communities == now.large_communities
        )


def _pieces(
    tables: RouteTables, key: TableKey, nodes: NodeSet, kind: Kind, limits: Limits | None
) -> Sequence[Piece]:
    """What sessions on some nodes send for prefixes with these limits."""
    if limits is None or kind[0] not in key[1]:
        return ()
    pieces = tables.builder.pieces(limits, kind, key[0])
    return [(mask & nodes, used) for mask, used in pieces if mask & nodes]


def _reaching(group: PrefixGroup, masks: Iterable[NodeSet]) -> int:
    """How many rows of a group some node sets make."""
    return sum([group.reached.by(mask) for mask in masks if mask])
