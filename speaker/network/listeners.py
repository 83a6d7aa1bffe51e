"""The listening sockets that sessions ask for, and whose an incoming connection is."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
from collections.abc import Callable, Iterable

from speaker.daemon.logs import line
from speaker.daemon.peering import Peering
from speaker.network.transport import Connection, Owner, describe, listening_socket

log = logging.getLogger("speaker.network.listeners")

Place = tuple[str, int]
"""Address and port."""
RETRY = 5.0
"""Seconds between two attempts to listen where it did not work."""
MAX_STRANGERS = 1000
"""Peers without a session that are logged, between two documents."""
_ANY = {4: "0.0.0.0", 6: "::"}


class Listeners:
    """Keeps one socket per (address, port); a wildcard address serves all of its family."""

    def __init__(self, changed: Callable[[Peering], None]) -> None:
        """Tell `changed` whose `local_problem` moved."""
        self._changed = changed
        self._servers: dict[Place, asyncio.Server] = {}
        self._peerings: dict[tuple[str, str, int], Peering] = {}
        self._retry: asyncio.TimerHandle | None = None
        self._retrying: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()
        self._strangers: set[tuple[str, str]] = set()

    async def serve(self, peerings: Iterable[Peering]) -> None:
        """Listen for exactly these sessions; sockets already open for them stay open."""
        async with self._lock:
            self._peerings = {}
            self._strangers.clear()
            for peering in peerings:
                port = peering.wanted.listening_port
                if port is not None:
                    config = peering.wanted.config
                    key = (_canonical(config.address), _local(peering), port)
                    self._peerings[key] = peering
            await self._reconcile()

    async def close(self) -> None:
        """Listen nowhere."""
        if self._retry is not None:
            self._retry.cancel()
        await self.serve(())

    async def _reconcile(self) -> None:
        wanted = _sockets({(local, port) for _, local, port in self._peerings})
        for place in self._servers.keys() - wanted:
            self._servers.pop(place).close()
        problems: dict[Place, str] = {}
        for place in wanted - self._servers.keys():
            try:
                sock = listening_socket(*place)
            except OSError as error:
                problems[place] = f"cannot listen on {_show(place)}: {describe(error)}"
                continue
            loop = asyncio.get_running_loop()
            self._servers[place] = await loop.create_server(self._connection, sock=sock)
            log.info(line("listening", address=_show(place)))
        self._report(problems)
        if problems and self._retry is None:
            loop = asyncio.get_running_loop()
            self._retry = loop.call_later(RETRY, self._try_again)

    def _report(self, problems: dict[Place, str]) -> None:
        for (peer, local, port), peering in self._peerings.items():
            any_place = (_ANY[6 if ":" in peer else 4], port)
            problem = problems.get((local, port)) or problems.get(any_place, "")
            if problem != peering.local_problem:
                peering.local_problem = problem
                if problem:
                    log.warning(line(problem, session=peering.wanted.config.id))
                self._changed(peering)

    def _try_again(self) -> None:
        self._retry = None
        self._retrying = asyncio.get_running_loop().create_task(self._serve_again())

    async def _serve_again(self) -> None:
        async with self._lock:
            await self._reconcile()

    def _connection(self) -> Connection:
        return Connection(self._opened)

    def _opened(self, connection: Connection) -> Owner | None:
        ends = connection.endpoints
        for local in (ends.local_address, _ANY[6 if ":" in ends.local_address else 4]):
            peering = self._peerings.get((ends.peer_address, local, ends.local_port))
            if peering is not None:
                peering.accept(connection)
                return peering
        stranger = (ends.peer_address, _show((ends.local_address, ends.local_port)))
        if stranger not in self._strangers and len(self._strangers) < MAX_STRANGERS:
            self._strangers.add(stranger)  # told once: its retries would fill the log
            log.info(line("no session for connections", peer=stranger[0], to=stranger[1]))
        return None


def _sockets(places: set[Place]) -> set[Place]:
    """Without those that a wildcard of their family serves: both cannot be bound."""
    return {
        (address, port)
        for address, port in places
        if address in _ANY.values() or (_ANY[6 if ":" in address else 4], port) not in places
    }


def _local(peering: Peering) -> str:
    config = peering.wanted.config
    if config.source_address is not None:
        return _canonical(config.source_address)
    return _ANY[6 if ":" in config.address else 4]


def _canonical(address: str) -> str:
    """As the kernel spells it, so that it can be looked up."""
    return str(ipaddress.ip_address(address))


def _show(place: Place) -> str:
    address, port = place
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
