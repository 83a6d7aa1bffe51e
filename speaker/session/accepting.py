"""What becomes of a new TCP connection, ours or the peer's.

One more part of the machine, above `machine.py`: whether there is room for it, and its OPEN.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from speaker.codec.framing import MessageType
from speaker.codec.notification import (
    CEASE,
    CONNECTION_REJECTED,
    Notification,
    encode_notification,
)
from speaker.codec.open import Open
from speaker.session.connection import Connection
from speaker.session.effects import (
    ConnectionId,
    Disconnect,
    Effect,
    Endpoints,
    Opener,
    Transmit,
)
from speaker.session.fsm import PROGRESS, Event, State, step
from speaker.session.machine import Machine
from speaker.session.negotiation import identifier, make_open
from speaker.session.parameters import SessionParameters

OPENERS: Final = {"local": "us", "peer": "the peer"}


class Accepting(Machine):
    """The part of a `Session` that takes connections."""

    def __init__(
        self, parameters: SessionParameters, jitter: Callable[[], float], now: float
    ) -> None:
        """Begin stopped; see `Session`."""
        super().__init__(parameters, jitter, now)
        self.router_id = parameters.router_id
        """Our BGP identifier: of the newest connection, else as configured."""

    def connected(
        self, connection: ConnectionId, now: float, opened_by: Opener, endpoints: Endpoints
    ) -> list[Effect]:
        """A TCP connection stands: our dial's ("local") or one we accepted ("peer").

        A connection that is not wanted (Idle) is told so and closed by the effects.
        """
        if opened_by == "local" and self._seeking is not State.CONNECT:
            return [Disconnect(connection)]  # it was given up while the answer was on its way
        effects = self._answer(now) if opened_by == "peer" else []
        delay = self.parameters.delay_open_time
        state = step(self._seeking, Event.CONNECTED_DELAYED if delay else Event.CONNECTED)
        if opened_by == "local":
            self._seeking = State.ACTIVE
        if state is None:
            return effects + self._reject(connection, now)
        effects += self._drop_stale(opened_by)
        ours = self._open(endpoints)
        new = Connection(connection, opened_by, endpoints, ours, state, now + delay)
        self._connections[connection] = new
        self.router_id = new.ours.router_id
        if self._seeking is State.ACTIVE:
            self._retry.stop()
        if not delay:
            effects += self._send_open(new, now)
        return effects + self._settle(now, f"connection opened by {OPENERS[opened_by]}")

    def _open(self, endpoints: Endpoints) -> Open:
        return make_open(
            self.parameters,
            identifier(self.parameters, endpoints),
            with_capabilities=self._offers_capabilities,
            has_restarted=self._has_restarted,
        )

    def _reject(self, connection: ConnectionId, now: float) -> list[Effect]:
        cease = encode_notification(Notification(CEASE, CONNECTION_REJECTED))
        self._count_sent(MessageType.NOTIFICATION, cease, now)
        return [Transmit(connection, cease), Disconnect(connection)]

    def _drop_stale(self, opened_by: Opener) -> list[Effect]:
        """Whoever dials again has given up the connection on which it sent no OPEN.

        One on which it did stands until the OPEN comes on the new one: only that tells a collision
        (RFC 4271 section 6.8) from a peer that restarted, or whose word that the old one is over
        is still on its way.
        """
        stale = [
            known.number
            for known in self._connections.values()
            if known.opened_by == opened_by and PROGRESS[known.state] <= PROGRESS[State.OPEN_SENT]
        ]
        for number in stale:
            del self._connections[number]
        return [Disconnect(number) for number in stale]
