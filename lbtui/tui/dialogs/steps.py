"""The steps of the history, newest first; one is chosen and everything is as it was then."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from lbtui.core.editing.history import History
from lbtui.tui.dialogs.framed import FramedDialog
from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import Cell, Span
from lbtui.tui.widgets.line_table import LineTable
from lbtui.tui.widgets.rows import Column, ItemRows

COLUMNS = (
    Column("number", "Step", width=4),
    Column("mark", "", maximum=8),
    Column("label", "What was done", is_flexible=True, minimum=20),
)


class StepsDialog(FramedDialog["int | None"]):
    """Gives back how many steps are to be done: 0 is everything as it was opened."""

    DEFAULT_CSS = """
    StepsDialog > Vertical { height: 70%; max-width: 100; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "close", "Close", show=False)]
    keys = (("enter", "go there"), ("up/down", "choose"), ("esc", "cancel"))

    def __init__(self, history: History) -> None:
        """Show the steps of `history`."""
        super().__init__()
        self._history = history
        self._table = LineTable(COLUMNS)

    def body(self) -> Iterator[Widget]:
        """The steps."""
        yield self._table

    def on_mount(self) -> None:
        """The cursor begins where things stand."""
        history = self._history
        self.show_title(f"Steps: {history.position} of {len(history.steps)} done")
        positions = range(len(history.steps), -1, -1)
        self._table.show_rows(ItemRows(COLUMNS, list(positions), lambda at: at, self._cells))
        self._table.move_to(history.position)
        self._table.focus()

    def _cells(self, at: int) -> tuple[Cell, ...]:
        history = self._history
        label = history.steps[at - 1].label if at else "as it was opened"
        here = history.at(at).current
        mark: Cell = Span("undone", "muted") if at > history.position else ""
        if at == history.position:
            mark = Span(f"{SYMBOLS.good} now", "good")
        elif here is history.saved:
            mark = Span("saved", "accent")
        return str(at), mark, Span(label, "muted" if at > history.position else "")

    @on(LineTable.Chosen)
    def _go(self, event: LineTable.Chosen) -> None:
        event.stop()
        at = self._table.cursor_key
        self.dismiss(at if isinstance(at, int) else None)
