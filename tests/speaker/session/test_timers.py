"""Hold, keepalive, connect retry and idle hold: RFC 4271 sections 4.4, 8.1 and 10."""

from __future__ import annotations

from typing import Any

import pytest

from speaker.codec.framing import KEEPALIVE, MessageType, encode_message
from speaker.codec.notification import Notification, encode_notification
from speaker.rib.adj_rib_out import Chunk
from speaker.session.effects import CancelDial, Dial
from speaker.session.fsm import State
from speaker.session.session import Session
from tests.speaker.session.pair import (
    ENDPOINTS,
    in_state,
    kinds,
    notifications,
    of_kind,
    peer_open,
    session,
    state_of,
)

CEASE = encode_notification(Notification(6, 2))


def retry_wait(made: Session, now: float) -> float:
    assert made.retry_deadline is not None
    return made.retry_deadline - now


def test_keepalives_go_out_every_third_of_the_hold_time() -> None:
    made = in_state(State.ESTABLISHED)
    assert made.deadline == 60.0
    assert made.tick(59.9) == []
    assert kinds(made.tick(60.0)) == [MessageType.KEEPALIVE]
    assert made.deadline == 120.0


@pytest.mark.parametrize(("chance", "due"), [(0.0, 60.0), (0.5, 52.5), (0.999, 45.015)])
def test_jitter_takes_up_to_a_quarter_off_keepalives(chance: float, due: float) -> None:
    made = in_state(State.ESTABLISHED, jitter=lambda: chance)
    assert made.deadline == pytest.approx(due)


def test_keepalives_go_out_in_open_confirm_too() -> None:
    made = in_state(State.OPEN_CONFIRM)
    assert kinds(made.tick(60.0)) == [MessageType.KEEPALIVE]
    assert made.state is State.OPEN_CONFIRM


def test_routes_sent_put_the_keepalive_off() -> None:
    made = in_state(State.ESTABLISHED)
    made.send(Chunk(encode_message(MessageType.UPDATE, b"\0\0\0\0"), 1, 0), 50.0)
    assert made.deadline == 110.0


@pytest.mark.parametrize(
    "octets",
    [KEEPALIVE, encode_message(MessageType.UPDATE, b"\0\0\0\0")],
    ids=["KEEPALIVE", "UPDATE"],
)
def test_what_the_peer_sends_restarts_the_hold_timer(octets: bytes) -> None:
    made = in_state(State.ESTABLISHED)
    made.receive_data(1, octets, 100.0)
    assert made.hold_deadline == 280.0


def test_octets_of_an_unfinished_message_do_not_restart_the_hold_timer() -> None:
    made = in_state(State.ESTABLISHED)
    made.receive_data(1, KEEPALIVE[:18], 100.0)
    assert made.hold_deadline == 180.0


def test_a_hold_time_of_0_runs_no_timers() -> None:
    made = in_state(State.ESTABLISHED, hold_time=0)
    assert made.deadline is None
    assert made.tick(1e9) == []
    assert state_of(made) is State.ESTABLISHED


def test_the_peer_has_240_s_for_its_open() -> None:
    assert in_state(State.OPEN_SENT, hold_time=3).hold_deadline == 240.0
    assert in_state(State.OPEN_SENT, hold_time=0).hold_deadline == 240.0


def test_waits_between_dials_double_up_to_the_connect_time() -> None:
    made = session(connect_time=10.0)
    made.start(0.0)
    now, waits = 0.0, []
    for _ in range(6):
        made.connect_failed(now, "connection refused")
        waits.append(retry_wait(made, now))
        now = made.retry_deadline or 0.0
        assert of_kind(made.tick(now), Dial) == [Dial()]
    assert waits == [1.0, 2.0, 4.0, 8.0, 10.0, 10.0]


def test_a_dial_without_an_answer_is_given_up_after_the_connect_time() -> None:
    made = session(connect_time=30.0)
    made.start(0.0)
    effects = made.tick(30.0)
    assert [type(effect) for effect in effects] == [CancelDial, Dial]
    assert made.state is State.CONNECT
    assert made.last_dial_failure is not None
    assert made.last_dial_failure.text == "no answer"


def test_a_peer_that_shuts_down_at_once_every_time_is_tried_ever_less_often() -> None:
    """No tight loop on administrative shutdown or a wrong AS."""
    made = session()
    made.start(0.0)
    now, waits = 0.0, []
    for number in range(1, 10):
        made.connected(number, now, "local", ENDPOINTS)
        made.receive_data(number, peer_open() + KEEPALIVE + CEASE, now)
        assert state_of(made) is State.IDLE
        waits.append(retry_wait(made, now))
        now = made.retry_deadline or 0.0
        made.tick(now)
        assert state_of(made) is State.CONNECT
    assert waits == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 120.0, 120.0]


def test_a_stable_session_forgets_earlier_failures() -> None:
    made = session()
    made.start(0.0)
    now = 0.0
    for number in range(1, 5):
        made.connected(number, now, "local", ENDPOINTS)
        made.receive_data(number, peer_open() + KEEPALIVE, now)
        now += 60.0 if number == 4 else 59.0
        made.receive_data(number, CEASE, now)
        waited = retry_wait(made, now)
        assert waited == [1.0, 2.0, 4.0, 1.0][number - 1]
        now += waited
        made.tick(now)


