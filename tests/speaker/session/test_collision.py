"""Connection collision: RFC 4271 section 6.8, RFC 6286 section 2.3."""

from __future__ import annotations

from itertools import product

import pytest

from speaker.codec.framing import KEEPALIVE, MessageType
from speaker.codec.notification import Notification, encode_notification
from speaker.session.effects import CancelDial, Dial, Disconnect, Down, Up
from speaker.session.fsm import State
from speaker.session.session import Session
from tests.speaker.session.pair import (
    ENDPOINTS,
    OUR_AS,
    PEER_AS,
    Pair,
    in_state,
    kinds,
    notifications,
    of_kind,
    parameters,
    peer_open,
    session,
    state_of,
)

LOW, HIGH = "192.0.2.10", "192.0.2.20"


def pair(left_id: str, right_id: str, piece: int = 4096) -> Pair:
    left = Session(parameters(router_id=left_id), lambda: 0.0)
    right = Session(parameters(local_asn=PEER_AS, peer_asn=OUR_AS, router_id=right_id), lambda: 0.0)
    return Pair(left, right, piece)


@pytest.mark.parametrize(
    ("left_id", "right_id", "survivor"),
    [(HIGH, LOW, "left"), (LOW, HIGH, "right"), (LOW, LOW, "right")],
    ids=["ours higher", "theirs higher", "equal, their AS higher"],
)
@pytest.mark.parametrize("order", ["left first", "right first"])
@pytest.mark.parametrize("piece", [1, 4096])
def test_when_both_dial_the_connection_of_the_higher_side_lives(
    left_id: str, right_id: str, survivor: str, order: str, piece: int
) -> None:
    both = pair(left_id, right_id, piece)
    both.start()
    diallers = [both.left, both.right]
    for side in diallers if order == "left first" else reversed(diallers):
        both.connect(side)
    both.run()
    assert (both.left.state, both.right.state) == (State.ESTABLISHED, State.ESTABLISHED)
    openers = (both.left.session.opened_by, both.right.session.opened_by)
    assert openers == (("local", "peer") if survivor == "left" else ("peer", "local"))
    assert set(both.left.sent_notifications + both.right.sent_notifications) == {(6, 7)}
    for side in (both.left, both.right):
        assert (side.session.established_count, side.session.dropped_count) == (1, 0)
        assert side.session.last_error is None


@pytest.mark.parametrize("delays", product(range(5), repeat=2))
def test_whenever_the_second_dial_arrives_both_sides_end_up_with_one_session(
    delays: tuple[int, int],
) -> None:
    """Some octets of the first connection are delivered before the second one stands."""
    first, second = delays
    both = pair(HIGH, LOW)
    both.start()
    both.connect(both.left)
    for _ in range(first):
        both.deliver_one()
    if both.right.is_dialling:
        both.connect(both.right)
        for _ in range(second):
            both.deliver_one()
    both.run()
    both.advance(30.0)
    while both.left.is_dialling or both.right.is_dialling:
        both.connect(both.left if both.left.is_dialling else both.right)
        both.advance(30.0)
    assert (both.left.state, both.right.state) == (State.ESTABLISHED, State.ESTABLISHED)


def ours_in_open_confirm(router_id: str) -> Session:
    made = in_state(State.OPEN_CONFIRM, router_id=router_id)
    made.connected(2, 1.0, "peer", ENDPOINTS)
    return made


def test_the_existing_connection_is_closed_when_the_new_one_wins() -> None:
    made = ours_in_open_confirm("192.0.2.1")
    effects = made.receive_data(2, peer_open(), 2.0)
    assert notifications(effects) == [(6, 7, b"")]
    assert of_kind(effects, Disconnect) == [Disconnect(1)]
    assert made.opened_by == "peer"
    assert state_of(made) is State.OPEN_CONFIRM
    made.receive_data(2, KEEPALIVE, 3.0)
    assert state_of(made) is State.ESTABLISHED


def test_the_new_connection_is_closed_when_the_existing_one_wins() -> None:
    made = ours_in_open_confirm("192.0.2.3")
    effects = made.receive_data(2, peer_open(), 2.0)
    assert notifications(effects) == [(6, 7, b"")]
    assert of_kind(effects, Disconnect) == [Disconnect(2)]
    assert made.opened_by == "local"
    assert made.state is State.OPEN_CONFIRM


