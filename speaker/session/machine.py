"""How the connections of a session progress and end, and what the session does then.

The inner half of `session.py`: it reacts, the other half takes the inputs. Every move of state is
looked up in `fsm.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from speaker.codec.framing import HEADER_LENGTH, KEEPALIVE, MessageType
from speaker.codec.notification import (
    CEASE,
    COLLISION,
    UNSUPPORTED_PARAMETER,
    Notification,
    decode_notification,
    encode_notification,
)
from speaker.codec.refresh import RefreshKind, decode_refresh
from speaker.codec.update import decode_update
from speaker.errors import MessageError
from speaker.rib.adj_rib_out import AdjRibIn
from speaker.session.connection import Connection
from speaker.session.effects import (
    CancelDial,
    ConnectionId,
    Dial,
    Direction,
    Disconnect,
    Down,
    Effect,
    ErrorRecord,
    RefreshRequested,
    RoutesReceived,
    Transmit,
    Up,
)
from speaker.session.fsm import Event, State, step
from speaker.session.negotiation import surviving_opener
from speaker.session.parameters import SessionParameters
from speaker.session.record import SessionRecord
from speaker.session.retry import Retry

PROGRESS: Final = {state: rank for rank, state in enumerate(State)}
"""How far on a state is."""
DIAL_FAILED: Final = "Connection failed"


class Machine(SessionRecord):
    """The reacting half of a `Session`."""

    def __init__(
        self, parameters: SessionParameters, jitter: Callable[[], float], now: float
    ) -> None:
        """Begin stopped; see `Session`."""
        super().__init__(now)
        self.parameters = parameters
        self.is_enabled = False
        """Between `start` and `stop`."""
        self.peer_asn = parameters.peer_asn
        """As configured, else as learned from the last OPEN."""
        self.routes_in = AdjRibIn(parameters.keep_received)
        """What the peer announced; emptied when the session goes down."""
        self._seeking = State.IDLE
        """The state without a connection: Idle, Connect while dialling, Active."""
        self._retry = Retry(parameters.connect_time, jitter)
        self._connections: dict[ConnectionId, Connection] = {}
        self._offers_capabilities = True

    @property
    def connection(self) -> Connection | None:
        """The connection in use: the one furthest on."""
        return max(self._connections.values(), key=lambda each: PROGRESS[each.state], default=None)

    def _settle(self, now: float, reason: str, error: ErrorRecord | None = None) -> list[Effect]:
        """Note the state that the connection in use, or the lack of one, puts the session in."""
        connection = self.connection
        state = connection.state if connection else self._seeking
        return [*self._enter(state, now, reason, error)]

    # ---- without a connection --------------------------------------------------------------

    def _seek(self, now: float, reason: str) -> list[Effect]:
        """Leave Idle."""
        event = Event.START_PASSIVE if self.parameters.passive else Event.START
        effects = self._move_seeking(event, now)
        return effects + self._settle(now, reason)

    def _move_seeking(self, event: Event, now: float) -> list[Effect]:
        """Follow the table; arriving in Connect means dialling."""
        self._seeking = step(self._seeking, event) or self._seeking
        if self._seeking is not State.CONNECT:
            self._retry.stop()
            return []
        self._retry.wait_for_dial(now)
        return [Dial()]

    def _cancel_dial(self) -> list[Effect]:
        if self._seeking is not State.CONNECT:
            return []
        self._seeking = State.ACTIVE
        return [CancelDial()]

    def _retry_now(self, now: float) -> list[Effect]:
        """The idle hold, connect retry or dial time is over."""
        if self._seeking is State.IDLE:
            return self._seek(now, "idle hold time is over")
        effects = self._cancel_dial()
        if self._connections:
            self._retry.stop()
            return effects
        if effects:
            reason = "no answer"
            self.last_error = ErrorRecord("local", None, None, DIAL_FAILED, reason, b"", now)
        effects += self._move_seeking(Event.CONNECT_RETRY_EXPIRED, now)
        return effects + self._settle(now, "connect retry time is over")

    # ---- messages --------------------------------------------------------------------------

    def _receive(
        self, connection: Connection, kind: MessageType, body: bytes, now: float
    ) -> list[Effect]:
        """Act on one message. Raises MessageError when it is wrong or unexpected."""
        self.received.add(kind, HEADER_LENGTH + len(body))
        after = connection.expect(kind)
        if kind is MessageType.NOTIFICATION:
            return self._receive_notification(connection, decode_notification(body), now)
        if kind is MessageType.OPEN:
            return self._receive_open(connection, body, after, now)
        before, connection.state = connection.state, after
        connection.restart_hold(now)
        if before is not after:
            return self._establish(connection, now)
        if kind is MessageType.UPDATE:
            return self._receive_update(connection, body)
        if kind is MessageType.ROUTE_REFRESH:
            return self._receive_refresh(connection, body)
        return []

    def _receive_notification(
        self, connection: Connection, notification: Notification, now: float
    ) -> list[Effect]:
        if (notification.code, notification.subcode) == UNSUPPORTED_PARAMETER:
            self._offers_capabilities = False
        error = _record("received", notification, notification.text, now)
        is_lost_collision = (notification.code, notification.subcode) == (CEASE, COLLISION)
        event = Event.COLLISION if is_lost_collision else Event.NOTIFICATION
        return self._end(connection, event, error, now)

    def _receive_open(
        self, connection: Connection, body: bytes, after: State, now: float
    ) -> list[Effect]:
        theirs = connection.read_open(self.parameters, body)
        rival = next((one for one in self._connections.values() if one is not connection), None)
        collision = Notification(CEASE, COLLISION)
        is_lost = rival is not None and rival.state is State.ESTABLISHED
        effects: list[Effect] = []
        if rival is not None and rival.state is not State.OPEN_SENT:
            is_lost = is_lost or surviving_opener(connection.ours, theirs) != connection.opened_by
            if is_lost:
                return self._send_and_end(connection, Event.COLLISION, collision, "", now)
            connection.state = after
            effects += self._send_and_end(rival, Event.COLLISION, collision, "", now)
        connection.state = after
        self.peer_asn = theirs.asn
        connection.restart_hold(now)
        effects += self._send_keepalive(connection, now)
        return effects + self._settle(now, "OPEN received")

    def _establish(self, connection: Connection, now: float) -> list[Effect]:
        effects = self._cancel_dial()
        self._retry.stop()
        connection.established_at = now
        effects += self._settle(now, "KEEPALIVE received")
        if connection.negotiated is not None:
            effects.append(Up(connection.number, connection.negotiated))
        return effects

    def _receive_update(self, connection: Connection, body: bytes) -> list[Effect]:
        negotiated = connection.negotiated
        if negotiated is None:
            return []
        update = decode_update(
            body,
            four_octet_as=negotiated.four_octet_as,
            is_ibgp=negotiated.is_ibgp,
            families=negotiated.families,
        )
        self.routes_in.apply(update)
        return [RoutesReceived(update)] if self.parameters.keep_received else []

    def _receive_refresh(self, connection: Connection, body: bytes) -> list[Effect]:
        refresh = decode_refresh(body)
        families = connection.negotiated.families if connection.negotiated else ()
        if refresh.kind is not RefreshKind.REQUEST or refresh.family not in families:
            return []
        return [RefreshRequested(refresh.family)]

    # ---- sending ---------------------------------------------------------------------------

    def _count_sent(self, kind: MessageType, data: bytes, now: float) -> None:
        self.sent.add(kind, len(data))
        self.last_write = now

    def _transmit(
        self, connection: Connection, kind: MessageType, data: bytes, now: float
    ) -> list[Effect]:
        self._count_sent(kind, data, now)
        return [Transmit(connection.number, data)]

    def _send_keepalive(self, connection: Connection, now: float) -> list[Effect]:
        connection.restart_keepalive(now, self._retry.shorten)
        return self._transmit(connection, MessageType.KEEPALIVE, KEEPALIVE, now)

    # ---- ends ------------------------------------------------------------------------------

    def _fail(self, connection: Connection, error: MessageError, now: float) -> list[Effect]:
        """Tell the peer what it did wrong."""
        notification = Notification(error.code, error.subcode, error.data)
        return self._send_and_end(connection, Event.MESSAGE_ERROR, notification, error.reason, now)

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
        error = _record("sent", notification, text, now)
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
        if not self._connections or connection.established_at is not None:
            self.last_error = error
        return effects + self._settle(now, error.text or error.name, error)

    def _seek_again(self, after: State, established_for: float, now: float) -> list[Effect]:
        if not self.is_enabled:
            return []
        if after is State.ACTIVE and self._seeking is State.CONNECT:
            return []  # our own dial, begun before the peer's connection came, may yet succeed
        effects = self._cancel_dial()
        self._seeking = after
        self._retry.wait_after_failure(now, established_for)
        if after is State.ACTIVE and self.parameters.passive:
            self._retry.stop()
        return effects


def _record(direction: Direction, notification: Notification, text: str, now: float) -> ErrorRecord:
    return ErrorRecord(
        direction,
        notification.code,
        notification.subcode,
        notification.name,
        text,
        notification.data,
        now,
    )
