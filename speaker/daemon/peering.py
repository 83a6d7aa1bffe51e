"""One configured session at work: its machine, its connections, its Adj-RIB-Out and its timer.

Turns octets and time into calls of `Session`, and the effects that come back into I/O. Decides
nothing about BGP.
"""

from __future__ import annotations

import asyncio
import errno
import random
from typing import NamedTuple, Protocol

from speaker.bfd.transport import BfdTransport
from speaker.codec.families import Family
from speaker.daemon.clock import Clock
from speaker.daemon.liveness import Liveness
from speaker.daemon.silence import Silence
from speaker.daemon.wanted import WantedSession
from speaker.network.neighbors import LinkNeighbor
from speaker.network.transport import Connection, Target, describe, dial
from speaker.rib.adj_rib_out import AdjRibOut, RouteSet
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

CHUNK_OCTETS = 65536
"""Of routes written at once; between two of them every other session gets its turn."""
ADMINISTRATIVE_RESET, OTHER_CHANGE = 4, 6
"""Subcodes of Cease, RFC 4486 section 3."""

BFD_DOWN = 10
"""Subcode of Cease, RFC 9384."""
PATH_DOWN = "BFD Down"
"""Name of the trouble with a path that BFD found to be down."""
NO_NEIGHBOR = "no neighbour"
"""Name of the trouble with a link whose other end cannot be looked for."""
NO_CONNECTION = "Connection failed"
"""Name of the trouble with a peer that answers nothing."""


class Observer(Protocol):
    """Who wants to know what peerings do."""

    def state_changed(self, peering: Peering, changes: list[StateChanged]) -> None:
        """The machine moved, perhaps more than once."""

    def activity(self, peering: Peering) -> None:
        """Numbers moved."""

    def synchronised(self, peering: Peering) -> None:
        """Whether routes are pending may have changed."""

    def troubled(self, peering: Peering, text: str) -> None:
        """Something came to stand in its way, or is gone (then `text` is empty)."""

    def liveness_changed(self, peering: Peering) -> None:
        """BFD moved."""

    def neighbor_found(self, peering: Peering) -> None:
        """An unnumbered session knows its peer's address, or knows another."""


