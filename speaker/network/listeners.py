"""The listening sockets that sessions ask for, and whose an incoming connection is."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import logging
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from speaker.daemon.logs import line
from speaker.daemon.peering import Peering
from speaker.network.interfaces import link_local_address
from speaker.network.options import set_md5_key
from speaker.network.transport import BACKLOG, Connection, Owner, describe, listening_socket

log = logging.getLogger("speaker.network.listeners")


class Place(NamedTuple):
    """What a listening socket is bound to."""

    address: str
    """Link-local ones with their scope."""
    port: int
    device: str | None = None
    """VRF."""

    @property
    def everywhere(self) -> Place:
        """The same of any address."""
        return self._replace(address=_ANY[6 if ":" in self.address else 4])

    def __str__(self) -> str:
        """For people, e.g. "[2001:db8::1]:179"."""
        shown = (
            f"[{self.address}]:{self.port}"
            if ":" in self.address
            else f"{self.address}:{self.port}"
        )
        return f"{shown} in {self.device}" if self.device else shown


RETRY = 5.0
"""Seconds between two attempts to listen where it did not work."""
MAX_STRANGERS = 1000
"""Peers without a session that are logged, between two documents."""
_ANY = {4: "0.0.0.0", 6: "::"}
CANNOT_LISTEN = "cannot listen"
"""Name of the trouble with a session that should accept connections and cannot."""


@dataclass(slots=True)
class _Listening:
    """One socket, and the TCP-MD5 keys that it has."""

    server: asyncio.Server
    sock: socket.socket
    keys: dict[str, str] = field(default_factory=dict, repr=False)
    """Passwords by peer."""

    def sign(self, wanted: Mapping[str, str]) -> dict[str, str]:
        """Have exactly these keys; why a peer's could not be set."""
        for peer in self.keys.keys() - wanted.keys():
            set_md5_key(self.sock, peer, "")
            del self.keys[peer]
        refused: dict[str, str] = {}
        for peer, password in wanted.items():
            if self.keys.get(peer) == password:
                continue
            try:
                set_md5_key(self.sock, peer, password)
            except OSError as error:
                refused[peer] = f"cannot listen with a TCP-MD5 key: {_key_problem(error)}"
            else:
                self.keys[peer] = password
        return refused


class Listeners:
    """Keeps one socket per (address, port); a wildcard address serves all of its family."""

    def __init__(self) -> None:
        """Listen nowhere yet."""
        self._places: set[Place] = set()
        """Where it ought to listen."""
        self._open: dict[Place, _Listening] = {}
        self._peerings: dict[tuple[str, Place], Peering] = {}
        """By peer (of an unnumbered session its link) and by where it is awaited."""
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
                    place = Place(_local(peering), port, peering.wanted.config.vrf)
                    self._peerings[_peer(peering), place] = peering
            await self._reconcile()

    async def close(self) -> None:
        """Listen nowhere."""
        if self._retry is not None:
            self._retry.cancel()
        await self.serve(())

    async def _reconcile(self) -> None:
        self._places = _sockets({place for _, place in self._peerings})
        for place in self._open.keys() - self._places:
            self._open.pop(place).server.close()
        problems: dict[Place, str] = {}
        for place in self._places - self._open.keys():
            try:
                sock = listening_socket(*place)
            except OSError as error:
                problems[place] = f"cannot listen on {place}: {describe(error)}"
                continue
            loop = asyncio.get_running_loop()
            server = await loop.create_server(
                partial(self._connection, place), sock=sock, backlog=BACKLOG
            )
            self._open[place] = _Listening(server, sock)
            log.info(line("listening", address=str(place)))
        is_complete = self._report(problems)
        if not is_complete and self._retry is None:
            loop = asyncio.get_running_loop()
            self._retry = loop.call_later(RETRY, self._try_again)

    def _report(self, problems: dict[Place, str]) -> bool:
        """Tell every session of its socket and key; whether all have them."""
        keys: dict[Place, dict[str, str]] = {place: {} for place in self._open}
        for (peer, wanted_place), peering in self._peerings.items():
            password = peering.wanted.config.password
            place = self._place_of(wanted_place)
            if password is not None and place in keys:
                keys[place][peer] = password
        refused = {place: self._open[place].sign(wanted) for place, wanted in keys.items()}
        is_complete = True
        for (peer, wanted_place), peering in self._peerings.items():
            place = self._place_of(wanted_place)
            problem = problems.get(place, "") or refused.get(place, {}).get(peer, "")
            peering.note(CANNOT_LISTEN, problem)
            is_complete = is_complete and not problem
        return is_complete

    def _place_of(self, place: Place) -> Place:
        """The socket that serves a local address: its own, or the one of any address."""
        return place.everywhere if place.everywhere in self._places else place

    def _try_again(self) -> None:
        self._retry = None
        self._retrying = asyncio.get_running_loop().create_task(self._serve_again())

    async def _serve_again(self) -> None:
        async with self._lock:
            await self._reconcile()

    def _connection(self, place: Place) -> Connection:
        return Connection(partial(self._opened, place))

    def _opened(self, place: Place, connection: Connection) -> Owner | None:
        ends, scope = connection.endpoints, connection.scope
        link = f"%{scope}" if scope else ""
        local = place._replace(address=ends.local_address + link)
        peer = ends.peer_address + link
        for where in (local, local.everywhere):
            for who in (peer, link):
                peering = self._peerings.get((who, where))
                if peering is not None:
                    peering.accept(connection)
                    return peering
        stranger = (peer, str(local))
        if stranger not in self._strangers and len(self._strangers) < MAX_STRANGERS:
            self._strangers.add(stranger)  # told once: its retries would fill the log
            log.info(line("no session for connections", peer=stranger[0], to=stranger[1]))
        return None


def _key_problem(error: OSError) -> str:
    if error.errno == errno.ENOMEM:  # keys count against a limit for each socket
        return "too many for one socket; raise the sysctl net.core.optmem_max"
    return describe(error)


def _sockets(places: set[Place]) -> set[Place]:
    """Without those that a wildcard of their family serves: both cannot be bound."""
    return {
        place for place in places if place == place.everywhere or place.everywhere not in places
    }


def _peer(peering: Peering) -> str:
    """As `_opened` looks it up: `fe80::1%eth0`, or `%eth0` for whoever is on that link."""
    return _canonical(peering.wanted.peer_address) or f"%{peering.wanted.config.interface}"


def _local(peering: Peering) -> str:
    config = peering.wanted.config
    if config.source_address is not None:
        return _canonical(config.source_address)
    if not config.address and config.interface is not None:
        return link_local_address(config.interface) or _ANY[6]
    return _ANY[6 if ":" in config.address else 4]


def _canonical(address: str) -> str:
    """As the kernel spells it, so that it can be looked up."""
    return str(ipaddress.ip_address(address)) if address else ""
