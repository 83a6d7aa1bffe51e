"""BFD beside one session: it ends a session whose path is down, and holds it until the path is up.

RFC 5882 section 4.3.
"""

from __future__ import annotations

from typing import Protocol

from speaker.bfd.transport import BfdTransport
from speaker.daemon.clock import Clock
from speaker.daemon.liveness import Liveness
from speaker.daemon.wanted import WantedSession


class Watched(Protocol):
    """Whose path it is."""

    wanted: WantedSession
    is_enabled: bool

    @property
    def peer_address(self) -> str:
        """Where the peer is."""

    def path_failed(self, reason: str) -> None:
        """It was up and is down."""

    def path_returned(self) -> None:
        """It is up again, or nobody watches it any more."""

    def liveness_changed(self) -> None:
        """There is something new to read."""


class PathWatch:
    """Starts and stops BFD as a session's configuration says."""

    def __init__(self, watched: Watched, transport: BfdTransport, clock: Clock) -> None:
        """Watch nothing yet."""
        self._watched, self._transport, self._clock = watched, transport, clock
        self.liveness: Liveness | None = None
        """BFD while the session is enabled, if it is configured."""
        self.is_down = False
        """Whether it holds the session."""

    def start(self) -> None:
        """Begin, if it is configured and not done already."""
        config = self._watched.wanted.config.bfd
        if config is not None and self.liveness is None:
            self.liveness = Liveness(
                self._watched.wanted,
                config,
                lambda: self._watched.peer_address,
                self._transport,
                self._clock,
                self._changed,
            )
            self.liveness.start()

    def stop(self) -> None:
        """Tell the peer that it is over on purpose; nothing holds the session any more."""
        liveness, self.liveness = self.liveness, None
        if liveness is not None:
            liveness.stop()
        if self.is_down:
            self.is_down = False
            self._watched.path_returned()

    def adapt(self, wanted: WantedSession) -> None:
        """Go over to other times, or begin, or end."""
        config = wanted.config.bfd
        if config is None:
            self.stop()
        elif self.liveness is not None:
            self.liveness.adapt(wanted, config)
        else:
            self.start()

    def _changed(self) -> None:
        liveness = self.liveness
        if liveness is None or not self._watched.is_enabled:
            return
        if liveness.is_path_down != self.is_down:
            self.is_down = liveness.is_path_down
            if self.is_down:
                self._watched.path_failed(liveness.reason)
            else:
                self._watched.path_returned()
        self._watched.liveness_changed()
