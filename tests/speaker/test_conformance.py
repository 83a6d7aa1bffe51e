"""What a peer may get wrong, over TCP against the real process: the answer, octet by octet.

Tables after RFC 4271 section 6, RFC 6608 and RFC 7606. Every case dials anew, at once: the speaker
must not make a peer wait for the next one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from speaker.codec.framing import KEEPALIVE
from tests.speaker.running import SpeakerProcess, document, session
from tests.support.ports import free_port

OPEN, UPDATE, NOTIFICATION, REFRESH = 1, 2, 3, 5
MARKER = b"\xff" * 16
ADDRESS = "127.0.51.21"
ROUTE = {"prefix": "198.51.100.1/32", "nextHop": "192.0.2.9"}


def message(kind: int, body: bytes = b"", *, marker: bytes = MARKER, length: int = 0) -> bytes:
    size = length or 19 + len(body)
    return marker + size.to_bytes(2, "big") + bytes((kind,)) + body


def opening(
    version: int = 4,
    asn: int = 64513,
    hold_time: int = 90,
    identifier: str = "c0000202",
    parameters: bytes | None = None,
) -> bytes:
    if parameters is None:
        parameters = bytes.fromhex("020c 0104 0001 0001 4104") + asn.to_bytes(4, "big")
    head = bytes((version,)) + asn.to_bytes(2, "big") + hold_time.to_bytes(2, "big")
    body = head + bytes.fromhex(identifier) + bytes((len(parameters),)) + parameters
    return message(OPEN, body)


def update(attributes: str = "", nlri: str = "", withdrawn: str = "") -> bytes:
    parts = [bytes.fromhex(text) for text in (withdrawn, attributes)]
    body = b"".join(len(part).to_bytes(2, "big") + part for part in parts)
    return message(UPDATE, body + bytes.fromhex(nlri))


ORIGIN, PATH, HOP = "40010100", "40020602010000fc01", "400304c0000202"
GOOD, NLRI = ORIGIN + PATH + HOP, "18c63364"
SENT, CONFIRM, UP = "OpenSent", "OpenConfirm", "Established"

ENDS = [
    ("marker", SENT, message(4, marker=bytes(16)), "0101"),
    ("length 18", SENT, message(OPEN, length=18), "01020012"),
    ("length 4097", UP, message(UPDATE, bytes(4078)), "01021001"),
    ("OPEN of 28", SENT, message(OPEN, bytes(9)), "0102001c"),
    ("KEEPALIVE of 20", UP, message(4, b"\0"), "01020014"),
    ("UPDATE of 22", UP, message(UPDATE, bytes(3)), "01020016"),
    ("type 0", UP, message(0), "010300"),
    ("type 6", UP, message(6), "010306"),
    ("version 3", SENT, opening(version=3), "02010004"),
    ("version 5", SENT, opening(version=5), "02010004"),
    ("another AS", SENT, opening(asn=64999), "0202"),
    ("AS 0", SENT, opening(asn=0), "0202"),
    ("identifier 0", SENT, opening(identifier="00000000"), "0203"),
    ("unknown parameter", SENT, opening(parameters=b"\x63\x01\x00"), "0204"),
    ("hold time 1", SENT, opening(hold_time=1), "0206"),
    ("hold time 2", SENT, opening(hold_time=2), "0206"),
    ("capability cut short", SENT, opening(parameters=b"\2\3\1\4\0"), "0200"),
    ("parameter cut short", SENT, opening(parameters=b"\2\x20\1\4"), "0200"),
    ("UPDATE in OpenSent", SENT, update(), "050102"),
    ("KEEPALIVE in OpenSent", SENT, KEEPALIVE, "050104"),
    ("UPDATE in OpenConfirm", CONFIRM, update(), "050202"),
    ("OPEN in OpenConfirm", CONFIRM, opening(), "050201"),
    ("REFRESH in OpenConfirm", CONFIRM, message(REFRESH, b"\0\1\0\1"), "050205"),
    ("OPEN in Established", UP, opening(), "050301"),
    ("withdrawn length", UP, message(UPDATE, b"\0\xff\0\0"), "0301"),
    ("attributes length", UP, message(UPDATE, b"\0\0\0\xff"), "0301"),
    ("MP_UNREACH twice", UP, update(GOOD + "800f03000101" * 2), "0301"),
    ("unknown well-known", UP, update(GOOD + "406300", NLRI), "0302406300"),
    ("MP_REACH cut short", UP, update(GOOD + "800e40"), "0309800e40"),
    ("prefix of 33 bits", UP, update(GOOD, "210000000000"), "030a"),
    ("prefix cut short", UP, update(GOOD, "20c6"), "030a"),
]
"""What, in which state, the octets, and the body of the NOTIFICATION."""

HARMLESS = [
    ("no ORIGIN", PATH + HOP),
    ("ORIGIN 7", "40010107" + PATH + HOP),
    ("flags of ORIGIN", "c0010100" + PATH + HOP),
    ("ORIGIN twice", GOOD + ORIGIN),
    ("segment type 9", ORIGIN + "40020609010000fc01" + HOP),
    ("AS 0 in AS_PATH", ORIGIN + "400206020100000000" + HOP),
    ("NEXT_HOP 0.0.0.0", ORIGIN + PATH + "40030400000000"),
    ("MED of 1", GOOD + "80040100"),
    ("COMMUNITIES of 3", GOOD + "c00803000000"),
    ("attribute cut short", GOOD + "c008ff00"),
    ("AGGREGATOR of 2", GOOD + "c007020000"),
    ("unknown optional", GOOD + "c06300"),
]
"""Attributes of an announcement that may cost its routes, never the session."""


@dataclass(slots=True)
class Peer:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def read(self) -> tuple[int, bytes]:
        """Type and body of the next message."""
        async with asyncio.timeout(10):
            header = await self.reader.readexactly(19)
            size = int.from_bytes(header[16:18], "big") - 19
            return header[18], await self.reader.readexactly(size)

    async def next_of(self, kind: int) -> bytes:
        """The body of the next message of a type; everything else is skipped."""
        while True:
            found, body = await self.read()
            if found == kind:
                return body


@asynccontextmanager
async def dialled(port: int, state: str) -> AsyncIterator[Peer]:
    """A connection whose session is in `state` at the speaker."""
    peer = Peer(*await asyncio.open_connection(ADDRESS, port))
    try:
        await peer.next_of(OPEN)
        peer.writer.write({SENT: b"", CONFIRM: opening(), UP: opening() + KEEPALIVE}[state])
        if state == UP:
            await peer.next_of(UPDATE)
        yield peer
    finally:
        peer.writer.close()


@pytest.fixture
async def port(speaker: SpeakerProcess) -> int:
    found = free_port(ADDRESS)
    ends = {"address": "127.0.0.1", "sourceAddress": ADDRESS, "listenPort": found}
    wanted = session("node-a/peer", passive=True, families=["ipv4"], **ends)
    await speaker.put(document([wanted], {"rs": [ROUTE]}))
    return found


async def test_what_ends_the_session_is_answered_with_its_code_and_data(port: int) -> None:
    for what, state, octets, expected in ENDS:
        async with dialled(port, state) as peer:
            peer.writer.write(octets)
            assert (await peer.next_of(NOTIFICATION)).hex() == expected, what
            assert await peer.reader.read() == b"", what


async def test_what_is_harmless_ends_nothing(port: int, speaker: SpeakerProcess) -> None:
    async with dialled(port, UP) as peer:
        for what, attributes in HARMLESS:
            peer.writer.write(update(attributes, NLRI) + message(REFRESH, b"\0\1\0\1"))
            assert await peer.next_of(UPDATE), what
        found = await speaker.session("node-a/peer")
    assert found["establishedCount"] == 1
    assert found["malformed"]["updates"] == len(HARMLESS) - 3
    assert found["malformed"]["attributes"] == 1


@pytest.mark.parametrize("body", ["6363", "0604", "0609060204"])
async def test_a_notification_is_never_answered(port: int, body: str) -> None:
    async with dialled(port, UP) as peer:
        peer.writer.write(message(NOTIFICATION, bytes.fromhex(body)))
        assert NOTIFICATION not in [kind for kind, _ in await rest(peer)]


async def rest(peer: Peer) -> list[tuple[int, bytes]]:
    """Every message until the speaker closes."""
    found = []
    while True:
        try:
            found.append(await peer.read())
        except asyncio.IncompleteReadError:
            return found
