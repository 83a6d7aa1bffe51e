"""One TCP connection of a session, from our OPEN on: its state, its timers, its stream."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from speaker.codec.capabilities import Capabilities
from speaker.codec.framing import EXTENDED_MAX_LENGTH, Framer, MessageType
from speaker.codec.open import Open, decode_open
from speaker.errors import MessageError
from speaker.rib.encoding import Encoding
from speaker.session.effects import ConnectionId, Endpoints, Opener
from speaker.session.fsm import EVENTS, UNEXPECTED, State, step
from speaker.session.negotiation import identifier, make_open, negotiate, plain_address
from speaker.session.parameters import Negotiated, SessionParameters
from speaker.session.send_hold import SendHold

LARGE_HOLD_TIME: Final = 240.0
"""Seconds to wait for the peer's OPEN, RFC 4271 section 8.2.2."""


class Connection:
    """State of a connection that stands: OpenSent to Established, or before with a delayed OPEN."""

    def __init__(
        self,
        number: ConnectionId,
        opened_by: Opener,
        endpoints: Endpoints,
        ours: Open,
        state: State,
        open_at: float,
    ) -> None:
        """Begin in `state`; `ours` is to go out at `open_at`, then call `begin`."""
        self.number = number
        self.opened_by: Opener = opened_by
        self.endpoints = endpoints
        self.ours = ours
        self.theirs: Open | None = None
        self.negotiated: Negotiated | None = None
        self.state = state
        self.framer = Framer()
        self.established_at: float | None = None
        self.open_at: float | None = open_at
        """When the delay open timer expires; None once our OPEN is out."""
        self.hold_at: float | None = None
        self.keepalive_at: float | None = None
        self.send_hold = SendHold()

    @property
    def deadline(self) -> float | None:
        """The earliest of the timers."""
        timers = (self.open_at, self.hold_at, self.keepalive_at, self.send_hold.at)
        return min((at for at in timers if at is not None), default=None)

    def begin(self, now: float) -> None:
        """Our OPEN goes out."""
        self.open_at = None
        self.hold_at = now + LARGE_HOLD_TIME

    def establish(self, now: float) -> None:
        """The peer's KEEPALIVE confirmed our OPEN."""
        self.established_at = now
        self.send_hold.start(self.negotiated.hold_time if self.negotiated else 0)

    @property
    def encoding(self) -> Encoding | None:
        """How routes are to be encoded for the peer, from OpenConfirm on."""
        if self.negotiated is None:
            return None
        return Encoding(
            local_asn=self.ours.asn,
            is_ibgp=self.negotiated.is_ibgp,
            four_octet_as=self.negotiated.four_octet_as,
            local_address=plain_address(self.endpoints.local_address),
            families=self.negotiated.families,
            extended_next_hop=self.negotiated.extended_next_hop,
            max_length=self.framer.max_length,
        )

    def expect(self, kind: MessageType) -> State:
        """Give the state that a message of `kind` leads to.

        Raises:
            MessageError: 5/x, if none may come now (data: its type), RFC 6608 section 3.
        """
        after = step(self.state, EVENTS[kind])
        if after is None:
            reason = f"{kind.name} in state {self.state.value}"
            raise MessageError(5, UNEXPECTED[self.state], bytes((kind,)), reason=reason)
        return after

    def read_open(self, parameters: SessionParameters, body: bytes) -> Open:
        """Check the peer's OPEN and keep what was agreed. Raises MessageError 2/x."""
        self.theirs = decode_open(body)
        self.negotiated = negotiate(parameters, self.ours, self.theirs)
        if self.negotiated.extended_message:
            self.framer.max_length = EXTENDED_MAX_LENGTH
        return self.theirs

    def would_agree(self, parameters: SessionParameters) -> bool:
        """Whether both OPENs would be the same, and accepted, under these parameters."""
        said = self.ours.capabilities
        restart = said.graceful_restart
        ours = make_open(
            parameters,
            identifier(parameters, self.endpoints),
            with_capabilities=said != Capabilities(),
            has_restarted=restart is not None and restart.has_restarted,
        )
        try:
            if self.theirs is not None:
                negotiate(parameters, ours, self.theirs)
        except MessageError:
            return False
        return ours == self.ours

    def adapt(
        self, parameters: SessionParameters, now: float, shorten: Callable[[float], float]
    ) -> None:
        """Go on under parameters that `would_agree`; a shorter keepalive time holds at once."""
        if self.theirs is None:
            return
        self.negotiated = negotiate(parameters, self.ours, self.theirs)
        if self.keepalive_at is not None:
            self.keepalive_at = min(
                self.keepalive_at, now + shorten(self.negotiated.keepalive_time)
            )

    def restart_hold(self, now: float) -> None:
        """Something came: KEEPALIVE, UPDATE, or the OPEN that sets the time."""
        hold_time = self.negotiated.hold_time if self.negotiated else LARGE_HOLD_TIME
        self.hold_at = now + hold_time if hold_time else None

    def restart_keepalive(self, now: float, shorten: Callable[[float], float]) -> None:
        """KEEPALIVE or UPDATE went out. `shorten` takes a random part off."""
        time = self.negotiated.keepalive_time if self.negotiated else 0.0
        self.keepalive_at = now + shorten(time) if time else None
