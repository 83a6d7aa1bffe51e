"""What a session does without a connection: wait, dial, let the peer dial.

The first part of the machine. Above it `closing.py` ends connections, `machine.py` reacts to
messages, `accepting.py` takes new connections, `session.py` has the other inputs. Every move of
state is looked up in `fsm.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from speaker.session.connection import Connection
from speaker.session.effects import CancelDial, ConnectionId, Dial, Effect, ErrorRecord
from speaker.session.fsm import PROGRESS, Event, State, step
from speaker.session.parameters import SessionParameters
from speaker.session.record import SessionRecord
from speaker.session.retry import FIRST_WAIT, Retry

DIAL_FAILED: Final = "Connection failed"


class Seeking(SessionRecord):
    """The part of a `Session` that looks for a connection."""

    def __init__(
        self, parameters: SessionParameters, jitter: Callable[[], float], now: float
    ) -> None:
        """Begin stopped; see `Session`."""
        super().__init__(now)
        self.parameters = parameters
        self.is_enabled = False
        """Between `start` and `stop`."""
        self._seeking = State.IDLE
        """The state without a connection: Idle, Connect while dialling, Active."""
        self._retry = Retry(longest_wait(parameters), jitter)
        self._connections: dict[ConnectionId, Connection] = {}

    @property
    def connection(self) -> Connection | None:
        """The connection in use: the one furthest on."""
        return max(self._connections.values(), key=lambda each: PROGRESS[each.state], default=None)

    def connect_failed(self, now: float, reason: str) -> list[Effect]:
        """The dial failed; `reason` is for people, e.g. "connection refused"."""
        if self._seeking is not State.CONNECT:
            return []
        self._seeking = step(self._seeking, Event.CONNECTION_FAILED) or State.IDLE
        if self._connections:
            self._retry.stop()
            return []
        self._retry.wait_after_failure(now)
        self.last_dial_failure = ErrorRecord("local", None, None, DIAL_FAILED, reason, b"", now)
        return self._settle(now, reason, self.last_dial_failure)

    def _settle(self, now: float, reason: str, error: ErrorRecord | None = None) -> list[Effect]:
        """Note the state that the connection in use, or the lack of one, puts the session in."""
        connection = self.connection
        state = connection.state if connection else self._seeking
        return [*self._enter(state, now, reason, error)]

    def _seek(self, now: float, reason: str) -> list[Effect]:
        """Leave Idle."""
        event = Event.START_PASSIVE if self.parameters.passive else Event.START
        effects = self._move_seeking(event, now)
        return effects + self._settle(now, reason)

    def _seek_again(self, after: State, established_for: float, now: float) -> list[Effect]:
        """The last connection is gone, which leads to `after`: wait there."""
        if not self.is_enabled:
            return []
        if after is State.ACTIVE and self._seeking is State.CONNECT:
            return []  # our own dial, begun before the peer's connection came, may yet succeed
        effects = self._cancel_dial()
        self._seeking = after
        self._retry.wait_after_failure(now, established_for)
        if after is State.ACTIVE and self.parameters.passive:
            self._retry.stop()
        return effects

    def _answer(self, now: float) -> list[Effect]:
        """The peer dials while we are Idle: cut the idle hold time short, unless it must last.

        The RFC would refuse it. But a peer that was reset, or restarted, is back at once, and a
        refusal only makes it wait in turn.
        """
        if self._seeking is not State.IDLE or not self.is_enabled:
            return []
        if not self._retry.may_answer(now):
            return []
        effects = self._move_seeking(Event.START_PASSIVE, now)
        return effects + self._settle(now, "the peer dials")

    def _move_seeking(self, event: Event, now: float) -> list[Effect]:
        """Follow the table; arriving in Connect means dialling."""
        self._seeking = step(self._seeking, event) or self._seeking
        if self._seeking is not State.CONNECT:
            self._retry.stop()
            return []
        self._retry.wait_for_dial(now)
        return [Dial()]

    def _cancel_dial(self) -> list[Effect]:
        if self._seeking is not State.CONNECT:
            return []
        self._seeking = State.ACTIVE
        return [CancelDial()]

    def _retry_now(self, now: float) -> list[Effect]:
        """The idle hold, connect retry or dial time is over."""
        if self._seeking is State.IDLE:
            return self._seek(now, "idle hold time is over")
        effects = self._cancel_dial()
        if self._connections:
            self._retry.stop()
            return effects
        if effects:
            reason = "no answer"
            self.last_dial_failure = ErrorRecord("local", None, None, DIAL_FAILED, reason, b"", now)
        effects += self._move_seeking(Event.CONNECT_RETRY_EXPIRED, now)
        return effects + self._settle(now, "connect retry time is over")


def longest_wait(parameters: SessionParameters) -> float:
    """Seconds; a passive session keeps nobody waiting but itself."""
    return FIRST_WAIT if parameters.passive else parameters.connect_time
