"""The send hold timer: a peer that takes nothing for minutes is as good as dead, RFC 9687."""

from __future__ import annotations

from typing import Final

LEAST: Final = 480.0
"""Seconds, RFC 9687 section 3.1: 8 minutes, or twice the hold time if that is more."""


class SendHold:
    """Watches what the network takes of what one connection writes."""

    def __init__(self) -> None:
        """Begin without a timer; it runs in Established only."""
        self.at: float | None = None
        """When the timer expires; None while nothing waits."""
        self._time: float | None = None
        self._written = self._taken = 0

    def start(self, hold_time: int) -> None:
        """Watch from now on; `hold_time` as negotiated, seconds."""
        self._time = max(LEAST, 2.0 * hold_time)

    def wrote(self, octets: int) -> None:
        """So many more octets were transmitted."""
        self._written += octets

    def report(self, waiting: int, now: float) -> None:
        """So many of the octets transmitted have not been taken by the network."""
        taken = self._written - waiting
        if self._time is None or not waiting:
            self.at = None
        elif self.at is None or taken > self._taken:
            self.at = now + self._time
        self._taken = taken
