"""Styles as the escape sequences that lead from one to the next with the fewest octets."""

from __future__ import annotations

from typing import NamedTuple

from rich.color import ColorSystem
from rich.style import Style

RESET = "\x1b[0m"
SEEN_ON_BLANKS = frozenset({"4", "5", "7", "9", "21", "53"})
"""Attributes that a blank shows too: lines under, through and over it, blinking, reverse video."""
ENDS = {"1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "7": "27", "9": "29"}
"""What ends an attribute alone; others end only together with everything."""


class Look(NamedTuple):
    """A style's parts as SGR parameters (ECMA-48 8.3.117); empty: the terminal's own."""

    attributes: tuple[str, ...]
    foreground: str
    background: str

    @property
    def blank(self) -> Look:
        """What of it shows on a blank."""
        if SEEN_ON_BLANKS.isdisjoint(self.attributes):
            return Look((), "", self.background)
        return self

    def is_blank_like(self, other: Look) -> bool:
        """Whether a blank looks the same in both."""
        return self.background == other.background and self.blank == other.blank

    def after(self, before: Look) -> str:
        """The sequence that sets this look where `before` is set; empty if they are the same."""
        if self == before:
            return ""
        if self == PLAIN:
            return RESET
        ended = [one for one in before.attributes if one not in self.attributes]
        if any(one not in ENDS for one in ended):
            return RESET + self.after(PLAIN)
        ends = sorted({ENDS[one] for one in ended})
        # Bold and dim have one end: what goes on after it has to begin again.
        parts = ends + [
            one for one in self.attributes if one not in before.attributes or ENDS.get(one) in ends
        ]
        if self.foreground != before.foreground:
            parts.append(self.foreground or "39")
        if self.background != before.background:
            parts.append(self.background or "49")
        return f"\x1b[{';'.join(parts)}m"


PLAIN = Look((), "", "")


class Looks:
    """The look of every style met so far; equal looks are one number, quick to compare."""

    def __init__(self, colors: ColorSystem) -> None:
        """Colours are brought down to what `colors` has."""
        self.colors = colors
        self._by_style: dict[Style | None, int] = {None: 0}
        self._numbers: dict[Look, int] = {PLAIN: 0}
        self._looks = [PLAIN]
        self._blanks = [0]

    def __getitem__(self, number: int) -> Look:
        """The look of a number."""
        return self._looks[number]

    def number(self, style: Style | None) -> int:
        """The number of a style's look."""
        found = self._by_style.get(style)
        if found is None:
            found = self._by_style[style] = self._enter(self._look(style))
        return found

    def blank(self, number: int) -> int:
        """The number of what a look is on a blank: where only its background shows."""
        return self._blanks[number]

    def _enter(self, look: Look) -> int:
        if look in self._numbers:
            return self._numbers[look]
        blank = look.blank
        number = self._numbers[look] = len(self._looks)
        self._looks.append(look)
        self._blanks.append(number)
        if blank != look:
            self._blanks[number] = self._enter(blank)
        return number

    def _look(self, style: Style | None) -> Look:
        if style is None:
            return PLAIN
        bare = style.without_color.render("x", color_system=self.colors)
        codes = bare.partition("m")[0].removeprefix("\x1b[") if bare != "x" else ""
        foreground = background = ""
        if style.color is not None:
            foreground = ";".join(style.color.downgrade(self.colors).get_ansi_codes())
        if style.bgcolor is not None:
            background = ";".join(
                style.bgcolor.downgrade(self.colors).get_ansi_codes(foreground=False)
            )
        return Look(tuple(codes.split(";")) if codes else (), foreground, background)
