"""Values that come faster than anybody can read, shown at a calm pace."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

PACE_SECONDS = 0.11
"""Least time between two values shown."""


class Paced(Generic[T]):
    """Passes a value on at once, then only the newest one each tenth of a second."""

    def __init__(self, show: Callable[[T], None]) -> None:
        """`show` is called in the event loop."""
        self._show = show
        self._waiting: list[T] = []
        self._pause: asyncio.TimerHandle | None = None

    def put(self, value: T) -> None:
        """Take a newer value; the last one is always shown."""
        if self._pause is not None:
            self._waiting = [value]
            return
        self._pause = asyncio.get_running_loop().call_later(PACE_SECONDS, self._go_on)
        self._show(value)

    def _go_on(self) -> None:
        self._pause = None
        if self._waiting:
            self.put(self._waiting.pop())
