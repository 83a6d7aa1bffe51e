"""Dials the peer of one session, and finds who is at the other end of an unnumbered one's link."""

from __future__ import annotations

import asyncio
from typing import Protocol

from speaker.daemon.wanted import WantedSession
from speaker.network.neighbors import LinkNeighbor
from speaker.network.transport import Connection, Owner, Target, describe, dial

NO_NEIGHBOR = "no neighbour"
"""Name of the trouble with a link whose other end cannot be looked for."""


class Caller(Protocol):
    """Whose peer is dialled."""

    wanted: WantedSession

    def dialled(self, connection: Connection) -> Owner | None:
        """Take the connection."""

    def dial_failed(self, error: OSError) -> None:
        """There is none."""

    def note(self, name: str, text: str) -> None:
        """Something is in the way, or (empty `text`) no more."""

    def neighbor_found(self) -> None:
        """The neighbour on the link is known, or is another."""


class Dialler:
    """At most one dial at a time."""

    def __init__(self, caller: Caller) -> None:
        """Dial nothing yet."""
        self._caller = caller
        self._task: asyncio.Task[None] | None = None
        self._neighbor: LinkNeighbor | None = None

    @property
    def peer_address(self) -> str:
        """Where the peer is; of an unnumbered session the interface while it is not known."""
        if self._neighbor is not None:
            return self._neighbor.address or f"%{self._neighbor.interface}"
        return self._caller.wanted.peer_address

    def begin(self) -> None:
        """Dial; a dial that is under way is given up."""
        self.cancel()
        self._task = asyncio.get_running_loop().create_task(self._connect())

    def cancel(self) -> None:
        """Give up a dial that is under way."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def look_for_neighbor(self) -> None:
        """Find out who is at the other end of an unnumbered session's link."""
        config = self._caller.wanted.config
        if config.address or config.interface is None or self._neighbor is not None:
            return
        self._neighbor = LinkNeighbor(config.interface, self._neighbor_found)
        try:
            self._neighbor.open()
        except OSError as error:
            where = f"cannot look for the neighbour on {config.interface}"
            text = f"{where}: {describe(error)}; waiting for its connection"
            self._caller.note(NO_NEIGHBOR, text)

    def meet(self, connection: Connection) -> None:
        """Learn from an incoming connection who the neighbour is."""
        if self._neighbor is not None:
            self._neighbor.meet(f"{connection.endpoints.peer_address}%{connection.scope}")

    def forget_neighbor(self) -> None:
        """Look no longer."""
        if self._neighbor is not None:
            self._neighbor.close()
            self._neighbor = None
            self._caller.note(NO_NEIGHBOR, "")

    def _neighbor_found(self) -> None:
        self._caller.note(NO_NEIGHBOR, "")
        self._caller.neighbor_found()

    async def _connect(self) -> None:
        try:
            await dial(self._target(), self._dialled)
        except OSError as error:
            self._task = None
            self._caller.dial_failed(error)

    def _dialled(self, connection: Connection) -> Owner | None:
        self._task = None
        return self._caller.dialled(connection)

    def _target(self) -> Target:
        """Where to dial. Raises OSError while the neighbour of an unnumbered session is unknown."""
        wanted, config = self._caller.wanted, self._caller.wanted.config
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
