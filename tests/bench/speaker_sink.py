"""The other end of a measured session: says OPEN and KEEPALIVE, then only counts what comes.

It keeps octets with the time they came, and looks into them when all is over, so that counting
does not slow the measured side.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from speaker.codec.capabilities import Capabilities
from speaker.codec.families import FAMILIES
from speaker.codec.framing import KEEPALIVE, Framer, MessageType
from speaker.codec.open import Open, encode_open
from speaker.codec.update import decode_update

LOCAL, PEER = "127.0.60.1", "127.0.60.2"
"""Of the measured side, and of the sink."""
LOCAL_ASN, PEER_ASN = 64512, 64513
# Messages of 4096 octets only: ROUTE-REFRESH and RFC 8654 are not offered, so all sides are alike.
GREETING = encode_open(
    Open(PEER_ASN, 90, 0xC0000202, Capabilities(families=FAMILIES, four_octet_asn=PEER_ASN))
)


@dataclass(frozen=True, slots=True)
class Count:
    """What came between two looks."""

    seconds: float
    """From the KEEPALIVE that brought the session up, or from `mark`, to the last prefix."""
    updates: int
    """With prefixes; End-of-RIB markers are none."""
    announced: int
    withdrawn: int


@dataclass(slots=True)
class Sink:
    """One connection."""

    sock: socket.socket
    began: float = 0.0
    _framer: Framer = field(default_factory=Framer)

    @classmethod
    def accept(cls, listener: socket.socket) -> Sink:
        """Take a connection and open the session; return when it is up."""
        sock, _ = listener.accept()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.sendall(GREETING)
        sock.settimeout(30)
        sink = cls(sock)
        while not any(kind is MessageType.OPEN for kind, _ in sink._framer.feed(sock.recv(4096))):
            pass
        sock.sendall(KEEPALIVE)
        sink.mark()
        return sink

    def mark(self) -> None:
        """What follows is timed from now."""
        self.began = time.perf_counter()

    def count(self, prefixes: int, quiet: float = 0.5, seconds: float = 60.0) -> Count:
        """Read until so many prefixes, announced or withdrawn, are there, and then a silence.

        Args:
            prefixes: how many must come.
            quiet: seconds of silence after which what came is looked into.
            seconds: to wait at most.
        """
        self.sock.settimeout(quiet)
        pieces: list[tuple[float, bytes]] = []
        updates = announced = withdrawn = 0
        last = self.began
        deadline = time.perf_counter() + seconds
        while announced + withdrawn < prefixes and time.perf_counter() < deadline:
            try:
                while data := self.sock.recv(1 << 20):
                    pieces.append((time.perf_counter(), data))
                raise RuntimeError("the measured side closed the session")
            except TimeoutError:
                for at, new, gone in self._updates(pieces):
                    last = at
                    updates, announced, withdrawn = updates + 1, announced + new, withdrawn + gone
                pieces.clear()
        return Count(last - self.began, updates, announced, withdrawn)

    def next_update(self) -> float:
        """Seconds from `mark` until an UPDATE with prefixes came."""
        self.sock.settimeout(30)
        while True:
            data = self.sock.recv(1 << 20)
            for at, _, _ in self._updates([(time.perf_counter(), data)]):
                return at - self.began

    def _updates(self, pieces: list[tuple[float, bytes]]) -> Iterator[tuple[float, int, int]]:
        for at, data in pieces:
            for kind, body in self._framer.feed(data):
                if kind is not MessageType.UPDATE:
                    continue
                update = decode_update(body, four_octet_as=True, is_ibgp=False, families=FAMILIES)
                new = sum(len(reach.prefixes) for reach in update.announced)
                gone = sum(len(unreach.prefixes) for unreach in update.withdrawn)
                if new or gone:
                    yield at, new, gone


def listen(port: int = 0) -> socket.socket:
    """Where the measured side dials."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((PEER, port))
    listener.listen()
    return listener
