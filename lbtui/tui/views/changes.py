"""The changes view: what a save would change, in resources and in routes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from textual import work

from lbtui.core.text_diff import hunks, opcodes
from lbtui.tui.dialogs.reading import manifest_text
from lbtui.tui.remembered import are_same
from lbtui.tui.review_lines import LINE_TONES, change_of_findings, finding_changes
from lbtui.tui.text import BLANK, Cell, Line, Span, line
from lbtui.tui.view import View
from lbtui.tui.view_state import ViewState
from lbtui.tui.views.diff_rows import (
    MOST_ROWS,
    QUICK_ROWS,
    DiffRow,
    DiffRows,
    changed_routes,
    finding_rows,
    resource_rows,
)
from lbtui.tui.views.explained import RouteSubject
from lbtui.tui.views.route_details import route_lines
from lbtui.tui.views.route_facts import sessions_by_id
from lbtui.tui.views.route_rows import Change, RouteRow
from lbtui.tui.views.route_words import CHANGE_SYMBOLS, CHANGE_TONES, community_names
from lbtui.tui.widgets.rows import Column, ItemRows, Rows

if TYPE_CHECKING:
    from lbtui.core.diagnostics import Diagnostic
    from lbtui.core.objects.resource_set import ResourceRef


class ChangesView(View):
    """Differences to the saved state: resources, findings, then routes by peer."""

    name_in_commands = "changes"
    title = "Changes"
    leads_to_resource = True
    columns = (
        Column("change", "Change", width=11),
        Column("what", "What", is_flexible=True, minimum=14),
        Column("name", "Name", is_flexible=True, minimum=18),
        Column("how", "How", priority=2, is_flexible=True, minimum=14),
    )
    help_text = (
        "What differs from the saved state: resources with the fields and the text that changed, "
        "findings that come and go, then every route that a peer would newly get (+ added), lose "
        "(- withdrawn) or get with other attributes (~ changed). "
        "e edits the resource under the cursor, u takes the last edit back, s saves."
    )

    def __init__(self) -> None:
        """Show nothing until told."""
        super().__init__()
        self._inputs: tuple[Any, ...] = ()
        self._rows = DiffRows((), ())
        self._is_listing = False

    def update_state(self, state: ViewState) -> None:
        """Show a new state; rows are made again only when the differences changed."""
        inputs = (state.history.saved, state.history.current, state.route_diff)
        if self._inputs and are_same(inputs, self._inputs):
            self.state = state
            self.tell_details()
            return
        self._inputs = inputs
        super().update_state(state)

    def rows(self, state: ViewState) -> Rows:
        """Resources, findings, then routes; a great many routes follow a moment later."""
        from lbtui.core.routing.resource_diff import diff_resources

        resources = diff_resources(state.history.saved, state.history.current)
        findings = finding_changes(state) if state.is_current and state.saved_analysis else ((), ())
        first = [*resource_rows(resources), *finding_rows(*findings)]
        self._is_listing = state.route_diff is not None and state.route_diff.row_count > QUICK_ROWS
        self._rows = DiffRows(first, () if self._is_listing else _routes(state))
        if self._is_listing:
            self._list_routes(state, first)
        return self._shown_rows()

    def _shown_rows(self) -> Rows:
        return ItemRows(self.columns, self._rows, lambda row: row.key, _cells)

    @work(group="changes", exclusive=True)
    async def _list_routes(self, state: ViewState, first: Sequence[DiffRow]) -> None:
        routes = await asyncio.to_thread(_routes, state)
        if state.route_diff is not self._inputs[-1]:
            return
        self._rows, self._is_listing = DiffRows(first, routes), False
        self.table.show_rows(self._shown_rows())
        self.tell_details()

    def empty_text(self, state: ViewState) -> str:
        """There is no difference."""
        return "Nothing differs from what is saved."

    def summary(self, state: ViewState) -> str:
        """How many of each."""
        if not self._rows and not self._is_listing:
            return "none"
        resources = sum(row.ref is not None and row.finding is None for row in self._rows.first)
        diff = state.route_diff
        counts = {
            Change.ADDED: len(diff.added) if diff else 0,
            Change.WITHDRAWN: len(diff.withdrawn) if diff else 0,
            Change.CHANGED: len(diff.changed) if diff else 0,
        }
        routes = [f"{symbol}{counts.get(change, 0)}" for change, symbol in CHANGE_SYMBOLS.items()]
        plural = "" if resources == 1 else "s"
        listing = ", being listed" if self._is_listing else ""
        if max(counts.values()) > MOST_ROWS:
            listing = f", the first {MOST_ROWS} of each listed"
        return f"{resources} resource{plural}, routes {' '.join(routes)}{listing}"

    @property
    def selected_ref(self) -> ResourceRef | None:
        """The resource of the row, or that a finding is about."""
        row = self._rows.find(self.selected_key)
        return row.ref if row else None

    @property
    def to_explain(self) -> object:
        """The resource, or the route if it is still sent."""
        row = self._rows.find(self.selected_key)
        if row is None or row.route is None:
            return self.selected_ref
        return RouteSubject(row.route.route.peer, row.route.route.prefix, row.route.first_node)

    def details_title(self, state: ViewState) -> str:
        """What the row is about."""
        row = self._rows.find(self.selected_key)
        return f"{row.what} {row.name}" if row else ""

    def details(self, state: ViewState, width: int) -> Sequence[Line]:
        """The route as in the routes view, or the fields of a resource that changed."""
        row = self._rows.find(self.selected_key)
        if row is None:
            return ()
        if row.route is not None:
            names = community_names(state.history.current)
            return route_lines(row.route, state, names, sessions_by_id(state.speaker))
        if row.finding is not None:
            return list(change_of_findings(*_as_change(row.change, row.finding)))
        fields = row.how.split(", ")
        return [
            line(Span(f"{CHANGE_SYMBOLS[row.change]} {row.change}", CHANGE_TONES[row.change])),
            *(line("  ", field) for field in fields if row.change is Change.CHANGED),
            BLANK,
            *text_diff_lines(state, row.ref),
        ]


def _routes(state: ViewState) -> list[RouteRow]:
    """The routes that differ, or the first of them."""
    if state.route_diff is None or state.analysis is None or state.saved_analysis is None:
        return []
    old, new = state.saved_analysis.tables.nodes, state.analysis.tables.nodes
    return changed_routes(state.route_diff, old, new, MOST_ROWS)


def _as_change(
    change: Change, finding: Diagnostic
) -> tuple[tuple[Diagnostic, ...], tuple[Diagnostic, ...]]:
    """A finding among those that come, or among those that go."""
    return ((finding,), ()) if change is Change.ADDED else ((), (finding,))


def text_diff_lines(state: ViewState, ref: ResourceRef | None) -> Iterator[Line]:
    """What differs in a resource's manifest as lbtui writes it, secrets as three stars."""
    if ref is None:
        return
    sides = (state.history.saved.get(ref), state.history.current.get(ref))
    old, new = (manifest_text(one).splitlines() if one else [] for one in sides)
    steps = opcodes([old], [new])
    for hunk in hunks(steps, lambda a, b: old[a:b], lambda a, b: new[a:b]):
        for one in hunk.lines:
            yield line(Span(f"{one.mark} {one.text}", LINE_TONES[one.mark]))


def _cells(row: DiffRow) -> Sequence[Cell]:
    tone = CHANGE_TONES[row.change]
    return (
        Span(f"{CHANGE_SYMBOLS[row.change]} {row.change}", tone),
        row.what,
        Span(row.name, tone),
        row.how,
    )
