"""A peer that takes nothing any more: RFC 9687."""

from __future__ import annotations

import pytest

from speaker.codec.framing import KEEPALIVE, MessageType, encode_message
from speaker.rib.adj_rib_out import Chunk
from speaker.session.effects import Disconnect, Transmit
from speaker.session.fsm import State
from speaker.session.session import Session
from tests.speaker.session.pair import in_state, of_kind, peer_open, state_of

UPDATE = encode_message(MessageType.UPDATE, b"\0\0\0\0")


def stalled(hold_time: int) -> Session:
    made = in_state(State.ESTABLISHED, peer_open(hold_time=hold_time), hold_time=hold_time)
    made.send(Chunk(UPDATE * 100, 100, 0), 0.0)
    made.backlog(1, 50, 0.0)
    return made


@pytest.mark.parametrize(
    ("hold_time", "limit"), [(180, 480.0), (240, 480.0), (300, 600.0), (0, 480.0)]
)
def test_the_session_ends_after_8_minutes_or_twice_the_hold_time(
    hold_time: int, limit: float
) -> None:
    made = stalled(hold_time)
    while state_of(made) is State.ESTABLISHED:
        assert made.deadline is not None
        now = made.deadline
        made.receive_data(1, KEEPALIVE, now)
        made.backlog(1, 50 + made.sent.octets - 2300, now)  # keepalives pile up behind the rest
        effects = made.tick(now)
    assert now == limit
    assert of_kind(effects, Transmit) == []
    assert of_kind(effects, Disconnect) == [Disconnect(1)]
    error = made.last_error
    assert error is not None
    assert (error.direction, error.code, error.subcode) == ("local", 8, 0)
    assert (error.name, error.text) == ("Send Hold Timer Expired", "the peer reads nothing")


def test_a_peer_that_reads_slowly_is_not_one_that_is_dead() -> None:
    made = stalled(180)
    waiting = 50
    now = 0.0
    for _ in range(40):
        now += 30.0
        made.receive_data(1, KEEPALIVE, now)
        made.send(Chunk(UPDATE, 1, 0), now)
        waiting += 22  # 23 came, 1 went
        made.backlog(1, waiting, now)
        made.tick(now)
    assert made.state is State.ESTABLISHED


def test_a_peer_that_has_read_all_has_all_the_time() -> None:
    made = stalled(180)
    made.backlog(1, 0, 170.0)
    for now in range(170, 2000, 30):
        made.receive_data(1, KEEPALIVE, float(now))
        made.backlog(1, 0, float(now))
        made.tick(float(now))
    assert made.state is State.ESTABLISHED


def test_the_timer_does_not_run_before_the_session_is_established() -> None:
    made = in_state(State.OPEN_SENT)
    made.backlog(1, 19, 0.0)
    assert made.deadline == 240.0
