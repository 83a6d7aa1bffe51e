"""TCP: one connection to a peer, dialling, listening. Holds no rule of BGP.

Nothing here waits for a peer to read: octets are handed to asyncio's transport, and `is_writable`
says when the next large piece may follow.
"""

from __future__ import annotations

import asyncio
import errno
import itertools
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, cast

from speaker.network.interfaces import interface_ipv4
from speaker.network.options import (
    MAX_TTL,
    bind_to_device,
    family_of,
    require_ttl,
    set_md5_key,
    set_ttl,
    socket_address,
)
from speaker.network.tcp_figures import TcpFigures, tcp_figures
from speaker.session.effects import ConnectionId, Endpoints

WRITE_HIGH_WATER = 256 * 1024
"""Octets waiting for the peer to read, past which no routes are added; keepalives still are."""
LINGER = 3.0
"""Seconds that a closed connection may take to deliver its NOTIFICATION."""

READ_OCTETS = 16 * 1024
"""Taken from one peer before every other gets its turn: some 300 UPDATEs, a few ten ms of work."""
_READ_BUFFER = bytearray(READ_OCTETS)

BACKLOG = 4096
"""Connections that wait to be accepted; the kernel may allow fewer (net.core.somaxconn).

asyncio's own 100 overflow when all peers of a large network dial at once, and the kernel lets whose
turn it was believe in a connection that is not there.
"""

_connection_ids = itertools.count(1)


class Owner(Protocol):
    """Who a connection reports to."""

    def data_received(self, connection: Connection, data: bytes) -> None:
        """Octets came; b"" when the peer closed its half."""

    def connection_lost(self, connection: Connection, reason: str) -> None:
        """It is gone."""

    def writable(self, connection: Connection) -> None:
        """The peer reads again."""


class Connection(asyncio.BufferedProtocol):
    """One TCP connection, dialled or accepted."""

    def __init__(self, opened: Callable[[Connection], Owner | None]) -> None:
        """Ask `opened` for the owner once the connection stands; None drops it."""
        self.id: ConnectionId = next(_connection_ids)
        self.endpoints = Endpoints("", 0, "", 0)
        self.scope = ""
        """The interface of a connection between link-local addresses."""
        self._opened = opened
        self._owner: Owner | None = None
        self._transport: asyncio.Transport | None = None
        self._is_paused = False
        self._linger: asyncio.TimerHandle | None = None

    @property
    def is_writable(self) -> bool:
        """Whether routes may be written; False while the peer does not read."""
        return self._transport is not None and not self._is_paused and self._linger is None

    @property
    def backlog(self) -> int:
        """Octets written that the kernel has not taken yet."""
        return 0 if self._transport is None else self._transport.get_write_buffer_size()

    @property
    def figures(self) -> TcpFigures | None:
        """What the kernel tells of it; None once it is gone."""
        if self._transport is None:
            return None
        return tcp_figures(cast(socket.socket, self._transport.get_extra_info("socket")))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=WRITE_HIGH_WATER)
        sock = cast(socket.socket, transport.get_extra_info("socket"))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self.endpoints = _endpoints(sock)
            self.scope = _scope(sock)
        except OSError:  # the peer reset it before we looked
            self._transport.abort()
            return
        self._owner = self._opened(self)
        if self._owner is None:
            self._transport.abort()

    def get_buffer(self, sizehint: int) -> bytearray:
        """Called by asyncio, which fills it and calls `buffer_updated` before anything else."""
        return _READ_BUFFER

    def buffer_updated(self, nbytes: int) -> None:
        """Called by asyncio."""
        if self._owner is not None and self._linger is None:
            self._owner.data_received(self, bytes(_READ_BUFFER[:nbytes]))

    def eof_received(self) -> bool:
        """Called by asyncio; False lets it close our half when all is written."""
        if self._owner is not None and self._linger is None:
            self._owner.data_received(self, b"")
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by asyncio."""
        if self._linger is not None:
            self._linger.cancel()
        owner, self._owner, self._transport = self._owner, None, None
        if owner is not None:
            owner.connection_lost(self, describe(exc) if exc else "connection closed")

    def pause_writing(self) -> None:
        """Called by asyncio above the high-water mark."""
        self._is_paused = True

    def resume_writing(self) -> None:
        """Called by asyncio below the low-water mark."""
        self._is_paused = False
        if self._owner is not None:
            self._owner.writable(self)

    def write(self, data: bytes) -> None:
        """Queue `data`; never blocks, and is dropped when the connection is gone."""
        if self._transport is not None and self._linger is None:
            self._transport.write(data)

    def limit_hops(self, ttl: int, least_ttl: int) -> None:
        """Send with `ttl`, and take no segment below `least_ttl`; see `Target`."""
        if self._transport is not None:
            sock = cast(socket.socket, self._transport.get_extra_info("socket"))
            set_ttl(sock, ttl)
            require_ttl(sock, least_ttl)

    def finish(self) -> None:
        """Close once all is written.

        Our half first, then the rest when the peer has closed its own: closing a socket with
        unread octets sends a RST, and the peer would never see the NOTIFICATION.
        """
        if self._transport is None or self._linger is not None:
            return
        loop = asyncio.get_running_loop()
        self._linger = loop.call_later(LINGER, self._transport.abort)
        if self._transport.is_closing():
            return
        try:
            self._transport.write_eof()
        except OSError:
            self._transport.abort()


@dataclass(frozen=True, slots=True)
class Target:
    """Where and how to dial."""

    address: str
    port: int
    source_address: str | None
    """Used if the host has it, else the kernel chooses."""
    ttl: int = MAX_TTL
    """Of our segments."""
    least_ttl: int = 0
    """Of the peer's; 255 means from this link only (GTSM)."""
    password: str | None = field(default=None, repr=False)
    """Signs both directions (TCP-MD5)."""
    device: str | None = None
    """VRF or interface to go through."""


