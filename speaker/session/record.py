"""What a session remembers for people: states, errors, counters. It decides nothing."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

from speaker.codec.families import Family
from speaker.codec.framing import MessageType
from speaker.codec.update import Update
from speaker.session.effects import ErrorRecord, StateChanged, TransitionRecord
from speaker.session.fsm import State

HISTORY_LENGTH: Final = 50


@dataclass(slots=True)
class Counters:
    """Messages and octets of one direction, over all connections of the session."""

    open: int = 0
    update: int = 0
    notification: int = 0
    keepalive: int = 0
    route_refresh: int = 0
    octets: int = 0
    """Of whole messages, headers included."""

    @property
    def total(self) -> int:
        """Messages of every type."""
        messages = self.open + self.update + self.notification + self.keepalive
        return messages + self.route_refresh

    def add(self, kind: MessageType, octets: int) -> None:
        """Count one message."""
        name = kind.name.lower()
        setattr(self, name, getattr(self, name) + 1)
        self.octets += octets


@dataclass(slots=True)
class Malformed:
    """What was wrong in received UPDATEs without ending the session, RFC 7606 section 2."""

    updates: int = 0
    """Those whose routes were treated as withdrawn."""
    attributes: int = 0
    """Those that were discarded."""
    last: str = ""
    """What was wrong last, in words."""


class SessionRecord:
    """The remembered part of a `Session`."""

    def __init__(self, now: float) -> None:
        """Begin in Idle at `now`."""
        self.state = State.IDLE
        self.since = now
        """When `state` was entered."""
        self.history: deque[TransitionRecord] = deque(maxlen=HISTORY_LENGTH)
        self.last_error: ErrorRecord | None = None
        """Why the last connection ended."""
        self.last_dial_failure: ErrorRecord | None = None
        """Why no connection came about, or none with a peer that says OPEN; None once one did."""
        self.established_count = 0
        self.dropped_count = 0
        """Times that Established was left."""
        self.sent = Counters()
        self.received = Counters()
        self.malformed = Malformed()
        self._end_of_rib_received: tuple[Family, ...] = ()
        self.last_read: float | None = None
        """When octets last came."""
        self.last_write: float | None = None

    @property
    def end_of_rib_received(self) -> tuple[Family, ...]:
        """Families of which the peer said that its initial routes are complete."""
        return self._end_of_rib_received

    def inherit(self, old: SessionRecord) -> None:
        """Go on with what another remembers, its state and times left out."""
        self.history, self.last_error = old.history, old.last_error
        self.last_dial_failure, self.malformed = old.last_dial_failure, old.malformed
        self.sent, self.received = old.sent, old.received
        self.established_count, self.dropped_count = old.established_count, old.dropped_count

    def _note_update(self, update: Update) -> None:
        self.malformed.updates += bool(update.problems)
        self.malformed.attributes += len(update.discarded)
        told = (*update.problems, *update.discarded)
        if told:
            self.malformed.last = "; ".join(told)
        family = update.end_of_rib
        if family is not None and family not in self._end_of_rib_received:
            self._end_of_rib_received += (family,)

    def _count_sent(self, kind: MessageType, data: bytes, now: float) -> None:
        self.sent.add(kind, len(data))
        self.last_write = now

    def _enter(
        self, state: State, now: float, reason: str, error: ErrorRecord | None = None
    ) -> list[StateChanged]:
        """Note that the session is in `state`, if it was in another."""
        before = self.state
        if state is before:
            return []
        self.state = state
        self.since = now
        self.established_count += state is State.ESTABLISHED
        self.dropped_count += before is State.ESTABLISHED
        self.history.append(TransitionRecord(now, before, state, reason))
        return [StateChanged(before, state, reason, error)]
