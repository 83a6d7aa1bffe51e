"""A peer by hand: says OPEN and KEEPALIVE, then only what the test wants."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from speaker.codec.framing import KEEPALIVE
from speaker.codec.open import encode_open
from speaker.session.negotiation import make_open
from speaker.session.parameters import SessionParameters

OPEN = make_open(
    SessionParameters(local_asn=64513, hold_time=90), 0xC0000202, with_capabilities=True
)


@dataclass(slots=True)
class RawPeer:
    """The accepted connection; nothing is read unless `read` is called."""

    sock: socket.socket

    async def send(self, data: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self.sock, data)

    async def read(self, size: int = 65536) -> bytes:
        return await asyncio.get_running_loop().sock_recv(self.sock, size)

    async def read_to_end(self) -> bytes:
        """Everything until the other side closes."""
        found = b""
        async with asyncio.timeout(10):
            while data := await self.read():
                found += data
        return found


@asynccontextmanager
async def raw_peer(listener: socket.socket) -> AsyncIterator[RawPeer]:
    """Accept one connection as AS 64513 and open the session."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(10):
        sock, _ = await loop.sock_accept(listener)
    sock.setblocking(False)
    peer = RawPeer(sock)
    try:
        await peer.send(encode_open(OPEN))
        await peer.read()
        await peer.send(KEEPALIVE)
        yield peer
    finally:
        sock.close()


def listen(address: str) -> socket.socket:
    """A listening socket whose receive buffer does not grow."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    listener.setblocking(False)
    listener.bind((address, 0))
    listener.listen()
    return listener


async def messages(peer: RawPeer) -> list[tuple[int, bytes]]:
    """Type and body of every message until the other side closes."""
    data, found = await peer.read_to_end(), []
    while data:
        length = int.from_bytes(data[16:18], "big")
        found.append((data[18], data[19:length]))
        data = data[length:]
    return found
