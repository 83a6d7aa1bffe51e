"""Sends the routes of one session, one chunk a turn of the loop."""

from __future__ import annotations

import asyncio
from typing import Protocol

from speaker.codec.families import Family
from speaker.network.transport import Connection
from speaker.rib.adj_rib_out import AdjRibOut, Chunk, RouteSet
from speaker.rib.encoding import Encoding

CHUNK_OCTETS = 65536
"""Of routes written at once; between two of them every other session gets its turn."""


class Outlet(Protocol):
    """Where chunks go."""

    @property
    def established(self) -> Connection | None:
        """The connection of the established session, if it is open."""

    def send_routes(self, chunk: Chunk) -> None:
        """Write a chunk."""

    def synchronised(self) -> None:
        """Whether routes are pending may have changed."""


class RouteSender:
    """Holds the wanted routes, and the Adj-RIB-Out while the session is established."""

    def __init__(self, routes: RouteSet, outlet: Outlet) -> None:
        """Take what is wanted; nothing is sent before `begin`."""
        self.routes = routes
        self.rib: AdjRibOut | None = None
        self._outlet = outlet
        self._is_enhanced = False
        self._handle: asyncio.Handle | None = None
        self._asked_again: set[Family] = set()
        """Families to repeat once what is pending is sent, however often the peer asks."""

    @property
    def has_pending(self) -> bool:
        """Whether an established session still has routes to be handed to its socket."""
        return self.rib is not None and (self.rib.has_pending or bool(self._asked_again))

    def begin(self, encoding: Encoding, *, is_enhanced: bool) -> None:
        """The session came up; `is_enhanced`: RFC 7313 was agreed on."""
        self._is_enhanced = is_enhanced
        self.rib = AdjRibOut(encoding)
        self.rib.desire(self.routes)
        self.pump()

    def end(self) -> None:
        """The session went down."""
        self.rib = None
        self._asked_again.clear()
        self._outlet.synchronised()

    def close(self) -> None:
        """Send nothing any more."""
        if self._handle is not None:
            self._handle.cancel()

    def want(self, routes: RouteSet) -> None:
        """Replace the wanted routes; the difference is sent."""
        self.routes = routes
        if self.rib is not None:
            self.rib.desire(routes)
            self.pump()

    def refresh(self, family: Family) -> None:
        """The peer asked for all routes of a family again."""
        self._asked_again.add(family)
        self.pump()

    def pump(self) -> None:
        """Go on sending."""
        self._outlet.synchronised()
        if self._handle is None and self.has_pending:
            self._handle = asyncio.get_running_loop().call_soon(self._send_chunk)

    def _send_chunk(self) -> None:
        self._handle = None
        connection = self._outlet.established
        if self.rib is None or connection is None or not connection.is_writable:
            return  # `pump` when it is writable, or the next session, goes on
        if self._asked_again and not self.rib.has_pending:
            self._repeat(self.rib)
        chunk = self.rib.next_chunk(CHUNK_OCTETS)
        if chunk is not None:
            self._outlet.send_routes(chunk)
        self.pump()

    def _repeat(self, rib: AdjRibOut) -> None:
        """Begin what was asked for: planning a large table anew for each request costs seconds."""
        asked = sorted(self._asked_again)
        self._asked_again.clear()
        for family in asked:
            rib.refresh(family, self._is_enhanced)
