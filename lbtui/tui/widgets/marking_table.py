"""A table whose rows can be marked, so that a command works on several at once."""

from __future__ import annotations

from collections.abc import Hashable
from typing import ClassVar

from textual.actions import SkipAction
from textual.binding import Binding, BindingType

from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import Span
from lbtui.tui.widgets.line_table import LineTable


class MarkingTable(LineTable):
    """Marks stay with the rows' keys, whatever is filtered, sorted or scrolled."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Mark", show=False),
        Binding("asterisk", "mark_all", "Mark all", show=False),
        Binding("escape", "unmark", "Unmark", show=False),
    ]

    @property
    def lead_width(self) -> int:
        """One more for the mark, where there is one."""
        return 2 if self.marks else 1

    def lead(self, at: int) -> tuple[Span, ...]:
        """The mark, behind the cursor's cell."""
        if not self.marks:
            return super().lead(at)
        is_marked = self._order.key(at) in self.marks
        return Span(" "), Span(SYMBOLS.marked if is_marked else " ", "accent")

    def action_mark(self) -> None:
        """Mark the row, or take its mark away; then go to the next, to mark in one sweep."""
        key = self.cursor_key
        if key is not None:
            self._show_marks(self.marks ^ {key})
            self.action_move(1)

    def action_mark_all(self) -> None:
        """Mark all rows that pass the filter; if they are, take their marks away."""
        shown = {self._order.key(at) for at in range(len(self._order))}
        self._show_marks(self.marks - shown if shown <= self.marks else self.marks | shown)

    def action_unmark(self) -> None:
        """Take all marks away; without any, escape is for others."""
        if not self.marks:
            raise SkipAction
        self._show_marks(frozenset())

    def _show_marks(self, marks: frozenset[Hashable]) -> None:
        self.marks = marks
        self.refresh_changed()
        self.post_message(self.Moved(self, self.cursor_key))
