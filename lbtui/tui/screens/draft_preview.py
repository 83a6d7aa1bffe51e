"""What a draft would do, beside the form or text it is typed in: findings, facts, routes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from textual.app import ComposeResult
from textual.containers import Vertical

from lbtui.tui import workspace
from lbtui.tui.compiler import Compiler
from lbtui.tui.findings import Findings
from lbtui.tui.route_counts import is_quick
from lbtui.tui.text import Line, Span
from lbtui.tui.views.resource_details import about_lines, resource_lines
from lbtui.tui.views.route_rows import RouteMarksCache
from lbtui.tui.widgets.bars import Bar
from lbtui.tui.widgets.line_panel import LinePanel

if TYPE_CHECKING:
    from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
    from lbtui.tui.analysis_work import Outcome
    from lbtui.tui.view_state import ViewState


LinesOf: TypeAlias = "Callable[[ViewState, ResourceRef], Sequence[Line]]"
"""What is shown of a state with a draft in it, and of where the draft is; called in a thread."""


def resource_preview(state: ViewState, ref: ResourceRef) -> Sequence[Line]:
    """What the resource does, as the main screen's panel shows it.

    In a large cluster, where its routes take seconds to pick and hardly anybody reads 100,000 of
    them while typing: what all unsaved edits change, counted, and the first rows of it.
    """
    from lbtui.tui.review_lines import change_lines

    findings = Findings(state)
    if state.analysis is None or is_quick(state.analysis.tables):
        return resource_lines(state, ref, findings, RouteMarksCache())
    return [*about_lines(state, ref, findings), *change_lines(state)]


class DraftPreview(Vertical):
    """Follows a draft; worked out beside the event loop, and of what waits only the newest."""

    DEFAULT_CSS = """
    DraftPreview { #preview-title { background: $surface; } }
    """

    def __init__(
        self,
        state: ViewState,
        lines_of: LinesOf = resource_preview,
        *,
        id: str | None = None,  # noqa: A002
    ) -> None:
        """`state` is what the draft starts from, `lines_of` what is shown of it."""
        super().__init__(id=id)
        self._lines_of = lines_of
        self.view_state = state
        self._title = Bar(id="preview-title")
        self._panel = LinePanel()
        self._resources: ResourceSet | None = None
        self._ref: ResourceRef | None = None
        self._is_drawing = asyncio.Lock()
        self._compiler = Compiler(self._spawn, self._take_outcome, self._failed)

    def compose(self) -> ComposeResult:
        """Title and lines."""
        yield self._title
        yield self._panel

    def _spawn(self, work: object) -> None:
        self.run_worker(work, group="draft", exclusive=False)  # type: ignore[arg-type]

    def follow(self, resources: ResourceSet, ref: ResourceRef) -> None:
        """Show soon what the resource `ref` of a draft does."""
        self._resources, self._ref = resources, ref
        self._compiler.request(workspace.request_of(self.view_state, resources))

    def keep(self, title: str) -> None:
        """Keep the last one on screen, under another title."""
        self._resources = None
        self._title.show((Span(title, "muted"),))

    def _take_outcome(self, outcome: Outcome) -> None:
        if not self.is_mounted or outcome.resources is not self._resources:
            return
        history = self.view_state.history.do("draft", outcome.resources)
        state = workspace.with_outcome(replace(self.view_state, history=history), outcome)
        self.run_worker(
            self._show_outcome(state, outcome.resources), group="preview", exclusive=False
        )

    async def _show_outcome(self, state: ViewState, resources: ResourceSet) -> None:
        async with self._is_drawing:  # a thread goes on when its worker ends: never two of them
            ref = self._ref
            if resources is not self._resources or ref is None:
                return
            lines = await asyncio.to_thread(self._lines_of, state, ref)
        if resources is self._resources:
            self._panel.show_lines(lines)
            self._title.show((Span("Preview", "strong"),))

    def _failed(self, error: Exception) -> None:
        self._panel.show_lines([(Span(f"The preview failed: {error}", "bad"),)])
