"""What a table looks like: a header, one line per row, the cursor's row, words where none is."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from textual.strip import Strip

from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import Span, cut
from lbtui.tui.widgets.columns import GAP, ColumnLayout, padded
from lbtui.tui.widgets.line_view import LineView
from lbtui.tui.widgets.row_order import RowOrder
from lbtui.tui.widgets.rows import Column, Rows


class RowView(LineView):
    """Draws rows in their order; which these are, and where the cursor is, others say."""

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

    # ---- what the owner asks -----------------------------------------------------------------

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

    @property
    def is_wide(self) -> bool:
        """Whether all columns are shown in full, as far as panning goes."""
        return self._layout.is_wide

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
