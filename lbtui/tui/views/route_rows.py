"""Rows of the route tables: which routes a scope shows, and what changed in them. Pure."""

from __future__ import annotations

import enum
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, overload

from lbtui.core.routing.diff import RouteChange
from lbtui.tui.remembered import Remembered

if TYPE_CHECKING:
    from lbtui.core.routing.diff import RouteDiff
    from lbtui.core.routing.route import Route
    from lbtui.core.routing.routes import RouteTables
    from lbtui.core.values.addresses import Prefix
    from lbtui.core.values.nodes import NodeIndex, NodeSet
    from lbtui.tui.view_state import ViewState


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
    PREFIX = "prefix"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which part of all routes is shown."""

    by: By = By.ALL
    name: str = ""
    """Of the peer, node or service, or the prefix; empty for all."""

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


Item: TypeAlias = "Route | RouteChange | RouteRow"
"""What stands for a row until it is looked at: a route that did not change and a change are there
already, and 100,000 rows are not made for the forty on screen."""


class RouteMarks:
    """A difference of two tables, found by peer and prefix."""

    def __init__(self, diff: RouteDiff | None, old: NodeIndex, new: NodeIndex) -> None:
        """Index `diff`, which came from tables over `old` and `new`; None: nothing changed."""
        self._old, self._new = old, new
        self._now: dict[str, dict[Prefix, list[Route | RouteChange]]] = {}
        """Peer → prefix → what was added and what changed."""
        self._gone: Sequence[Route] = ()
        if diff is None:
            return
        for route in diff.added:
            self._now.setdefault(route.peer, {}).setdefault(route.prefix, []).append(route)
        for change in diff.changed:
            after = change.after
            self._now.setdefault(after.peer, {}).setdefault(after.prefix, []).append(change)
        self._gone = diff.withdrawn

    def items(self, routes: Sequence[Route]) -> Sequence[Item]:
        """`routes`, split where a change concerns only some of a route's nodes."""
        if not self._now:
            return routes
        none: dict[Prefix, list[Route | RouteChange]] = {}
        items: list[Item] = []
        for route in routes:
            found = self._now.get(route.peer, none).get(route.prefix)
            if found is None:
                items.append(route)
            elif len(found) == 1 and isinstance(found[0], RouteChange) and found[0].after == route:
                items.append(found[0])
            else:
                items += self._split(route, found)
        return items

    def _split(self, route: Route, found: Iterable[Route | RouteChange]) -> Iterator[RouteRow]:
        rest = route.nodes
        for mark in found:
            before = mark.before if isinstance(mark, RouteChange) else None
            mask = mark.after.nodes if isinstance(mark, RouteChange) else mark.nodes
            if concerned := mask & rest:
                change = Change.CHANGED if before is not None else Change.ADDED
                yield RouteRow(route, concerned, self._new, change, before)
                rest ^= concerned
        if rest:
            yield RouteRow(route, rest, self._new)

    def row(self, item: Item) -> RouteRow:
        """The row that an item stands for."""
        if isinstance(item, RouteRow):
            return item
        if isinstance(item, RouteChange):
            after = item.after
            return RouteRow(after, after.nodes, self._new, Change.CHANGED, item.before)
        return RouteRow(item, item.nodes, self._new)

    def rows(self, routes: Sequence[Route], index: NodeIndex) -> Iterator[RouteRow]:
        """The rows of `routes` over the new tables' `index`."""
        return map(self.row, self.items(routes))

    def withdrawn(self, scope: Scope) -> Iterator[RouteRow]:
        """Routes of a scope that are no longer there."""
        for route in self._gone:
            nodes = route.nodes
            if scope.by is By.NODE:
                nodes &= self._old.bit(scope.name)
            if nodes and _is_in(route, scope):
                yield RouteRow(route, nodes, self._old, Change.WITHDRAWN)


