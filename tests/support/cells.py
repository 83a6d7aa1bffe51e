"""A terminal's cells, from the octets that a program writes: enough of one to see what is shown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from rich.cells import cell_len

TOKEN = re.compile(
    r"\x1b\[([0-9;]*)([A-Za-z])"  # a control sequence
    r"|(\x1b\[[<-?][0-9;]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-~])"  # modes
    r"|([^\x1b])",
    re.DOTALL,
)
ENDS = {22: {1, 2}, 23: {3}, 24: {4}, 25: {5}, 27: {7}, 29: {9}}
"""What ends which attributes (ECMA-48 8.3.117)."""
Color: TypeAlias = tuple[int, ...]


@dataclass(frozen=True)
class Pen:
    """How characters are drawn."""

    attributes: frozenset[int] = frozenset()
    foreground: Color = ()
    background: Color = ()

    def after(self, parameters: list[int]) -> Pen:
        """The pen as a sequence of SGR parameters leaves it."""
        pen, rest = self, parameters or [0]
        while rest:
            code, rest = rest[0], rest[1:]
            if code in (38, 48):
                size = 4 if rest[0] == 2 else 2
                color, rest = (code, *rest[:size]), rest[size:]
            else:
                color = (code,)
            if code == 0:
                pen = Pen()
            elif code in ENDS:
                pen = replace(pen, attributes=pen.attributes - ENDS[code])
            elif code in (38, 39) or 30 <= code <= 37 or 90 <= code <= 97:
                pen = replace(pen, foreground=() if code == 39 else color)
            elif code in (48, 49) or 40 <= code <= 47 or 100 <= code <= 107:
                pen = replace(pen, background=() if code == 49 else color)
            else:
                pen = replace(pen, attributes=pen.attributes | {code})
        return pen

    @property
    def on_blank(self) -> Pen:
        """What of it can be seen on a blank."""
        if self.attributes & {4, 5, 7, 9, 21, 53}:
            return self
        return Pen(background=self.background)


Shown: TypeAlias = tuple[str, Pen]
NEVER_WRITTEN: Shown = ("?", Pen())


@dataclass
class Cells:
    """Writes where it is told to; a wide character takes two cells, the second one empty."""

    width: int
    height: int
    pen: Pen = field(default_factory=Pen)
    x: int = 0
    y: int = 0

    def __post_init__(self) -> None:
        """Begin with something that nobody wants on screen."""
        self._cells: list[list[Shown]] = [[NEVER_WRITTEN] * self.width for _ in range(self.height)]

    def resize(self, width: int, height: int) -> None:
        """Take another size. What was there is lost: terminals differ in what they keep."""
        self.width, self.height = width, height
        self.__post_init__()

    def write(self, text: str) -> None:
        """Take what a program writes. Raises AssertionError for what is not known here."""
        for found in TOKEN.finditer(text):
            parameters, final, mode, character = found.groups()
            if character is not None:
                self._put(character)
            if character is not None or mode is not None:
                continue
            numbers = [int(number) for number in parameters.split(";") if number]
            match final:
                case "m":
                    self.pen = self.pen.after(numbers)
                case "H":
                    self.y, self.x = (number - 1 for number in (numbers or [1, 1]))
                case "G":
                    self.x = numbers[0] - 1
                case _:
                    raise AssertionError(f"unknown sequence {found[0]!r}")

    def _put(self, character: str) -> None:
        if character < " ":
            self.y += character == "\n"
            self.x = 0 if character == "\r" else self.x
            return
        width = cell_len(character)
        if self.y >= self.height or self.x + width > self.width:
            return  # drawn for a size that is no more
        line = self._cells[self.y]
        if not width:
            text, pen = line[self.x - 1]
            line[self.x - 1] = (text + character, pen)
            return
        line[self.x] = (character, self.pen.on_blank if character == " " else self.pen)
        if width == 2:
            line[self.x + 1] = ("", self.pen)
        self.x += width

    @property
    def shown(self) -> list[list[Shown]]:
        """What is to be seen, line by line."""
        return self._cells

    @property
    def text(self) -> str:
        """The same without colours."""
        return "\n".join("".join(text for text, _ in line) for line in self._cells)
