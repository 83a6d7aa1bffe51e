"""One BGP session as a pure machine: octets and time in, effects out.

Owns the life of a session across its connections: when to dial, the back-off, and which of two
colliding connections lives (RFC 4271 sections 6.8 and 8). Must not touch a socket, a clock or
randomness: `now` is an argument everywhere, jitter is injected.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from speaker.effects import (
    CancelDial,
    ConnectionId,
    Dial,
    Disconnect,
    Down,
    Effect,
    Endpoints,
    ErrorRecord,
    Opener,
    RefreshRequested,
    RoutesReceived,
    StateChanged,
    TransitionRecord,
    Transmit,
    Up,
)
from speaker.fsm import State
from speaker.parameters import Negotiated, SessionParameters
from speaker.rib import AdjRibIn, Chunk, Encoding

__all__ = [
    "CancelDial",
    "ConnectionId",
    "Counters",
    "Dial",
    "Disconnect",
    "Down",
    "Effect",
    "Endpoints",
    "ErrorRecord",
    "Negotiated",
    "Opener",
    "RefreshRequested",
    "RoutesReceived",
    "Session",
    "SessionParameters",
    "State",
    "StateChanged",
    "TransitionRecord",
    "Transmit",
    "Up",
]

HISTORY_LENGTH = 50


class Counters:
    """Messages and octets of one direction, over all connections of the session."""

    open: int
    update: int
    notification: int
    keepalive: int
    route_refresh: int
    octets: int

    @property
    def total(self) -> int:
        """Messages of every type."""


class Session:
    """One configured session; lives across connections, holds up to two while they collide.

    Every method that takes `now` returns effects to perform in order. Calls about a connection
    that the session no longer knows return nothing, so a driver need not worry about races.
    """

    parameters: SessionParameters
    state: State
    since: float
    """When `state` was entered."""
    is_enabled: bool
    """Between `start` and `stop`."""
    negotiated: Negotiated | None
    """Of the connection in use, from OpenConfirm on."""
    endpoints: Endpoints | None
    """Of the connection in use (the one furthest on), None without one."""
    opened_by: Opener | None
    router_id: str | None
    """Our BGP identifier on the connection in use, or on the last one."""
    peer_asn: int | None
    """As configured, else as learned from the last OPEN."""
    sent: Counters
    received: Counters
    routes_in: AdjRibIn
    """What the peer announced; emptied when the session goes down."""
    history: deque[TransitionRecord]
    """The last 50."""
    last_error: ErrorRecord | None
    established_count: int
    dropped_count: int
    last_read: float | None
    """Of the last octets; likewise `last_write`."""
    last_write: float | None

    def __init__(self, parameters: SessionParameters, jitter: Callable[[], float]) -> None:
        """Make a stopped session.

        Args:
            parameters: never change; another set needs another session.
            jitter: a fresh number in 0 <= n < 1 at every call.
        """

    @property
    def deadline(self) -> float | None:
        """When `tick` must next be called, or None."""

    @property
    def hold_deadline(self) -> float | None:
        """When the hold timer of the connection in use expires, or None."""

    @property
    def retry_deadline(self) -> float | None:
        """When the session next dials or leaves Idle, or None."""

    @property
    def encoding(self) -> Encoding | None:
        """How routes are to be encoded for this peer; None unless Established."""

    def start(self, now: float) -> list[Effect]:
        """Begin (ManualStart): dial, or wait if passive. Does nothing when enabled."""

    def stop(self, now: float, subcode: int = 2, text: str = "") -> list[Effect]:
        """End with NOTIFICATION Cease (ManualStop) and stay Idle until `start`.

        Args:
            now: the caller's clock.
            subcode: RFC 4486: 2 administrative shutdown, 3 de-configured, 4 reset, 6 other change.
            text: shutdown communication, RFC 9003; cut to 255 octets; sent with 2 and 4.
        """

    def connected(
        self, connection: ConnectionId, now: float, opened_by: Opener, endpoints: Endpoints
    ) -> list[Effect]:
        """A TCP connection stands: our dial's ("local") or one we accepted ("peer").

        A connection that is not wanted (Idle, or another one is Established) is told so and
        closed by the effects.
        """

    def connect_failed(self, now: float, reason: str) -> list[Effect]:
        """The dial failed; `reason` is for people, e.g. "connection refused"."""

    def receive_data(self, connection: ConnectionId, data: bytes, now: float) -> list[Effect]:
        """Feed octets as read, split anywhere; b"" means the peer closed."""

    def closed(self, connection: ConnectionId, now: float, reason: str) -> list[Effect]:
        """The connection is gone without our doing; `reason` is for people."""

    def tick(self, now: float) -> list[Effect]:
        """Act on timers due at `now`; harmless when early."""

    def send(self, chunk: Chunk, now: float) -> list[Effect]:
        """Count and transmit what an AdjRibOut made. Raises StateError unless Established."""
