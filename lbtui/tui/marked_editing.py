"""Editing all marked rows together: one form, one step of the history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lbtui.core.objects.resources import MetalLBResource
from lbtui.tui import workspace
from lbtui.tui.text import BLANK, Line, Span, line

if TYPE_CHECKING:
    from lbtui.core.objects.resource_set import ResourceRef
    from lbtui.tui.app import LbtuiApp
    from lbtui.tui.view_state import ViewState

MOST_NAMED = 3
"""Resources that a step names; the rest is counted."""


class MarkedEditing:
    """Runs the form of several resources of one kind."""

    def __init__(self, app: LbtuiApp) -> None:
        """Work for one app."""
        self._app = app

    async def edit(self, refs: Sequence[ResourceRef]) -> None:
        """Edit `refs`, at least one, all of one kind."""
        from lbtui.tui.screens.form import FormScreen
        from lbtui.tui.shared_form import SharedForm

        state = self._app.state
        found = [(ref, state.history.current.get(ref)) for ref in refs]
        members = [(ref, one) for ref, one in found if isinstance(one, MetalLBResource)]
        form = SharedForm(state.history.current, members)

        def preview(state: ViewState, _: ResourceRef) -> Sequence[Line]:
            return tuple(_consequences(state, refs))

        title = f"Edit {len(members)} marked {refs[0].kind}s"
        accepted = await self._app.push_screen_wait(FormScreen(form, state, title, preview))
        if accepted is not None:
            label = f"set {', '.join(form.written())} of {_named(refs)}"
            self._app.change(workspace.edited(self._app.state, label, accepted.resources))


def _named(refs: Sequence[ResourceRef]) -> str:
    names = ", ".join(ref.name for ref in refs[:MOST_NAMED])
    more = f" and {len(refs) - MOST_NAMED} more" if len(refs) > MOST_NAMED else ""
    return f"{refs[0].kind} {names}{more}"


def _consequences(state: ViewState, refs: Sequence[ResourceRef]) -> Iterator[Line]:
    """Findings about the resources, then every route that changes against what is saved."""
    from lbtui.tui.dialogs.consequences import route_change_lines
    from lbtui.tui.findings import Findings, finding_lines

    findings = Findings(state)
    for ref in refs:
        lines = list(finding_lines(findings.of(ref)))
        if lines:
            yield line(Span(ref.name, "strong"))
            yield from lines
            yield BLANK
    assert state.route_diff and state.saved_analysis and state.analysis
    old, new = state.saved_analysis.tables, state.analysis.tables
    yield line(Span("All edits against what is saved", "muted"))
    yield from route_change_lines(state.route_diff, old.nodes, new.nodes)