@pytest.mark.parametrize("router_id", ["192.0.2.1", "192.0.2.3"])
def test_an_established_session_is_never_killed_by_a_collision(router_id: str) -> None:
    made = ours_in_open_confirm(router_id)
    made.receive_data(1, KEEPALIVE, 2.0)
    effects = made.receive_data(2, peer_open(), 3.0)
    assert notifications(effects) == [(6, 7, b"")]
    assert of_kind(effects, Disconnect) == [Disconnect(2)]
    assert of_kind(effects, Down) == []
    assert made.state is State.ESTABLISHED


def test_a_connection_beside_an_established_session_is_refused_when_its_open_comes() -> None:
    made = in_state(State.ESTABLISHED)
    assert kinds(made.connected(2, 1.0, "peer", ENDPOINTS)) == [MessageType.OPEN]
    assert state_of(made) is State.ESTABLISHED
    effects = made.receive_data(2, peer_open(), 2.0)
    assert notifications(effects) == [(6, 7, b"")]
    assert effects[-1] == Disconnect(2)
    assert made.state is State.ESTABLISHED


def test_a_connection_that_overtakes_the_end_of_the_last_one_becomes_the_session() -> None:
    """A peer that was reset dials at once; its Cease may be read after the new connection."""
    made = session(passive=True)
    made.start(0.0)
    made.connected(1, 0.0, "peer", ENDPOINTS)
    made.receive_data(1, peer_open() + KEEPALIVE, 0.0)
    assert kinds(made.connected(2, 1.0, "peer", ENDPOINTS)) == [MessageType.OPEN]
    effects = made.receive_data(1, encode_notification(Notification(6, 4)), 1.0)
    assert of_kind(effects, Down) == [Down(1)]
    assert state_of(made) is State.OPEN_SENT
    made.receive_data(2, peer_open() + KEEPALIVE, 1.0)
    assert state_of(made) is State.ESTABLISHED
    assert made.last_error is not None
    assert (made.last_error.direction, made.last_error.subcode) == ("received", 4)


def test_a_fresh_dial_replaces_one_that_waits_beside_the_session() -> None:
    made = in_state(State.ESTABLISHED)
    made.connected(2, 1.0, "peer", ENDPOINTS)
    effects = made.connected(3, 2.0, "peer", ENDPOINTS)
    assert of_kind(effects, Disconnect) == [Disconnect(2)]
    assert made.state is State.ESTABLISHED


def test_the_loss_of_the_losing_connection_costs_nothing() -> None:
    made = ours_in_open_confirm("192.0.2.3")
    made.closed(2, 2.0, "connection reset by peer")
    assert made.state is State.OPEN_CONFIRM
    assert made.last_error is None
    assert made.retry_deadline is None


def test_a_dial_in_progress_is_given_up_once_the_peers_connection_is_established() -> None:
    made = in_state(State.CONNECT)
    made.connected(1, 0.0, "peer", ENDPOINTS)
    effects = made.receive_data(1, peer_open() + KEEPALIVE, 1.0)
    assert of_kind(effects, CancelDial) == [CancelDial()]
    assert len(of_kind(effects, Up)) == 1
    assert made.retry_deadline is None


def test_a_dial_in_progress_goes_on_when_the_peers_connection_is_lost() -> None:
    made = in_state(State.CONNECT)
    made.connected(1, 0.0, "peer", ENDPOINTS)
    made.closed(1, 1.0, "connection reset by peer")
    assert state_of(made) is State.CONNECT
    effects = made.connected(2, 2.0, "local", ENDPOINTS)
    assert kinds(effects) == [MessageType.OPEN]
    assert state_of(made) is State.OPEN_SENT


def test_a_dial_that_fails_beside_the_peers_connection_costs_nothing() -> None:
    made = in_state(State.CONNECT)
    made.connected(1, 0.0, "peer", ENDPOINTS)
    assert made.connect_failed(1.0, "connection refused") == []
    assert made.state is State.OPEN_SENT
    assert made.retry_deadline is None


