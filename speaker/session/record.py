"""What a session remembers for people: states, errors, counters. It decides nothing."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

from speaker.codec.framing import MessageType
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


class SessionRecord:
    """The remembered part of a `Session`."""

    def __init__(self, now: float) -> None:
        """Begin in Idle at `now`."""
        self.state = State.IDLE
        self.since = now
        """When `state` was entered."""
        self.history: deque[TransitionRecord] = deque(maxlen=HISTORY_LENGTH)
        self.last_error: ErrorRecord | None = None
        self.established_count = 0
        self.dropped_count = 0
        """Times that Established was left."""
        self.sent = Counters()
        self.received = Counters()
        self.last_read: float | None = None
        """When octets last came."""
        self.last_write: float | None = None

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
