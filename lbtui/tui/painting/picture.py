"""The terminal's picture, cell by cell: what is there already is not sent again.

Textual sends whole stretches of a line, from the left edge of whatever changed, and after a change
of layout the whole screen. A terminal over a slow line pays for each octet; so what is to be shown
is compared with what is there, and only the difference goes out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from rich.cells import cell_len
from rich.color import ColorSystem
from textual.strip import Strip

from lbtui.tui.painting.styling import PLAIN, RESET, Look, Looks

Cell: TypeAlias = tuple[str, int]
"""A character, with the marks that combine with it, and the number of its look. The second cell of
a wide character has an empty text."""

BRIDGE_CELLS = 4
"""Equal cells between two changes that are cheaper to send again than to jump over."""


class Piece(NamedTuple):
    """Cells that are to be shown: those of line `y` from column `x` on."""

    x: int
    y: int
    strips: Sequence[Strip]


class Picture:
    """What the terminal shows, as far as it is known."""

    def __init__(self, width: int, height: int, colors: ColorSystem) -> None:
        """Begin with a terminal of which nothing is known."""
        self.width, self.height = width, height
        self.looks = Looks(colors)
        self._lines: list[list[Cell | None]] = [[None] * width for _ in range(height)]

    def update(self, pieces: Iterable[Piece]) -> str:
        """Take in what is to be shown; what has to be written for that, empty if nothing."""
        written: list[str] = []
        look = PLAIN
        for x, y, strips in pieces:
            if 0 <= y < self.height and x < self.width:
                look = self._update_line(x, y, self._cells(strips, self.width - x), look, written)
        if look is not PLAIN:
            written.append(RESET)
        return "".join(written)

    def _update_line(
        self, x: int, y: int, cells: list[Cell], look: Look, written: list[str]
    ) -> Look:
        """Write what differs on a line; the look that is set after it."""
        line = self._lines[y]
        before = line[x : x + len(cells)]
        if before == cells:
            return look
        jump = f"{y + 1};"
        for start, end in self._runs(before, cells):
            written.append(f"\x1b[{jump}{x + start + 1}{'H' if jump else 'G'}")
            jump = ""
            for text, number in cells[start:end]:
                wanted = self.looks[number]
                if look is not wanted and not (text == " " and look.is_blank_like(wanted)):
                    written.append(wanted.after(look))
                    look = wanted
                written.append(text)
        line[x : x + len(cells)] = cells
        return look

    def _cells(self, strips: Iterable[Strip], room: int) -> list[Cell]:
        cells: list[Cell] = []
        for strip in strips:
            for text, style, control in strip:
                if not control:
                    number = self.looks.number(style)
                    cells += (
                        self._narrow_cells(text, number)
                        if text.isascii()
                        else self._any_cells(text, number)
                    )
        return cells[:room]

    def _narrow_cells(self, text: str, look: int) -> list[Cell]:
        blank = (" ", self.looks.blank(look))
        return [(character, look) if character != " " else blank for character in text]

    def _any_cells(self, text: str, look: int) -> list[Cell]:
        cells: list[Cell] = []
        for character in text:
            width = cell_len(character)
            if character == " ":
                cells.append((character, self.looks.blank(look)))
            elif width:
                cells.append((character, look))
                cells += [("", look)] * (width - 1)
            elif cells:  # a combining mark: it belongs to the character before it
                at = next(i for i in range(len(cells) - 1, -1, -1) if cells[i][0])
                cells[at] = (cells[at][0] + character, look)
        return cells

    def _runs(
        self, before: Sequence[Cell | None], after: Sequence[Cell]
    ) -> Iterator[tuple[int, int]]:
        """Where `after` differs, as (start, end); gaps that cost less than a jump are bridged."""
        if any(len(cell[0]) != 1 for cell in (*before, *after) if cell is not None):
            yield 0, len(after)  # terminals disagree about such widths: draw all of it anew
            return
        start = end = -1
        for at, (old, new) in enumerate(zip(before, after, strict=True)):
            if old == new:
                continue
            if end >= 0 and not self._is_bridge(after[end - 1 : at]):
                yield start, end
                end = -1
            if end < 0:
                start = at
            end = at + 1
        yield start, end

    def _is_bridge(self, cells: Sequence[Cell]) -> bool:
        """Whether it costs less to send the cells after the first again than to jump over them."""
        if len(cells) > BRIDGE_CELLS + 1:
            return False
        look = cells[0][1]
        blank = (" ", self.looks.blank(look))
        return all(cell[1] == look or cell == blank for cell in cells)
