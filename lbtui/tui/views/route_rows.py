"""Rows of the route tables: which routes a scope shows, and what changed in them. Pure."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from lbtui.core.addresses import Prefix
    from lbtui.core.diff import RouteDiff
    from lbtui.core.nodes import NodeIndex, NodeSet
    from lbtui.core.routes import Route, RouteTables


class Change(enum.StrEnum):
    """What happened to a route since the saved state; the value is the word on screen."""

    NONE = ""
    ADDED = "added"
    WITHDRAWN = "withdrawn"
    CHANGED = "changed"


class By(enum.StrEnum):
    """What a route table is picked by; the value is the word on screen."""

    ALL = "all"
    PEER = "peer"
    NODE = "node"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which part of all routes is shown."""

    by: By = By.ALL
    name: str = ""
    """Of the peer, node or service; empty for all."""

    def __str__(self) -> str:
        """For a title: "all peers", "peer tor-a"."""
        return f"{self.by} {self.name}" if self.name else "all peers"


class RouteRow(NamedTuple):
    """Nodes that send, or will no longer send, a prefix to a peer, and how that changed."""

    route: Route
    """The route as it is; for a withdrawn one as it was."""
    nodes: NodeSet
    """Over `node_index`; those for which `change` holds."""
    node_index: NodeIndex
    change: Change = Change.NONE
    before: Route | None = None
    """The route as it was, when it changed."""

    @property
    def key(self) -> tuple[str, Prefix, str]:
        """Stays the same while attributes change: rows of one prefix and peer share no node."""
        return self.route.peer, self.route.prefix, self.first_node

    @property
    def first_node(self) -> str:
        """The first of its nodes by name."""
        return next(self.node_index.iterate(self.nodes))


_Entry: TypeAlias = "tuple[NodeSet, Change, Route | None]"


class RouteMarks:
    """A difference of two tables, found by peer and prefix."""

    def __init__(self, diff: RouteDiff | None, old: NodeIndex, new: NodeIndex) -> None:
        """Index `diff`, which came from tables over `old` and `new`; None: nothing changed."""
        self._old = old
        self._now: dict[tuple[str, Prefix], list[_Entry]] = {}
        self._gone: list[Route] = []
        if diff is None:
            return
        for route in diff.added:
            self._add(route, Change.ADDED, None)
        for change in diff.changed:
            self._add(change.after, Change.CHANGED, change.before)
        self._gone = list(diff.withdrawn)

    def _add(self, route: Route, change: Change, before: Route | None) -> None:
        entry = route.nodes, change, before
        self._now.setdefault((route.peer, route.prefix), []).append(entry)

    def rows(self, routes: Iterable[Route], index: NodeIndex) -> Iterator[RouteRow]:
        """`routes` over `index`, split where a change concerns only some of a route's nodes."""
        for route in routes:
            entries = self._now.get((route.peer, route.prefix))
            if entries is None:
                yield RouteRow(route, route.nodes, index)
            else:
                yield from _split(route, index, entries)

    def withdrawn(self, scope: Scope) -> Iterator[RouteRow]:
        """Routes of a scope that are no longer there."""
        for route in self._gone:
            nodes = route.nodes
            if scope.by is By.NODE:
                nodes &= self._old.bit(scope.name)
            if nodes and _is_in(route, scope):
                yield RouteRow(route, nodes, self._old, Change.WITHDRAWN)


def _split(route: Route, index: NodeIndex, entries: Iterable[_Entry]) -> Iterator[RouteRow]:
    rest = route.nodes
    for mask, change, before in entries:
        if concerned := mask & rest:
            yield RouteRow(route, concerned, index, change, before)
            rest ^= concerned
    if rest:
        yield RouteRow(route, rest, index)


def _is_in(route: Route, scope: Scope) -> bool:
    """Whether a route belongs to a scope, nodes aside."""
    match scope.by:
        case By.PEER:
            return route.peer == scope.name
        case By.SERVICE:
            return scope.name in route.services
        case _:
            return True


def scope_routes(tables: RouteTables, scope: Scope) -> tuple[Route, ...]:
    """The routes of a scope; empty when its peer, node or service is not there."""
    match scope.by:
        case By.PEER:
            return tables.peer_routes(scope.name) if scope.name in tables.peers else ()
        case By.NODE:
            return tables.node_routes(scope.name) if scope.name in tables.nodes else ()
        case By.SERVICE:
            return tables.service_routes(scope.name) if scope.name in tables.services else ()
        case _:
            return tables.all_routes()


def scope_names(tables: RouteTables, saved: RouteTables | None, by: By) -> tuple[str, ...]:
    """What can be chosen, saved ones included so that their withdrawn routes can be looked at."""
    both = [tables] if saved is None else [tables, saved]
    match by:
        case By.PEER:
            found: set[str] = {name for t in both for name in t.peers}
        case By.NODE:
            found = {name for t in both for name in t.nodes.names}
        case By.SERVICE:
            found = {name for t in both for name in t.services}
        case _:
            return ()
    return tuple(sorted(found))


def route_rows(tables: RouteTables, marks: RouteMarks, scope: Scope) -> list[RouteRow]:
    """The rows of a scope, withdrawn ones in their place, by peer, prefix and node."""
    rows = list(marks.rows(scope_routes(tables, scope), tables.nodes))
    gone = list(marks.withdrawn(scope))
    if gone:  # the tables' own rows come sorted already
        rows = sorted(rows + gone, key=lambda row: (row.route.peer, row.route.prefix))
    return rows


def count_changes(rows: Iterable[RouteRow]) -> dict[Change, int]:
    """How many rows of each kind of change; those without one are counted too."""
    counts = dict.fromkeys(Change, 0)
    for row in rows:
        counts[row.change] += 1
    return counts
