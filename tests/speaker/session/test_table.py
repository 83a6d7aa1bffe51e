"""The machine follows its table: every state meets every message, and the RFC's exits."""

from __future__ import annotations

from itertools import product

import pytest

from speaker.codec.framing import KEEPALIVE, MARKER, MessageType, encode_message
from speaker.codec.notification import Notification, encode_notification
from speaker.codec.refresh import encode_refresh
from speaker.session.effects import Dial, Disconnect, Down, Transmit
from speaker.session.fsm import EVENTS, TABLE, UNEXPECTED, State, step
from tests.speaker.session.pair import (
    ENDPOINTS,
    in_state,
    messages,
    notifications,
    of_kind,
    peer_open,
    session,
    state_of,
)

STANDING = (State.OPEN_SENT, State.OPEN_CONFIRM, State.ESTABLISHED)
SAMPLES = {
    MessageType.OPEN: peer_open(),
    MessageType.UPDATE: encode_message(MessageType.UPDATE, b"\0\0\0\0"),
    MessageType.NOTIFICATION: encode_notification(Notification(6, 2, b"\x02hi")),
    MessageType.KEEPALIVE: KEEPALIVE,
    MessageType.ROUTE_REFRESH: encode_refresh("ipv4"),
}


def test_the_table_has_six_states_and_leads_nowhere_else() -> None:
    assert set(TABLE) == set(State)
    assert {after for row in TABLE.values() for after in row.values()} == set(State)
    assert len(SAMPLES) == len(MessageType)


EXPECTED = {
    (State.OPEN_SENT, MessageType.OPEN): State.OPEN_CONFIRM,
    (State.OPEN_SENT, MessageType.NOTIFICATION): State.IDLE,
    (State.OPEN_CONFIRM, MessageType.KEEPALIVE): State.ESTABLISHED,
    (State.OPEN_CONFIRM, MessageType.NOTIFICATION): State.IDLE,
    (State.ESTABLISHED, MessageType.KEEPALIVE): State.ESTABLISHED,
    (State.ESTABLISHED, MessageType.UPDATE): State.ESTABLISHED,
    (State.ESTABLISHED, MessageType.ROUTE_REFRESH): State.ESTABLISHED,
    (State.ESTABLISHED, MessageType.NOTIFICATION): State.IDLE,
}
"""RFC 4271 section 8.2.2; every other message is an FSM error."""


@pytest.mark.parametrize(("state", "kind"), product(STANDING, MessageType))
def test_a_message_moves_the_machine_as_the_rfc_says(state: State, kind: MessageType) -> None:
    made = in_state(state)
    effects = made.receive_data(1, SAMPLES[kind], 1.0)
    after = EXPECTED.get((state, kind))
    assert step(state, EVENTS[kind]) is after
    if after is None:
        assert notifications(effects) == [(5, UNEXPECTED[state], bytes((kind,)))]
        assert made.state is State.IDLE
    else:
        assert notifications(effects) == []
        assert made.state is after


@pytest.mark.parametrize("state", STANDING)
def test_an_unexpected_message_ends_in_fsm_error_then_disconnect(state: State) -> None:
    subcode = {State.OPEN_SENT: 1, State.OPEN_CONFIRM: 2, State.ESTABLISHED: 3}[state]
    kind = MessageType.OPEN if state is not State.OPEN_SENT else MessageType.UPDATE
    made = in_state(state)
    effects = made.receive_data(1, SAMPLES[kind], 1.0)
    assert notifications(effects) == [(5, subcode, bytes((kind,)))]
    order = [type(effect) for effect in effects]
    assert order.index(Transmit) < order.index(Disconnect)
    assert made.last_error is not None
    assert made.last_error.direction == "sent"


@pytest.mark.parametrize("state", STANDING)
def test_a_header_error_is_answered_with_its_code(state: State) -> None:
    made = in_state(state)
    effects = made.receive_data(1, MARKER + b"\x00\x13\x09", 1.0)
    assert notifications(effects) == [(1, 3, b"\x09")]
    assert made.state is State.IDLE


@pytest.mark.parametrize("state", STANDING)
def test_a_stop_sends_cease_with_its_text(state: State) -> None:
    made = in_state(state)
    effects = made.stop(1.0, text="maintenance")
    assert notifications(effects) == [(6, 2, b"\x0bmaintenance")]
    assert of_kind(effects, Disconnect) == [Disconnect(1)]
    assert made.state is State.IDLE
    assert made.deadline is None
    assert len(of_kind(effects, Down)) == (state is State.ESTABLISHED)


@pytest.mark.parametrize("subcode", [3, 6])
def test_a_stop_without_text_is_for_the_other_subcodes(subcode: int) -> None:
    effects = in_state(State.ESTABLISHED).stop(1.0, subcode, "not sent")
    assert notifications(effects) == [(6, subcode, b"")]