class Trouble(NamedTuple):
    """Something on this side that keeps a session from working."""

    text: str
    at: float
    """When it was noticed, on the clock's scale."""


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
        self.wanted, self.routes = wanted, routes
        self.is_enabled = False
        """Between `start` and `stop`; it may be held by BFD meanwhile."""
        self.liveness: Liveness | None = None
        """BFD while enabled, if it is configured."""
        self._bfd = bfd
        self.troubles: dict[str, Trouble] = {}
        """What stands in its way outside the machine, by name."""
        self.session = Session(
            wanted.parameters(), random.random, clock.now(), has_restarted=has_restarted
        )
        self.rib: AdjRibOut | None = None
        self._clock, self._observer = clock, observer
        self._established: ConnectionId | None = None
        self._connections: dict[ConnectionId, Connection] = {}
        self._closing: set[Connection] = set()
        self._dialling: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._pump_handle: asyncio.Handle | None = None
        self._asked_again: set[Family] = set()
        """Families to repeat once what is pending is sent, however often the peer asks."""
        self._neighbor: LinkNeighbor | None = None
        self._silence = Silence(lambda text: self.note(NO_CONNECTION, text))

    # ---- what the daemon asks -----------------------------------------------------------------

    def start(self, *, is_again: bool = False) -> None:
        """Let it run; `is_again` as for `Session.start`."""
        self.is_enabled = True
        self._look_for_neighbor()
        self._watch_path()
        self._resume(is_again=is_again)

    def stop(self, subcode: int, text: str = "", *, keep_routes: bool = False) -> None:
        """Hold it down: Cease with `subcode` and, for 2 and 4, `text`; see `Session.stop`."""
        self.is_enabled = False
        self._close_session(subcode, text, keep_routes=keep_routes)
        self._end_watch()  # after the Cease: the peer may take this for a failure
        if self._neighbor is not None:
            self._neighbor.close()
            self._neighbor = None
            self.note(NO_NEIGHBOR, "")

    def reset(self, text: str) -> None:
        """Close what is open and begin anew."""
        is_again = bool(self._connections)
        self._close_session(ADMINISTRATIVE_RESET, text)
        self._resume(is_again=is_again)

    def close(self, subcode: int, text: str = "", *, keep_routes: bool = False) -> None:
        """Stop for good; what was written is still delivered."""
        self.stop(subcode, text, keep_routes=keep_routes)
        self._silence.heard()
        for handle in (self._timer, self._pump_handle):
            if handle is not None:
                handle.cancel()

    def accept(self, connection: Connection) -> None:
        """Take an incoming connection."""
        connection.limit_hops(self.wanted.ttl, self.wanted.least_ttl)
        if self._neighbor is not None:
            self._neighbor.meet(f"{connection.endpoints.peer_address}%{connection.scope}")
        self._adopt(connection, "peer")

    def want(self, routes: RouteSet) -> None:
        """Replace the wanted routes; the difference is sent."""
        if routes is self.routes:
            return
        self.routes = routes
        if self.rib is not None:
            self.rib.desire(routes)
            self._pump()
        self._observer.activity(self)

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
        _inherit(self.session, old)
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
        for connection in self._connections.values():
            connection.limit_hops(wanted.ttl, wanted.least_ttl)
        config = wanted.config.bfd
        if config is None:
            self._end_watch()
        elif self.liveness is not None:
            self.liveness.adapt(wanted, config)
        else:
            self._watch_path()
        self._set_timer()
        return True

    def note(self, name: str, text: str) -> None:
        """Remember, and report, a trouble called `name`; an empty `text` ends it."""
        before = self.troubles.pop(name, None)
        if text:
            is_same = before is not None and before.text == text
            self.troubles[name] = before if before and is_same else Trouble(text, self._clock.now())
        if text != (before.text if before else ""):
            self._observer.troubled(self, text)

    @property
    def peer_address(self) -> str:
        """Where the peer is; of an unnumbered session the interface while it is not known."""
        if self._neighbor is not None:
            return self._neighbor.address or f"%{self._neighbor.interface}"
        return self.wanted.peer_address

    @property
    def has_pending(self) -> bool:
        """Whether an established session still has routes to be handed to its socket."""
        return self.rib is not None and (self.rib.has_pending or bool(self._asked_again))

    @property
    def is_quiet(self) -> bool:
        """Whether no connection is left, not even one that is being closed."""
        return not self._connections and not self._closing

    @property
    def connection(self) -> Connection | None:
        """The one in use: of the machine's, the one furthest on."""
        used = self.session.connection
        return None if used is None else self._connections.get(used.number)

    # ---- BFD -----------------------------------------------------------------------------------

    def _watch_path(self) -> None:
        config = self.wanted.config.bfd
        if config is not None and self.liveness is None:
            self.liveness = Liveness(
                self.wanted,
                config,
                lambda: self.peer_address,
                self._bfd,
                self._clock,
                self._liveness_changed,
            )
            self.liveness.start()

    def _end_watch(self) -> None:
        liveness, self.liveness = self.liveness, None
        if liveness is not None:
            liveness.stop()
            self.note(PATH_DOWN, "")

    def _liveness_changed(self) -> None:
        """Close the session when the path is down, and hold it until the path is back."""
        liveness = self.liveness
        if liveness is None or not self.is_enabled:
            return
        if liveness.is_path_down and PATH_DOWN not in self.troubles:
            self.note(PATH_DOWN, f"BFD is down: {liveness.reason}; held until it is up")
            self._close_session(BFD_DOWN, f"BFD down: {liveness.reason}")
        elif not liveness.is_path_down and PATH_DOWN in self.troubles:
            self.note(PATH_DOWN, "")
            self._resume()
        self._observer.liveness_changed(self)

    def _close_session(self, subcode: int, text: str, *, keep_routes: bool = False) -> None:
        now = self._clock.now()
        self._perform(self.session.stop(now, subcode, text, keep_routes=keep_routes))

    def _resume(self, *, is_again: bool = False) -> None:
        """Let the machine run again, unless BFD holds it; `is_again` as for `Session.start`."""
        if PATH_DOWN not in self.troubles:
            self._perform(self.session.start(self._clock.now(), is_again=is_again))

    # ---- what the network reports --------------------------------------------------------------

    def data_received(self, connection: Connection, data: bytes) -> None:
        """Octets came; b"" when the peer closed its half."""
        self._perform(self.session.receive_data(connection.id, data, self._clock.now()))
        self._observer.activity(self)

    def connection_lost(self, connection: Connection, reason: str) -> None:
        """It is gone."""
        self._connections.pop(connection.id, None)
        self._closing.discard(connection)
        self._perform(self.session.closed(connection.id, self._clock.now(), reason))

    def writable(self, connection: Connection) -> None:
        """The peer reads again."""
        if connection.id == self._established:
            self._pump()

    def _adopt(self, connection: Connection, opener: Opener) -> None:
        self._silence.heard()
        self._connections[connection.id] = connection
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
                    if (open_one := self._connections.pop(connection, None)) is not None:
                        self._closing.add(open_one)
                        open_one.finish()
                case StateChanged():
                    changes.append(effect)
                case Up(connection):
                    self._begin_routes(connection)
                case Down():
                    self._end_routes()
                case Dial():
                    self._dial()
                case CancelDial():
                    self._cancel_dial()
                case RefreshRequested(family):
                    self._refresh(family)
        self._set_timer()
        self._listen_for_silence()
        if changes:
            self._observer.state_changed(self, changes)

    def _listen_for_silence(self) -> None:
        if not self.session.is_enabled or self.session.endpoints is not None:
            self._silence.heard()
        elif self.wanted.config.password is not None:
            self._silence.wait()

    def _set_timer(self) -> None:
        due = self.session.deadline
        if self._timer is not None and (due is None or self._timer.when() > due):
            self._timer.cancel()
            self._timer = None
        if due is not None and self._timer is None:  # one that fires too early finds out itself
            self._timer = asyncio.get_running_loop().call_at(due, self._tick, due)

    def _tick(self, due: float) -> None:
        self._timer = None
        for connection in self._connections.values():
            self._report_backlog(connection)
        # The loop may wake a little before its time.
        self._perform(self.session.tick(max(self._clock.now(), due)))
        self._observer.activity(self)

    def _report_backlog(self, connection: Connection) -> None:
        self.session.backlog(connection.id, connection.backlog, self._clock.now())

    def _dial(self) -> None:
        self._cancel_dial()
        self._dialling = asyncio.get_running_loop().create_task(self._connect())

    async def _connect(self) -> None:
        try:
            await dial(self._target(), self._dialled)
        except OSError as error:
            self._dialling = None
            if error.errno != errno.ETIMEDOUT:
                self._silence.heard()
            self._perform(self.session.connect_failed(self._clock.now(), describe(error)))

    def _target(self) -> Target:
        """Where to dial. Raises OSError while the neighbour of an unnumbered session is unknown."""
        wanted, config = self.wanted, self.wanted.config
        address = wanted.peer_address
        if self._neighbor is not None:
            if self._neighbor.address is None:
                raise OSError(f"no router advertisement came on {config.interface} yet")
            address = self._neighbor.address
        return Target(
            address,
            config.port,
            config.source_address,
            ttl=wanted.ttl,
            least_ttl=wanted.least_ttl,
            password=config.password,
            device=config.vrf,
        )

    def _look_for_neighbor(self) -> None:
        """Find out who is at the other end of an unnumbered session's link."""
        config = self.wanted.config
        if config.address or config.interface is None or self._neighbor is not None:
            return
        self._neighbor = LinkNeighbor(config.interface, self._neighbor_found)
        try:
            self._neighbor.open()
        except OSError as error:
            where = f"cannot look for the neighbour on {config.interface}"
            self.note(NO_NEIGHBOR, f"{where}: {describe(error)}; waiting for its connection")

    def _neighbor_found(self) -> None:
        self.note(NO_NEIGHBOR, "")
        self._observer.neighbor_found(self)

    def _dialled(self, connection: Connection) -> Peering:
        self._dialling = None
        self._adopt(connection, "local")
        return self

    def _cancel_dial(self) -> None:
        if self._dialling is not None:
            self._dialling.cancel()
            self._dialling = None

    # ---- routes --------------------------------------------------------------------------------

    def _begin_routes(self, connection: ConnectionId) -> None:
        encoding = self.session.encoding
        if encoding is None:  # up and down again within one batch of effects
            return
        self._established = connection
        self.rib = AdjRibOut(encoding)
        self.rib.desire(self.routes)
        self._pump()

    def _end_routes(self) -> None:
        self._established, self.rib = None, None
        self._asked_again.clear()
        self._observer.synchronised(self)

    def _refresh(self, family: Family) -> None:
        self._asked_again.add(family)
        self._pump()

    def _repeat(self, rib: AdjRibOut) -> None:
        """Begin what was asked for: planning a large table anew for each request costs seconds."""
        agreed, asked = self.session.negotiated, sorted(self._asked_again)
        self._asked_again.clear()
        for family in asked:
            rib.refresh(family, agreed is not None and agreed.enhanced_refresh)

    def _pump(self) -> None:
        """Go on sending routes, one chunk a turn of the loop."""
        self._observer.synchronised(self)
        if self._pump_handle is None and self.has_pending:
            self._pump_handle = asyncio.get_running_loop().call_soon(self._send_chunk)

    def _send_chunk(self) -> None:
        self._pump_handle = None
        connection = self._connections.get(self._established or 0)
        if self.rib is None or connection is None or not connection.is_writable:
            return  # `writable` or the next session goes on
        if self._asked_again and not self.rib.has_pending:
            self._repeat(self.rib)
        chunk = self.rib.next_chunk(CHUNK_OCTETS)
        if chunk is not None:
            self._perform(self.session.send(chunk, self._clock.now()))
            self._observer.activity(self)
        self._pump()


def _inherit(new: Session, old: Session) -> None:
    new.history, new.last_error = old.history, old.last_error
    new.last_dial_failure, new.malformed = old.last_dial_failure, old.malformed
    new.sent, new.received = old.sent, old.received
    new.established_count, new.dropped_count = old.established_count, old.dropped_count
