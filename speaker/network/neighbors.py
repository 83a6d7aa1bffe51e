"""The router at the other end of a link, found by router advertisements (RFC 4861 section 4.2).

What FRR does for `neighbor IFACE interface`: both ends advertise themselves, without being a
default router, and take the sender of the other's advertisement for their neighbour.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Final

from speaker.network.options import MAX_TTL, bind_to_device, socket_address

INTERVAL: Final = 10.0
"""Seconds between two advertisements, as FRR for unnumbered sessions."""
_SOLICITATION, _ADVERTISEMENT = 133, 134
_ICMP6_FILTER: Final = 1
_ALL_NODES, _ALL_ROUTERS = "ff02::1", "ff02::2"


class LinkNeighbor:
    """Advertises us on one interface, and listens for the neighbour."""

    def __init__(self, interface: str, found: Callable[[], None]) -> None:
        """Do nothing yet; `found` is called when `address` has changed."""
        self.interface = interface
        self.address: str | None = None
        """Link-local, with its scope; None as long as none is known."""
        self._found = found
        self._sock: socket.socket | None = None
        self._timer: asyncio.TimerHandle | None = None

    def open(self) -> None:
        """Begin. Raises OSError, e.g. without the right to raw sockets (CAP_NET_RAW)."""
        sock = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
        try:
            sock.setblocking(False)
            bind_to_device(sock, self.interface)
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, MAX_TTL)
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, 0)
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVHOPLIMIT, 1)
            blocked = bytearray(b"\xff" * 32)  # one bit for each type that is not wanted
            blocked[_ADVERTISEMENT // 8] ^= 1 << _ADVERTISEMENT % 8
            sock.setsockopt(socket.IPPROTO_ICMPV6, _ICMP6_FILTER, bytes(blocked))
        except OSError:
            sock.close()
            raise
        self._sock = sock
        asyncio.get_running_loop().add_reader(sock, self._read, sock)
        self._send(_ALL_ROUTERS, struct.pack(">BBHI", _SOLICITATION, 0, 0, 0))
        self._advertise()

    def close(self) -> None:
        """End."""
        if self._timer is not None:
            self._timer.cancel()
        if self._sock is not None:
            asyncio.get_running_loop().remove_reader(self._sock)
            self._sock.close()
            self._sock = None

    def meet(self, address: str) -> None:
        """Take the sender of a connection for the neighbour."""
        if address != self.address:
            self.address = address
            self._found()

    def _advertise(self) -> None:
        """Say that we are there; router lifetime 0: not to be used as default router."""
        self._timer = asyncio.get_running_loop().call_later(INTERVAL, self._advertise)
        self._send(_ALL_NODES, struct.pack(">BBHBBHII", _ADVERTISEMENT, 0, 0, 0, 0, 0, 0, 0))

    def _send(self, group: str, message: bytes) -> None:
        try:
            if self._sock is not None:
                self._sock.sendto(message, socket_address(f"{group}%{self.interface}", 0))
        except OSError:  # the interface is down; the next one may get through
            return

    def _read(self, sock: socket.socket) -> None:
        try:
            _, ancillary, _, sender = sock.recvmsg(1500, 64)
        except OSError:
            return
        hops = next((struct.unpack("=i", value[:4])[0] for _, _, value in ancillary), 0)
        address = str(sender[0]).partition("%")[0]
        if hops == MAX_TTL and address.startswith("fe80:"):  # not from behind a router
            self.meet(f"{address}%{self.interface}")
