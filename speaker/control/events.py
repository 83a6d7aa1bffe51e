"""The event stream: a bounded ring of encoded events that subscribers read at their own pace."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable

import msgspec

from speaker.api import Event

RING_EVENTS = 2000
RING_OCTETS = 16 * 1024 * 1024
COUNTERS_INTERVAL = 1.0
"""Seconds between two `counters` events, at least."""
GATHER_INTERVAL = 0.1
"""Seconds from routes that come or go until an event tells of them and of what came with them."""
MESSAGES_INTERVAL = 3.0
"""The same where only messages were counted: every session has KEEPALIVEs all the time."""


class EventLog:
    """What happened, numbered; the oldest is forgotten first.

    A subscriber that fell behind the ring, or names a number of another process, gets a new
    snapshot. It costs nobody else anything.
    """

    def __init__(self, snapshot: Callable[[int], Event], first: int) -> None:
        """Start empty.

        Args:
            snapshot: makes the whole picture, with the number it is given.
            first: where numbering starts; above all of an earlier process's, so that a resumed
                number is never mistaken.
        """
        self.last = first
        self._snapshot = snapshot
        self._ring: deque[tuple[int, bytes]] = deque()
        self._octets = 0
        self._news = asyncio.Event()
        self._subscribers = 0

    @property
    def is_watched(self) -> bool:
        """Whether anybody reads."""
        return self._subscribers > 0

    def publish(self, event: Event) -> None:
        """Number `event` and hand it to every subscriber."""
        self.last += 1
        data = msgspec.json.encode(msgspec.structs.replace(event, seq=self.last))
        self._ring.append((self.last, data))
        self._octets += len(data)
        while len(self._ring) > RING_EVENTS or self._octets > RING_OCTETS:
            self._octets -= len(self._ring.popleft()[1])
        self._news.set()
        self._news = asyncio.Event()

    async def follow(self, since: int | None) -> AsyncGenerator[bytes, None]:
        """Encoded events after number `since`, or a snapshot and what follows it; never ends."""
        at = since
        self._subscribers += 1
        try:
            while True:
                news = self._news
                if at is None or not self._has(at):
                    at = self.last
                    yield msgspec.json.encode(self._snapshot(at))
                elif at == self.last:
                    await news.wait()
                else:
                    first = self._ring[0][0]
                    number, data = self._ring[at + 1 - first]
                    at = number
                    yield data
        finally:
            self._subscribers -= 1

    def _has(self, at: int) -> bool:
        """Whether nothing between `at` and now was forgotten, or never was."""
        return at == self.last or (bool(self._ring) and self._ring[0][0] - 1 <= at < self.last)
