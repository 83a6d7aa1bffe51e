"""One timer, on a grid that the timers of all sessions share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from math import ceil

GRID = 0.05
"""Seconds by which it may be late. Timers of many sessions fire together: waking the loop costs
more than a KEEPALIVE."""


class GridTimer:
    """Calls somebody once, not before a time."""

    def __init__(self, fire: Callable[[float], None]) -> None:
        """Wait for nothing yet; `fire` gets the time that it was set to."""
        self._fire = fire
        self._handle: asyncio.TimerHandle | None = None

    def set(self, due: float | None) -> None:
        """Fire at `due`, of the loop's clock, or never; it may once fire too early for it."""
        at = None if due is None else ceil(due / GRID) * GRID
        if self._handle is not None and (at is None or self._handle.when() > at):
            self.cancel()
        if at is not None and self._handle is None:
            self._handle = asyncio.get_running_loop().call_at(at, self._reached, at)

    def cancel(self) -> None:
        """Fire no more."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _reached(self, at: float) -> None:
        self._handle = None
        self._fire(at)
