"""Which rows a table shows and in what order: filtered by words, sorted by a column."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Iterator, Sequence

from lbtui.tui.widgets.rows import NO_ROWS, Rows
from lbtui.tui.widgets.search import SearchTexts

FIRST_SECONDS = 0.03
"""How long a filter may look for rows before the first ones are shown."""

ENOUGH_ROWS = 100
"""Rows that fill the screen: with so many the rest of the search can wait for the next key."""


class RowOrder:
    """Positions of rows: 0 to len - 1 of those shown. Indexes: those of the rows as given."""

    def __init__(self) -> None:
        """Start without rows."""
        self.rows: Rows = NO_ROWS
        self.pattern = ""
        self.column = ""
        """Key of the column sorted by; empty: the natural order."""
        self.is_reversed = False
        self.indexes: Sequence[int] = range(0)
        """Of the rows shown, in the order they are shown in."""
        self._texts: SearchTexts | None = None

    def __len__(self) -> int:
        """Number of rows shown."""
        return len(self.indexes)

    @property
    def is_complete(self) -> bool:
        """Whether the filter has looked at all rows."""
        return not self.pattern or self.texts.is_complete

    @property
    def texts(self) -> SearchTexts:
        """What the filter looks at."""
        if self._texts is None:
            self._texts = SearchTexts(self.rows)
        return self._texts

    def show(self, rows: Rows) -> None:
        """Take other rows."""
        self.rows, self._texts = rows, None
        self.arrange()

    def arrange(self) -> None:
        """Filter and sort anew; of very many rows at first only those that are found quickly."""
        rows = self.rows
        order: Sequence[int] = range(len(rows))
        if self.pattern:
            order = self.texts.matching(self.pattern)
            if len(order) < ENOUGH_ROWS and not self.texts.is_complete:
                self.texts.extend(FIRST_SECONDS)
                order = self.texts.matching(self.pattern)
        if self.column:
            order = sorted(order, key=lambda i: rows.sort_value(i, self.column))
        self.indexes = order[::-1] if self.is_reversed else order

    def key(self, position: int) -> Hashable:
        """The key of a row shown."""
        return self.rows.key(self.indexes[position])

    def position_of_index(self, index: int) -> int | None:
        """Where a row is shown; None if it is not."""
        indexes = self.indexes
        if isinstance(indexes, range) or self.column:
            return indexes.index(index) if index in indexes else None
        sign = -1 if self.is_reversed else 1
        at = bisect_left(indexes, sign * index, key=lambda one: sign * one)
        return at if at < len(indexes) and indexes[at] == index else None

    def position_of_key(self, key: Hashable, near: int = 0) -> int | None:
        """Where the row of a key is shown; looks near a position first. None if it is not."""
        return next((at for at in _outward(near, len(self)) if self.key(at) == key), None)


def _outward(start: int, count: int) -> Iterator[int]:
    """0 to `count` - 1, those next to `start` first."""
    below, above = min(start, count) - 1, max(start, 0)
    while below >= 0 or above < count:
        if above < count:
            yield above
            above += 1
        if below >= 0:
            yield below
            below -= 1
