"""Widths of a table's columns: which fit, how wide each is, and a cell cut or filled to that."""

from __future__ import annotations

from collections.abc import Sequence

from lbtui.tui.text import Cell, Span, cut, spans_of, width_of
from lbtui.tui.widgets.rows import Column, Rows

GAP = "  "
"""Between two columns."""

_SAMPLE = 200  # rows measured for column widths, evenly spread: enough, and quick at 100,000


def natural_width(column: Column, measured: int) -> int:
    """The width that a column would have if there were room for everything."""
    if column.width is not None:
        return column.width
    return measured if column.is_flexible else min(measured, column.maximum)


def fit_columns(
    columns: Sequence[Column], natural: Sequence[int], width: int
) -> tuple[tuple[int, int], ...]:
    """Which columns fit into `width` cells, with the width of each; at least one is kept."""

    def least(at: int) -> int:
        return min(natural[at], columns[at].minimum) if columns[at].is_flexible else natural[at]

    shown = list(range(len(columns)))
    while len(shown) > 1 and sum(least(i) + len(GAP) for i in shown) - len(GAP) > width:
        shown.remove(max(shown, key=lambda i: (columns[i].priority, i)))
    widths = {i: least(i) for i in shown}
    room = width - sum(w + len(GAP) for w in widths.values()) + len(GAP)
    for i in shown:
        grown = min(natural[i] - widths[i], max(room, 0))
        widths[i] += grown
        room -= grown
    return tuple((i, max(0, min(widths[i], width))) for i in shown)


def wide_columns(natural: Sequence[int], width: int, skipped: int) -> tuple[tuple[int, int], ...]:
    """All columns at their natural width as far as they fit, without those skipped.

    The first column says what a row is and stays; `skipped` counts from the second.
    """
    shown: list[tuple[int, int]] = []
    room = width
    for at in (0, *range(1 + skipped, len(natural))):
        if room <= 0:
            break
        shown.append((at, min(natural[at], room)))
        room -= natural[at] + len(GAP)
    return tuple(shown)


class ColumnLayout:
    """Which of a table's columns are shown, and how wide, for a width and its rows."""

    def __init__(self, columns: Sequence[Column]) -> None:
        """Take the columns; nothing is shown before rows were measured."""
        self.columns = tuple(columns)
        self._natural: tuple[int, ...] = ()
        self._whole: tuple[int, ...] = ()
        """Widths of the texts themselves, whatever a column's maximum is."""
        self._width = -1
        self._shown: tuple[tuple[int, int], ...] = ()
        self.is_wide = False
        """No column is left out or made narrower; what has no room is reached by panning."""
        self._skipped = 0

    def with_columns(self, columns: Sequence[Column]) -> ColumnLayout:
        """A layout of other columns, as wide as this one."""
        layout = ColumnLayout(columns)
        layout.is_wide = self.is_wide
        return layout

    def switch_wide(self) -> None:
        """Show all columns in full, or those that fit."""
        self.is_wide, self._skipped, self._width = not self.is_wide, 0, -1

    def pan(self, by: int) -> None:
        """Skip one column more (1) or less (-1) behind the first."""
        self._skipped = max(0, min(self._skipped + by, len(self.columns) - 2))
        self._width = -1

    def measure(self, rows: Rows) -> None:
        """Take natural widths from a sample of the rows."""
        step = max(1, len(rows) // _SAMPLE)
        widths = [width_of(column.label) + 1 for column in self.columns]
        for index in range(0, len(rows), step):
            for at, cell in enumerate(rows.cells(index)):
                widths[at] = max(widths[at], width_of(cell))
        self._natural = tuple(map(natural_width, self.columns, widths))
        self._whole = tuple(widths)
        self._width = -1

    def shown(self, width: int) -> tuple[tuple[int, int], ...]:
        """Columns in `width` cells, left to right: (position in `columns`, width)."""
        if width != self._width and self._natural:
            self._width = width
            self._shown = (
                wide_columns(self._whole, width, self._skipped)
                if self.is_wide
                else fit_columns(self.columns, self._natural, width)
            )
        return self._shown


def padded(cell: Cell, width: int, align: str) -> list[Span]:
    """A cell's spans, cut or filled with blanks to `width`."""
    spans = list(cut(spans_of(cell), width))
    padding = Span(" " * (width - sum(width_of(span) for span in spans)))
    return [padding, *spans] if align == "right" else [*spans, padding]
