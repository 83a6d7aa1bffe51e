"""A table drawn line by line: only visible rows exist; the cursor and scroll stay by row key."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from lbtui.tui.widgets.row_view import RowView
from lbtui.tui.widgets.rows import Column, Rows

SEARCH_SECONDS = 0.002
"""How long a search goes on before it looks whether there is something to do for the user. A key
goes through the event loop a dozen times before it is on screen, and meets the search each time."""


class LineTable(RowView, can_focus=True):
    """One line per row under a header. Is told its rows, says where the cursor is."""

    DEFAULT_CSS = """
    LineTable { height: 1fr; }
    LineTable > .line-table--header { color: $text-muted; text-style: bold; }
    LineTable > .line-table--cursor { background: $primary 35%; }
    LineTable > .line-table--cursor-blurred { background: $primary 15%; }
    LineTable > .line-table--mark { color: $accent; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "line-table--header",
        "line-table--cursor",
        "line-table--cursor-blurred",
        "line-table--mark",
    }
    HEADER_LINES = 1
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", show=False),
        Binding("home,g", "edge(-1)", "First", show=False),
        Binding("end,G", "edge(1)", "Last", show=False),
        Binding("enter", "choose", "Open", show=False),
        Binding("o", "sort_next", "Sort", tooltip="Sort by the next column", show=False),
        Binding("less_than_sign", "pan(-1)", "Columns before", show=False),
        Binding("greater_than_sign", "pan(1)", "Columns behind", show=False),
        Binding("O", "sort_reverse", "Reverse", tooltip="Turn the order round", show=False),
    ]

    @dataclass
    class Moved(Message):
        """The cursor is on another row, or its row is gone."""

        table: LineTable
        key: Hashable | None

        @property
        def control(self) -> LineTable:
            """The table."""
            return self.table

        def can_replace(self, message: Message) -> bool:
            """Only the newest place matters."""
            return isinstance(message, LineTable.Moved) and message.table is self.table

    @dataclass
    class Chosen(Message):
        """Enter was pressed, or a row was clicked twice."""

        table: LineTable
        key: Hashable

        @property
        def control(self) -> LineTable:
            """The table."""
            return self.table

    # ---- what the owner sets -----------------------------------------------------------------

    def show_rows(self, rows: Rows, columns: Sequence[Column] | None = None) -> None:
        """Show other rows (and columns). The cursor stays on its key, at its height on screen."""
        key, height, order = self.cursor_key, self._cursor - self.top, self._order
        if columns is not None:
            self._layout = self._layout.with_columns(columns)
            if order.column not in {column.key for column in self.columns}:
                order.column = ""
        self._layout.measure(rows)
        order.show(rows)
        at = order.position_of_key(key, self._cursor) if key is not None else None
        self._show_order(at, height)

    def filter_by(self, text: str) -> None:
        """Show only rows that match; an empty text shows all.

        Very many rows are searched bit by bit, and shown as they are found.
        """
        if text != self._order.pattern:
            self._order.pattern = text
            self._arrange()

    def sort_by(self, column: str, is_reversed: bool = False) -> None:
        """Sort by a column's key; an empty key is the natural order."""
        self._order.column, self._order.is_reversed = column, is_reversed
        self._arrange()

    def prepare_filter(self) -> None:
        """Make ready for a filter that is about to be typed."""
        if not self._order.texts.is_complete:
            self.run_worker(self._search(), group="search", exclusive=True)

    def move_to(self, key: Hashable) -> bool:
        """Put the cursor on a row; false if it is not shown."""
        at = self._order.position_of_key(key)
        if at is not None:
            self._set_cursor(at)
        return at is not None

    # ---- order and cursor --------------------------------------------------------------------

    def _arrange(self) -> None:
        """Filter and sort the same rows anew; the cursor stays on its row, or at its place."""
        order, height = self._order, self._cursor - self.top
        index = order.indexes[self._cursor] if len(order) else None
        order.arrange()
        self._show_order(None if index is None else order.position_of_index(index), height)

    def _show_order(self, at: int | None, height: int) -> None:
        """Show the rows as they are ordered now, the cursor `height` lines below the first."""
        count = len(self._order)
        self._cursor = min(self._cursor, max(count - 1, 0)) if at is None else at
        self.refresh_size()
        self.top = max(0, min(self._cursor - height, self.line_count - self.visible_count))
        self._scroll_to_cursor()
        self.refresh_changed()
        self.post_message(self.Moved(self, self.cursor_key))
        if not self._order.is_complete and self.is_mounted:
            self.prepare_filter()

    async def _search(self) -> None:
        """Go on making search texts while keys come first; then filter once more."""
        order = self._order
        texts = order.texts
        while not texts.extend(SEARCH_SECONDS):
            await asyncio.sleep(0)
        if order.pattern and texts is order.texts:
            self._arrange()

    def _set_cursor(self, at: int) -> None:
        """Move the cursor: only what looks different is drawn again, mostly two lines."""
        at = max(0, min(at, len(self._order) - 1))
        if at == self._cursor or not len(self._order):
            return
        old, top = self._cursor, self.top
        self._cursor = at
        self._scroll_to_cursor()
        self.refresh_changed((old - top + 1, at - top + 1) if top == self.top else None)
        self.post_message(self.Moved(self, self.cursor_key))

    def _scroll_to_cursor(self) -> None:
        """Scroll no further than needed to show the cursor's row."""
        visible = self.visible_count
        if self._cursor < self.top:
            self.top = self._cursor
        elif self._cursor >= self.top + visible:
            self.top = self._cursor - visible + 1

    def action_move(self, by: int) -> None:
        """Move the cursor some rows."""
        self._set_cursor(self._cursor + by)

    def action_page(self, by: int) -> None:
        """Move the cursor by a screenful."""
        self._set_cursor(self._cursor + by * max(self.size.height - 2, 1))

    @property
    def is_at_end(self) -> bool:
        """Whether the cursor is on the last row, or there is none."""
        return self._cursor >= len(self._order) - 1

    def action_edge(self, side: int) -> None:
        """Move the cursor to the first (-1) or the last (1) row."""
        self._set_cursor(0 if side < 0 else len(self._order) - 1)

    def action_choose(self) -> None:
        """Say that the row under the cursor was chosen."""
        if (key := self.cursor_key) is not None:
            self.post_message(self.Chosen(self, key))

    def action_sort_next(self) -> None:
        """Sort by the next visible column; after the last, the natural order."""
        keys = ["", *(self.columns[position].key for position, _ in self._shown())]
        at = keys.index(self.sort_column) if self.sort_column in keys else 0
        self.sort_by(keys[(at + 1) % len(keys)])

    def action_sort_reverse(self) -> None:
        """Turn the order round."""
        self.sort_by(self.sort_column, not self.is_reversed)

    def switch_wide(self) -> None:
        """Show all columns in full, or those that fit."""
        self._layout.switch_wide()
        self.refresh_changed()

    def action_pan(self, by: int) -> None:
        """Move the columns behind the first, where all are shown in full."""
        if self.is_wide:
            self._layout.pan(by)
            self.refresh_changed()

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self.top = max(0, min(self.top, self.line_count - self.visible_count))
        self._scroll_to_cursor()
        self.refresh_changed()

    async def _on_click(self, event: events.Click) -> None:
        row = event.y - 1 + self.top
        if event.y >= 1 and row < len(self._order):
            self._set_cursor(row)
            if event.chain == 2:
                self.action_choose()
