"""One BFD session as a pure machine, RFC 5880 section 6.8: packets and time in, effects out.

Must not touch a socket, a clock or randomness: `now` is an argument everywhere, in seconds on any
monotonic clock; jitter is injected.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from speaker.bfd.codec import BfdState, ControlPacket, Diagnostic, encode_packet

SLOW_INTERVAL: Final = 1_000_000
"""Microseconds; the least transmit interval while the session is not up, section 6.8.3."""
MICROSECONDS: Final = 1_000_000
JITTER: Final = 0.25
"""Share of an interval that chance takes away at most, section 6.8.7."""

TABLE: Final[Mapping[BfdState, Mapping[BfdState, BfdState]]] = {
    BfdState.DOWN: {
        BfdState.DOWN: BfdState.INIT,
        BfdState.INIT: BfdState.UP,
    },
    BfdState.INIT: {
        BfdState.ADMIN_DOWN: BfdState.DOWN,
        BfdState.INIT: BfdState.UP,
        BfdState.UP: BfdState.UP,
    },
    BfdState.UP: {
        BfdState.ADMIN_DOWN: BfdState.DOWN,
        BfdState.DOWN: BfdState.DOWN,
    },
    BfdState.ADMIN_DOWN: {},
}
"""Our state, then the one received; what is not here changes nothing (section 6.8.6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BfdParameters:
    """The configuration of one session; the defaults are FRR's."""

    transmit_interval: int = 300_000
    """Microseconds."""
    receive_interval: int = 300_000
    """Microseconds."""
    detect_multiplier: int = 3
    is_passive: bool = False
    """Send nothing before something was received."""


@dataclass(frozen=True, slots=True)
class SendPacket:
    """Send these octets now."""

    data: bytes


@dataclass(frozen=True, slots=True)
class BfdChanged:
    """The state moved."""

    before: BfdState
    after: BfdState
    diagnostic: Diagnostic
    is_remote_admin_down: bool
    """The peer's operator ended BFD: that says nothing of the path (RFC 5882 section 3.2)."""


BfdEffect = SendPacket | BfdChanged


class BfdMachine:
    """The state variables of section 6.8.1 and what changes them."""

    def __init__(
        self, parameters: BfdParameters, discriminator: int, jitter: Callable[[], float]
    ) -> None:
        """Begin in AdminDown.

        Args:
            parameters: see `adapt` for how they change.
            discriminator: ours, not 0, unique among our sessions.
            jitter: a fresh number in 0 <= n < 1 at every call.
        """
        self.parameters = parameters
        self.discriminator = discriminator
        self.state = BfdState.ADMIN_DOWN
        self.diagnostic = Diagnostic.NONE
        self.remote: ControlPacket | None = None
        """The last valid packet; None when nothing came for a detection time."""
        self.ups = self.downs = self.sent = self.received = 0
        self._jitter = jitter
        self._is_polling = False
        self._outgoing: BfdParameters | None = None
        """Until the peer knows of new intervals: the old ones, as far as they still hold."""
        self._send_at: float | None = None
        self._detect_at: float | None = None

    # ---- what can be read ------------------------------------------------------------------

    @property
    def deadline(self) -> float | None:
        """When `tick` must next be called, or None."""
        times = [at for at in (self._send_at, self._detect_at) if at is not None]
        return min(times, default=None)

    @property
    def transmit_interval(self) -> int | None:
        """Microseconds between two of our packets before jitter; None: send no periodic ones."""
        if self.remote is None:
            return None if self.parameters.is_passive else self._desired_min_tx
        if self.remote.required_min_rx == 0:
            return None
        if self.remote.demand and self.state is self.remote.state is BfdState.UP:
            return None
        return max(self._desired_interval, self.remote.required_min_rx)

    @property
    def detection_time(self) -> int | None:
        """Microseconds without a packet after which the session is down, section 6.8.4."""
        if self.remote is None:
            return None
        wanted = self.parameters.receive_interval
        if self._outgoing is not None:
            wanted = max(wanted, self._outgoing.receive_interval)
        interval = max(wanted, self.remote.desired_min_tx)
        return self.remote.detect_multiplier * interval

    @property
    def _desired_min_tx(self) -> int:
        wanted = self.parameters.transmit_interval
        return wanted if self.state is BfdState.UP else max(wanted, SLOW_INTERVAL)

    @property
    def _desired_interval(self) -> int:
        """As `_desired_min_tx`, which we say; this is what we do."""
        wanted, old = self._desired_min_tx, self._outgoing
        return wanted if old is None else min(wanted, old.transmit_interval)

    # ---- what the caller wants -------------------------------------------------------------

    def start(self, now: float) -> list[BfdEffect]:
        """Leave AdminDown."""
        if self.state is not BfdState.ADMIN_DOWN:
            return []
        return self._enter(BfdState.DOWN, Diagnostic.NONE, now)

    def stop(self, now: float) -> list[BfdEffect]:
        """Tell the peer that nobody wants this session (AdminDown), section 6.8.16."""
        if self.state is BfdState.ADMIN_DOWN:
            return []
        effects = self._enter(BfdState.ADMIN_DOWN, Diagnostic.ADMIN_DOWN, now)
        self._forget_remote()
        self._send_at = None
        return effects

    def adapt(self, parameters: BfdParameters, now: float) -> list[BfdEffect]:
        """Take other parameters without going down: while up by a Poll Sequence, section 6.8.3.

        Until the peer answers it we send no more rarely than before, and have as much patience.
        """
        before, self.parameters = self.parameters, parameters
        if self.state is BfdState.ADMIN_DOWN:
            return []
        if self.state is not BfdState.UP:
            self._schedule(now)
            return []
        old = self._outgoing or before
        self._outgoing = replace(
            old,
            transmit_interval=min(old.transmit_interval, before.transmit_interval),
            receive_interval=max(old.receive_interval, before.receive_interval),
        )
        self._is_polling = True
        self._schedule(now)
        return self._send()

    # ---- what happens ----------------------------------------------------------------------

    def receive(self, packet: ControlPacket, now: float) -> list[BfdEffect]:
        """Act on a packet that is for this session (section 6.8.6, from its middle on)."""
        if packet.your_discriminator not in (0, self.discriminator):
            return []
        self.received += 1
        if self.state is BfdState.ADMIN_DOWN:
            return []
        self.remote = packet
        if packet.final:
            self._is_polling, self._outgoing = False, None
        detection_time = self.detection_time or 0
        self._detect_at = now + detection_time / MICROSECONDS
        effects: list[BfdEffect] = []
        after = TABLE[self.state].get(packet.state)
        if after is not None:
            is_down = after is BfdState.DOWN
            reason = Diagnostic.NEIGHBOR_DOWN if is_down else Diagnostic.NONE
            effects += self._enter(after, reason, now)
        if packet.poll:
            effects += self._send(final=True)
        self._hurry(now)
        return effects

    def tick(self, now: float) -> list[BfdEffect]:
        """Act on timers due at `now`; harmless when early."""
        effects: list[BfdEffect] = []
        if self._detect_at is not None and now >= self._detect_at:
            self._forget_remote()
            if self.state in (BfdState.INIT, BfdState.UP):
                effects += self._enter(BfdState.DOWN, Diagnostic.TIME_EXPIRED, now)
        if self._send_at is not None and now >= self._send_at:
            effects += self._send()
            self._schedule(now)
        return effects

    def _enter(self, state: BfdState, diagnostic: Diagnostic, now: float) -> list[BfdEffect]:
        before, self.state = self.state, state
        self.diagnostic = diagnostic
        is_up = state is BfdState.UP
        self.ups += is_up
        self.downs += before is BfdState.UP
        # Our intervals differ while up: the peer must hear of it (sections 6.5 and 6.8.3).
        self._is_polling, self._outgoing = is_up, None
        is_admin = self.remote is not None and self.remote.state is BfdState.ADMIN_DOWN
        changed = BfdChanged(before, state, diagnostic, is_admin)
        self._schedule(now)
        if before is BfdState.ADMIN_DOWN or self._is_mute:
            return [changed]
        return [*self._send(), changed]

    @property
    def _is_mute(self) -> bool:
        return self.transmit_interval is None and self.remote is None

    def _forget_remote(self) -> None:
        self.remote = None
        self._detect_at = self._outgoing = None
        self._is_polling = False

    def _send(self, *, final: bool = False) -> list[BfdEffect]:
        self.sent += 1
        packet = ControlPacket(
            state=self.state,
            diagnostic=self.diagnostic,
            poll=self._is_polling and not final,
            final=final,
            detect_multiplier=self.parameters.detect_multiplier,
            my_discriminator=self.discriminator,
            your_discriminator=self.remote.my_discriminator if self.remote else 0,
            desired_min_tx=self._desired_min_tx,
            required_min_rx=self.parameters.receive_interval,
        )
        return [SendPacket(encode_packet(packet))]

    def _schedule(self, now: float) -> None:
        """Send again after an interval, less up to a quarter by chance."""
        interval = self.transmit_interval
        if interval is None:
            self._send_at = None
            return
        if self.parameters.detect_multiplier == 1:  # then between 75 and 90 percent of it
            share = 0.9 - 0.15 * self._jitter()
        else:
            share = 1 - JITTER * self._jitter()
        self._send_at = now + interval * share / MICROSECONDS

    def _hurry(self, now: float) -> None:
        """The peer may want packets more often than the last plan says, or again, or no more."""
        interval = self.transmit_interval
        late = self._send_at is None or interval is None
        if late or (interval and self._send_at and self._send_at > now + interval / MICROSECONDS):
            self._schedule(now)
