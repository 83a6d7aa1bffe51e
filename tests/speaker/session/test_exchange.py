"""Two sessions joined in memory: what one wants to announce is what the other knows."""

from __future__ import annotations

import pytest

from speaker.codec.capabilities import Capabilities
from speaker.codec.framing import KEEPALIVE, MessageType, encode_message
from speaker.codec.notification import Notification, encode_notification
from speaker.codec.prefix import parse_prefix
from speaker.codec.refresh import RefreshKind, encode_refresh
from speaker.codec.update import Unreach
from speaker.errors import StateError
from speaker.rib.adj_rib_out import Chunk, RouteSet, parse_route
from speaker.session.effects import RefreshRequested, RoutesReceived, StateChanged, Up
from speaker.session.fsm import State
from speaker.session.session import Session
from tests.speaker.session.pair import (
    ENDPOINTS,
    LOCAL,
    OUR_AS,
    PEER,
    PEER_AS,
    Pair,
    in_state,
    notifications,
    of_kind,
    parameters,
    peer_open,
    state_of,
)

ENHANCED = peer_open(
    capabilities=Capabilities(families=("ipv4",), route_refresh=True, enhanced_refresh=True)
)
ROUTES = RouteSet(
    [
        parse_route("198.51.100.0/24", None, 200, ("64512:1", "64512:2"), ("64512:1:2",)),
        parse_route("198.51.100.7/32", "192.0.2.77"),
        parse_route("2001:db8:1::/48", "2001:db8::1"),
        parse_route("2001:db8:2::/48"),
    ]
)


def pair(*, is_ibgp: bool = False, piece: int = 4096, local_asn: int = OUR_AS) -> Pair:
    right_asn = local_asn if is_ibgp else PEER_AS
    left = Session(parameters(local_asn=local_asn, peer_asn=right_asn), lambda: 0.0)
    right = Session(
        parameters(local_asn=right_asn, peer_asn=local_asn, passive=True, keep_received=True),
        lambda: 0.0,
    )
    return Pair(left, right, piece)


@pytest.mark.parametrize("piece", [1, 7, 4096])
@pytest.mark.parametrize("is_ibgp", [False, True], ids=["external", "internal"])
def test_routes_arrive_with_their_attributes(piece: int, is_ibgp: bool) -> None:
    both = pair(is_ibgp=is_ibgp, piece=piece)
    both.want(both.left, ROUTES)
    both.establish()
    both.run()
    rows = both.right.session.routes_in.routes()
    assert [(row.prefix, row.next_hop) for row in rows] == [
        ("198.51.100.0/24", LOCAL),
        ("198.51.100.7/32", "192.0.2.77"),
        ("2001:db8:1::/48", "2001:db8::1"),
    ]
    assert rows[0].communities == ("64512:1", "64512:2")
    assert rows[0].large_communities == ("64512:1:2",)
    assert [row.local_pref for row in rows] == ([200, 100, 100] if is_ibgp else [None] * 3)
    assert {row.as_path for row in rows} == {() if is_ibgp else (OUR_AS,)}
    assert both.left.rib is not None
    assert both.left.rib.advertised() == rows
    assert both.left.rib.counts("ipv6").unsendable == 1


def test_a_four_octet_as_arrives() -> None:
    both = pair(local_asn=4200000000)
    both.want(both.left, ROUTES)
    both.establish()
    both.run()
    assert both.right.session.peer_asn == 4200000000
    assert {row.as_path for row in both.right.session.routes_in.routes()} == {(4200000000,)}


def test_a_changed_set_arrives_as_a_difference() -> None:
    both = pair()
    both.want(both.left, ROUTES)
    both.establish()
    both.run()
    before = both.left.session.sent.update
    changed = RouteSet(
        [
            parse_route("198.51.100.0/24", None, 200, ("64512:1", "64512:2"), ("64512:1:2",)),
            parse_route("2001:db8:1::/48", "2001:db8::2"),
        ]
    )
    both.want(both.left, changed)
    both.run()
    rows = both.right.session.routes_in.routes()
    assert [(row.prefix, row.next_hop) for row in rows] == [
        ("198.51.100.0/24", LOCAL),
        ("2001:db8:1::/48", "2001:db8::2"),
    ]
    assert both.left.session.sent.update - before == 2  # one change, one withdrawal


