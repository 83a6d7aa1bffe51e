"""Rows of the diff view: resources and routes that differ from what is saved. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lbtui.core.objects.resource_set import ResourceRef
from lbtui.tui.views.route_rows import Change, RouteRow
from lbtui.tui.views.route_words import differences

if TYPE_CHECKING:
    from lbtui.core.routing.diff import RouteDiff
    from lbtui.core.routing.resource_diff import ResourceDiff
    from lbtui.core.values.nodes import NodeIndex


@dataclass(frozen=True, slots=True)
class DiffRow:
    """One difference: of a resource (`ref`), or of a route (`route`)."""

    change: Change
    what: str
    """"BGPPeer", or "route to tor-a"."""
    name: str
    """The resource's name or the route's prefix."""
    how: str
    """Field paths, or attributes."""
    ref: ResourceRef | None = None
    route: RouteRow | None = None

    @property
    def key(self) -> object:
        """The reference, so that a resource can be edited from here; else what names the route."""
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


def changed_routes(diff: RouteDiff, old: NodeIndex, new: NodeIndex) -> list[RouteRow]:
    """The routes of a difference, by peer and prefix."""
    rows = [RouteRow(route, route.nodes, new, Change.ADDED) for route in diff.added]
    rows += [RouteRow(route, route.nodes, old, Change.WITHDRAWN) for route in diff.withdrawn]
    rows += [
        RouteRow(change.after, change.after.nodes, new, Change.CHANGED, change.before)
        for change in diff.changed
    ]
    return sorted(rows, key=lambda row: (row.route.peer, row.route.prefix, row.change))


def route_diff_row(row: RouteRow) -> DiffRow:
    """One route's difference."""
    nodes = row.node_index.describe(row.nodes)
    how = "; ".join((*differences(row), f"on {nodes}"))
    what = f"route to {row.route.peer}"
    return DiffRow(row.change, what, str(row.route.prefix), how, route=row)
