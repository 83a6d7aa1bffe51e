"""Compares what two tables send for one prefix: what comes, goes and changes, on which nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lbtui.core.routing.route import Route
from lbtui.core.routing.routes import RouteTables
from lbtui.core.routing.row_groups import RowGroup
from lbtui.core.values.addresses import Prefix
from lbtui.core.values.nodes import NodeIndex, NodeSet


@dataclass(frozen=True, slots=True)
class RouteChange:
    """One prefix to one peer whose attributes change on `before.nodes` (= `after.nodes`)."""

    before: Route
    after: Route


class PeerChanges(NamedTuple):
    """What changes for one peer, each sorted by prefix and first node."""

    added: RowGroup[Route]
    withdrawn: RowGroup[Route]
    changed: RowGroup[RouteChange]

    @property
    def row_count(self) -> int:
        """How many rows there are; makes none."""
        return self.added.count + self.withdrawn.count + self.changed.count


class Rows(NamedTuple):
    """What changes, as rows."""

    added: list[Route]
    withdrawn: list[Route]
    changed: list[RouteChange]


class PrefixComparison:
    """Compares the rows of single prefixes of two tables, whose nodes may differ."""

    def __init__(self, old: RouteTables, new: RouteTables) -> None:
        """Compare nothing yet."""
        self._old, self._new = old, new
        self.has_akin_nodes = old.nodes.is_akin(new.nodes)
        self._cache: dict[tuple[NodeSet, bool], NodeSet] = {}

    def to_new(self, mask: NodeSet) -> NodeSet:
        """Nodes that are gone are left out."""
        return self._translate(mask, self._old.nodes, self._new.nodes, True)

    def to_old(self, mask: NodeSet) -> NodeSet:
        """Nodes that came are left out."""
        return self._translate(mask, self._new.nodes, self._old.nodes, False)

    def _translate(
        self, mask: NodeSet, source: NodeIndex, target: NodeIndex, is_forward: bool
    ) -> NodeSet:
        if self.has_akin_nodes:
            return mask & target.all
        known = self._cache.get((mask, is_forward))
        if known is None:
            known = target.mask_of(source.iterate(mask))
            self._cache[mask, is_forward] = known
        return known

    def compare(
        self, before: Sequence[Route], after: Sequence[Route], moved: NodeSet, rows: Rows
    ) -> None:
        """Compare the rows of one prefix; `moved`: nodes whose next hop differs."""
        had = self.to_new(_nodes(before))
        has = self.to_old(_nodes(after))
        rows.added.extend(_narrow(self._new, after, lambda route: route.nodes & ~had))
        rows.withdrawn.extend(_narrow(self._old, before, lambda route: route.nodes & ~has))
        for new in after:
            for old in before:
                common = self.to_new(old.nodes) & new.nodes
                if _is_alike(old, new):
                    common &= moved
                if common:
                    narrowed = self._old.narrowed(old, self.to_old(common))
                    rows.changed.append(RouteChange(narrowed, self._new.narrowed(new, common)))


def by_prefix(routes: Iterable[Route]) -> dict[Prefix, list[Route]]:
    """Routes of each prefix."""
    found: dict[Prefix, list[Route]] = {}
    for route in routes:
        found.setdefault(route.prefix, []).append(route)
    return found


def _nodes(routes: Iterable[Route]) -> NodeSet:
    """All nodes of some routes."""
    nodes = 0
    for route in routes:
        nodes |= route.nodes
    return nodes


def _narrow(
    tables: RouteTables, routes: Iterable[Route], nodes_of: Callable[[Route], NodeSet]
) -> Iterator[Route]:
    """Routes limited to some of their nodes; those that lose all are left out."""
    for route in routes:
        nodes = nodes_of(route)
        if nodes:
            yield tables.narrowed(route, nodes)


def _is_alike(old: Route, new: Route) -> bool:
    """Whether a peer sees no difference, and localPref is configured the same."""
    return (
        old.local_pref == new.local_pref
        and old.sent_local_pref == new.sent_local_pref
        and old.communities == new.communities
        and old.large_communities == new.large_communities
    )
