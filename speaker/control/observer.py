"""What peerings report, turned into log lines and events."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterable

from speaker.api import Event, SessionStatus, StatusDocument
from speaker.bfd.codec import STATE_WORDS
from speaker.codec.notification import CEASE
from speaker.control.events import (
    COUNTERS_INTERVAL,
    GATHER_INTERVAL,
    MESSAGES_INTERVAL,
    EventLog,
)
from speaker.control.report import session_status
from speaker.daemon.clock import Clock
from speaker.daemon.logs import line
from speaker.daemon.peering import Peering
from speaker.session.effects import ErrorRecord, StateChanged
from speaker.session.session import State

log = logging.getLogger("speaker.session.session")


class Publisher:
    """Tells the log and the event stream; state changes at once, numbers once a second or less."""

    def __init__(
        self,
        clock: Clock,
        status: Callable[[], StatusDocument],
        peerings: Callable[[], Iterable[Peering]],
        progress: Callable[[Peering], None],
    ) -> None:
        """Ask `status` and `peerings` for the whole picture, tell `progress` of sent routes."""
        self._clock, self._status, self._peerings = clock, status, peerings
        self._progress = progress
        self._moved: dict[str, Peering] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._published_at = 0.0
        self._reported: dict[str, tuple[str, ...]] = {}
        # Above every number of an earlier process, so that none of them is resumed by mistake.
        self.events = EventLog(self._snapshot, int(clock.to_epoch(clock.now()) * 1000))

    # ---- from peerings -------------------------------------------------------------------------

    def state_changed(self, peering: Peering, changes: list[StateChanged]) -> None:
        """The machine moved, perhaps more than once."""
        for change in changes:
            self._log_change(peering, change)
        self.session_changed(peering)

    def activity(self, peering: Peering) -> None:
        """Messages came or went."""
        self._moved[peering.wanted.config.id] = peering
        if self._timer is None and self.events.is_watched:
            self._set_timer(MESSAGES_INTERVAL)

    def routes_moved(self, peering: Peering) -> None:
        """Routes came or went, or are to go."""
        self._moved[peering.wanted.config.id] = peering
        if self.events.is_watched:
            self._publish_soon()

    def synchronised(self, peering: Peering) -> None:
        """Whether routes are pending may have changed."""
        self._progress(peering)

    def troubled(self, peering: Peering, text: str) -> None:
        """Something came to stand in its way, or is gone (then `text` is empty)."""
        if text:
            log.warning(line(text, session=peering.wanted.config.id))
        self.session_changed(peering)

    def liveness_changed(self, peering: Peering) -> None:
        """BFD moved."""
        liveness, session_id = peering.liveness, peering.wanted.config.id
        if liveness is not None:
            state = STATE_WORDS[liveness.machine.state]
            why = liveness.problem or liveness.reason or None
            log.info(line("BFD", session=session_id, state=state, reason=why))
        self.session_changed(peering)

    def neighbor_found(self, peering: Peering) -> None:
        """An unnumbered session knows its peer's address, or knows another."""
        log.info(line("neighbour", session=peering.wanted.config.id, peer=peering.peer_address))
        self.session_changed(peering)

    # ---- from the daemon -----------------------------------------------------------------------

    def follow(self, since: int | None) -> AsyncGenerator[bytes, None]:
        """See `EventLog.follow`; what moved while nobody watched comes within a second."""
        if self._moved:
            self._publish_soon()
        return self.events.follow(since)

    def session_changed(self, peering: Peering) -> None:
        """Something about one session that is not just a number."""
        self._moved.pop(peering.wanted.config.id, None)
        self.events.publish(Event("session", 0, sessions=(self._status_of(peering),)))

    def sessions_removed(self, ids: Iterable[str]) -> None:
        """These are not wanted any more."""
        gone = tuple(ids)
        for session_id in gone:
            self._moved.pop(session_id, None)
            self._reported.pop(session_id, None)
        if gone:
            self.events.publish(Event("removed", 0, removed=gone))

    def status_changed(self) -> None:
        """A generation was accepted or reached."""
        self.events.publish(Event("status", 0, status=self._status()))

    def _snapshot(self, number: int) -> Event:
        sessions = tuple(self._status_of(peering) for peering in self._peerings())
        return Event("snapshot", number, status=self._status(), sessions=sessions)

    def _publish_soon(self) -> None:
        """With what moves within a moment, but not sooner after the last time than allowed."""
        next_at = self._published_at + COUNTERS_INTERVAL
        self._set_timer(max(GATHER_INTERVAL, next_at - asyncio.get_running_loop().time()))

    def _set_timer(self, seconds: float) -> None:
        """Publish so soon, or as soon as it is set already."""
        loop = asyncio.get_running_loop()
        if self._timer is not None:
            if self._timer.when() <= loop.time() + seconds:
                return
            self._timer.cancel()
        self._timer = loop.call_later(seconds, self._publish_counters)

    def _publish_counters(self) -> None:
        self._timer = None
        if self._moved and self.events.is_watched:
            self._published_at = asyncio.get_running_loop().time()
            moved, self._moved = self._moved, {}
            sessions = tuple(self._status_of(peering) for peering in moved.values())
            self.events.publish(Event("counters", 0, sessions=sessions))

    def _status_of(self, peering: Peering) -> SessionStatus:
        return session_status(peering, self._clock)

    def _log_change(self, peering: Peering, change: StateChanged) -> None:
        session_id = peering.wanted.config.id
        if change.after is State.ESTABLISHED:
            self._reported.pop(session_id, None)
            ends = peering.session.endpoints
            peer = ends.peer_address if ends else None
            log.info(line("session up", session=session_id, peer=peer))
        elif change.before is State.ESTABLISHED:
            level = logging.INFO if _is_wanted(change.error) else logging.WARNING
            log.log(level, line("session down", session=session_id, **_why(change)))
        elif change.error is not None:
            self._log_failure(session_id, peering, change.error, _why(change))

    def _log_failure(
        self, session_id: str, peering: Peering, error: ErrorRecord, why: dict[str, object]
    ) -> None:
        """Once for each reason: a peer that is away would fill the log with its retries."""
        key = (error.direction, error.name, error.text)
        if self._reported.get(session_id) != key:
            self._reported[session_id] = key
            address = peering.wanted.config.address
            log.warning(line("session failed", session=session_id, peer=address, **why))


def _is_wanted(error: ErrorRecord | None) -> bool:
    """Whether we ended it ourselves: stopped, reset or taken out of the configuration."""
    return error is not None and error.direction == "sent" and error.code == CEASE


def _why(change: StateChanged) -> dict[str, object]:
    error = change.error
    if error is None:
        return {"reason": change.reason}
    code = None if error.code is None else f"{error.code}/{error.subcode}"
    return {
        "direction": error.direction,
        "code": code,
        "error": error.name or None,
        "text": error.text or None,
    }
