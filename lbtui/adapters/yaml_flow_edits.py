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
        edits = [Edit(spans[i][0], spans[i + 1][0], "") for i in removed if i < last]
        if last < len(spans):
            edits.append(Edit(spans[last - 1][1], spans[-1][1], ""))
        return edits

    def insert(self, after: int, texts: Sequence[str], newline: str) -> list[Edit]:
        """Put items behind the item `after`, or with -1 in front of all.

        Where every item has a line of its own, the new ones get one too.
        """
        if not texts:
            return []
        start, end = self._spans[max(after, 0)]
        rest = _REST_OF_LINE.match(self._text, end)
        if rest is None or not is_alone_before(self._text, start):
            if after < 0:
                return [Edit(start, start, "".join(f"{text}, " for text in texts))]
            return [Edit(end, end, "".join(f", {text}" for text in texts))]
        blanks = " " * column_of(self._text, start)
        if after < 0:
            position = line_start(self._text, start)
            return [Edit(position, position, "".join(blanks + t + "," + newline for t in texts))]
        position = next_line(self._text, end)
        if rest.group(1):
            return [Edit(position, position, "".join(blanks + t + "," + newline for t in texts))]
        lines = f",{newline}".join(blanks + text for text in texts) + newline
        return [Edit(end, end, ","), Edit(position, position, lines)]
