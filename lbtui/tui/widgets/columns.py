"""Widths of a table's columns: which fit, how wide each is, and a cell cut or filled to that."""

from __future__ import annotations

from collections.abc import Sequence

from lbtui.tui.text import Cell, Span, cut, spans_of, width_of
from lbtui.tui.widgets.rows import Column

GAP = "  "
"""Between two columns."""


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


def padded(cell: Cell, width: int, align: str) -> list[Span]:
    """A cell's spans, cut or filled with blanks to `width`."""
    spans = list(cut(spans_of(cell), width))
    padding = Span(" " * (width - sum(width_of(span) for span in spans)))
    return [padding, *spans] if align == "right" else [*spans, padding]
