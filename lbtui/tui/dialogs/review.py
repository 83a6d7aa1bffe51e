"""The last look before a save: what becomes of the files, the routes and the findings."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.widget import Widget

from lbtui.tui.dialogs.framed import FramedDialog
from lbtui.tui.review_lines import refused, review_lines
from lbtui.tui.text import Span, line
from lbtui.tui.views.diff_rows import QUICK_ROWS
from lbtui.tui.widgets.line_panel import LinePanel

if TYPE_CHECKING:
    from lbtui.ports import FileChange
    from lbtui.tui.view_state import ViewState


class ReviewDialog(FramedDialog["bool | None"]):
    """Gives True to save; esc goes back to editing. Routes follow as soon as they are known."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "save", "Save"),
        Binding("n", "next(1)", "Next part", show=False),
        Binding("N", "next(-1)", "Part before", show=False),
    ]
    keys = (("s", "save"), ("esc", "back"), ("up/down", "scroll"), ("n/N", "next part"))

    def __init__(self, title: str, state: ViewState, changes: Sequence[FileChange]) -> None:
        """Show what saving the working set of `state` does: `changes` are those of the files."""
        super().__init__()
        self._title_text, self._state, self._changes = title, state, tuple(changes)
        self._panel = LinePanel()

    def body(self) -> Iterator[Widget]:
        """Everything, to scroll through."""
        yield self._panel

    def on_mount(self) -> None:
        """Show it."""
        super().on_mount()
        self.show_title(self._title_text)
        self._panel.focus()
        self._show()

    def update_state(self, state: ViewState) -> None:
        """The routes may be known now."""
        was, self._state = self._state, state
        if self.is_mounted and (was.is_current, was.route_diff) != (
            state.is_current,
            state.route_diff,
        ):
            self._show()

    def _show(self) -> None:
        diff = self._state.route_diff
        if diff is None or diff.row_count <= QUICK_ROWS:
            self._panel.show_lines(tuple(review_lines(self._state, self._changes)), is_new=False)
        else:
            self._show_later(self._state)

    @work(group="review", exclusive=True)
    async def _show_later(self, state: ViewState) -> None:
        if not self._panel.text:
            self._panel.show_lines((line(Span("What changes is being listed.", "muted")),))
        lines = await asyncio.to_thread(lambda: tuple(review_lines(state, self._changes)))
        self._panel.show_lines(lines, is_new=False)

    def action_save(self) -> None:
        """Go ahead, unless the server has said already that it will refuse it."""
        stopped = refused(self._changes)
        if stopped:
            self.notify(
                f"The server refuses {stopped[0].name}; esc goes back to edit it.",
                severity="warning",
                timeout=6,
            )
            return
        self.dismiss(True)

    def action_next(self, by: int) -> None:
        """Scroll to the next file, or to the next part."""
        self._panel.scroll_to_heading(by)
