"""A peer made of a plain socket, and the places where it meets a real speaker."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from tests.speaker.conformance.octets import (
    ALIVE,
    NOTIFICATION,
    OPEN,
    UPDATE,
    Said,
    opening,
    read_update,
)
from tests.speaker.running import Json, SpeakerProcess, session
from tests.support.ports import free_port

SECONDS = 30.0
SENT, CONFIRM, UP = "OpenSent", "OpenConfirm", "Established"


@dataclass(slots=True)
class Peer:
    """One connection; reads whole messages, writes octets."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    open: bytes = b""
    """Body of the speaker's OPEN."""
    seen: list[tuple[int, bytes]] = field(default_factory=list)
    """Every message read so far."""

    def write(self, *messages: bytes) -> None:
        self.writer.write(b"".join(messages))

    async def read(self) -> tuple[int, bytes]:
        """Type and body of the next message."""
        async with asyncio.timeout(SECONDS):
            header = await self.reader.readexactly(19)
            assert header[:16] == b"\xff" * 16
            size = int.from_bytes(header[16:18], "big") - 19
            found = header[18], await self.reader.readexactly(size)
        self.seen.append(found)
        return found

    async def next_of(self, *kinds: int) -> bytes:
        """The body of the next message of these types; everything else is skipped."""
        while True:
            found, body = await self.read()
            if found in kinds:
                return body

    async def ending(self) -> str:
        """The NOTIFICATION in hex; then nothing may follow but the end of the connection."""
        body = await self.next_of(NOTIFICATION)
        async with asyncio.timeout(SECONDS):
            assert await self.reader.read() == b""
        return body.hex()

    async def rest(self) -> list[tuple[int, bytes]]:
        """Every message until the speaker closes."""
        found = []
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                found.append(await self.read())
        return found

    async def routes(self, families: int = 1) -> list[Said]:
        """The UPDATEs up to and with the End-of-RIB markers of so many families."""
        found: list[Said] = []
        while sum(said.is_end_of_rib for said in found) < families:
            found.append(read_update(await self.next_of(UPDATE)))
        return found

    async def shake_hands(self, hello: bytes, state: str = UP) -> None:
        """Get the speaker to `state`."""
        self.open = await self.next_of(OPEN)
        if state != SENT:
            self.write(hello)
            await self.next_of(4)
        if state == UP:
            self.write(ALIVE)
        await self.writer.drain()

    def close(self) -> None:
        self.writer.close()

    def reset(self) -> None:
        """Go with a RST."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


@dataclass(slots=True)
class Place:
    """A speaker's address, the peers' addresses, and the sessions between them."""

    speaker: SpeakerProcess
    address: str
    peer_address: str
    port: int
    """Where the speaker listens."""
    peer_port: int
    """Where the peer would."""

    def session(self, name: str = "node-a/peer", **fields: Any) -> Json:
        """A passive session unless `passive` says else."""
        ends = {"address": self.peer_address, "sourceAddress": self.address}
        ports = {"port": self.peer_port, "listenPort": self.port}
        usual = {"passive": True, "families": ["ipv4"], **ends, **ports}
        return session(name, **{**usual, **fields})

    @asynccontextmanager
    async def dialled(
        self, state: str = UP, hello: bytes | None = None, source: str | None = None
    ) -> AsyncIterator[Peer]:
        """A connection of ours whose session is in `state` at the speaker."""
        peer = await self.connect(source)
        try:
            await peer.shake_hands(hello or opening(), state)
            yield peer
        finally:
            peer.close()

    async def connect(self, source: str | None = None) -> Peer:
        """A connection of ours, on which nothing was said."""
        local = (source or self.peer_address, 0)
        async with asyncio.timeout(SECONDS):
            return Peer(*await asyncio.open_connection(self.address, self.port, local_addr=local))

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[asyncio.Queue[Peer]]:
        """Where the speaker's dials arrive."""
        arrived: asyncio.Queue[Peer] = asyncio.Queue()
        peers: list[Peer] = []

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            peers.append(Peer(reader, writer))
            arrived.put_nowait(peers[-1])

        server = await asyncio.start_server(accept, self.peer_address, self.peer_port)
        try:
            yield arrived
        finally:
            server.close()
            for peer in peers:
                peer.close()


def place(speaker: SpeakerProcess, address: str, peer_address: str) -> Place:
    """A place with ports that nobody uses."""
    ports: Iterable[int] = (free_port(address), free_port(peer_address))
    return Place(speaker, address, peer_address, *ports)
