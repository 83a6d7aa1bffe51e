"""BFD beside one BGP session: says when the path to the peer is down (RFC 5882 section 4.3)."""

from __future__ import annotations

import asyncio
import itertools
import random
import socket
from collections.abc import Callable
from typing import Final

from speaker.api import BfdConfig
from speaker.bfd.codec import DIAGNOSTIC_WORDS, BfdState, ControlPacket
from speaker.bfd.machine import BfdChanged, BfdEffect, BfdMachine, BfdParameters, SendPacket
from speaker.bfd.transport import BfdTransport, Path, local_address, send
from speaker.daemon.clock import Clock
from speaker.daemon.wanted import WantedSession
from speaker.network.interfaces import has_address, is_on_link
from speaker.network.transport import describe

RETRY: Final = 5.0
"""Seconds between two attempts to open the sockets where it did not work."""
DEFAULT_MINIMUM_TTL: Final = 254
"""Of packets over several hops, as FRR."""
_discriminators = itertools.count(random.randrange(1, 1 << 31))


class Liveness:
    """One BFD session with its socket and timer."""

    def __init__(
        self,
        wanted: WantedSession,
        config: BfdConfig,
        peer: Callable[[], str],
        transport: BfdTransport,
        clock: Clock,
        changed: Callable[[], None],
    ) -> None:
        """Make it, stopped.

        Args:
            wanted: the session.
            config: of its BFD.
            peer: tells its address now, see `Peering.peer_address`.
            transport: of the process.
            clock: of the process.
            changed: called whenever there is something new to read.
        """
        self._wanted, self.config, self._peer = wanted, config, peer
        self._transport, self._clock, self._changed = transport, clock, changed
        self.machine = BfdMachine(parameters(config), next(_discriminators), random.random)
        self.path: Path | None = None
        """None while the sockets could not be opened."""
        self.is_path_down = False
        """The peer was reached and is not any more; until it is, or its operator ends BFD."""
        self.reason = ""
        """Why it last went down."""
        self.problem = ""
        """Why there are no sockets."""
        self.since = clock.now()
        self._sender: socket.socket | None = None
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin to send, or to wait if passive."""
        now = self._clock.now()
        try:
            path = self._find_path()
            self._sender = self._transport.open(path, self._receive)
        except OSError as error:
            self._report(f"BFD cannot use its ports: {describe(error)}")
            self._timer = asyncio.get_running_loop().call_later(RETRY, self.start)
            return
        self.path = path
        self._report("")
        self._perform(self.machine.start(now))

    def stop(self) -> None:
        """Tell the peer that it is over on purpose, and close the sockets."""
        self._perform(self.machine.stop(self._clock.now()))
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self.path is not None and self._sender is not None:
            self._transport.close(self.path, self._sender)
        self.path = self._sender = None
        self.is_path_down = False

    def adapt(self, wanted: WantedSession, config: BfdConfig) -> None:
        """Go on with other times over the same path."""
        self._wanted, self.config = wanted, config
        self._perform(self.machine.adapt(parameters(config), self._clock.now()))

    def _find_path(self) -> Path:
        config, peer = self._wanted.config, self._peer()
        if not peer or peer.startswith("%"):
            raise OSError("the neighbour is not known yet")
        local = config.source_address
        if local is None or not has_address(local):
            local = local_address(peer, config.vrf)
        is_far = config.ebgp_multi_hop
        if self._wanted.is_ibgp:
            is_far = not is_on_link(peer)
        return Path(local, peer, is_far, config.vrf)

    def _report(self, problem: str) -> None:
        if problem != self.problem:
            self.problem = problem
            self._changed()

    def _receive(self, packet: ControlPacket, ttl: int) -> None:
        least = self.config.minimum_ttl or DEFAULT_MINIMUM_TTL
        if self.path is None or (self.path.is_multi_hop and ttl < least):
            return
        self._perform(self.machine.receive(packet, self._clock.now()))
        if self.is_path_down and packet.state is BfdState.ADMIN_DOWN:
            self.is_path_down = False
            self._changed()

    def _tick(self, due: float) -> None:
        self._timer = None
        self._perform(self.machine.tick(max(self._clock.now(), due)))

    def _perform(self, effects: list[BfdEffect]) -> None:
        for effect in effects:
            match effect:
                case SendPacket(data):
                    if self._sender is not None and self.path is not None:
                        send(self._sender, self.path, data)
                case BfdChanged():
                    self._note(effect)
        due = self.machine.deadline
        if self._timer is not None and (due is None or self._timer.when() != due):
            self._timer.cancel()
            self._timer = None
        if due is not None and self._timer is None:
            self._timer = asyncio.get_running_loop().call_at(due, self._tick, due)

    def _note(self, change: BfdChanged) -> None:
        self.since = self._clock.now()
        if change.after is BfdState.UP:
            self.is_path_down, self.reason = False, ""
        elif change.before is BfdState.UP:
            self.reason = DIAGNOSTIC_WORDS[change.diagnostic]
            is_failure = change.after is BfdState.DOWN and not change.is_remote_admin_down
            self.is_path_down = is_failure
        self._changed()


def parameters(config: BfdConfig) -> BfdParameters:
    """From seconds to microseconds, defaults filled in."""
    default = BfdParameters()
    transmit, receive = config.transmit_interval, config.receive_interval
    return BfdParameters(
        transmit_interval=default.transmit_interval if transmit is None else round(transmit * 1e6),
        receive_interval=default.receive_interval if receive is None else round(receive * 1e6),
        detect_multiplier=config.detect_multiplier or default.detect_multiplier,
        is_passive=config.passive_mode,
    )
