"""The process's one clock: monotonic inside, seconds since the epoch towards people."""

from __future__ import annotations

import asyncio
import time


class Clock:
    """Reads the event loop's time; jumps of the system clock do not move it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Fix the distance to the epoch once, so that one instant always reads the same."""
        self._read = loop.time
        self._epoch = time.time() - loop.time()

    def now(self) -> float:
        """Seconds, monotonic."""
        return self._read()

    def to_epoch(self, at: float) -> float:
        """The wall clock's reading at `at`, to the millisecond."""
        return round(self._epoch + at, 3)