class RouteMarksCache(Remembered[RouteMarks]):
    """Indexes a difference once, not for every row that is looked at."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__(
            lambda state: (state.route_diff, state.saved_analysis, state.analysis), _marks_of
        )


def _marks_of(state: ViewState) -> RouteMarks:
    """The marks of a state that has an analysis."""
    assert state.analysis is not None
    saved = state.saved_analysis or state.analysis
    return RouteMarks(state.route_diff, saved.tables.nodes, state.analysis.tables.nodes)


def place_of(item: Item) -> tuple[str, Prefix]:
    """What rows are sorted by: peer and prefix."""
    if isinstance(item, RouteRow):
        return item.route.peer, item.route.prefix
    route = item.after if isinstance(item, RouteChange) else item
    return route.peer, route.prefix


def _is_in(route: Route, scope: Scope) -> bool:
    """Whether a route belongs to a scope, nodes aside."""
    match scope.by:
        case By.PEER:
            return route.peer == scope.name
        case By.SERVICE:
            return scope.name in route.services
        case By.PREFIX:
            return str(route.prefix) == scope.name
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
        case By.PREFIX:
            prefix = prefix_of(scope.name)
            return tuple(r for peer in tables.peers for r in tables.prefix_routes(peer, prefix))
        case _:
            return tables.all_routes()


def prefix_of(text: str) -> Prefix:
    """A prefix as a scope names it."""
    from lbtui.core.values.addresses import Prefix

    network = ip_network(text)
    return Prefix(network.version, int(network.network_address), network.prefixlen)


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
        case By.PREFIX:
            prefixes = {route.prefix for t in both for route in t.all_routes()}
            return tuple(map(str, sorted(prefixes)))
        case _:
            return ()
    return tuple(sorted(found))


class RouteList(Sequence[RouteRow]):
    """Rows by peer, prefix and node, withdrawn ones in their place."""

    def __init__(
        self, marks: RouteMarks, routes: Sequence[Route], gone: Iterable[RouteRow] = ()
    ) -> None:
        """Collect what the rows are made from: `routes` as they are sorted in tables."""
        self._marks = marks
        self._items = marks.items(routes)
        if gone := list(gone):
            self._items = sorted([*self._items, *gone], key=place_of)
        self.counts = count_changes(map(_change_of, self._items))

    @classmethod
    def of_scope(cls, tables: RouteTables, marks: RouteMarks, scope: Scope) -> RouteList:
        """The rows of a scope."""
        return cls(marks, scope_routes(tables, scope), marks.withdrawn(scope))

    @property
    def peers(self) -> set[str]:
        """The peers of all rows that are not withdrawn."""
        return {
            place_of(item)[0] for item in self._items if _change_of(item) is not Change.WITHDRAWN
        }

    def __len__(self) -> int:
        """Number of rows."""
        return len(self._items)

    @overload
    def __getitem__(self, index: int) -> RouteRow: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[RouteRow]: ...
    def __getitem__(self, index: int | slice) -> RouteRow | Sequence[RouteRow]:
        """One row, or some; made now."""
        if isinstance(index, slice):
            return [self._marks.row(item) for item in self._items[index]]
        return self._marks.row(self._items[index])

    def find(self, key: object) -> RouteRow | None:
        """The row of a key; None if there is none."""
        if not isinstance(key, tuple) or len(key) != 3:
            return None
        start = bisect_left(self._items, key[:2], key=place_of)
        for item in islice(self._items, start, None):
            if place_of(item) != key[:2]:
                return None
            if (row := self._marks.row(item)).key == key:
                return row
        return None


def _change_of(item: Item) -> Change:
    if isinstance(item, RouteRow):
        return item.change
    return Change.CHANGED if isinstance(item, RouteChange) else Change.NONE


def count_changes(changes: Iterable[Change]) -> Mapping[Change, int]:
    """How many there are of each kind; those without a change are counted too."""
    return Counter(changes)
