"""One BGP session as a pure machine: octets and time in, effects out.

Owns the life of a session across its connections: when to dial, the back-off, and which of two
colliding connections lives (RFC 4271 sections 6.8 and 8). Must not touch a socket, a clock or
randomness: `now` is an argument everywhere, jitter is injected.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from speaker.codec.notification import (
    ADMINISTRATIVE_SHUTDOWN,
    CEASE,
    HOLD_TIMER_EXPIRED,
    Notification,
)
from speaker.errors import MessageError, StateError
from speaker.rib.adj_rib_out import Chunk, Encoding
from speaker.session.accepting import Accepting
from speaker.session.connection import Connection
from speaker.session.effects import (
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
from speaker.session.fsm import Event, State, step
from speaker.session.parameters import Negotiated, SessionParameters
from speaker.session.record import Counters
from speaker.session.seeking import longest_wait

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

CONNECTION_LOST: Final = "Connection lost"


class Session(Accepting):
    """One configured session; lives across connections, holds up to two while they collide.

    Every method that takes `now` returns effects to perform in order. Calls about a connection
    that the session no longer knows return nothing, so a driver need not worry about races.
    """

    def __init__(
        self,
        parameters: SessionParameters,
        jitter: Callable[[], float],
        now: float = 0.0,
        *,
        has_restarted: bool = False,
    ) -> None:
        """Make a stopped session.

        Args:
            parameters: see `adapt` for when they may change.
            jitter: a fresh number in 0 <= n < 1 at every call.
            now: the caller's clock.
            has_restarted: the peer may still have routes from before a restart of this process.
        """
        super().__init__(parameters, jitter, now)
        self._has_restarted = has_restarted

    # ---- what can be read ------------------------------------------------------------------

    @property
    def negotiated(self) -> Negotiated | None:
        """What the connection in use agreed on; from OpenConfirm on."""
        return self.connection.negotiated if self.connection else None

    @property
    def endpoints(self) -> Endpoints | None:
        """Both ends of the connection in use."""
        return self.connection.endpoints if self.connection else None

    @property
    def opened_by(self) -> Opener | None:
        """Who dialled the connection in use."""
        return self.connection.opened_by if self.connection else None

    @property
    def deadline(self) -> float | None:
        """When `tick` must next be called, or None."""
        times = [connection.deadline for connection in self._connections.values()]
        return min((at for at in (self._retry.at, *times) if at is not None), default=None)

    @property
    def hold_deadline(self) -> float | None:
        """When the hold timer of the connection in use expires, or None."""
        return self.connection.hold_at if self.connection else None

    @property
    def send_hold_deadline(self) -> float | None:
        """When the peer is given up if it goes on taking nothing, or None."""
        return self.connection.send_hold.at if self.connection else None

    @property
    def retry_deadline(self) -> float | None:
        """When the session dials again or leaves Idle, or None."""
        return self._retry.at

    @property
    def encoding(self) -> Encoding | None:
        """How routes are to be encoded for this peer; None unless Established."""
        connection = self.connection
        if connection is None or connection.state is not State.ESTABLISHED:
            return None
        return connection.encoding

    # ---- what the caller wants -------------------------------------------------------------

    def start(self, now: float, *, is_again: bool = False) -> list[Effect]:
        """Begin (ManualStart): dial, or wait if passive. Does nothing when enabled.

        With `is_again`, a connection has just been closed: the dial waits a second, so that the
        peer is done with the old one before it sees the new one. Its own dial is answered.
        """
        if self.is_enabled:
            return []
        self.is_enabled = True
        self._offers_capabilities = True
        self._retry.reset()
        if is_again:
            self._retry.pause(now)
            return []
        return self._seek(now, "started")

    def stop(
        self,
        now: float,
        subcode: int = ADMINISTRATIVE_SHUTDOWN,
        text: str = "",
        *,
        keep_routes: bool = False,
    ) -> list[Effect]:
        """End with NOTIFICATION Cease (ManualStop) and stay Idle until `start`.

        Args:
            now: the caller's clock.
            subcode: RFC 4486: 2 administrative shutdown, 3 de-configured, 4 reset, 6 other change.
            text: shutdown communication, RFC 9003; cut to 255 octets; sent with 2 and 4.
            keep_routes: where graceful restart was agreed on, close without a word instead, so
                that the peer keeps the routes for the restart time.
        """
        self.is_enabled = self._has_restarted = False
        effects = self._cancel_dial()
        self._seeking = step(self._seeking, Event.STOP) or self._seeking
        self._retry.reset()
        for connection in tuple(self._connections.values()):
            if keep_routes and _is_kept(connection):
                effects += self._leave(connection, now)
            else:
                effects += self._say_goodbye(connection, subcode, text, now)
        return effects + self._settle(now, text or Notification(CEASE, subcode).name)

    def adapt(self, parameters: SessionParameters, now: float) -> bool:
        """Go on with other parameters, if an established peer cannot tell them from the old ones.

        So it is where both OPENs would be the same: keepalive and retry times, who dials, which AS
        numbers are accepted, a BGP identifier that only says what was chosen anyhow. Otherwise
        False, and nothing was changed: another session is needed.
        """
        connections = self._connections.values()
        is_alike = parameters.keep_received == self.parameters.keep_received
        if self.state is not State.ESTABLISHED or not is_alike:
            return False
        if not all(connection.would_agree(parameters) for connection in connections):
            return False
        self.parameters = parameters
        self._retry.limit(longest_wait(parameters), now)
        for connection in connections:
            connection.adapt(parameters, now, self._retry.shorten)
        return True

    def send(self, chunk: Chunk, now: float) -> list[Effect]:
        """Count and transmit what an AdjRibOut made. Raises StateError unless Established."""
        connection = self.connection
        if connection is None or connection.state is not State.ESTABLISHED:
            raise StateError(f"routes cannot be sent in state {self.state.value}")
        self.sent.update += chunk.updates
        self.sent.route_refresh += chunk.refreshes
        self.sent.octets += len(chunk.data)
        self.last_write = now
        connection.restart_keepalive(now, self._retry.shorten)
        return self._write(connection, chunk.data, now)

    # ---- what the network does -------------------------------------------------------------

    def receive_data(self, connection: ConnectionId, data: bytes, now: float) -> list[Effect]:
        """Feed octets as read, split anywhere; b"" means the peer closed."""
        if not data:
            return self.closed(connection, now, "the peer closed the connection")
        known = self._connections.get(connection)
        if known is None:
            return []
        self.last_read = now
        effects: list[Effect] = []
        try:
            for kind, body in known.framer.feed(data):
                effects += self._receive(known, kind, body, now)
                if known.number not in self._connections:
                    break
        except MessageError as error:
            effects += self._fail(known, error, now)
        return effects

    def closed(self, connection: ConnectionId, now: float, reason: str) -> list[Effect]:
        """The connection is gone without our doing; `reason` is for people."""
        known = self._connections.get(connection)
        if known is None:
            return []
        error = ErrorRecord("local", None, None, CONNECTION_LOST, reason, b"", now)
        return self._end(known, Event.CONNECTION_FAILED, error, now)

    def backlog(self, connection: ConnectionId, octets: int, now: float) -> None:
        """Tell how many of the octets transmitted the network has not taken yet.

        Before every `tick`, and after a `Transmit` that was not taken whole; a driver that never
        does has no send hold timer (RFC 9687).
        """
        known = self._connections.get(connection)
        if known is not None:
            known.send_hold.report(octets, now)

    def tick(self, now: float) -> list[Effect]:
        """Act on timers due at `now`; harmless when early."""
        effects: list[Effect] = []
        for connection in tuple(self._connections.values()):
            if _is_due(connection.open_at, now):
                connection.state = step(connection.state, Event.DELAY_OPEN_EXPIRED) or State.IDLE
                effects += self._send_open(connection, now)
                effects += self._settle(now, "delay open time is over")
            elif _is_due(connection.hold_at, now):
                expired = Notification(HOLD_TIMER_EXPIRED, 0)
                effects += self._send_and_end(connection, Event.HOLD_EXPIRED, expired, "", now)
            elif _is_due(connection.send_hold.at, now):
                effects += self._stall(connection, now)
            elif _is_due(connection.keepalive_at, now):
                effects += self._send_keepalive(connection, now)
        if _is_due(self._retry.at, now):
            effects += self._retry_now(now)
        return effects


def _is_due(at: float | None, now: float) -> bool:
    return at is not None and now >= at


def _is_kept(connection: Connection) -> bool:
    agreed = connection.negotiated
    is_up = connection.state is State.ESTABLISHED
    return is_up and agreed is not None and agreed.peer_keeps_routes
