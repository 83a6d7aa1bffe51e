"""One configured session at work: its machine, its connections, its Adj-RIB-Out and its timer.

Turns octets and time into calls of `Session`, and the effects that come back into I/O. Decides
nothing about BGP.
"""

from __future__ import annotations

import asyncio
import errno
import random

from speaker.bfd.transport import BfdTransport
from speaker.daemon.clock import Clock
from speaker.daemon.connections import Connections
from speaker.daemon.dialling import Dialler
from speaker.daemon.liveness import Liveness
from speaker.daemon.observing import Observer
from speaker.daemon.sending import RouteSender
from speaker.daemon.silence import Silence
from speaker.daemon.ticking import GridTimer
from speaker.daemon.troubles import Troubles
from speaker.daemon.wanted import WantedSession
from speaker.daemon.watching import PathWatch
from speaker.network.transport import Connection, describe
from speaker.rib.adj_rib_out import AdjRibOut, Chunk, RouteSet
from speaker.session.effects import (
    CancelDial,
    ConnectionId,
    Dial,
    Disconnect,
    Down,
    Effect,
    Opener,
    RefreshRequested,
    StateChanged,
    Transmit,
    Up,
)
from speaker.session.session import Session

ADMINISTRATIVE_RESET, OTHER_CHANGE = 4, 6
"""Subcodes of Cease, RFC 4486 section 3."""

BFD_DOWN = 10
"""Subcode of Cease, RFC 9384."""
PATH_DOWN = "BFD Down"
"""Name of the trouble with a path that BFD found to be down."""
NO_CONNECTION = "Connection failed"
"""Name of the trouble with a peer that answers nothing."""


