"""When to try again: waits that double with each failure, up to a limit (RFC 4271 section 8.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

FIRST_WAIT: Final = 1.0
"""Seconds."""
STABLE_PERIOD: Final = 60.0
"""Seconds of Established after which earlier failures are forgotten."""
PATIENCE: Final = 100
"""Failures, less one for each second since, after which the peer's own dials are refused."""
JITTER: Final = 0.25
"""Share of a timer that chance may take away, RFC 4271 section 10."""


class Retry:
    """The connect retry and idle hold timers of one session; only one runs at a time."""

    def __init__(self, limit: float, jitter: Callable[[], float]) -> None:
        """Start stopped.

        Args:
            limit: the longest wait, seconds; less than `FIRST_WAIT` counts as that.
            jitter: a fresh number in 0 <= n < 1.
        """
        self._limit = max(limit, FIRST_WAIT)
        self._jitter = jitter
        self._failures = 0
        self._annoyance = 0.0
        """Failures that still count against the peer at `_annoyed_at`."""
        self._annoyed_at = 0.0
        self.at: float | None = None
        """When the timer expires, or None."""

    def limit(self, seconds: float, now: float) -> None:
        """Wait no longer than this from now on, the current wait included."""
        self._limit = max(seconds, FIRST_WAIT)
        if self.at is not None:
            self.at = min(self.at, now + self._limit)

    def shorten(self, seconds: float) -> float:
        """Take up to a quarter off, so that sessions do not act in step."""
        return seconds * (1 - JITTER * self._jitter())

    def wait_for_dial(self, now: float) -> None:
        """Run for as long as a dial may take."""
        self.at = now + self.shorten(self._limit)

    def wait_after_failure(self, now: float, established_for: float = 0.0) -> None:
        """Run for 1 s, 2 s, 4 s and so on, from the start again after a stable session."""
        if established_for >= STABLE_PERIOD:
            self._failures = 0
        # 2 ** 16 s is past every limit that makes sense; a greater power would overflow in time.
        wait = min(FIRST_WAIT * 2.0 ** min(self._failures, 16), self._limit)
        self._failures += 1
        self._annoyance, self._annoyed_at = self._annoyance_at(now) + 1, now
        self.at = now + self.shorten(wait)

    def pause(self, now: float) -> None:
        """Run for the shortest wait, without a failure."""
        self.at = now + self.shorten(FIRST_WAIT)

    def may_answer(self, now: float) -> bool:
        """Whether the peer may dial now, though the idle hold time is not over.

        Once it has tried our patience it may so once a second: no peer gets to keep us busy.
        """
        return self._annoyance_at(now) <= PATIENCE

    def _annoyance_at(self, now: float) -> float:
        return max(0.0, self._annoyance - (now - self._annoyed_at))

    def stop(self) -> None:
        """Run no more; failures still count."""
        self.at = None

    def reset(self) -> None:
        """Stop and forget failures."""
        self.at = None
        self._failures = 0
