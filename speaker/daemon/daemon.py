"""All sessions of the process: takes the wanted state, keeps it, and reports what is observed.

The one place that knows every peering. Knows nothing of HTTP, nor of octets on the wire.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections import Counter
from collections.abc import Iterable, Sequence

from speaker import __version__
from speaker.api import API_VERSION, StatusDocument
from speaker.bfd.transport import BfdTransport
from speaker.control.changes import Changed, change_state
from speaker.control.documents import encode_document, read_document
from speaker.control.observer import Publisher
from speaker.daemon.clock import Clock
from speaker.daemon.host import check_host
from speaker.daemon.logs import line
from speaker.daemon.peering import Peering
from speaker.daemon.state import StateFolder
from speaker.daemon.wanted import NOTHING, WantedState
from speaker.errors import DocumentError, StateError, StorageError, UnknownSessionError
from speaker.network.listeners import Listeners
from speaker.session.session import State

log = logging.getLogger("speaker.daemon.daemon")

SHUTDOWN, DECONFIGURED = 2, 3
"""Subcodes of Cease, RFC 4486 section 3."""
GOODBYE = 1.0
"""Seconds that the Cease messages may take when the process ends."""


class Daemon:
    """Every session of the process, and the state that was asked for."""

    def __init__(
        self,
        clock: Clock,
        state: StateFolder | None,
        leaving: asyncio.Event | None = None,
        *,
        keep_routes: bool = False,
    ) -> None:
        """Start with nothing; `resume` takes up what is on disk.

        Args:
            clock: the process's.
            state: where the wanted state is kept, if it is.
            leaving: is set by `leave`; whoever runs the daemon then closes it.
            keep_routes: `close` leaves routes with peers that keep them, unless `leave` says else.
        """
        self._clock, self._state = clock, state
        self._leaving, self._keep_routes = leaving or asyncio.Event(), keep_routes
        self._has_restarted = False
        self._started = clock.now()
        self._wanted = NOTHING
        self._reached = 0
        self._peerings: dict[str, Peering] = {}
        self._behind: set[Peering] = set()
        self._disabled: frozenset[str] = frozenset()
        self._publisher = Publisher(clock, self.status, self.peerings, self._progress)
        self._listeners = Listeners()
        self._bfd = BfdTransport()
        self._changing = asyncio.Lock()
        self._compacting: asyncio.Task[None] | None = None
        self._is_installing = False
        self.clock = clock
        self.follow = self._publisher.follow

    # ---- wanted --------------------------------------------------------------------------------

    async def resume(self) -> None:
        """Take up what the state folder holds. Raises StartError."""
        if self._state is None:
            return
        wanted = await asyncio.to_thread(self._state.load)
        self._disabled = self._state.load_disabled()
        # Without a goodbye, peers with graceful restart may still have the routes.
        self._has_restarted = not self._state.take_goodbye()
        if wanted is not None:
            log.info(line("resuming", generation=wanted.generation))
            async with self._changing:
                await self._install(wanted)
        self._has_restarted = False

    async def apply(self, data: bytes, *, is_newer_needed: bool = True) -> StatusDocument:
        """Make the document in `data` the wanted state: checked, on disk, then in force.

        Args:
            data: JSON, see `read_document`.
            is_newer_needed: refuse a generation that was reached already.

        Raises:
            DocumentError: malformed, invalid, stale, or asking for what this host cannot do;
                nothing was changed.
            StorageError: it cannot be kept; nothing was changed.
        """
        async with self._changing:
            # Off the loop: a large set takes a while, and no keepalive may wait for it.
            wanted = await asyncio.to_thread(read_document, data, self._wanted)
            check_host(wanted.speakers)
            if is_newer_needed:
                self._check_newer(wanted.generation)
            if self._state is not None:
                await asyncio.to_thread(self._state.save, data)
            await self._install(wanted)
            return self.status()

    async def change_routes(self, name: str, data: bytes) -> StatusDocument:
        """Make the change in `data` to the route set `name`: checked, on disk, then in force.

        Args:
            name: of the route set.
            data: JSON, see `change_state`.

        Raises:
            UnknownRouteSetError: there is no such route set.
            DocumentError: malformed, invalid or stale; nothing was changed.
            StorageError: it cannot be kept; nothing was changed.
        """
        async with self._changing:
            changed = await asyncio.to_thread(self._keep_change, name, data)
            self._wanted = changed.wanted
            for peering in self._peerings.values():
                if peering.wanted.config.route_set == name:
                    peering.want(changed.routes)
            counts = {"announced": changed.announced, "withdrawn": changed.withdrawn}
            log.info(line("changed", generation=changed.wanted.generation, routes=name, **counts))
            self._publisher.status_changed()
            self._note_reached()
            if self._state is not None and self._state.is_compaction_due:
                self._compacting = asyncio.create_task(self._compact(self._state))
            return self.status()

    def _keep_change(self, name: str, data: bytes) -> Changed:
        changed = change_state(self._wanted, name, data)
        self._check_newer(changed.wanted.generation)
        if self._state is not None:
            self._state.append(changed.entry)
        return changed

    async def _compact(self, state: StateFolder) -> None:
        async with self._changing:
            if state.is_compaction_due:
                try:
                    await asyncio.to_thread(lambda: state.save(encode_document(self._wanted)))
                except StorageError as error:  # the journal still has it all
                    log.warning(line(str(error)))

    def _check_newer(self, generation: int) -> None:
        accepted = self._wanted.generation
        if generation <= accepted:
            raise DocumentError(
                "stale",
                f"generation {generation} is not newer than {accepted}, which was accepted last",
            )

    async def enable(self, session_id: str, is_enabled: bool, reason: str) -> Peering:
        """Let a session run, or hold it down until told otherwise.

        Raises UnknownSessionError, or StorageError; then nothing was changed.
        """
        async with self._changing:
            peering = self.find(session_id)
            change = self._disabled.difference if is_enabled else self._disabled.union
            await self._keep_disabled(change((session_id,)))
            log.info(line("enabled" if is_enabled else "disabled", session=session_id))
            if is_enabled:
                peering.start()
            else:
                peering.stop(SHUTDOWN, reason)
            self._publisher.session_changed(peering)
            return peering

    def reset(self, session_id: str, reason: str) -> Peering:
        """Close a session with Cease and open it again.

        Raises UnknownSessionError, or StateError for one that is held down.
        """
        peering = self.find(session_id)
        if not peering.is_enabled:
            raise StateError(f"the session {session_id} is disabled; enable it instead")
        log.info(line("reset", session=session_id, reason=reason or None))
        peering.reset(reason)
        return peering

    def leave(self, *, keep_routes: bool) -> None:
        """Ask for the end of the process; see `close`."""
        self._keep_routes = keep_routes
        self._leaving.set()

    async def close(self) -> None:
        """Say Cease to every peer and close everything.

        With `keep_routes`, a peer with graceful restart is left without a word instead.
        """
        await self._listeners.close()
        for peering in self._peerings.values():
            text = "the speaker was stopped"
            peering.close(SHUTDOWN, text, keep_routes=self._keep_routes)
        until = self._clock.now() + GOODBYE
        while self._clock.now() < until and not all(p.is_quiet for p in self.peerings()):
            await asyncio.sleep(0.01)
        is_told = self._wanted is not NOTHING and not self._keep_routes
        if self._state is not None and is_told:
            self._state.leave_goodbye()

    # ---- observed ------------------------------------------------------------------------------

    @property
    def wanted(self) -> WantedState:
        """The state accepted last; generation 0 before the first."""
        return self._wanted

    def peerings(self) -> Sequence[Peering]:
        """Every session, in the document's order."""
        return tuple(self._peerings.values())

    def find(self, session_id: str) -> Peering:
        """One session. Raises UnknownSessionError."""
        try:
            return self._peerings[session_id]
        except KeyError:
            raise UnknownSessionError(f"there is no session {session_id!r}") from None

    def status(self) -> StatusDocument:
        """The process as a whole."""
        found = Counter(peering.session.state for peering in self._peerings.values())
        return StatusDocument(
            api=API_VERSION,
            version=__version__,
            pid=os.getpid(),
            started=self._clock.to_epoch(self._started),
            uptime=round(self._clock.now() - self._started, 3),
            generation_accepted=self._wanted.generation,
            generation_reached=self._reached,
            sessions={state.value: found[state] for state in State},
        )

    # ---- putting it into force -----------------------------------------------------------------

    async def _install(self, wanted: WantedState) -> None:
        gone = [session_id for session_id in self._peerings if session_id not in wanted.sessions]
        self._is_installing = True
        try:
            for session_id in gone:
                self._peerings.pop(session_id).close(DECONFIGURED)
            new = [self._update(session_id, wanted) for session_id in wanted.sessions]
            self._peerings = {one: self._peerings[one] for one in wanted.sessions}
            self._wanted = wanted
            self._publisher.sessions_removed(gone)
            added = [peering for peering in new if peering is not None]
            # Before anyone can connect: an Idle session refuses, and is not asked again soon.
            self._start(added)
            await self._listeners.serve(self._peerings.values())
        finally:
            self._is_installing = False
        generation, count = wanted.generation, len(wanted.sessions)
        counts = {"sessions": count, "added": len(added), "removed": len(gone)}
        log.info(line("accepted", generation=generation, **counts))
        self._publisher.status_changed()
        self._note_reached()
        if self._disabled - wanted.sessions.keys():
            await self._forget_disabled(wanted)

    def _update(self, session_id: str, wanted: WantedState) -> Peering | None:
        """Bring one session up to date; the new peering if it is a new one."""
        session = wanted.sessions[session_id]
        routes = wanted.route_sets[session.config.route_set]
        peering = self._peerings.get(session_id)
        if peering is None:
            peering = Peering(
                session,
                routes,
                self._clock,
                self._publisher,
                bfd=self._bfd,
                has_restarted=self._has_restarted,
            )
            self._peerings[session_id] = peering
            return peering
        before = peering.wanted
        moved = peering.replace(session)
        peering.want(routes)
        if moved:
            log.info(line("parameters changed", session=session_id, fields=",".join(moved)))
        if before != session:
            self._publisher.session_changed(peering)
        return None

    def _start(self, peerings: Iterable[Peering]) -> None:
        for peering in peerings:
            self._publisher.session_changed(peering)
            if peering.wanted.config.id not in self._disabled:
                peering.start()

    async def _keep_disabled(self, ids: frozenset[str]) -> None:
        if self._state is not None and ids != self._disabled:
            await asyncio.to_thread(self._state.save_disabled, ids)
        self._disabled = ids

    async def _forget_disabled(self, wanted: WantedState) -> None:
        try:
            await self._keep_disabled(self._disabled & wanted.sessions.keys())
        except StorageError as error:  # the document stands; the ids do no harm
            log.warning(line(str(error)))

    def _progress(self, peering: Peering) -> None:
        if peering.has_pending:
            self._behind.add(peering)
        else:
            self._behind.discard(peering)
            self._note_reached()

    def _note_reached(self) -> None:
        accepted = self._wanted.generation
        if not self._behind and not self._is_installing and self._reached != accepted:
            self._reached = accepted
            self._publisher.status_changed()
