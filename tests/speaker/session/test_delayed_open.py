"""DelayOpen: RFC 4271 sections 8.1.1 and 8.2.2, states Connect and Active."""

from __future__ import annotations

import pytest

from speaker.codec.framing import KEEPALIVE, MessageType
from speaker.codec.notification import Notification, encode_notification
from speaker.session.effects import Disconnect, Opener
from speaker.session.fsm import State
from speaker.session.session import Session
from tests.speaker.session.pair import (
    ENDPOINTS,
    kinds,
    notifications,
    of_kind,
    peer_open,
    session,
    state_of,
)

DELAY = 7.0
SIDES = pytest.mark.parametrize(
    ("opener", "state"), [("local", State.CONNECT), ("peer", State.ACTIVE)]
)


def waiting(opener: Opener) -> Session:
    """A session whose connection 1 stands, and whose OPEN is due at 7 s."""
    made = session(delay_open_time=DELAY, passive=opener == "peer")
    made.start(0.0)
    assert kinds(made.connected(1, 0.0, opener, ENDPOINTS)) == []
    return made


@SIDES
def test_our_open_goes_out_when_the_timer_expires(opener: Opener, state: State) -> None:
    made = waiting(opener)
    assert (state_of(made), made.deadline) == (state, DELAY)
    assert made.tick(DELAY - 0.1) == []
    assert kinds(made.tick(DELAY)) == [MessageType.OPEN]
    assert state_of(made) is State.OPEN_SENT
    assert made.hold_deadline == DELAY + 240.0


@SIDES
def test_the_peer_s_open_ends_the_wait(opener: Opener, state: State) -> None:
    made = waiting(opener)
    effects = made.receive_data(1, peer_open(), 3.0)
    assert kinds(effects) == [MessageType.OPEN, MessageType.KEEPALIVE]
    assert state_of(made) is State.OPEN_CONFIRM
    made.receive_data(1, KEEPALIVE, 3.0)
    assert state_of(made) is State.ESTABLISHED
    assert made.deadline == 3.0 + 60.0


@SIDES
def test_a_message_that_may_not_come_yet_ends_the_connection(opener: Opener, state: State) -> None:
    made = waiting(opener)
    effects = made.receive_data(1, KEEPALIVE, 3.0)
    assert notifications(effects) == [(5, 0, b"\4")]
    assert of_kind(effects, Disconnect) == [Disconnect(1)]
    assert made.state is State.IDLE


@SIDES
def test_a_notification_before_any_open_leads_to_idle(opener: Opener, state: State) -> None:
    made = waiting(opener)
    made.receive_data(1, encode_notification(Notification(2, 1)), 3.0)
    assert made.state is State.IDLE


@pytest.mark.parametrize(
    ("opener", "after"), [("local", State.ACTIVE), ("peer", State.IDLE)], ids=["local", "peer"]
)
def test_a_connection_lost_meanwhile(opener: Opener, after: State) -> None:
    made = waiting(opener)
    made.closed(1, 3.0, "connection reset by peer")
    assert made.state is after


@SIDES
def test_a_stop_meanwhile_says_cease(opener: Opener, state: State) -> None:
    made = waiting(opener)
    assert notifications(made.stop(3.0)) == [(6, 2, b"")]
    assert (made.state, made.deadline) == (State.IDLE, None)
