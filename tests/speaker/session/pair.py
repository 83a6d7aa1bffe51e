"""Two sessions joined in memory, and one session against a peer played by the test."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from speaker.codec.capabilities import Capabilities
from speaker.codec.framing import KEEPALIVE, Framer, MessageType
from speaker.codec.notification import decode_notification
from speaker.codec.open import Open, encode_open
from speaker.rib.adj_rib_out import AdjRibOut, RouteSet
from speaker.session.effects import (
    CancelDial,
    ConnectionId,
    Dial,
    Disconnect,
    Down,
    Effect,
    Endpoints,
    RefreshRequested,
    StateChanged,
    Transmit,
    Up,
)
from speaker.session.fsm import State
from speaker.session.parameters import SessionParameters
from speaker.session.session import Session

OUR_AS, PEER_AS = 64512, 64513
LOCAL, PEER = "192.0.2.1", "192.0.2.2"
ENDPOINTS = Endpoints(LOCAL, 40000, PEER, 179)
Kind = TypeVar("Kind")


def parameters(**changes: Any) -> SessionParameters:
    """An eBGP session from AS 64512 to AS 64513, with `changes`."""
    settings: dict[str, Any] = {"local_asn": OUR_AS, "peer_asn": PEER_AS, **changes}
    return SessionParameters(**settings)


def no_jitter() -> float:
    return 0.0


def session(jitter: Callable[[], float] = no_jitter, **changes: Any) -> Session:
    return Session(parameters(**changes), jitter)


def peer_open(
    asn: int = PEER_AS,
    hold_time: int = 180,
    identifier: int = 0xC0000202,
    capabilities: Capabilities | None = None,
) -> bytes:
    """The OPEN that the peer of `session` sends."""
    if capabilities is None:
        capabilities = Capabilities(families=("ipv4", "ipv6"), four_octet_asn=asn)
    return encode_open(Open(asn, hold_time, identifier, capabilities))


def state_of(made: Session) -> State:
    """The state, read anew: a type checker believes that calls do not change it."""
    return made.state


def of_kind(effects: Iterable[Effect], kind: type[Kind]) -> list[Kind]:
    return [effect for effect in effects if isinstance(effect, kind)]


def messages(effects: Iterable[Effect]) -> list[tuple[MessageType, bytes]]:
    """What was transmitted, type and body."""
    framer = Framer()
    octets = b"".join(effect.data for effect in of_kind(effects, Transmit))
    return list(framer.feed(octets))


def kinds(effects: Iterable[Effect]) -> list[MessageType]:
    return [kind for kind, _ in messages(effects)]


def notifications(effects: Iterable[Effect]) -> list[tuple[int, int, bytes]]:
    """Code, subcode and data of every NOTIFICATION transmitted."""
    found = [
        decode_notification(body)
        for kind, body in messages(effects)
        if kind is MessageType.NOTIFICATION
    ]
    return [(each.code, each.subcode, each.data) for each in found]


def in_state(state: State, opened: bytes | None = None, **changes: Any) -> Session:
    """A session brought to `state` by a peer that behaves, all at time 0, connection 1."""
    made = session(**changes)
    if state is State.IDLE:
        return made
    if state is State.ACTIVE:
        made.start(0.0)
        made.connect_failed(0.0, "connection refused")
        return made
    made.start(0.0)
    if state is State.CONNECT:
        return made
    made.connected(1, 0.0, "local", ENDPOINTS)
    if state is State.OPEN_SENT:
        return made
    made.receive_data(1, opened or peer_open(), 0.0)
    if state is State.ESTABLISHED:
        made.receive_data(1, KEEPALIVE, 0.0)
    assert made.state is state
    return made


class Side:
    """One end: a session with its Adj-RIB-Out, and what it did."""

    def __init__(self, made: Session, address: str) -> None:
        self.session = made
        self.address = address
        self.rib: AdjRibOut | None = None
        self.routes = RouteSet()
        self.log: list[Effect] = []
        self.is_dialling = False

    @property
    def state(self) -> State:
        return self.session.state

    @property
    def sent_notifications(self) -> list[tuple[int, int]]:
        return [(code, subcode) for code, subcode, _ in notifications(self.log)]


class Pair:
    """Two ends and the wire between them; octets arrive in pieces of `piece`."""

    def __init__(self, left: Session, right: Session, piece: int = 4096) -> None:
        self.left = Side(left, LOCAL)
        self.right = Side(right, PEER)
        self.now = 0.0
        self._piece = piece
        self._wire: deque[tuple[Side, ConnectionId, bytes]] = deque()
        self._numbers = iter(range(1, 1000))

    def other(self, side: Side) -> Side:
        return self.right if side is self.left else self.left

    def start(self) -> None:
        self.perform(self.left, self.left.session.start(self.now))
        self.perform(self.right, self.right.session.start(self.now))

    def connect(self, dialler: Side) -> ConnectionId:
        """Let the dial of one side arrive; neither has seen octets of the other yet."""
        number = next(self._numbers)
        answerer = self.other(dialler)
        ends = Endpoints(dialler.address, 40000, answerer.address, 179)
        back = Endpoints(answerer.address, 179, dialler.address, 40000)
        dialler.is_dialling = False
        self.perform(dialler, dialler.session.connected(number, self.now, "local", ends))
        self.perform(answerer, answerer.session.connected(number, self.now, "peer", back))
        return number

    def establish(self) -> None:
        self.start()
        self.connect(self.left)
        self.run()
        assert (self.left.state, self.right.state) == (State.ESTABLISHED, State.ESTABLISHED)

    def want(self, side: Side, routes: RouteSet) -> None:
        side.routes = routes
        if side.rib is not None:
            side.rib.desire(routes)

    def run(self) -> None:
        """Deliver everything, and send all routes."""
        while self._wire or self._send_routes():
            self.deliver_one()

    def deliver_one(self) -> None:
        side, connection, data = self._wire.popleft()
        if not data:
            self.perform(side, side.session.receive_data(connection, b"", self.now))
        for at in range(0, len(data), self._piece):
            piece = data[at : at + self._piece]
            self.perform(side, side.session.receive_data(connection, piece, self.now))

    def advance(self, seconds: float) -> None:
        """Let time pass, each timer acting at its moment."""
        end = self.now + seconds
        while True:
            sides = (self.left, self.right)
            due = [each.session.deadline for each in sides if each.session.deadline is not None]
            self.now = min([end, *due])
            for side in sides:
                self.perform(side, side.session.tick(self.now))
            self.run()
            if self.now >= end:
                return

    def _send_routes(self) -> bool:
        for side in (self.left, self.right):
            chunk = side.rib.next_chunk() if side.rib else None
            if chunk is not None:
                self.perform(side, side.session.send(chunk, self.now))
        return bool(self._wire)

    def perform(self, side: Side, effects: list[Effect]) -> None:
        side.log += effects
        for effect in effects:
            match effect:
                case Transmit(connection, data):
                    self._wire.append((self.other(side), connection, data))
                case Disconnect(connection):
                    self._wire.append((self.other(side), connection, b""))
                case Dial():
                    side.is_dialling = True
                case CancelDial():
                    side.is_dialling = False
                case Up():
                    assert side.session.encoding is not None
                    side.rib = AdjRibOut(side.session.encoding)
                    side.rib.desire(side.routes)
                case Down():
                    side.rib = None
                case RefreshRequested(family):
                    assert side.rib is not None
                    side.rib.refresh(family, enhanced=True)
                case StateChanged():
                    pass
