"""Graceful restart as the side that restarts: RFC 4724 sections 3 to 5, RFC 8538."""

from __future__ import annotations

import pytest

from speaker.codec.capabilities import Capabilities
from speaker.codec.framing import KEEPALIVE, MessageType
from speaker.codec.graceful_restart import GracefulRestart
from speaker.codec.notification import Notification, encode_notification
from speaker.codec.open import decode_open
from speaker.session.effects import Disconnect, Down, Transmit
from speaker.session.fsm import State
from speaker.session.session import Session
from tests.speaker.session.pair import (
    ENDPOINTS,
    PEER_AS,
    in_state,
    kinds,
    messages,
    notifications,
    of_kind,
    parameters,
    peer_open,
    state_of,
)


def restarting(
    *, has_restarted: bool = False, keeps_on_notification: bool = False, has_families: bool = True
) -> bytes:
    """The OPEN of a peer with graceful restart."""
    restart = GracefulRestart(
        restart_time=90,
        has_restarted=has_restarted,
        keeps_on_notification=keeps_on_notification,
        families=("ipv4", "ipv6") if has_families else (),
        preserved=("ipv4",) if has_families else (),
    )
    capabilities = Capabilities(
        families=("ipv4", "ipv6"), four_octet_asn=PEER_AS, graceful_restart=restart
    )
    return peer_open(capabilities=capabilities)


def offered(made: Session, connection: int = 1, now: float = 0.0) -> GracefulRestart | None:
    """What our OPEN on a new connection of ours says."""
    (found,) = messages(made.connected(connection, now, "local", ENDPOINTS))
    return decode_open(found[1]).capabilities.graceful_restart


def restarted(**changes: object) -> Session:
    settings = parameters(**{"graceful_restart": True, **changes})
    made = Session(settings, lambda: 0.0, has_restarted=True)
    made.start(0.0)
    return made


def test_nothing_is_said_of_restarts_unless_it_is_wanted() -> None:
    made = Session(parameters(), lambda: 0.0, has_restarted=True)
    made.start(0.0)
    assert offered(made) is None


def test_every_family_is_preserved_as_another_process_forwards() -> None:
    made = in_state(State.CONNECT, graceful_restart=True, restart_time=77, families=("ipv6",))
    assert offered(made) == GracefulRestart(
        restart_time=77,
        keeps_on_notification=True,
        families=("ipv6",),
        preserved=("ipv6",),
    )


def test_the_r_bit_is_set_from_a_restart_to_the_first_session() -> None:
    made = restarted()
    now = 0.0
    for number in (1, 2):  # also after an attempt that led nowhere: the peer still waits for us
        found = offered(made, number, now)
        assert found is not None
        assert found.has_restarted
        made.closed(number, now, "connection reset by peer")
        now = made.deadline or 0.0
        made.tick(now)
    offered(made, 3, now)
    made.receive_data(3, restarting() + KEEPALIVE, now)
    assert state_of(made) is State.ESTABLISHED
    made.closed(3, now, "connection reset by peer")
    now = made.deadline or 0.0
    made.tick(now)
    found = offered(made, 4, now)
    assert found is not None
    assert not found.has_restarted


def test_after_a_goodbye_there_is_no_restart() -> None:
    made = restarted()
    made.stop(1.0)
    made.start(2.0)
    found = offered(made)
    assert found is not None
    assert not found.has_restarted


@pytest.mark.parametrize("has_families", [True, False], ids=["restarter too", "helper only"])
def test_a_stop_that_keeps_routes_closes_without_a_word(has_families: bool) -> None:
    """RFC 4724 section 4.2: the loss of the TCP session is what makes the peer keep them."""
    made = in_state(State.ESTABLISHED, restarting(has_families=has_families), graceful_restart=True)
    effects = made.stop(1.0, text="upgrade", keep_routes=True)
    assert of_kind(effects, Transmit) == []
    assert of_kind(effects, Down) == [Down(1)]
    assert of_kind(effects, Disconnect) == [Disconnect(1)]
    assert (made.state, made.is_enabled, made.deadline) == (State.IDLE, False, None)


