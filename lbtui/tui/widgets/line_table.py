"""A table drawn line by line: only visible rows exist; the cursor and scroll stay by row key."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import Span, cut
from lbtui.tui.widgets.columns import GAP, ColumnLayout, padded
from lbtui.tui.widgets.line_view import LineView
from lbtui.tui.widgets.row_order import RowOrder
from lbtui.tui.widgets.rows import Column, Rows

SEARCH_SECONDS = 0.008
"""How long a search goes on before it looks whether there is something to do for the user."""


class LineTable(LineView, can_focus=True):
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

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        """Start empty."""
        super().__init__(id=id, classes=classes)
        self._layout = ColumnLayout(columns)
        self._order = RowOrder()
        self._cursor = 0
        self.is_active = False
        """Draw the cursor as if the keyboard were here; for tables driven from an input."""
        self.marks: frozenset[Hashable] = frozenset()
        """Keys of the rows that are marked."""
        self.empty_text = ""
        """Shown when there is no row at all; a filter without a match has its own text."""

    # ---- what the owner sets and asks --------------------------------------------------------

    @property
    def columns(self) -> tuple[Column, ...]:
        """All columns."""
        return self._layout.columns

    @property
    def rows(self) -> Rows:
        """The rows as given."""
        return self._order.rows

    @property
    def order(self) -> Sequence[int]:
        """Indexes of the rows that pass the filter, as they are sorted."""
        return self._order.indexes

    @property
    def shown_count(self) -> int:
        """Rows that pass the filter."""
        return len(self._order)

    @property
    def line_count(self) -> int:
        """Rows that pass the filter."""
        return len(self._order)

    @property
    def cursor_key(self) -> Hashable | None:
        """The key of the row under the cursor; None if there is no row."""
        return self._order.key(self._cursor) if len(self._order) else None

    @property
    def filter_text(self) -> str:
        """Words that rows must have, or with "!" must not have."""
        return self._order.pattern

    @property
    def sort_column(self) -> str:
        """Key of the column sorted by; empty: the natural order."""
        return self._order.column

    @property
    def is_reversed(self) -> bool:
        """Whether the order is turned round."""
        return self._order.is_reversed

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

    @property
    def is_wide(self) -> bool:
        """Whether all columns are shown in full, as far as panning goes."""
        return self._layout.is_wide

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

    # ---- drawing -----------------------------------------------------------------------------

    def _shown(self) -> tuple[tuple[int, int], ...]:
        return self._layout.shown(self.line_width - 1 - self.lead_width)

    @property
    def lead_width(self) -> int:
        """Cells left of each row: one for the cursor."""
        return 1

    def lead(self, at: int) -> tuple[Span, ...]:
        """What stands there in a row, by its place in the order, without the cursor."""
        return (Span(" "),)

    def make_line(self, y: int) -> Strip:
        """Draw the header (line 0) or a row."""
        width = self.line_width
        if y == 0:
            return self.strip(self._header(), self.base("line-table--header"), width)
        at = self.top + y - 1
        if at >= len(self._order):
            return self._blank(y, width)
        cells = self.rows.cells(self.order[at])
        spans: list[Span] = []
        for position, room in self._shown():
            spans += padded(cells[position], room, self.columns[position].align)
            spans.append(Span(GAP))
        if at != self._cursor:
            return self.strip([*self.lead(at), *spans], self.base(), width)
        name = (
            "line-table--cursor"
            if self.has_focus or self.is_active
            else "line-table--cursor-blurred"
        )
        base = self.base(name)
        mark = self.strip([Span(SYMBOLS.cursor)], base + self.component("line-table--mark"), 1)
        rest = [*self.lead(at)[1:], *spans]
        return Strip.join([mark, self.strip(rest, base, width - 1)])

    def _blank(self, y: int, width: int) -> Strip:
        text = ""
        if not len(self._order) and y == 2:
            text = self.empty_text
            if not self._order.is_complete:
                text = "Searching."
            elif len(self.rows):
                text = f'No row matches "{self.filter_text}". esc shows all.'
        return self.strip(cut((Span(" "), Span(text, "muted")), width), self.base(), width)

    def _header(self) -> list[Span]:
        spans = [Span(" " * self.lead_width)]
        for position, room in self._shown():
            column = self.columns[position]
            label = column.label
            if column.key == self.sort_column:
                label += SYMBOLS.descending if self.is_reversed else SYMBOLS.ascending
            spans += padded(label, room, column.align)
            spans.append(Span(GAP))
        return spans
