"""Editing all marked rows together: one form, one step of the history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lbtui.core.objects.resources import MetalLBResource
from lbtui.tui import workspace
from lbtui.tui.text import BLANK, Line, Span, line

if TYPE_CHECKING:
    from lbtui.core.editing.open_draft import OpenDraft
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

    async def edit(self, refs: Sequence[ResourceRef], typed: OpenDraft | None = None) -> None:
        """Edit those of `refs` that there are, all of one kind; `typed`: what was typed before."""
        from lbtui.tui.shared_form import SharedForm

        current = self._app.state.history.current
        found = [(ref, current.get(ref)) for ref in refs]
        members = [(ref, one) for ref, one in found if isinstance(one, MetalLBResource)]
        if not members:
            return
        form = SharedForm(current, members)
        if typed is not None:
            form.go_on(typed)

        def preview(state: ViewState, _: ResourceRef) -> Sequence[Line]:
            return tuple(_consequences(state, form.refs))

        title = f"Edit {len(members)} marked {refs[0].kind}s"
        accepted = await self._app.editing.open(form, title, preview)
        if accepted is not None:
            label = f"set {', '.join(form.written())} of {_named(form.refs)}"
            self._app.change(workspace.edited(self._app.state, label, accepted.resources))


def _named(refs: Sequence[ResourceRef]) -> str:
    names = ", ".join(ref.name for ref in refs[:MOST_NAMED])
    more = f" and {len(refs) - MOST_NAMED} more" if len(refs) > MOST_NAMED else ""
    return f"{refs[0].kind} {names}{more}"


def _consequences(state: ViewState, refs: Sequence[ResourceRef]) -> Iterator[Line]:
    """Findings about the resources, then every route that changes against what is saved."""
    from lbtui.tui.findings import Findings, finding_lines
    from lbtui.tui.review_lines import change_lines

    findings = Findings(state)
    for ref in refs:
        lines = list(finding_lines(findings.of(ref)))
        if lines:
            yield line(Span(ref.name, "strong"))
            yield from lines
            yield BLANK
    yield from change_lines(state)
