"""BFD packets over UDP: which ports, addresses and TTLs (RFC 5881 sections 4 and 5, RFC 5883)."""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from speaker.bfd.codec import ControlPacket, PacketError, decode_packet
from speaker.network.options import MAX_TTL, bind_to_device, family_of, set_ttl, socket_address

SINGLE_HOP_PORT: Final = 3784
MULTI_HOP_PORT: Final = 4784
SOURCE_PORTS: Final = range(49152, 65536)
_ATTEMPTS: Final = 50
"""Source ports tried before giving up."""
_IP_RECVTTL: Final = 12
_BURST: Final = 64
"""Packets read in a row before others get their turn."""


class Path(NamedTuple):
    """Which way a session's packets go."""

    local: str
    """Ours; link-local ones with their scope."""
    peer: str
    is_multi_hop: bool = False
    device: str | None = None
    """VRF or interface."""

    @property
    def port(self) -> int:
        """Where both ends listen."""
        return MULTI_HOP_PORT if self.is_multi_hop else SINGLE_HOP_PORT


Receive = Callable[[ControlPacket, int], None]
"""Takes a packet and its TTL."""


@dataclass(slots=True)
class _Receiver:
    """One listening socket and the paths that it serves, by the peer's address."""

    sock: socket.socket
    peers: dict[str, Receive] = field(default_factory=dict)


class BfdTransport:
    """All BFD sockets of the process: one to listen for each local address, one a session to send.

    Single-hop packets whose TTL is not 255 crossed a router: they are dropped here.
    """

    def __init__(self) -> None:
        """Open nothing yet."""
        self._receivers: dict[tuple[str, int, str | None], _Receiver] = {}

    def open(self, path: Path, receive: Receive) -> socket.socket:
        """Listen for a path's packets; the socket to send with. Raises OSError."""
        sender = _sender(path)
        key = (path.local, path.port, path.device)
        try:
            receiver = self._receivers.get(key)
            if receiver is None:
                receiver = _Receiver(_bound(path.local, path.port, path.device))
                self._receivers[key] = receiver
                loop = asyncio.get_running_loop()
                loop.add_reader(receiver.sock, self._read, receiver)
        except OSError:
            sender.close()
            raise
        receiver.peers[_plain(path.peer)] = receive
        return sender

    def close(self, path: Path, sender: socket.socket) -> None:
        """Give a path up."""
        sender.close()
        key = (path.local, path.port, path.device)
        receiver = self._receivers[key]
        receiver.peers.pop(_plain(path.peer), None)
        if not receiver.peers:
            asyncio.get_running_loop().remove_reader(receiver.sock)
            receiver.sock.close()
            del self._receivers[key]

    def _read(self, receiver: _Receiver) -> None:
        for _ in range(_BURST):
            try:
                data, ancillary, _, peer = receiver.sock.recvmsg(256, 64)
            except OSError:  # nothing more, or the peer's port was closed
                return
            receive = receiver.peers.get(_plain(peer[0]))
            ttl = _ttl(ancillary)
            is_near = receiver.sock.getsockname()[1] == SINGLE_HOP_PORT
            if receive is None or (is_near and ttl != MAX_TTL):
                continue
            try:
                packet = decode_packet(data)
            except PacketError:
                continue
            receive(packet, ttl)


def send(sender: socket.socket, path: Path, data: bytes) -> None:
    """Send one packet, or lose it: BFD is made for that."""
    try:
        sender.sendto(data, socket_address(path.peer, path.port))
    except OSError:
        return


def local_address(peer: str, device: str | None = None) -> str:
    """The address that the kernel would send from. Raises OSError when there is no way."""
    with socket.socket(family_of(peer), socket.SOCK_DGRAM) as sock:
        if device is not None:
            bind_to_device(sock, device)
        sock.connect(socket_address(peer, SINGLE_HOP_PORT))
        return str(sock.getsockname()[0])


def _sender(path: Path) -> socket.socket:
    """A socket on a source port that no other session has."""
    for attempt in range(_ATTEMPTS):
        try:
            return _bound(path.local, random.choice(SOURCE_PORTS), path.device)
        except OSError:
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


def _bound(address: str, port: int, device: str | None) -> socket.socket:
    family = family_of(address)
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        set_ttl(sock, MAX_TTL)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVHOPLIMIT, 1)
        else:
            sock.setsockopt(socket.IPPROTO_IP, _IP_RECVTTL, 1)
        if device is not None:
            bind_to_device(sock, device)
        sock.bind(socket_address(address, port))
    except OSError:
        sock.close()
        raise
    return sock


def _plain(address: str) -> str:
    return address.partition("%")[0]


def _ttl(ancillary: list[tuple[int, int, bytes]]) -> int:
    return next((struct.unpack("=i", value[:4])[0] for _, _, value in ancillary), 0)
