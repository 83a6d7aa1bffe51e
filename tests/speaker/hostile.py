"""Peers that misbehave, one coroutine each, and one that does not and watches what that costs it.

Each dials a speaker that listens passively. None of them returns early because the speaker turned
it away: that is what a hostile peer has to expect.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from speaker.codec.framing import KEEPALIVE, MessageType, encode_message
from speaker.codec.open import encode_open
from speaker.session.negotiation import make_open
from speaker.session.parameters import SessionParameters

ASN = 64513
REFRESH = encode_message(MessageType.ROUTE_REFRESH, bytes((0, 1, 0, 1)))
ATTRIBUTES = bytes.fromhex("40010100 4002060201 0000fc01 400304 c0000201")
"""IGP, AS path 64513, next hop 192.0.2.1; 4-octet AS numbers."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Where it listens for this peer, and where the peer comes from."""

    address: str
    port: int
    source: str


def hello(hold_time: int = 90) -> bytes:
    """OPEN and the KEEPALIVE that confirms the other's."""
    parameters = SessionParameters(local_asn=ASN, hold_time=hold_time)
    return encode_open(make_open(parameters, 0xC0000202)) + KEEPALIVE


async def connect(speaker: Speaker, receive_buffer: int | None = None) -> socket.socket:
    """A connection, at the second or a later try. Raises TimeoutError."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(20):
        while True:
            sock = socket.socket()
            if receive_buffer is not None:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            sock.setblocking(False)
            sock.bind((speaker.source, 0))
            try:
                await loop.sock_connect(sock, (speaker.address, speaker.port))
            except OSError:
                sock.close()
                await asyncio.sleep(0.05)
            else:
                return sock


async def established(speaker: Speaker, receive_buffer: int | None = None) -> socket.socket:
    """A connection on which the speaker has said OPEN and KEEPALIVE. Raises TimeoutError."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(20):
        while True:
            sock = await connect(speaker, receive_buffer)
            try:
                await loop.sock_sendall(sock, hello())
                if await _answers(sock):
                    return sock
            except OSError:
                pass
            sock.close()
            await asyncio.sleep(0.1)


async def _answers(sock: socket.socket) -> bool:
    """Whether an OPEN and then a KEEPALIVE come, and not the end or a NOTIFICATION."""
    for wanted in (MessageType.OPEN, MessageType.KEEPALIVE):
        header = await _exactly(sock, 19)
        if len(header) < 19 or header[18] != wanted:
            return False
        await _exactly(sock, int.from_bytes(header[16:18], "big") - 19)
    return True


async def _exactly(sock: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        more = await asyncio.get_running_loop().sock_recv(sock, size - len(found))
        if not more:
            break
        found += more
    return found


async def _send(sock: socket.socket, data: bytes, seconds: float = 5.0) -> None:
    """Write while the other side takes it."""
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(seconds):
            await asyncio.get_running_loop().sock_sendall(sock, data)


# ---- misbehaviour ------------------------------------------------------------------------------


async def stall(speaker: Speaker, seconds: float) -> None:
    """Take part, and read nothing."""
    with await established(speaker, 4096) as sock:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            await _send(sock, KEEPALIVE)
            await asyncio.sleep(0.2)


async def ask_for_more_than_is_read(speaker: Speaker, seconds: float) -> None:
    """Ask for every route again and again, and read nothing of it."""
    with await established(speaker, 4096) as sock:
        await _send(sock, REFRESH * 2000)
        await asyncio.sleep(seconds)


async def flood(speaker: Speaker, seconds: float) -> None:
    """Announce without end."""
    with await established(speaker) as sock:
        until = time.monotonic() + seconds
        number = 0
        while time.monotonic() < until:
            batch = b"".join(_announcement(number + n) for n in range(2000))
            number += 2000
            await _send(sock, batch, seconds)


def _announcement(number: int) -> bytes:
    nlri = bytes((32, 198, 18, number >> 8 & 255, number & 255))
    body = bytes(2) + len(ATTRIBUTES).to_bytes(2, "big") + ATTRIBUTES + nlri
    return encode_message(MessageType.UPDATE, body)


async def garbage(speaker: Speaker, seconds: float) -> None:
    """Send what is no BGP, at once and in the middle of a session."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with await connect(speaker) as sock:
            await _send(sock, random.randbytes(random.randrange(1, 5000)))
        with suppress(TimeoutError), await established(speaker) as sock:
            bent = bytearray(_announcement(1) * 3)
            bent[random.randrange(len(bent))] ^= 1 << random.randrange(8)
            await _send(sock, bytes(bent))


async def drip(speaker: Speaker, seconds: float) -> None:
    """Say hello one octet at a time."""
    with await connect(speaker) as sock:
        for octet in hello():
            await _send(sock, bytes((octet,)))
            await asyncio.sleep(seconds / 60)


async def reset(speaker: Speaker, seconds: float) -> None:
    """Come up and vanish with a RST, over and over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with suppress(TimeoutError), await established(speaker) as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def half_open(speaker: Speaker, seconds: float) -> None:
    """Connect many times, say nothing, and stay."""
    socks = []
    for _ in range(50):
        with suppress(TimeoutError):
            socks.append(await connect(speaker))
    await asyncio.sleep(seconds)
    for sock in socks:
        sock.close()


async def reconnect(speaker: Speaker, times: int) -> None:
    """Connect and go, many times over."""
    for number in range(times):
        with await connect(speaker) as sock:
            if number % 3 == 0:
                await _send(sock, hello())


MISBEHAVIOUR: tuple[Callable[[Speaker, float], Awaitable[None]], ...] = (
    stall,
    ask_for_more_than_is_read,
    flood,
    garbage,
    drip,
    reset,
    half_open,
)


# ---- the witness -------------------------------------------------------------------------------


@dataclass(slots=True)
class Witness:
    """A well-behaved peer that notes when the speaker's messages come."""

    speaker: Speaker
    hold_time: int = 3
    gaps: list[float] = field(default_factory=list)
    """Seconds between two KEEPALIVEs or UPDATEs."""
    ended: str = ""
    """Why the session ended, if it did."""
    _task: asyncio.Task[None] | None = None
    _sock: socket.socket = field(default_factory=socket.socket)

    async def start(self) -> None:
        """Come up, and go on until `stop`."""
        self._sock = await connect(self.speaker)
        await asyncio.get_running_loop().sock_sendall(self._sock, hello(self.hold_time))
        assert await _answers(self._sock)
        self._task = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Leave."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._sock.close()

    async def _watch(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._speak())
            group.create_task(self._listen())

    async def _speak(self) -> None:
        while not self.ended:
            await _send(self._sock, KEEPALIVE)
            await asyncio.sleep(self.hold_time / 3)

    async def _listen(self) -> None:
        last = time.monotonic()
        while True:
            header = await _exactly(self._sock, 19)
            if len(header) < 19:
                self.ended = self.ended or "closed"
                return
            body = await _exactly(self._sock, int.from_bytes(header[16:18], "big") - 19)
            if header[18] == MessageType.NOTIFICATION:
                self.ended = f"NOTIFICATION {body[0]}/{body[1]}"
            now = time.monotonic()
            self.gaps.append(now - last)
            last = now
