"""Whatever happens in whatever order, the machine keeps its promises to its driver."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from speaker.codec.capabilities import Capabilities
from speaker.codec.framing import KEEPALIVE, MARKER, MessageType, encode_message
from speaker.codec.graceful_restart import GracefulRestart
from speaker.codec.notification import Notification, encode_notification
from speaker.codec.refresh import encode_refresh
from speaker.rib.adj_rib_out import Chunk
from speaker.session.effects import (
    CancelDial,
    ConnectionId,
    Dial,
    Disconnect,
    Down,
    Effect,
    Opener,
    StateChanged,
    Transmit,
    Up,
)
from speaker.session.fsm import State
from speaker.session.session import Session
from tests.speaker.session.pair import ENDPOINTS, PEER_AS, parameters, peer_open

RESTARTING = Capabilities(
    families=("ipv4", "ipv6"),
    four_octet_asn=PEER_AS,
    graceful_restart=GracefulRestart(
        restart_time=120, has_restarted=True, keeps_on_notification=True
    ),
)
OCTETS = [
    *[peer_open()] * 3,
    peer_open(capabilities=RESTARTING),
    peer_open(capabilities=RESTARTING) + KEEPALIVE,
    *[peer_open() + KEEPALIVE] * 3,
    *[KEEPALIVE] * 3,
    peer_open(asn=65000),
    encode_message(MessageType.UPDATE, b"\0\0\0\0"),
    encode_message(MessageType.UPDATE, b"\0\4\x18\xc6\x33\x64\0\0"),
    encode_message(MessageType.UPDATE, b"\xff\xff\0\0"),
    encode_refresh("ipv4"),
    encode_notification(Notification(6, 2)),
    encode_notification(Notification(2, 4)),
    MARKER + b"\0\0\0",
    b"\xff",
    b"",
]


class Driver:
    """Performs effects on paper, and checks that each makes sense."""

    def __init__(self, made: Session) -> None:
        self.session = made
        self.now = 0.0
        self.open: list[ConnectionId] = []
        self.is_dialling = False
        self.state = State.IDLE
        self.established: ConnectionId | None = None
        self._numbers = 0

    def act(self, name: str, argument: int) -> None:
        actions: dict[str, Callable[[int], None]] = {
            "start": lambda _: self._perform(self.session.start(self.now)),
            "stop": lambda choice: self._perform(
                self.session.stop(self.now, text="over", keep_routes=choice % 2 == 0)
            ),
            "stall": self._stall,
            "accept": lambda _: self._connect("peer"),
            "dialled": lambda _: self._connect("local"),
            "refused": lambda _: self._dial_fails(),
            "data": self._receive,
            "closed": self._close,
            "wait": self._wait,
            "routes": lambda _: self._send_routes(),
        }
        actions[name](argument)

    def _connect(self, opened_by: Opener) -> None:
        if opened_by == "local":
            if not self.is_dialling:
                return
            self.is_dialling = False
        self._numbers += 1
        self.open.append(self._numbers)
        self._perform(self.session.connected(self._numbers, self.now, opened_by, ENDPOINTS))

    def _dial_fails(self) -> None:
        if self.is_dialling:
            self.is_dialling = False
            self._perform(self.session.connect_failed(self.now, "connection refused"))

    def _receive(self, argument: int) -> None:
        if self.open:
            connection = self.open[argument % len(self.open)]
            octets = OCTETS[argument % len(OCTETS)]
            effects = self.session.receive_data(connection, octets, self.now)
            if not octets:
                self.open.remove(connection)
            self._perform(effects, gone=None if octets else connection)

    def _close(self, argument: int) -> None:
        if self.open:
            connection = self.open.pop(argument % len(self.open))
            self._perform(self.session.closed(connection, self.now, "reset"), gone=connection)

    def _wait(self, argument: int) -> None:
        """To the next deadline, or a part of the way."""
        due = self.session.deadline
        if due is None:
            return
        assert due > self.now or argument % 2 == 0
        self.now = due if argument % 2 == 0 else (self.now + due) / 2
        self._perform(self.session.tick(self.now))
        assert self.session.deadline is None or self.session.deadline > self.now

    def _stall(self, argument: int) -> None:
        if self.open:
            self.session.backlog(self.open[argument % len(self.open)], argument % 3, self.now)

    def _send_routes(self) -> None:
        if self.established is not None:
            chunk = Chunk(encode_message(MessageType.UPDATE, b"\0\0\0\0"), 1, 0)
            self._perform(self.session.send(chunk, self.now))

    def _perform(self, effects: list[Effect], gone: ConnectionId | None = None) -> None:
        for effect in effects:
            match effect:
                case Transmit(connection, data):
                    assert connection in self.open
                    assert data[:16] == MARKER
                case Disconnect(connection):
                    assert connection in self.open or connection == gone
                    if connection != gone:
                        self.open.remove(connection)
                case Dial():
                    assert not self.is_dialling
                    assert not self.session.parameters.passive
                    self.is_dialling = True
                case CancelDial():
                    assert self.is_dialling
                    self.is_dialling = False
                case StateChanged(before, after):
                    assert before is self.state
                    assert before is not after
                    self.state = after
                case Up(connection):
                    assert self.established is None
                    self.established = connection
                case Down(connection):
                    assert self.established == connection
                    self.established = None
        self._check()

    def _check(self) -> None:
        made = self.session
        assert made.state is self.state
        assert (self.established is not None) == (self.state is State.ESTABLISHED)
        assert (made.encoding is not None) == (self.state is State.ESTABLISHED)
        assert len(self.open) <= 3
        standing = (State.OPEN_SENT, State.OPEN_CONFIRM, State.ESTABLISHED)
        if made.parameters.delay_open_time:
            assert self.open or self.state not in standing
        else:
            assert bool(self.open) == (self.state in standing)
        if not made.is_enabled:
            assert (self.state, made.deadline, self.open) == (State.IDLE, None, [])
        elif self.state in (State.IDLE, State.CONNECT):
            assert made.deadline is not None
        elif self.state is State.ACTIVE and not made.parameters.passive:
            assert made.deadline is not None


names = [
    "start",
    "stop",
    "accept",
    "accept",
    "dialled",
    "dialled",
    "refused",
    "data",
    "data",
    "data",
    "data",
    "closed",
    "wait",
    "wait",
    "routes",
    "stall",
]


@settings(max_examples=400, deadline=None)
@given(
    steps=st.lists(st.tuples(st.sampled_from(names), st.integers(0, 1000)), max_size=60),
    passive=st.booleans(),
    hold_time=st.sampled_from([0, 3, 180]),
    router_id=st.sampled_from(["192.0.2.1", "192.0.2.3"]),
    delay=st.sampled_from([0.0, 0.0, 5.0]),
    restarts=st.booleans(),
    seed=st.integers(0, 100),
)
def test_any_sequence_of_inputs_keeps_the_promises(
    steps: list[tuple[str, int]],
    passive: bool,
    hold_time: int,
    router_id: str,
    delay: float,
    restarts: bool,
    seed: int,
) -> None:
    settings_of = parameters(
        passive=passive,
        hold_time=hold_time,
        router_id=router_id,
        connect_time=10.0,
        delay_open_time=delay,
        graceful_restart=restarts,
    )
    driver = Driver(Session(settings_of, Random(seed).random, has_restarted=restarts))
    driver.act("start", 0)
    for name, argument in steps:
        driver.act(name, argument)


def test_a_long_random_walk_visits_every_state() -> None:
    random = Random(3)
    driver = Driver(Session(parameters(connect_time=10.0), random.random))
    seen = set()
    for _ in range(5000):
        driver.act(random.choice(names), random.randrange(1000))
        seen.add(driver.session.state)
    assert seen == set(State)
    assert driver.session.established_count > 20
