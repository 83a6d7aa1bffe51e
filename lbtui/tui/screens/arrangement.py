"""How the main screen uses a terminal of a given size. Pure."""

from __future__ import annotations

from typing import NamedTuple

from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import Line, Span

WIDE = 110
"""From this width on the panel stands beside the list."""
TALL = 20
"""From this height on there is room for the panel below the list."""
LEAST = (40, 10)
"""Below this only a message is shown."""


class Arrangement(NamedTuple):
    """What is shown, and where."""

    is_too_small: bool
    is_stacked: bool
    """The panel is below the list, not beside it."""
    has_side: bool


def arrange(width: int, height: int, is_side_wanted: bool | None) -> Arrangement:
    """Choose for `width` x `height` cells; None: the panel is there if there is room for it."""
    is_stacked = width < WIDE
    has_room = height >= TALL or not is_stacked
    return Arrangement(
        is_too_small=width < LEAST[0] or height < LEAST[1],
        is_stacked=is_stacked,
        has_side=has_room if is_side_wanted is None else is_side_wanted,
    )


def too_small_lines(width: int, height: int) -> tuple[Line, ...]:
    """That the terminal is too small, and what is needed."""
    return (
        (Span(f"{SYMBOLS.warning} Too small", "warning"),),
        (Span(f"{width}x{height}; lbtui needs {LEAST[0]}x{LEAST[1]}. Nothing is lost."),),
    )
