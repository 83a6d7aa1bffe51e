"""Rows for a table: made when they are drawn, not before, so that 100,000 of them cost little."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Protocol, TypeVar

from lbtui.tui.text import Cell, plain, spans_of
from lbtui.tui.widgets.filter_terms import FIELD_END

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    key: str
    label: str
    priority: int = 1
    """1 stays longest; on narrow screens the highest numbers go first."""
    width: int | None = None
    """Exact width in cells; None: measured on a sample of the rows."""
    minimum: int = 4
    """Least width of a flexible column."""
    maximum: int = 40
    """Greatest width of a column that is not flexible."""
    is_flexible: bool = False
    """Shrinks to `minimum`, and grows to its widest text where there is room."""
    align: Literal["left", "right"] = "left"


class Rows(Protocol):
    """Where a table gets its rows; indexes are 0 to len - 1, in the natural order."""

    def __len__(self) -> int:
        """Number of rows."""

    def key(self, index: int) -> Hashable:
        """What stays the same when the row changes or moves."""

    def cells(self, index: int) -> Sequence[Cell]:
        """One cell for each column of the table."""

    def search_text(self, index: int) -> str:
        """What the filter looks at: the cells, and more, with FIELD_END between them."""

    def field(self, name: str) -> int | None:
        """The position in the search text of what a column shows; None: no such column."""

    def sort_value(self, index: int, column: str) -> Any:
        """What sorting by `column` compares; values of one column are comparable."""


def no_more(item: object) -> str:
    """Nothing but the cells."""
    return ""


def is_fault(cell: Cell) -> bool:
    """Whether a cell shows a warning or an error."""
    if isinstance(cell, str):  # most are: a filter asks this of a million of them
        return False
    return any(span.tone in ("bad", "warning") for span in spans_of(cell))


@dataclass(frozen=True)
class ItemRows(Generic[T]):
    """Rows made from a sequence of items by functions."""

    columns: Sequence[Column]
    items: Sequence[T]
    key_of: Callable[[T], Hashable]
    cells_of: Callable[[T], Sequence[Cell]]
    sort_values: Mapping[str, Callable[[T], Any]] = field(default_factory=dict)
    """By column key; a column that is not here sorts by its text."""
    more_of: Callable[[T], str] = no_more
    """What else the filter finds an item by, such as its labels."""

    def __len__(self) -> int:
        """Number of items."""
        return len(self.items)

    def key(self, index: int) -> Hashable:
        """The item's key."""
        return self.key_of(self.items[index])

    def cells(self, index: int) -> Sequence[Cell]:
        """The item's cells."""
        return self.cells_of(self.items[index])

    def search_text(self, index: int) -> str:
        """All cells' text, what else there is, and whether a cell shows a fault."""
        cells = self.cells(index)
        texts = [plain(cell) for cell in cells]
        texts += (self.more_of(self.items[index]), "faulty" if any(map(is_fault, cells)) else "")
        return FIELD_END.join(texts)

    def field(self, name: str) -> int | None:
        """By the column's key, or by its label without blanks; "is" tells faults."""
        if name == "is":
            return len(self.columns) + 1
        for at, column in enumerate(self.columns):
            if name in (column.key, column.label.casefold().replace(" ", "-")):
                return at
        return None

    def sort_value(self, index: int, column: str) -> Any:
        """By the column's function, else by its text without regard to case."""
        function = self.sort_values.get(column)
        if function is not None:
            return function(self.items[index])
        at = next(i for i, c in enumerate(self.columns) if c.key == column)
        return plain(self.cells(index)[at]).casefold()


NO_ROWS: ItemRows[Any] = ItemRows((), (), hash, lambda _: ())
