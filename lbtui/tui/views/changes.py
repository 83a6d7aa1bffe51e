"""The changes view: what a save would change, in resources and in routes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lbtui.tui.text import Cell, Line, Span, line
from lbtui.tui.view import View
from lbtui.tui.view_state import ViewState
from lbtui.tui.views.diff_rows import DiffRow, changed_routes, resource_rows, route_diff_row
from lbtui.tui.views.explained import RouteSubject
from lbtui.tui.views.route_details import route_lines
from lbtui.tui.views.route_facts import sessions_by_id
from lbtui.tui.views.route_rows import Change, count_changes
from lbtui.tui.views.route_words import CHANGE_SYMBOLS, CHANGE_TONES, community_names
from lbtui.tui.widgets.rows import Column, ItemRows, Rows


class ChangesView(View):
    """Differences to the saved state: resources first, then routes by peer."""

    name_in_commands = "changes"
    title = "Changes"
    leads_to_resource = True
    columns = (
        Column("change", "Change", width=11),
        Column("what", "What", is_flexible=True, minimum=14),
        Column("name", "Name", is_flexible=True, minimum=18),
        Column("how", "How", priority=2, is_flexible=True, minimum=20),
    )
    help_text = (
        "What differs from the saved state: resources with the fields that changed, then every "
        "route that a peer would newly get (+ added), lose (- withdrawn) or get with other "
        "attributes (~ changed). e edits the resource under the cursor, u takes the last edit "
        "back, s saves."
    )

    def __init__(self) -> None:
        """Show nothing until told."""
        super().__init__()
        self._inputs: tuple[Any, ...] = ()
        self._rows: list[DiffRow] = []
        self._by_key: dict[Any, DiffRow] = {}

    def update_state(self, state: ViewState) -> None:
        """Show a new state; rows are made again only when the differences changed."""
        inputs = (state.history.saved, state.history.current, state.route_diff)
        if self._inputs and all(a is b for a, b in zip(inputs, self._inputs, strict=True)):
            self.state = state
            self.tell_details()
            return
        self._inputs = inputs
        super().update_state(state)

    def rows(self, state: ViewState) -> Rows:
        """Resources, then routes."""
        from lbtui.core.routing.resource_diff import diff_resources

        resources = diff_resources(state.history.saved, state.history.current)
        self._rows = [*resource_rows(resources), *_route_rows(state)]
        self._by_key = {row.key: row for row in self._rows}
        return ItemRows(
            columns=self.columns,
            items=self._rows,
            key_of=lambda row: row.key,
            cells_of=_cells,
        )

    def empty_text(self, state: ViewState) -> str:
        """There is no difference."""
        return "Nothing differs from what is saved."

    def summary(self, state: ViewState) -> str:
        """How many of each."""
        resources = sum(row.ref is not None for row in self._rows)
        if not self._rows:
            return "none"
        counts = count_changes(row.change for row in self._rows if row.route is not None)
        routes = [f"{symbol}{counts.get(change, 0)}" for change, symbol in CHANGE_SYMBOLS.items()]
        plural = "" if resources == 1 else "s"
        return f"{resources} resource{plural}, routes {' '.join(routes)}"

    @property
    def to_explain(self) -> object:
        """The resource, or the route if it is still sent."""
        row = self._by_key.get(self.selected_key)
        if row is None or row.route is None:
            return self.selected_ref
        return RouteSubject(row.route.route.peer, row.route.route.prefix, row.route.first_node)

    def details_title(self, state: ViewState) -> str:
        """What the row is about."""
        row = self._by_key.get(self.selected_key)
        return f"{row.what} {row.name}" if row else ""

    def details(self, state: ViewState, width: int) -> Sequence[Line]:
        """The route as in the routes view, or the fields of a resource that changed."""
        row = self._by_key.get(self.selected_key)
        if row is None:
            return ()
        if row.route is not None:
            names = community_names(state.history.current)
            return route_lines(row.route, state, names, sessions_by_id(state.speaker))
        fields = row.how.split(", ")
        return [
            line(Span(f"{CHANGE_SYMBOLS[row.change]} {row.change}", CHANGE_TONES[row.change])),
            *(line("  ", field) for field in fields if row.change is Change.CHANGED),
        ]


def _route_rows(state: ViewState) -> list[DiffRow]:
    if state.route_diff is None or state.analysis is None or state.saved_analysis is None:
        return []
    old, new = state.saved_analysis.tables.nodes, state.analysis.tables.nodes
    return [route_diff_row(row) for row in changed_routes(state.route_diff, old, new)]


def _cells(row: DiffRow) -> Sequence[Cell]:
    tone = CHANGE_TONES[row.change]
    return (
        Span(f"{CHANGE_SYMBOLS[row.change]} {row.change}", tone),
        row.what,
        Span(row.name, tone),
        row.how,
    )