def test_a_refresh_is_asked_for_once_per_request_and_repeats_the_family() -> None:
    both = pair()
    both.want(both.left, ROUTES)
    both.establish()
    both.run()
    received = both.right.session.received
    updates, refreshes = received.update, received.route_refresh
    effects = both.left.session.receive_data(1, encode_refresh("ipv4"), both.now)
    assert effects == [RefreshRequested("ipv4")]
    both.perform(both.left, effects)
    both.run()
    assert received.update - updates == 2
    assert received.route_refresh - refreshes == 2  # begin and end, RFC 7313
    assert both.right.session.routes_in.count("ipv4") == 2


@pytest.mark.parametrize(
    "octets",
    [
        encode_message(MessageType.ROUTE_REFRESH, b"\0\x19\0\1"),
        encode_message(MessageType.ROUTE_REFRESH, b"\0\1\x09\1"),
        encode_refresh("ipv4", RefreshKind.BEGIN),
        encode_refresh("ipv6"),
    ],
    ids=["foreign family", "unknown subtype", "marker", "not negotiated"],
)
def test_a_refresh_that_does_not_concern_us_is_ignored(octets: bytes) -> None:
    opened = peer_open(capabilities=Capabilities(families=("ipv4",)))
    made = in_state(State.ESTABLISHED, opened)
    assert made.receive_data(1, octets, 1.0) == []
    assert made.state is State.ESTABLISHED


def test_a_bad_refresh_marker_is_answered_with_7_1() -> None:
    octets = encode_message(MessageType.ROUTE_REFRESH, b"\0\1\1\1\0")
    effects = in_state(State.ESTABLISHED, ENHANCED).receive_data(1, octets, 1.0)
    assert notifications(effects) == [(7, 1, octets)]


def test_a_bad_refresh_marker_without_enhanced_refresh_is_an_unknown_subtype() -> None:
    """RFC 7313 section 5: the error is for peers that offered it."""
    octets = encode_message(MessageType.ROUTE_REFRESH, b"\0\1\1\1\0")
    assert in_state(State.ESTABLISHED).receive_data(1, octets, 1.0) == []


def test_a_refresh_that_was_not_offered_is_an_unknown_type() -> None:
    made = in_state(State.OPEN_SENT)
    made.receive_data(1, encode_notification(Notification(2, 4)), 0.0)
    made.tick(made.deadline or 0.0)
    made.connected(2, 9.0, "local", ENDPOINTS)
    made.receive_data(2, peer_open(capabilities=Capabilities()) + KEEPALIVE, 9.0)
    assert state_of(made) is State.ESTABLISHED
    effects = made.receive_data(2, encode_refresh("ipv4"), 9.0)
    assert notifications(effects) == [(1, 3, b"\5")]


def test_an_update_that_cannot_be_read_is_answered_with_code_3() -> None:
    octets = encode_message(MessageType.UPDATE, b"\0\1\x21\0\0")
    effects = in_state(State.ESTABLISHED).receive_data(1, octets, 1.0)
    assert notifications(effects) == [(3, 10, b"")]


def test_received_routes_go_when_the_session_goes() -> None:
    both = pair()
    both.want(both.left, ROUTES)
    both.establish()
    both.run()
    assert both.right.session.routes_in.count("ipv4") == 2
    both.perform(both.left, both.left.session.stop(both.now, text="over"))
    both.run()
    assert both.right.session.routes_in.count("ipv4") == 0
    assert both.right.rib is None
    assert both.right.session.last_error is not None
    assert both.right.session.last_error.direction == "received"
    assert both.right.session.last_error.text == "over"


def test_received_routes_are_told_of_only_when_they_are_kept() -> None:
    withdrawal = encode_message(MessageType.UPDATE, b"\0\4\x18\xc6\x33\x64\0\0")
    kept = in_state(State.ESTABLISHED, keep_received=True).receive_data(1, withdrawal, 1.0)
    (told,) = of_kind(kept, RoutesReceived)
    assert told.update.withdrawn == (Unreach("ipv4", (parse_prefix("198.51.100.0/24")[1],)),)
    assert in_state(State.ESTABLISHED).receive_data(1, withdrawal, 1.0) == []


