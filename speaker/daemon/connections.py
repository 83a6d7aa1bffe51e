"""The TCP connections of one session, as long as any of them has octets to deliver."""

from __future__ import annotations

from collections.abc import Iterator

from speaker.network.transport import Connection
from speaker.session.effects import ConnectionId


class Connections:
    """Those that the machine knows, by their number, and those that only end now."""

    def __init__(self) -> None:
        """Begin without any."""
        self._open: dict[ConnectionId, Connection] = {}
        self._closing: set[Connection] = set()
        self._established: ConnectionId | None = None

    def __iter__(self) -> Iterator[Connection]:
        """Those that the machine knows."""
        return iter(self._open.values())

    def __len__(self) -> int:
        """Number of those that the machine knows."""
        return len(self._open)

    @property
    def is_quiet(self) -> bool:
        """Whether none is left, not even one that is being closed."""
        return not self._open and not self._closing

    @property
    def established(self) -> Connection | None:
        """The one of the established session, if it is open."""
        return None if self._established is None else self._open.get(self._established)

    def get(self, number: ConnectionId) -> Connection | None:
        """The one of this number, unless the machine is done with it."""
        return self._open.get(number)

    def add(self, connection: Connection) -> None:
        """Take a new one."""
        self._open[connection.id] = connection

    def establish(self, number: ConnectionId | None) -> None:
        """The session is established over this one; None: over none any more."""
        self._established = number

    def finish(self, number: ConnectionId) -> None:
        """The machine is done with it: deliver what is written, then close."""
        if (connection := self._open.pop(number, None)) is not None:
            self._closing.add(connection)
            connection.finish()

    def lost(self, connection: Connection) -> None:
        """It is gone."""
        self._open.pop(connection.id, None)
        self._closing.discard(connection)
