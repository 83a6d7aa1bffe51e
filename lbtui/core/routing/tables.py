"""Route tables as shared, peer-independent rows: what a set of advertisements announces.

Peers that get the same advertisements and families share one table. A prefix's nodes are split
into the few disjoint sets that use the same advertisements for it; prefixes of one bundle are
split alike, so that the work is done once a bundle, and rows exist only where they are looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from lbtui.core.configuration.model import EVERYWHERE, Advertisement, Configuration
from lbtui.core.routing.placement import Limits
from lbtui.core.routing.plans import Parts, PlanKey, Plans
from lbtui.core.routing.prefixes import Kind, Level, Member, PrefixIndex
from lbtui.core.values.addresses import Prefix
from lbtui.core.values.communities import CommunityValue
from lbtui.core.values.nodes import NodeSet


class Attributes(NamedTuple):
    """What one prefix is sent with where several advertisements meet."""

    local_pref: int
    """As configured; 0 when unset."""
    local_prefs: tuple[int, ...]
    """All non-zero ones, ascending; more than one is a conflict."""
    communities: tuple[str, ...]
    large_communities: tuple[str, ...]


class Row(NamedTuple):
    """These nodes announce this prefix by exactly these advertisements."""

    prefix: Prefix
    nodes: NodeSet
    advertisements: tuple[int, ...]
    services: tuple[tuple[str, NodeSet], ...]
    """Services behind it by name, each with all nodes that announce it by this prefix."""


Piece = tuple[NodeSet, tuple[int, ...]]
"""Nodes, and the advertisements that all of them use for a prefix."""

Withheld = Mapping[str, NodeSet]
"""Service → nodes that hold it back from a peer."""


def merge(backend: str, advertisements: Sequence[Advertisement]) -> Attributes:
    """Merge what several advertisements say about one prefix, as the back end does.

    native keeps the localPref of the first service it learns, which is chance; lbtui takes the
    first advertisement by name, which is always one of the possible outcomes. FRR's last
    route-map entry wins, and entries are in the text order of the preferences.
    Source: MetalLB internal/bgp/native/native.go, internal/bgp/frr/templates.
    """
    values: set[CommunityValue] = set()
    for advertisement in advertisements:
        values.update(advertisement.communities)
    ordered = sorted(values)
    prefs = sorted({a.local_pref for a in advertisements if a.local_pref})
    if backend == "native":
        local_pref = advertisements[0].local_pref if advertisements else 0
    elif backend == "frr":
        local_pref = max(prefs, key=str, default=0)
    else:
        local_pref = prefs[-1] if prefs else 0
    return Attributes(
        local_pref,
        tuple(prefs),
        tuple(str(value) for value in ordered if not value.is_large),
        tuple(str(value) for value in ordered if value.is_large),
    )


class TableBuilder:
    """Builds tables for one configuration; caches what they have in common."""

    def __init__(self, config: Configuration, plans: Plans, index: PrefixIndex) -> None:
        """Keep the inputs; nothing is built yet."""
        self._config = config
        self._nodes = config.nodes
        self._plans = plans
        self._index = index
        self._splits: dict[Parts, tuple[Piece, ...]] = {}
        self._attributes: dict[tuple[int, ...], Attributes] = {}
        self._parts: dict[tuple[PlanKey, Kind, frozenset[int]], Parts] = {}
        self._unions: dict[tuple[Limits, Kind, frozenset[int]], tuple[Piece, ...]] = {}

    def attributes(self, advertisements: tuple[int, ...]) -> Attributes:
        """The merged attributes of a row's advertisements."""
        known = self._attributes.get(advertisements)
        if known is None:
            chosen = [self._config.advertisements[index] for index in advertisements]
            known = self._attributes[advertisements] = merge(self._config.backend, chosen)
        return known

    def levels(self, advertisements: frozenset[int], families: Collection[int]) -> list[Level]:
        """The levels that these advertisements announce prefixes of."""
        lengths = {
            (family, self._config.advertisements[index].length(family))
            for index in advertisements
            for family in families
        }
        return [self._index.level(kind) for kind in sorted(lengths)]

    def build(
        self,
        advertisements: frozenset[int],
        families: Collection[int],
        withheld: Withheld | None = None,
        is_wanted: Callable[[tuple[int, ...]], bool] | None = None,
    ) -> tuple[Row, ...]:
        """The rows of these advertisements, sorted by prefix, then by first node.

        Args:
            advertisements: indices of those that the peer gets.
            families: 4, 6 or both.
            withheld: what is held back from this peer.
            is_wanted: chooses rows by their advertisements; None: all of them.
        """
        rows: list[Row] = []
        for level in self.levels(advertisements, families):
            for keys, bundle in level.bundles.items():
                if len(keys) == 1 and not any(
                    is_wanted is None or is_wanted(used)
                    for _, used in self.split(self.parts(keys[0], level.kind, advertisements))
                ):
                    continue  # no row of the whole bundle
                for network, member in bundle.members.items():
                    rows.extend(self.rows_of(level.kind, network, member, advertisements, withheld))
        if is_wanted is not None:
            rows = [row for row in rows if is_wanted(row.advertisements)]
        # Prefixes are unique to their level, and rows of one prefix stand in order already.
        rows.sort(key=_prefix_of)
        return tuple(rows)

    def prefix_rows(
        self, prefix: Prefix, advertisements: frozenset[int], withheld: Withheld | None = None
    ) -> Sequence[Row]:
        """The rows of one prefix; none if these advertisements do not announce it."""
        kind = (prefix.family, prefix.length)
        if kind not in self._index.kinds:
            return ()
        member = self._index.level(kind).find(prefix.network)
        if member is None:
            return ()
        return self.rows_of(kind, prefix.network, member, advertisements, withheld)

    def rows_of(
        self,
        kind: Kind,
        network: int,
        member: Member,
        advertisements: frozenset[int],
        withheld: Withheld | None = None,
    ) -> Sequence[Row]:
        """The rows of one prefix, by first node."""
        if withheld:
            member = _without(member, withheld)
        pieces = self.pieces(member.limits, kind, advertisements)
        if not pieces:
            return ()
        prefix = Prefix(kind[0], network, kind[1])
        if len(member.sources) == 1:
            name = member.sources[0].service.name
            return [Row(prefix, nodes, used, ((name, nodes),)) for nodes, used in pieces]
        behind: list[tuple[str, NodeSet]] = []
        for source in member.sources:
            key, own = source.limits[0]
            nodes = 0
            for _, mask in self.parts(key, kind, advertisements):
                nodes |= mask
            behind.append((source.service.name, nodes & own))
        return [
            Row(prefix, nodes, used, tuple([item for item in behind if item[1] & nodes]))
            for nodes, used in pieces
        ]

    def pieces(self, limits: Limits, kind: Kind, advertisements: frozenset[int]) -> Sequence[Piece]:
        """Disjoint node sets and the advertisements that all nodes of a set use, by first node."""
        if len(limits) > 1:
            return self._union(limits, kind, advertisements)
        key, nodes = limits[0]
        pieces = self.split(self.parts(key, kind, advertisements))
        if nodes == EVERYWHERE:
            return pieces
        found = [(mask & nodes, used) for mask, used in pieces if mask & nodes]
        if len(found) > 1:
            found.sort(key=self._first_node)
        return found

    def parts(self, key: PlanKey, kind: Kind, advertisements: frozenset[int]) -> Parts:
        """The parts of a plan of one aggregation length that a peer gets."""
        place = (key, kind, advertisements)
        known = self._parts.get(place)
        if known is None:
            family, length = kind
            known = self._parts[place] = tuple(
                (index, nodes)
                for index, nodes in self._plans.plan(key).parts
                if index in advertisements
                and self._config.advertisements[index].length(family) == length
            )
        return known

    def _union(
        self, limits: Limits, kind: Kind, advertisements: frozenset[int]
    ) -> tuple[Piece, ...]:
        """The pieces of a prefix with services under several plans."""
        place = (limits, kind, advertisements)
        known = self._unions.get(place)
        if known is None:
            union: dict[int, NodeSet] = {}
            for key, own in limits:
                for index, nodes in self.parts(key, kind, advertisements):
                    if nodes & own:
                        union[index] = union.get(index, 0) | nodes & own
            known = self._unions[place] = self.split(tuple(sorted(union.items())))
        return known

    def split(self, parts: Parts) -> tuple[Piece, ...]:
        """Divide the nodes of some parts by the advertisements that they use."""
        known = self._splits.get(parts)
        if known is None:
            pieces: list[Piece] = []
            for index, nodes in parts:
                left = nodes
                divided: list[Piece] = []
                for mask, used in pieces:
                    divided.append((mask & nodes, (*used, index)))
                    divided.append((mask & ~nodes, used))
                    left &= ~mask
                pieces = [piece for piece in (*divided, (left, (index,))) if piece[0]]
            pieces.sort(key=self._first_node)
            known = self._splits[parts] = tuple(pieces)
        return known

    def _first_node(self, piece: Piece) -> str:
        return self._nodes.first(piece[0])


def _prefix_of(row: Row) -> Prefix:
    return row.prefix


def _without(member: Member, withheld: Withheld) -> Member:
    """What is left of a prefix where services are held back on some nodes."""
    if not any(source.service.name in withheld for source in member.sources):
        return member
    sources = [source.limited(~withheld.get(source.service.name, 0)) for source in member.sources]
    return Member.of(sources)