@pytest.mark.parametrize("state", [State.IDLE, State.CONNECT, State.ACTIVE])
def test_a_stop_without_a_connection_sends_nothing(state: State) -> None:
    made = in_state(state)
    effects = made.stop(1.0)
    assert of_kind(effects, Transmit) == []
    assert made.state is State.IDLE
    assert not made.is_enabled
    assert made.deadline is None


@pytest.mark.parametrize("state", STANDING)
def test_a_lost_connection_leads_to_idle_or_before_the_open_to_active(state: State) -> None:
    made = in_state(state)
    effects = made.closed(1, 1.0, "connection reset by peer")
    assert of_kind(effects, Transmit) == []
    assert made.state is (State.ACTIVE if state is State.OPEN_SENT else State.IDLE)
    # Without the peer's OPEN it was no session yet, only a dial that led nowhere.
    error = made.last_dial_failure if state is State.OPEN_SENT else made.last_error
    assert error is not None
    assert (error.direction, error.text) == ("local", "connection reset by peer")


@pytest.mark.parametrize("state", STANDING)
def test_an_expired_hold_timer_is_4_0(state: State) -> None:
    made = in_state(state)
    assert made.hold_deadline is not None
    expected = 240.0 if state is State.OPEN_SENT else 180.0
    assert made.hold_deadline == expected
    made.tick(expected - 1)
    assert made.state is state
    effects = made.tick(expected)
    assert notifications(effects) == [(4, 0, b"")]
    assert made.state is State.IDLE


def test_start_dials_and_passive_start_waits() -> None:
    made = session()
    assert of_kind(made.start(0.0), Dial) == [Dial()]
    assert made.state is State.CONNECT
    assert made.start(1.0) == []
    passive = session(passive=True)
    assert of_kind(passive.start(0.0), Dial) == []
    assert passive.state is State.ACTIVE
    assert passive.deadline is None


def test_a_failed_dial_leads_to_active_and_another_dial() -> None:
    made = session()
    made.start(0.0)
    made.connect_failed(0.5, "connection refused")
    assert state_of(made) is State.ACTIVE
    assert made.retry_deadline == 1.5
    assert of_kind(made.tick(1.5), Dial) == [Dial()]
    assert made.state is State.CONNECT


def test_idle_refuses_a_connection_and_says_so() -> None:
    made = in_state(State.IDLE)
    effects = made.connected(1, 0.0, "peer", ENDPOINTS)
    assert notifications(effects) == [(6, 5, b"")]
    assert effects[-1] == Disconnect(1)
    assert made.state is State.IDLE


@pytest.mark.parametrize("state", [State.CONNECT, State.ACTIVE])
def test_an_accepted_connection_is_answered_with_open(state: State) -> None:
    made = in_state(state)
    effects = made.connected(1, 0.0, "peer", ENDPOINTS)
    assert [kind for kind, _ in messages(effects)] == [MessageType.OPEN]
    assert made.state is State.OPEN_SENT
    assert made.opened_by == "peer"


def test_a_dial_that_was_given_up_is_dropped_when_it_arrives() -> None:
    made = in_state(State.ACTIVE)
    assert made.connected(7, 0.0, "local", ENDPOINTS) == [Disconnect(7)]
    assert made.state is State.ACTIVE


def test_calls_about_a_forgotten_connection_do_nothing() -> None:
    made = in_state(State.ESTABLISHED)
    made.stop(1.0)
    assert made.receive_data(1, KEEPALIVE, 2.0) == []
    assert made.receive_data(1, b"", 2.0) == []
    assert made.closed(1, 2.0, "late") == []
    assert made.connect_failed(2.0, "late") == []


def test_established_comes_only_with_the_keepalive() -> None:
    made = in_state(State.OPEN_SENT)
    made.receive_data(1, peer_open(), 1.0)
    assert state_of(made) is State.OPEN_CONFIRM
    assert made.established_count == 0
    made.receive_data(1, KEEPALIVE, 2.0)
    assert made.state is State.ESTABLISHED
    assert (made.established_count, made.since) == (1, 2.0)


def test_every_octet_of_the_handshake_may_come_alone() -> None:
    made = in_state(State.OPEN_SENT)
    for octet in peer_open() + KEEPALIVE:
        made.receive_data(1, bytes((octet,)), 1.0)
    assert made.state is State.ESTABLISHED


def test_a_handshake_in_one_read_passes_every_state() -> None:
    made = in_state(State.OPEN_SENT)
    made.receive_data(1, peer_open() + KEEPALIVE, 1.0)
    assert [step.after for step in made.history] == [
        State.CONNECT,
        State.OPEN_SENT,
        State.OPEN_CONFIRM,
        State.ESTABLISHED,
    ]
