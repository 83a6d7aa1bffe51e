"""How a session writes, and how its connections end.

A part of the machine, between `seeking.py` and `machine.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from speaker.codec.framing import KEEPALIVE, MessageType
from speaker.codec.notification import (
    ADMINISTRATIVE_RESET,
    ADMINISTRATIVE_SHUTDOWN,
    CEASE,
    DECONFIGURED,
    SEND_HOLD_TIMER_EXPIRED,
    Notification,
    encode_notification,
    encode_shutdown_text,
    hard_reset,
)
from speaker.errors import MessageError
from speaker.rib.adj_rib_out import AdjRibIn
from speaker.session.connection import Connection
from speaker.session.effects import Direction, Disconnect, Down, Effect, ErrorRecord, Transmit
from speaker.session.fsm import Event, State, step
from speaker.session.parameters import SessionParameters
from speaker.session.seeking import Seeking

KEPT: Final = "Closed; the peer keeps the routes"
FOR_GOOD: Final = (ADMINISTRATIVE_SHUTDOWN, DECONFIGURED)
"""Subcodes of a Cease after which no peer is to keep our routes."""


class Closing(Seeking):
    """The part of a `Session` that writes to connections and ends them."""

    def __init__(
        self, parameters: SessionParameters, jitter: Callable[[], float], now: float
    ) -> None:
        """Begin stopped; see `Session`."""
        super().__init__(parameters, jitter, now)
        self.routes_in = AdjRibIn(parameters.keep_received)
        """What the peer announced; emptied when the session goes down."""

    # ---- writing ---------------------------------------------------------------------------

    def _write(self, connection: Connection, data: bytes, now: float) -> list[Effect]:
        connection.send_hold.wrote(len(data))
        return [Transmit(connection.number, data)]

    def _transmit(
        self, connection: Connection, kind: MessageType, data: bytes, now: float
    ) -> list[Effect]:
        self._count_sent(kind, data, now)
        return self._write(connection, data, now)

    def _send_keepalive(self, connection: Connection, now: float) -> list[Effect]:
        connection.restart_keepalive(now, self._retry.shorten)
        return self._transmit(connection, MessageType.KEEPALIVE, KEEPALIVE, now)

    # ---- ends ------------------------------------------------------------------------------

    def _say_goodbye(
        self, connection: Connection, subcode: int, text: str, now: float
    ) -> list[Effect]:
        """Cease; as a hard reset to a peer that would keep the routes, RFC 8538 section 4."""
        has_text = subcode in (ADMINISTRATIVE_SHUTDOWN, ADMINISTRATIVE_RESET)
        cease = Notification(CEASE, subcode, encode_shutdown_text(text) if has_text else b"")
        agreed = connection.negotiated
        if agreed is not None and agreed.peer_keeps_on_notification and subcode in FOR_GOOD:
            cease = hard_reset(cease)
        return self._send_and_end(connection, Event.STOP, cease, text, now)

    def _leave(self, connection: Connection, now: float) -> list[Effect]:
        """Close without a word, so that the peer keeps the routes, RFC 4724 section 4.2."""
        error = ErrorRecord("local", None, None, KEPT, "", b"", now)
        return self._end(connection, Event.STOP, error, now)

    def _fail(self, connection: Connection, error: MessageError, now: float) -> list[Effect]:
        """Tell the peer what it did wrong."""
        notification = Notification(error.code, error.subcode, error.data)
        return self._send_and_end(connection, Event.MESSAGE_ERROR, notification, error.reason, now)

    def _stall(self, connection: Connection, now: float) -> list[Effect]:
        """The peer reads nothing, so there is no point in telling it, RFC 9687 section 3.2."""
        notification = Notification(SEND_HOLD_TIMER_EXPIRED, 0)
        text = "the peer reads nothing"
        error = error_record("local", notification, text, now)
        return self._end(connection, Event.SEND_HOLD_EXPIRED, error, now)

    def _send_and_end(
        self,
        connection: Connection,
        event: Event,
        notification: Notification,
        text: str,
        now: float,
    ) -> list[Effect]:
        data = encode_notification(notification)
        effects = self._transmit(connection, MessageType.NOTIFICATION, data, now)
        error = error_record("sent", notification, text, now)
        return effects + self._end(connection, event, error, now)

    def _end(
        self, connection: Connection, event: Event, error: ErrorRecord, now: float
    ) -> list[Effect]:
        """Forget a connection; without another one the session waits, or dials on."""
        after = step(connection.state, event) or State.IDLE
        del self._connections[connection.number]
        effects: list[Effect] = []
        established_for = 0.0
        if connection.established_at is not None:
            established_for = now - connection.established_at
            self.routes_in = AdjRibIn(self.parameters.keep_received)
            effects.append(Down(connection.number))
        effects.append(Disconnect(connection.number))
        if not self._connections:
            effects += self._seek_again(after, established_for, now)
        if event is Event.CONNECTION_FAILED and connection.theirs is None:
            self.last_dial_failure = error  # it never was more than a TCP connection
        elif not self._connections or connection.established_at is not None:
            self.last_error = error
        return effects + self._settle(now, error.text or error.name, error)


def error_record(
    direction: Direction, notification: Notification, text: str, now: float
) -> ErrorRecord:
    """Remember a NOTIFICATION, sent or received."""
    return ErrorRecord(
        direction,
        notification.code,
        notification.subcode,
        notification.name,
        text,
        notification.data,
        now,
    )
