"""Edits of the items of a flow collection: [a, b] and {a: 1, b: 2}."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lbtui.adapters.yaml_edits import (
    Edit,
    Unpatchable,
    column_of,
    is_alone_before,
    line_start,
    next_line,
    whole_lines,
)

_REST_OF_LINE = re.compile(r"[ \t]*(,?)[ \t]*(?:#[^\n]*)?\r?\n")


class FlowEdits:
    """Takes items out of one collection and puts others in."""

    def __init__(self, text: str, spans: Sequence[tuple[int, int]]) -> None:
        """`spans`: first character of each item, and the one behind its last."""
        self._text = text
        self._spans = spans

    def remove(self, removed: Sequence[int]) -> list[Edit]:
        """Take items away with the comma behind them; at the end, with the one in front."""
        spans = self._spans
        last = len(spans)
        while last - 1 in removed:
            last -= 1
        if last == 0 and removed:
            raise Unpatchable("no item stays")
        edits = []
        for i in removed:
            start, end = spans[i]
            if self._has_own_line(i):
                edits.append(whole_lines(self._text, start, end))
            elif i < last:
                edits.append(Edit(start, spans[i + 1][0], ""))
        return edits + (self._remove_tail(last) if last < len(spans) else [])

    def _remove_tail(self, last: int) -> list[Edit]:
        """What is left to do once the items from `last` on are to go: the comma before them."""
        spans = self._spans
        if not all(self._has_own_line(i) for i in range(last, len(spans))):
            if any(self._has_own_line(i) for i in range(last, len(spans))):
                raise Unpatchable("items on lines of their own and others")
            return [Edit(spans[last - 1][1], spans[-1][1], "")]
        end = spans[last - 1][1]
        comma = self._text.find(",", end, spans[last][0])
        is_comma_at_end = self._rest_of_line(len(spans) - 1) == ","
        return [] if is_comma_at_end else [Edit(comma, comma + 1, "")]

    def _has_own_line(self, index: int) -> bool:
        return self._rest_of_line(index) is not None and is_alone_before(
            self._text, self._spans[index][0]
        )

    def _rest_of_line(self, index: int) -> str | None:
        """The comma, or nothing, if nothing else but a comment follows the item on its line."""
        rest = _REST_OF_LINE.match(self._text, self._spans[index][1])
        return None if rest is None else rest.group(1)

    def insert(self, after: int, texts: Sequence[str], newline: str) -> list[Edit]:
        """Put items behind the item `after`, or with -1 in front of all.

        Where every item has a line of its own, the new ones get one too.
        """
        if not texts:
            return []
        start, end = self._spans[max(after, 0)]
        if not self._has_own_line(max(after, 0)):
            if after < 0:
                return [Edit(start, start, "".join(f"{text}, " for text in texts))]
            return [Edit(end, end, "".join(f", {text}" for text in texts))]
        blanks = " " * column_of(self._text, start)
        if after < 0:
            position = line_start(self._text, start)
            return [Edit(position, position, "".join(blanks + t + "," + newline for t in texts))]
        position = next_line(self._text, end)
        if self._rest_of_line(after):
            return [Edit(position, position, "".join(blanks + t + "," + newline for t in texts))]
        lines = f",{newline}".join(blanks + text for text in texts) + newline
        return [Edit(end, end, ","), Edit(position, position, lines)]
