"""Rows of the diff view: resources and routes that differ from what is saved. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, overload

from lbtui.core.objects.resource_set import ResourceRef
from lbtui.tui.findings import SYMBOL
from lbtui.tui.views.route_rows import Change, RouteRow
from lbtui.tui.views.route_words import differences

if TYPE_CHECKING:
    from lbtui.core.diagnostics import Diagnostic
    from lbtui.core.routing.diff import RouteDiff
    from lbtui.core.routing.resource_diff import ResourceDiff
    from lbtui.core.values.addresses import Prefix
    from lbtui.core.values.nodes import NodeIndex


MOST_ROWS = 5_000
"""Differing routes of each kind that a view of them lists; it counts all."""
QUICK_ROWS = 1_000
"""Differing routes that are listed at once; more are listed beside the event loop."""


@dataclass(frozen=True, slots=True)
class DiffRow:
    """One difference: of a resource (`ref`), of a route, or of what is found."""

    change: Change
    what: str
    """"BGPPeer", or "route to tor-a"."""
    name: str
    """The resource's name or the route's prefix."""
    how: str
    """Field paths, or attributes."""
    ref: ResourceRef | None = None
    route: RouteRow | None = None
    finding: Diagnostic | None = None

    @property
    def key(self) -> object:
        """The reference, so that a resource can be edited from here; else what names the route."""
        if self.finding is not None:
            return (self.change, self.finding)
        if self.ref is not None:
            return self.ref
        return (self.route.key, self.change) if self.route else (self.what, self.name)


def resource_rows(diff: ResourceDiff) -> Iterator[DiffRow]:
    """Resources that come, change and go."""
    for ref in diff.added:
        yield _resource(Change.ADDED, ref, "new")
    for ref, paths in diff.changed:
        yield _resource(Change.CHANGED, ref, ", ".join(paths))
    for ref in diff.removed:
        yield _resource(Change.WITHDRAWN, ref, "deleted")


def _resource(change: Change, ref: ResourceRef, how: str) -> DiffRow:
    return DiffRow(change, ref.kind, ref.name, how, ref=ref)


def finding_rows(come: Iterable[Diagnostic], go: Iterable[Diagnostic]) -> Iterator[DiffRow]:
    """Findings that come, then those that go; enter on one goes to the resource it is about."""
    for change, findings in ((Change.ADDED, come), (Change.WITHDRAWN, go)):
        for one in findings:
            what = f"{SYMBOL[one.severity]} {one.severity.value}"
            yield DiffRow(change, what, one.code, one.message, ref=one.ref, finding=one)


class DiffRows(Sequence[DiffRow]):
    """Some rows that are there, and routes whose rows are made when they are looked at."""

    def __init__(self, first: Sequence[DiffRow], routes: Sequence[RouteRow]) -> None:
        """Take the routes sorted as `changed_routes` gives them."""
        self.first, self.routes = tuple(first), routes

    def __len__(self) -> int:
        """Number of rows; makes none."""
        return len(self.first) + len(self.routes)

    @overload
    def __getitem__(self, index: int) -> DiffRow: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[DiffRow]: ...
    def __getitem__(self, index: int | slice) -> DiffRow | Sequence[DiffRow]:
        """One row, or some; those of routes are made now."""
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        at = index - len(self.first)
        return route_diff_row(self.routes[at]) if at >= 0 else self.first[index]

    def find(self, key: object) -> DiffRow | None:
        """The row of a key."""
        for row in self.first:
            if row.key == key:
                return row
        match key:
            case ((str() as peer, prefix, str()), Change()):
                place = (peer, prefix)
                start = bisect_left(self.routes, place, key=_place_of)
                for route in islice(self.routes, start, None):
                    if _place_of(route) != place:
                        break
                    if (row := route_diff_row(route)).key == key:
                        return row
        return None


def _place_of(row: RouteRow) -> tuple[str, Prefix]:
    return row.route.peer, row.route.prefix


def changed_routes(
    diff: RouteDiff, old: NodeIndex, new: NodeIndex, most: int | None = None
) -> list[RouteRow]:
    """The routes of a difference, by peer and prefix; the first `most` of each kind."""
    rows = [RouteRow(route, route.nodes, new, Change.ADDED) for route in diff.added[:most]]
    rows += [RouteRow(route, route.nodes, old, Change.WITHDRAWN) for route in diff.withdrawn[:most]]
    rows += [
        RouteRow(change.after, change.after.nodes, new, Change.CHANGED, change.before)
        for change in diff.changed[:most]
    ]
    return sorted(rows, key=lambda row: (row.route.peer, row.route.prefix, row.change))


def route_diff_row(row: RouteRow) -> DiffRow:
    """One route's difference."""
    nodes = row.node_index.describe(row.nodes)
    how = "; ".join((*differences(row), f"on {nodes}"))
    what = f"route to {row.route.peer}"
    return DiffRow(row.change, what, str(row.route.prefix), how, route=row)