async def dial(target: Target, opened: Callable[[Connection], Owner | None]) -> None:
    """Connect; `opened` gets the connection. Raises OSError; may be cancelled at any time."""
    loop = asyncio.get_running_loop()
    sock = socket.socket(family_of(target.address), socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        set_ttl(sock, target.ttl)
        require_ttl(sock, target.least_ttl)
        if target.password is not None:
            set_md5_key(sock, target.address, target.password)
        if target.device is not None:
            bind_to_device(sock, target.device)
        if target.source_address is not None:
            _bind_source(sock, target.source_address)
        await loop.sock_connect(sock, socket_address(target.address, target.port))
        await loop.create_connection(lambda: Connection(opened), sock=sock)
    except BaseException:
        sock.close()
        raise


def listening_socket(address: str, port: int, device: str | None = None) -> socket.socket:
    """A socket that listens on `address`, of its own family only. Raises OSError.

    It answers with the greatest TTL: a peer that demands it (GTSM) would drop our SYN-ACK.
    """
    family = family_of(address)
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        set_ttl(sock, MAX_TTL)
        if device is not None:
            bind_to_device(sock, device)
        sock.bind(socket_address(address, port))
        sock.listen(BACKLOG)
    except OSError:
        sock.close()
        raise
    return sock


def describe(error: BaseException) -> str:
    """An error of the network in the kernel's words, e.g. "connection refused"."""
    if isinstance(error, OSError) and error.errno is not None:
        text = os.strerror(error.errno)
        return text[:1].lower() + text[1:]
    return str(error) or type(error).__name__


def _bind_source(sock: socket.socket, address: str) -> None:
    # Without a port now, one source can dial more peers than there are ephemeral ports.
    sock.setsockopt(socket.IPPROTO_IP, getattr(socket, "IP_BIND_ADDRESS_NO_PORT", 24), 1)
    try:
        sock.bind(socket_address(address, 0))
    except OSError as error:
        if error.errno != errno.EADDRNOTAVAIL:
            raise


def _scope(sock: socket.socket) -> str:
    """The interface of a connection between link-local addresses; empty for others."""
    index = sock.getpeername()[3] if sock.family == socket.AF_INET6 else 0
    return socket.if_indextoname(index) if index else ""


def _endpoints(sock: socket.socket) -> Endpoints:
    local, peer = sock.getsockname(), sock.getpeername()
    local_address = str(local[0]).partition("%")[0]
    return Endpoints(
        local_address,
        int(local[1]),
        str(peer[0]).partition("%")[0],
        int(peer[1]),
        interface_ipv4(local_address) if sock.family == socket.AF_INET6 else None,
    )
