"""How long a program takes from exec until it has painted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.support.pseudo_terminal import open_pseudo_terminal

PAINT_OCTETS = 200
"""Fewer than this are mode switches and questions to the terminal, not a picture."""


@dataclass(frozen=True)
class Painting:
    """Seconds from exec."""

    first: float
    """Until the first picture."""
    ready: float
    """Until the awaited text had been drawn."""


def time_painting(
    command: Sequence[str],
    environment: Mapping[str, str],
    awaited: str,
    size: tuple[int, int] = (120, 40),
) -> Painting:
    """Start `command`, wait until `awaited` has been drawn, end it.

    Raises AssertionError if it ends or a minute passes before that.
    """
    with open_pseudo_terminal(command, environment, size) as terminal:
        first = terminal.wait_for_octets(PAINT_OCTETS) - terminal.started
        ready = terminal.wait_for(awaited) - terminal.started
        return Painting(first, ready)
