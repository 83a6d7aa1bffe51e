"""Waiting for something to become true, with a deadline instead of a guess."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
PAUSE_SECONDS = 0.05


def wait_until(look: Callable[[], T], what: str, seconds: float = 60.0) -> T:
    """Call `look` until it gives something true, and give that back.

    Raises AssertionError with `what` and the last value seen, after `seconds`.
    """
    deadline = time.monotonic() + seconds
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what}; last seen: {seen!r}")
        time.sleep(PAUSE_SECONDS)
