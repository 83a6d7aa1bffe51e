"""How a session reacts to messages.

A part of the machine, between `closing.py` and `accepting.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from speaker.codec.capabilities import Capabilities
from speaker.codec.framing import HEADER_LENGTH, MessageType
from speaker.codec.notification import (
    CEASE,
    COLLISION,
    UNSUPPORTED_PARAMETER,
    Notification,
    decode_notification,
)
from speaker.codec.open import Open, encode_open
from speaker.codec.refresh import RefreshKind, decode_refresh
from speaker.codec.update import decode_update
from speaker.errors import MessageError
from speaker.session.closing import Closing, error_record
from speaker.session.connection import Connection
from speaker.session.effects import Effect, ErrorRecord, RefreshRequested, RoutesReceived, Up
from speaker.session.fsm import PROGRESS, Event, State
from speaker.session.negotiation import surviving_opener
from speaker.session.parameters import SessionParameters

PEER_RESTARTED: Final = "The peer restarted"


class Machine(Closing):
    """The reacting part of a `Session`."""

    def __init__(
        self, parameters: SessionParameters, jitter: Callable[[], float], now: float
    ) -> None:
        """Begin stopped; see `Session`."""
        super().__init__(parameters, jitter, now)
        self.peer_asn = parameters.peer_asn
        """As configured, else as learned from the last OPEN."""
        self._offers_capabilities = True
        self._has_restarted = False
        """Whether the R bit is set in our OPENs."""

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
        is_refused = (notification.code, notification.subcode) == UNSUPPORTED_PARAMETER
        # Only an answer to our OPEN; and whoever refuses both forms is offered them in turn.
        if is_refused and connection.state in (State.OPEN_SENT, State.OPEN_CONFIRM):
            self._offers_capabilities = connection.ours.capabilities == Capabilities()
        error = error_record("received", notification, notification.text, now)
        is_lost_collision = (notification.code, notification.subcode) == (CEASE, COLLISION)
        event = Event.COLLISION if is_lost_collision else Event.NOTIFICATION
        return self._end(connection, event, error, now)

    def _receive_open(
        self, connection: Connection, body: bytes, after: State, now: float
    ) -> list[Effect]:
        theirs = connection.read_open(self.parameters, body)
        effects: list[Effect] = []
        for rival in [one for one in self._connections.values() if one is not connection]:
            if PROGRESS[rival.state] <= PROGRESS[State.OPEN_SENT]:
                continue  # it is decided when the other OPEN comes
            if not _wins(connection, theirs, rival):
                collision = Notification(CEASE, COLLISION)
                return self._send_and_end(connection, Event.COLLISION, collision, "", now)
            connection.state = after
            effects += self._give_up(rival, now)
        if connection.open_at is not None:
            effects += self._send_open(connection, now)
        connection.state = after
        self.peer_asn = theirs.asn
        self.last_dial_failure = None
        connection.restart_hold(now)
        effects += self._send_keepalive(connection, now)
        return effects + self._settle(now, "OPEN received")

    def _send_open(self, connection: Connection, now: float) -> list[Effect]:
        connection.begin(now)
        return self._transmit(connection, MessageType.OPEN, encode_open(connection.ours), now)

    def _give_up(self, rival: Connection, now: float) -> list[Effect]:
        """A collision's loser is told; a connection from before the peer's restart is not there."""
        if rival.state is not State.ESTABLISHED:
            collision = Notification(CEASE, COLLISION)
            return self._send_and_end(rival, Event.COLLISION, collision, "", now)
        error = ErrorRecord("local", None, None, PEER_RESTARTED, "", b"", now)
        return self._end(rival, Event.RESTARTED, error, now)

    def _establish(self, connection: Connection, now: float) -> list[Effect]:
        effects = self._cancel_dial()
        self._retry.stop()
        self._has_restarted = False
        self._offers_capabilities = True  # the next time: the peer may know more by then
        self._end_of_rib_received = ()
        connection.establish(now)
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
        self._note_update(update)
        return [RoutesReceived(update)] if self.parameters.keep_received else []

    def _receive_refresh(self, connection: Connection, body: bytes) -> list[Effect]:
        agreed = connection.negotiated
        if agreed is None or not connection.ours.capabilities.route_refresh:
            kind = MessageType.ROUTE_REFRESH
            raise MessageError(1, 3, bytes((kind,)), reason="ROUTE-REFRESH was not offered")
        refresh = decode_refresh(body, is_enhanced=agreed.enhanced_refresh)
        families = agreed.families
        if refresh.family is None or refresh.family not in families:
            return []
        if refresh.kind is RefreshKind.REQUEST:
            return [RefreshRequested(refresh.family)]
        if refresh.kind is RefreshKind.BEGIN:
            self.routes_in.begin_refresh(refresh.family)
        elif refresh.kind is RefreshKind.END:
            self.routes_in.end_refresh(refresh.family)
        return []


def _wins(connection: Connection, theirs: Open, rival: Connection) -> bool:
    """Whether the connection on which the peer's OPEN `theirs` came outlives `rival`.

    Established ones do not lose collisions (RFC 4271 section 6.8). But a peer with graceful
    restart that says it restarted knows nothing of the other connection (RFC 4724 section 5).
    """
    if rival.state is not State.ESTABLISHED:
        return surviving_opener(connection.ours, theirs) == connection.opened_by
    restart = theirs.capabilities.graceful_restart
    is_restarter = rival.negotiated is not None and rival.negotiated.restart_received is not None
    return is_restarter and restart is not None and restart.has_restarted