class Peering:
    """A session of the wanted state; lives until it is taken out of it."""

    def __init__(
        self,
        wanted: WantedSession,
        routes: RouteSet,
        clock: Clock,
        observer: Observer,
        *,
        bfd: BfdTransport,
        has_restarted: bool = False,
    ) -> None:
        """Make it, stopped; `has_restarted` as for `Session`."""
        self.wanted = wanted
        self.is_enabled = False
        """Between `start` and `stop`; it may be held by BFD meanwhile."""
        self.troubles = Troubles(clock, lambda text: observer.troubled(self, text))
        self.session = Session(
            wanted.parameters(), random.random, clock.now(), has_restarted=has_restarted
        )
        self._sender = RouteSender(routes, self)
        self._dialler = Dialler(self)
        self._clock, self._observer = clock, observer
        self._connections = Connections()
        self._timer = GridTimer(self._tick)
        self._silence = Silence(lambda text: self.note(NO_CONNECTION, text))
        self._path = PathWatch(self, bfd, clock)

    # ---- what the daemon asks -----------------------------------------------------------------

    def start(self, *, is_again: bool = False) -> None:
        """Let it run; `is_again` as for `Session.start`."""
        self.is_enabled = True
        self._dialler.look_for_neighbor()
        self._path.start()
        self._resume(is_again=is_again)

    def stop(self, subcode: int, text: str = "", *, keep_routes: bool = False) -> None:
        """Hold it down: Cease with `subcode` and, for 2 and 4, `text`; see `Session.stop`."""
        self.is_enabled = False
        self._close_session(subcode, text, keep_routes=keep_routes)
        self._path.stop()  # after the Cease: the peer may take this for a failure
        self._dialler.forget_neighbor()

    def reset(self, text: str) -> None:
        """Close what is open and begin anew."""
        is_again = bool(self._connections)
        self._close_session(ADMINISTRATIVE_RESET, text)
        self._resume(is_again=is_again)

    def close(self, subcode: int, text: str = "", *, keep_routes: bool = False) -> None:
        """Stop for good; what was written is still delivered."""
        self.stop(subcode, text, keep_routes=keep_routes)
        self._silence.heard()
        self._sender.close()
        self._timer.cancel()

    def accept(self, connection: Connection) -> None:
        """Take an incoming connection."""
        connection.limit_hops(self.wanted.ttl, self.wanted.least_ttl)
        self._dialler.meet(connection)
        self._adopt(connection, "peer")

    def want(self, routes: RouteSet) -> None:
        """Replace the wanted routes; the difference is sent."""
        if routes is not self._sender.routes:
            self._sender.want(routes)
            self._observer.routes_moved(self)

    def replace(self, wanted: WantedSession) -> list[str]:
        """Take other parameters; reset if the peer must notice, and say what moved.

        A new machine inherits history and counters: to the user it is the same session.
        """
        moved = self.wanted.differences(wanted) if wanted != self.wanted else []
        if not moved or self._adapt(wanted):
            self.wanted = wanted
            return moved
        was_enabled, is_again = self.is_enabled, bool(self._connections)
        self.stop(OTHER_CHANGE, f"parameters changed: {', '.join(moved)}")
        old, self.wanted = self.session, wanted
        self.session = Session(wanted.parameters(), random.random, self._clock.now())
        self.session.inherit(old)
        if was_enabled:
            self.start(is_again=is_again)
        return moved

    def _adapt(self, wanted: WantedSession) -> bool:
        """Go over to other parameters without a reset, if that is possible."""
        ends, opener = self.session.endpoints, self.session.opened_by
        if ends is None or opener is None:
            return False
        if not self.wanted.shares_connection(wanted, ends, opener):
            return False
        if not self.session.adapt(wanted.parameters(), self._clock.now()):
            return False
        self.wanted = wanted
        for connection in self._connections:
            connection.limit_hops(wanted.ttl, wanted.least_ttl)
        self._path.adapt(wanted)
        self._timer.set(self.session.deadline)
        return True

    def note(self, name: str, text: str) -> None:
        """Remember, and report, a trouble called `name`; an empty `text` ends it."""
        self.troubles.note(name, text)

    @property
    def peer_address(self) -> str:
        """Where the peer is; of an unnumbered session the interface while it is not known."""
        return self._dialler.peer_address

    @property
    def liveness(self) -> Liveness | None:
        """BFD while enabled, if it is configured."""
        return self._path.liveness

    @property
    def routes(self) -> RouteSet:
        """What it is wanted to send."""
        return self._sender.routes

    @property
    def rib(self) -> AdjRibOut | None:
        """What is sent, while the session is established."""
        return self._sender.rib

    @property
    def has_pending(self) -> bool:
        """Whether an established session still has routes to be handed to its socket."""
        return self._sender.has_pending

    @property
    def is_quiet(self) -> bool:
        """Whether no connection is left, not even one that is being closed."""
        return self._connections.is_quiet

    @property
    def connection(self) -> Connection | None:
        """The one in use: of the machine's, the one furthest on."""
        used = self.session.connection
        return None if used is None else self._connections.get(used.number)

    # ---- what BFD says ------------------------------------------------------------------------

    def path_failed(self, reason: str) -> None:
        """Close the session, and hold it until the path is back."""
        self.note(PATH_DOWN, f"BFD is down: {reason}; held until it is up")
        self._close_session(BFD_DOWN, f"BFD down: {reason}")

    def path_returned(self) -> None:
        """Let it run again."""
        self.note(PATH_DOWN, "")
        if self.is_enabled:
            self._resume()

    def liveness_changed(self) -> None:
        """Tell the observer."""
        self._observer.liveness_changed(self)

    def _close_session(self, subcode: int, text: str, *, keep_routes: bool = False) -> None:
        now = self._clock.now()
        self._perform(self.session.stop(now, subcode, text, keep_routes=keep_routes))

    def _resume(self, *, is_again: bool = False) -> None:
        """Let the machine run again, unless BFD holds it; `is_again` as for `Session.start`."""
        if not self._path.is_down:
            self._perform(self.session.start(self._clock.now(), is_again=is_again))

    # ---- what the network reports --------------------------------------------------------------

    def data_received(self, connection: Connection, data: bytes) -> None:
        """Octets came; b"" when the peer closed its half.

        Beside a rival they wait one turn of the loop: asyncio tells of a reset in the turn after
        it, and an OPEN found together with its rival's end must not collide with it.
        """
        if len(self._connections) > 1:
            asyncio.get_running_loop().call_soon(self._receive, connection, data)
        else:
            self._receive(connection, data)

    def _receive(self, connection: Connection, data: bytes) -> None:
        updates = self.session.received.update
        self._perform(self.session.receive_data(connection.id, data, self._clock.now()))
        if self.session.received.update > updates:
            self._observer.routes_moved(self)
        else:
            self._observer.activity(self)

    def connection_lost(self, connection: Connection, reason: str) -> None:
        """It is gone."""
        self._connections.lost(connection)
        self._perform(self.session.closed(connection.id, self._clock.now(), reason))

    def writable(self, connection: Connection) -> None:
        """The peer reads again."""
        if connection is self._connections.established:
            self._sender.pump()

    def _adopt(self, connection: Connection, opener: Opener) -> None:
        self._silence.heard()
        self._connections.add(connection)
        now = self._clock.now()
        self._perform(self.session.connected(connection.id, now, opener, connection.endpoints))

    # ---- effects -------------------------------------------------------------------------------

    def _perform(self, effects: list[Effect]) -> None:
        changes: list[StateChanged] = []
        for effect in effects:
            match effect:
                case Transmit(connection, data):
                    if (open_one := self._connections.get(connection)) is not None:
                        open_one.write(data)
                        self._report_backlog(open_one)
                case Disconnect(connection):
                    self._connections.finish(connection)
                case StateChanged():
                    changes.append(effect)
                case Up(connection):
                    self._begin_routes(connection)
                case Down():
                    self._connections.establish(None)
                    self._sender.end()
                case Dial():
                    self._dialler.begin()
                case CancelDial():
                    self._dialler.cancel()
                case RefreshRequested(family):
                    self._sender.refresh(family)
        self._timer.set(self.session.deadline)
        self._listen_for_silence()
        if changes:
            self._observer.state_changed(self, changes)

    def _listen_for_silence(self) -> None:
        if self.wanted.config.password is None:
            return  # its silence would not be remarkable
        if not self.session.is_enabled or self.session.endpoints is not None:
            self._silence.heard()
        else:
            self._silence.wait()

    def _tick(self, due: float) -> None:
        for connection in self._connections:
            self._report_backlog(connection)
        # The loop may wake a little before its time.
        self._perform(self.session.tick(max(self._clock.now(), due)))
        self._observer.activity(self)

    def _report_backlog(self, connection: Connection) -> None:
        self.session.backlog(connection.id, connection.backlog, self._clock.now())

    def _begin_routes(self, connection: ConnectionId) -> None:
        encoding, agreed = self.session.encoding, self.session.negotiated
        if encoding is None:  # up and down again within one batch of effects
            return
        self._connections.establish(connection)
        is_enhanced = agreed is not None and agreed.enhanced_refresh
        self._sender.begin(encoding, is_enhanced=is_enhanced)

    # ---- what its dialler and its sender ask ---------------------------------------------------

    def dialled(self, connection: Connection) -> Peering:
        """Take a connection that was dialled."""
        self._adopt(connection, "local")
        return self

    def dial_failed(self, error: OSError) -> None:
        """Tell the machine."""
        if error.errno != errno.ETIMEDOUT:
            self._silence.heard()
        self._perform(self.session.connect_failed(self._clock.now(), describe(error)))

    def neighbor_found(self) -> None:
        """Tell the observer."""
        self._observer.neighbor_found(self)

    @property
    def established(self) -> Connection | None:
        """The connection of the established session, if it is open."""
        return self._connections.established

    def send_routes(self, chunk: Chunk) -> None:
        """Hand a chunk to the machine."""
        self._perform(self.session.send(chunk, self._clock.now()))
        self._observer.routes_moved(self)

    def synchronised(self) -> None:
        """Tell the observer."""
        self._observer.synchronised(self)
