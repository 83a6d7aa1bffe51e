"""Rows for a table: made when they are drawn, not before, so that 100,000 of them cost little."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Protocol, TypeVar

from lbtui.tui.text import Cell, plain

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
        """What the filter looks at."""

    def sort_value(self, index: int, column: str) -> Any:
        """What sorting by `column` compares; values of one column are comparable."""


@dataclass(frozen=True)
class ItemRows(Generic[T]):
    """Rows made from a sequence of items by functions."""

    columns: Sequence[Column]
    items: Sequence[T]
    key_of: Callable[[T], Hashable]
    cells_of: Callable[[T], Sequence[Cell]]
    sort_values: Mapping[str, Callable[[T], Any]] = field(default_factory=dict)
    """By column key; a column that is not here sorts by its text."""

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
        """All cells' text."""
        return " ".join(plain(cell) for cell in self.cells(index))

    def sort_value(self, index: int, column: str) -> Any:
        """By the column's function, else by its text without regard to case."""
        function = self.sort_values.get(column)
        if function is not None:
            return function(self.items[index])
        at = next(i for i, c in enumerate(self.columns) if c.key == column)
        return plain(self.cells(index)[at]).casefold()


NO_ROWS: ItemRows[Any] = ItemRows((), (), hash, lambda _: ())
