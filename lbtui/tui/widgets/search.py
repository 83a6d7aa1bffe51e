"""What a filter looks at, made once for all rows and a little at a time."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic

from lbtui.tui.widgets.filter_terms import parse_filter
from lbtui.tui.widgets.rows import Rows

SLICE_ROWS = 32
"""Rows between two looks at the clock."""


class SearchTexts:
    """The search texts of rows, without regard to case, as far as they were made."""

    def __init__(self, rows: Rows) -> None:
        """Start without any; `extend` makes them."""
        self._rows = rows
        self._texts: list[str] = []

    @property
    def is_complete(self) -> bool:
        """Whether all rows can be searched."""
        return len(self._texts) >= len(self._rows)

    def extend(self, seconds: float) -> bool:
        """Make more of them for about so long; whether that was all."""
        deadline = monotonic() + seconds
        texts, rows = self._texts, self._rows
        while not self.is_complete:
            upto = min(len(texts) + SLICE_ROWS, len(rows))
            texts += [rows.search_text(i).casefold() for i in range(len(texts), upto)]
            if monotonic() > deadline:
                break
        return self.is_complete

    def matching(self, pattern: str) -> Sequence[int]:
        """Indexes of the rows so far that meet every term of a filter."""
        found: Sequence[int] = range(len(self._texts))
        for term in parse_filter(pattern, self._rows.field):
            found = term.narrow(found, self._texts)
        return found
