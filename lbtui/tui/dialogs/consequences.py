"""A question whose answer depends on which routes change: they are worked out and shown first."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import work

from lbtui.tui import workspace
from lbtui.tui.dialogs.choice import Choice, ChoiceDialog
from lbtui.tui.text import Line, Span, line

if TYPE_CHECKING:
    from lbtui.core.objects.resource_set import ResourceSet
    from lbtui.tui.view_state import ViewState


class ConsequencesDialog(ChoiceDialog):
    """Shows what another working set would do against the one at hand."""

    def __init__(
        self,
        title: str,
        state: ViewState,
        resources: ResourceSet,
        lines: Sequence[Line],
        choices: Sequence[Choice],
    ) -> None:
        """Compare the routes of `resources` with those of the working set of `state`."""
        waiting = line(Span("The routes are being worked out.", "muted"))
        super().__init__(title, [*lines, waiting], choices)
        self._state, self._resources, self._above = state, resources, tuple(lines)

    def on_mount(self) -> None:
        """The consequences follow at once."""
        self._work_out()

    @work(exclusive=True, group="consequences")
    async def _work_out(self) -> None:
        from lbtui.core.routing.diff import diff_tables
        from lbtui.tui.analysis_work import work_out
        from lbtui.tui.review_lines import (
            change_of_findings,
            findings_apart,
            route_change_lines,
        )

        state = self._state
        now = await asyncio.to_thread(work_out, workspace.request_of(state))
        then = await asyncio.to_thread(work_out, workspace.request_of(state, self._resources))

        def explain() -> list[Line]:
            old, new = now.analysis, then.analysis
            diff = diff_tables(old.tables, new.tables)
            routes = route_change_lines(diff, old.tables.nodes, new.tables.nodes)
            findings = findings_apart(old.diagnostics, new.diagnostics)
            return [*routes, *change_of_findings(*findings)]

        self.show_explanation([*self._above, *await asyncio.to_thread(explain)])
