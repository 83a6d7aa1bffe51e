"""What a session remembers: counters, states, errors."""

from __future__ import annotations

from speaker.codec.framing import KEEPALIVE, MessageType, encode_message
from speaker.codec.notification import Notification, encode_notification, encode_shutdown_text
from speaker.session.effects import ErrorRecord, StateChanged
from speaker.session.fsm import State
from speaker.session.record import Counters
from tests.speaker.session.pair import ENDPOINTS, in_state, of_kind, peer_open, session


def test_messages_and_octets_of_both_directions_are_counted() -> None:
    made = in_state(State.ESTABLISHED)
    opened = peer_open()
    assert (made.received.open, made.received.keepalive, made.received.total) == (1, 1, 2)
    assert made.received.octets == len(opened) + len(KEEPALIVE)
    assert (made.sent.open, made.sent.keepalive, made.sent.total) == (1, 1, 2)
    assert (made.last_read, made.last_write) == (0.0, 0.0)
    made.stop(9.0)
    assert (made.sent.notification, made.sent.total, made.last_write) == (1, 3, 9.0)


def test_the_total_is_of_every_type() -> None:
    counters = Counters()
    for number, kind in enumerate(MessageType, start=1):
        for _ in range(number):
            counters.add(kind, 19)
    assert (counters.open, counters.update, counters.notification) == (1, 2, 3)
    assert (counters.keepalive, counters.route_refresh) == (4, 5)
    assert (counters.total, counters.octets) == (15, 15 * 19)


def test_counters_go_on_over_reconnections() -> None:
    made = in_state(State.ESTABLISHED)
    made.stop(1.0)
    made.start(2.0)
    made.connected(2, 2.0, "local", ENDPOINTS)
    made.receive_data(2, peer_open() + KEEPALIVE, 2.0)
    assert (made.received.open, made.sent.open) == (2, 2)
    assert (made.established_count, made.dropped_count) == (2, 1)


def test_the_last_50_transitions_are_kept_oldest_first() -> None:
    made = session()
    for turn in range(40):
        made.start(float(turn))
        made.stop(turn + 0.5)
    assert len(made.history) == 50
    assert made.history[-1].at == 39.5
    assert (made.history[-1].before, made.history[-1].after) == (State.CONNECT, State.IDLE)
    assert [step.at for step in made.history] == sorted(step.at for step in made.history)


def test_transitions_are_a_chain() -> None:
    made = in_state(State.ESTABLISHED)
    made.closed(1, 5.0, "connection reset by peer")
    made.tick(6.0)
    steps = list(made.history)
    assert steps[0].before is State.IDLE
    assert [step.after for step in steps[:-1]] == [step.before for step in steps[1:]]
    assert steps[-1].after is State.CONNECT


def test_a_received_notification_is_remembered_whole() -> None:
    data = encode_shutdown_text("back at noon")
    made = in_state(State.ESTABLISHED)
    effects = made.receive_data(1, encode_notification(Notification(6, 2, data)), 7.0)
    expected = ErrorRecord(
        "received", 6, 2, "Cease: Administrative Shutdown", "back at noon", data, 7.0
    )
    assert made.last_error == expected
    (change,) = of_kind(effects, StateChanged)
    assert change == StateChanged(State.ESTABLISHED, State.IDLE, "back at noon", expected)


def test_a_sent_notification_is_remembered_with_its_reason() -> None:
    made = in_state(State.OPEN_SENT)
    made.receive_data(1, peer_open(asn=65000), 7.0)
    assert made.last_error == ErrorRecord(
        "sent",
        2,
        2,
        "OPEN Message Error: Bad Peer AS",
        "the peer is AS 65000, 64513 is configured",
        b"",
        7.0,
    )


def test_a_failed_dial_is_remembered() -> None:
    made = in_state(State.CONNECT)
    made.connect_failed(3.0, "connection refused")
    assert made.last_error is None
    assert made.last_dial_failure == ErrorRecord(
        "local", None, None, "Connection failed", "connection refused", b"", 3.0
    )


def test_since_is_when_the_state_was_entered() -> None:
    made = in_state(State.ESTABLISHED)
    made.receive_data(1, KEEPALIVE, 50.0)
    assert made.since == 0.0
    made.closed(1, 60.0, "connection reset by peer")
    assert made.since == 60.0
    assert (made.last_read, made.state) == (50.0, State.IDLE)


def test_a_failed_dial_does_not_hide_why_the_session_ended() -> None:
    made = in_state(State.ESTABLISHED)
    made.receive_data(1, encode_notification(Notification(6, 2, b"\x02hi")), 1.0)
    made.tick(2.0)
    made.connect_failed(2.0, "connection refused")
    assert made.last_error is not None
    assert (made.last_error.code, made.last_error.subcode, made.last_error.text) == (6, 2, "hi")
    assert made.last_dial_failure is not None
    assert made.last_dial_failure.text == "connection refused"
    made.tick(made.deadline or 0.0)
    made.connected(2, 9.0, "local", ENDPOINTS)
    made.closed(2, 9.0, "the peer closed the connection")
    assert made.last_dial_failure.text == "the peer closed the connection"
    made.tick(made.deadline or 0.0)
    made.connected(3, 19.0, "local", ENDPOINTS)
    made.receive_data(3, peer_open(), 19.0)
    assert made.last_dial_failure is None
    assert made.last_error.code == 6


def test_what_is_wrong_in_updates_without_ending_the_session_is_counted() -> None:
    """RFC 7606 section 2."""
    made = in_state(State.ESTABLISHED)
    withdrawn = bytes.fromhex("0000 0004 40010109 18c63364")
    discarded = bytes.fromhex("0000 0007 400504000000c8")
    for body in (withdrawn, withdrawn, discarded):
        made.receive_data(1, encode_message(MessageType.UPDATE, body), 1.0)
    assert (made.malformed.updates, made.malformed.attributes) == (2, 1)
    assert made.malformed.last == "LOCAL_PREF of an external peer"
    assert made.state is State.ESTABLISHED