def test_a_start_by_hand_forgets_failures_and_waits_for_nothing() -> None:
    made = session()
    made.start(0.0)
    for _ in range(5):
        made.connect_failed(0.0, "connection refused")
        made.tick(made.retry_deadline or 0.0)
    made.stop(100.0)
    assert of_kind(made.start(100.0), Dial) == [Dial()]
    made.connect_failed(100.0, "connection refused")
    assert retry_wait(made, 100.0) == 1.0


def test_jitter_takes_up_to_a_quarter_off_waits() -> None:
    made = session(jitter=lambda: 0.8)
    made.start(0.0)
    made.connect_failed(0.0, "connection refused")
    assert retry_wait(made, 0.0) == pytest.approx(0.8)


def test_a_passive_session_waits_idle_after_a_failure_and_then_listens_again() -> None:
    made = session(passive=True)
    made.start(0.0)
    made.connected(1, 0.0, "peer", ENDPOINTS)
    made.receive_data(1, peer_open() + KEEPALIVE + CEASE, 1.0)
    assert state_of(made) is State.IDLE
    assert of_kind(made.tick(2.0), Dial) == []
    assert state_of(made) is State.ACTIVE
    assert made.deadline is None


def test_a_passive_session_that_loses_an_unanswered_connection_never_dials() -> None:
    made = session(passive=True)
    made.start(0.0)
    made.connected(1, 0.0, "peer", ENDPOINTS)
    made.closed(1, 1.0, "connection reset by peer")
    assert made.state is State.ACTIVE
    assert made.deadline is None


def test_a_late_tick_after_the_hold_time_ends_the_session_rather_than_keeping_it_alive() -> None:
    made = in_state(State.ESTABLISHED)
    assert kinds(made.tick(500.0)) == [MessageType.NOTIFICATION]


def test_an_early_tick_is_harmless_in_every_state() -> None:
    for state in State:
        made = in_state(state)
        assert made.tick(0.01) == []
        assert made.state is state


def test_retry_is_not_left_running_beside_a_session() -> None:
    made = in_state(State.ESTABLISHED)
    assert made.retry_deadline is None


def failing(count: int, **changes: Any) -> Session:
    """A session that the peer has opened and ended `count` times at 0 s."""
    made = session(**changes)
    made.start(0.0)
    for number in range(1, count + 1):
        made.connected(number, 0.0, "peer", ENDPOINTS)
        made.receive_data(number, peer_open() + KEEPALIVE + CEASE, 0.0)
        assert state_of(made) is State.IDLE
    assert made.established_count == count
    return made


@pytest.mark.parametrize("passive", [True, False])
@pytest.mark.parametrize("count", [1, 100])
def test_a_peer_that_dials_again_at_once_is_answered(count: int, passive: bool) -> None:
    """It was reset, or restarted: the idle hold time would only make it wait in turn."""
    made = failing(count, passive=passive)
    assert kinds(made.connected(999, 0.0, "peer", ENDPOINTS)) == [MessageType.OPEN]
    assert state_of(made) is State.OPEN_SENT
    assert [(step.before, step.after) for step in tuple(made.history)[-2:]] == [
        (State.IDLE, State.ACTIVE),
        (State.ACTIVE, State.OPEN_SENT),
    ]
    made.receive_data(999, peer_open() + KEEPALIVE, 0.0)
    assert state_of(made) is State.ESTABLISHED
    assert made.retry_deadline is None


@pytest.mark.parametrize("passive", [True, False])
def test_a_peer_that_goes_on_failing_is_answered_once_a_second(passive: bool) -> None:
    made = failing(101, passive=passive)
    effects = made.connected(998, 0.9, "peer", ENDPOINTS)
    assert notifications(effects) == [(6, 5, b"")]
    assert state_of(made) is State.IDLE
    effects = made.connected(999, 1.0, "peer", ENDPOINTS)
    assert kinds(effects) == [MessageType.OPEN]
    made.receive_data(999, CEASE, 1.0)
    assert notifications(made.connected(1000, 1.9, "peer", ENDPOINTS)) == [(6, 5, b"")]
    assert kinds(made.connected(1001, 60.0, "peer", ENDPOINTS)) == [MessageType.OPEN]


def test_a_disabled_session_answers_nobody() -> None:
    made = session()
    assert notifications(made.connected(1, 0.0, "peer", ENDPOINTS)) == [(6, 5, b"")]


def test_a_passive_session_is_never_idle_for_long() -> None:
    assert retry_wait(failing(8, passive=True), 0.0) == 1.0


@pytest.mark.parametrize("peer_dials", [True, False])
def test_a_session_started_again_lets_the_peer_finish_first(peer_dials: bool) -> None:
    """A dial right behind the Cease would meet the old connection, and be refused."""
    made = in_state(State.ESTABLISHED)
    made.stop(5.0)
    assert of_kind(made.start(5.0, is_again=True), Dial) == []
    assert (made.is_enabled, state_of(made), retry_wait(made, 5.0)) == (True, State.IDLE, 1.0)
    if peer_dials:
        assert kinds(made.connected(2, 5.1, "peer", ENDPOINTS)) == [MessageType.OPEN]
    else:
        assert of_kind(made.tick(6.0), Dial) == [Dial()]