def test_a_dial_that_times_out_beside_the_peers_connection_is_not_repeated() -> None:
    made = session(connect_time=5.0)
    made.start(0.0)
    made.connected(1, 0.0, "peer", ENDPOINTS)
    effects = made.tick(5.0)
    assert effects == [CancelDial()]
    assert made.retry_deadline is None
    assert made.state is State.OPEN_SENT


def test_a_fault_of_the_peers_connection_ends_our_dial_too() -> None:
    made = in_state(State.CONNECT)
    made.connected(1, 0.0, "peer", ENDPOINTS)
    effects = made.receive_data(1, peer_open(asn=65000), 1.0)
    assert notifications(effects) == [(2, 2, b"")]
    assert of_kind(effects, CancelDial) == [CancelDial()]
    assert made.state is State.IDLE


def test_a_peer_that_dials_again_before_its_open_replaces_its_first_connection() -> None:
    made = session(passive=True)
    made.start(0.0)
    made.connected(1, 0.0, "peer", ENDPOINTS)
    effects = made.connected(2, 5.0, "peer", ENDPOINTS)
    assert of_kind(effects, Disconnect) == [Disconnect(1)]
    assert kinds(effects) == [MessageType.OPEN]
    made.receive_data(2, peer_open() + KEEPALIVE, 6.0)
    assert made.state is State.ESTABLISHED


def test_a_connection_beside_one_of_its_kind_that_is_confirmed_waits_for_its_open() -> None:
    """The first may be over already, and the word of it still on its way."""
    made = session(passive=True)
    made.start(0.0)
    made.connected(1, 0.0, "peer", ENDPOINTS)
    made.receive_data(1, peer_open(), 1.0)
    effects = made.connected(2, 2.0, "peer", ENDPOINTS)
    assert kinds(effects) == [MessageType.OPEN]
    assert made.state is State.OPEN_CONFIRM
    made.closed(1, 2.0, "connection closed")
    made.receive_data(2, peer_open() + KEEPALIVE, 3.0)
    assert state_of(made) is State.ESTABLISHED


@pytest.mark.parametrize("state", [State.OPEN_SENT, State.OPEN_CONFIRM])
@pytest.mark.parametrize("passive", [False, True])
def test_the_winner_is_accepted_that_comes_after_the_word_that_ours_lost(
    state: State, passive: bool
) -> None:
    made = session(passive=passive)
    made.start(0.0)
    made.connected(1, 0.0, "peer" if passive else "local", ENDPOINTS)
    if state is State.OPEN_CONFIRM:
        made.receive_data(1, peer_open(), 0.0)
    made.receive_data(1, encode_notification(Notification(6, 7)), 1.0)
    assert state_of(made) is State.ACTIVE
    assert made.retry_deadline == (None if passive else 2.0)
    effects = made.connected(2, 1.0, "peer", ENDPOINTS)
    assert kinds(effects) == [MessageType.OPEN]
    made.receive_data(2, peer_open() + KEEPALIVE, 1.0)
    assert state_of(made) is State.ESTABLISHED
    assert made.retry_deadline is None


def test_a_peer_that_says_collision_without_one_is_dialled_ever_more_rarely() -> None:
    made = session()
    made.start(0.0)
    now, waits = 0.0, []
    for number in range(1, 5):
        made.connected(number, now, "local", ENDPOINTS)
        made.receive_data(number, encode_notification(Notification(6, 7)), now)
        assert made.retry_deadline is not None
        waits.append(made.retry_deadline - now)
        now = made.retry_deadline
        assert of_kind(made.tick(now), Dial) == [Dial()]
    assert waits == [1.0, 2.0, 4.0, 8.0]


def test_an_established_session_that_is_told_of_a_collision_goes_idle() -> None:
    made = in_state(State.ESTABLISHED)
    effects = made.receive_data(1, encode_notification(Notification(6, 7)), 1.0)
    assert of_kind(effects, Down) == [Down(1)]
    assert made.state is State.IDLE


def test_a_stop_closes_both_connections() -> None:
    made = ours_in_open_confirm("192.0.2.3")
    effects = made.stop(2.0)
    assert notifications(effects) == [(6, 2, b""), (6, 2, b"")]
    assert of_kind(effects, Disconnect) == [Disconnect(1), Disconnect(2)]
    assert of_kind(made.start(3.0), Dial) == [Dial()]