@pytest.mark.parametrize(
    ("state", "opened", "ours"),
    [
        (State.ESTABLISHED, peer_open(), True),
        (State.ESTABLISHED, restarting(), False),
        (State.OPEN_CONFIRM, restarting(), True),
        (State.OPEN_SENT, restarting(), True),
    ],
    ids=["the peer has none", "we have none", "OpenConfirm", "OpenSent"],
)
def test_where_nothing_would_be_kept_a_stop_says_cease(
    state: State, opened: bytes, ours: bool
) -> None:
    made = in_state(state, opened, graceful_restart=ours)
    effects = made.stop(1.0, text="upgrade", keep_routes=True)
    assert notifications(effects) == [(6, 2, b"\x07upgrade")]


@pytest.mark.parametrize(
    ("subcode", "text", "sent"),
    [
        (2, "bye", (6, 9, b"\x06\x02\x03bye")),
        (3, "", (6, 9, b"\x06\x03")),
        (4, "bye", (6, 4, b"\x03bye")),
        (6, "", (6, 6, b"")),
    ],
)
def test_an_end_for_good_is_a_hard_reset_where_a_cease_would_keep_routes(
    subcode: int, text: str, sent: tuple[int, int, bytes]
) -> None:
    """RFC 8538 sections 3 and 4; a reset or a changed parameter comes back at once."""
    opened = restarting(keeps_on_notification=True)
    made = in_state(State.ESTABLISHED, opened, graceful_restart=True)
    assert notifications(made.stop(1.0, subcode, text)) == [sent]


def test_without_the_n_bit_of_both_a_cease_is_enough() -> None:
    made = in_state(State.ESTABLISHED, restarting(), graceful_restart=True)
    assert notifications(made.stop(1.0, 2, "bye")) == [(6, 2, b"\x03bye")]


def test_a_hard_reset_is_read_with_what_is_inside() -> None:
    made = in_state(State.ESTABLISHED, restarting(keeps_on_notification=True))
    made.receive_data(1, encode_notification(Notification(6, 9, b"\x06\x04\x05later")), 1.0)
    error = made.last_error
    assert error is not None
    assert error.name == "Cease: Hard Reset (Cease: Administrative Reset)"
    assert error.text == "later"


def beside(opened: bytes, fresh: bytes) -> Session:
    """An Established session, and the OPEN `fresh` on another connection of the peer's."""
    made = in_state(State.ESTABLISHED, opened, graceful_restart=True)
    assert kinds(made.connected(2, 5.0, "peer", ENDPOINTS)) == [MessageType.OPEN]
    made.receive_data(2, fresh, 5.0)
    return made


def test_a_peer_that_restarted_replaces_its_old_connection() -> None:
    """RFC 4724 section 5: the old one is dropped without a NOTIFICATION."""
    made = in_state(State.ESTABLISHED, restarting(), graceful_restart=True)
    made.connected(2, 5.0, "peer", ENDPOINTS)
    effects = made.receive_data(2, restarting(has_restarted=True), 5.0)
    assert kinds(effects) == [MessageType.KEEPALIVE]
    assert of_kind(effects, Down) == [Down(1)]
    assert of_kind(effects, Disconnect) == [Disconnect(1)]
    assert state_of(made) is State.OPEN_CONFIRM
    made.receive_data(2, KEEPALIVE, 5.0)
    assert state_of(made) is State.ESTABLISHED
    assert made.last_error is not None
    assert made.last_error.name == "The peer restarted"


@pytest.mark.parametrize(
    ("opened", "fresh"),
    [
        (restarting(), restarting()),
        (peer_open(), restarting(has_restarted=True)),
        (restarting(), peer_open()),
    ],
    ids=["without the R bit", "without it before", "without it now"],
)
def test_any_other_connection_loses_against_an_established_one(opened: bytes, fresh: bytes) -> None:
    made = beside(opened, fresh)
    assert made.state is State.ESTABLISHED
    assert made.connection is not None
    assert made.connection.number == 1


def test_end_of_rib_of_the_peer_is_noted_by_family() -> None:
    made = in_state(State.ESTABLISHED, restarting(), graceful_restart=True)
    assert len(made.end_of_rib_received) == 0
    end = bytes.fromhex("ff" * 16 + "001e 02 0000 0007 900f0003 000201")
    made.receive_data(1, end + end, 1.0)
    assert [*made.end_of_rib_received] == ["ipv6"]
    made.receive_data(1, bytes.fromhex("ff" * 16 + "0017 02 00000000"), 1.0)
    assert [*made.end_of_rib_received] == ["ipv6", "ipv4"]