def test_prefixes_are_counted_even_if_they_are_not_kept() -> None:
    both = Pair(
        Session(parameters(), lambda: 0.0),
        Session(parameters(local_asn=PEER_AS, peer_asn=OUR_AS, passive=True), lambda: 0.0),
    )
    both.want(both.left, ROUTES)
    both.establish()
    both.run()
    both.perform(both.left, both.left.session.receive_data(1, encode_refresh("ipv4"), both.now))
    both.run()
    assert both.right.session.routes_in.count("ipv4") == 2
    assert both.right.session.routes_in.routes() == []


def test_a_session_keeps_itself_alive() -> None:
    both = pair()
    both.establish()
    both.advance(3600.0)
    assert (both.left.state, both.right.state) == (State.ESTABLISHED, State.ESTABLISHED)
    assert both.left.session.sent.keepalive >= 60
    assert both.left.session.dropped_count == 0


def test_routes_cannot_be_sent_before_the_session_is_up() -> None:
    for state in State:
        if state is not State.ESTABLISHED:
            made = in_state(state)
            assert made.encoding is None
            with pytest.raises(StateError, match=state.value):
                made.send(Chunk(b"", 0, 0), 1.0)


def test_up_tells_what_was_agreed_and_comes_after_the_state() -> None:
    made = in_state(State.OPEN_CONFIRM)
    effects = made.receive_data(1, KEEPALIVE, 1.0)
    assert [type(effect) for effect in effects] == [StateChanged, Up]
    assert made.negotiated is not None
    assert of_kind(effects, Up) == [Up(1, made.negotiated)]
    assert made.encoding is not None
    assert made.encoding.local_address == LOCAL
    assert made.endpoints is not None
    assert made.endpoints.peer_address == PEER


@pytest.mark.parametrize("piece", [1, 4096])
@pytest.mark.parametrize("is_offered", [True, False])
def test_ipv4_routes_go_behind_an_ipv6_address_where_both_offer_it(
    is_offered: bool, piece: int
) -> None:
    """RFC 8950: an unnumbered peer has link-local addresses only."""
    left = Session(parameters(extended_next_hop=True, name="node-a"), lambda: 0.0)
    settings = parameters(
        local_asn=PEER_AS,
        peer_asn=OUR_AS,
        passive=True,
        keep_received=True,
        extended_next_hop=is_offered,
        name="tor",
    )
    both = Pair(left, Session(settings, lambda: 0.0), piece)
    both.left.address, both.right.address = "fe80::1", "fe80::2"
    both.want(both.left, ROUTES)
    both.establish()
    both.run()
    rows = both.right.session.routes_in.routes()
    own = [("198.51.100.0/24", "fe80::1")] if is_offered else []
    assert [(row.prefix, row.next_hop) for row in rows] == [
        *own,
        ("198.51.100.7/32", "192.0.2.77"),
        ("2001:db8:1::/48", "2001:db8::1"),
        ("2001:db8:2::/48", "fe80::1"),
    ]


def test_extended_messages_carry_more_prefixes_in_one() -> None:
    """RFC 8654; both ends of this package offer it."""
    routes = RouteSet(parse_route(f"198.51.{at >> 8}.{at & 255}/32") for at in range(10000))
    both = pair()
    both.want(both.left, routes)
    both.establish()
    both.run()
    assert both.right.session.routes_in.count("ipv4") == 10000
    assert both.left.session.sent.update == 1 + 2  # and End-of-RIB of both families


def test_what_a_peer_does_not_repeat_between_its_markers_is_gone() -> None:
    """RFC 7313 section 4."""
    made = in_state(State.ESTABLISHED, ENHANCED)

    def announce(nlri: str) -> bytes:
        attributes = bytes.fromhex("40010100 4002040201fc01 400304c0000202")
        body = b"\0\0" + len(attributes).to_bytes(2, "big") + attributes + bytes.fromhex(nlri)
        return encode_message(MessageType.UPDATE, body)

    begin, end = (encode_refresh("ipv4", kind) for kind in (RefreshKind.BEGIN, RefreshKind.END))
    made.receive_data(1, announce("18c63364 18cb0071"), 1.0)
    made.receive_data(1, begin + announce("18c63364 18c00002"), 2.0)
    assert made.routes_in.count("ipv4") == 3
    made.receive_data(1, end, 3.0)
    assert made.routes_in.count("ipv4") == 2
    made.receive_data(1, end, 4.0)
    assert made.routes_in.count("ipv4") == 2
