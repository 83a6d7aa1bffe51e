"""Whether a peer's OPEN is acceptable, and what both agree on."""

from __future__ import annotations

from typing import Any
from zlib import crc32

import pytest

from speaker.codec.capabilities import Capabilities
from speaker.codec.framing import KEEPALIVE, MessageType, encode_message
from speaker.codec.graceful_restart import GracefulRestart
from speaker.codec.notification import Notification, encode_notification
from speaker.codec.open import decode_open
from speaker.session.effects import Endpoints
from speaker.session.fsm import State
from speaker.session.parameters import Negotiated
from speaker.session.session import Session
from tests.speaker.session.pair import (
    ENDPOINTS,
    OUR_AS,
    PEER_AS,
    in_state,
    kinds,
    messages,
    notifications,
    peer_open,
    session,
)


def answer(octets: bytes, **changes: Any) -> tuple[Session, list[tuple[int, int, bytes]]]:
    """The session after `octets` came in OpenSent, and the NOTIFICATIONs it sent."""
    made = in_state(State.OPEN_SENT, **changes)
    return made, notifications(made.receive_data(1, octets, 1.0))


def agreed(octets: bytes, **changes: Any) -> Negotiated:
    made, refused = answer(octets, **changes)
    assert refused == []
    assert made.negotiated is not None
    return made.negotiated


@pytest.mark.parametrize(
    ("wanted", "asn", "is_accepted"),
    [
        ({"peer_asn": PEER_AS}, PEER_AS, True),
        ({"peer_asn": PEER_AS}, OUR_AS, False),
        ({"peer_asn": 4200000000}, 4200000000, True),
        ({"peer_asn": None, "dynamic_asn": "internal"}, OUR_AS, True),
        ({"peer_asn": None, "dynamic_asn": "internal"}, PEER_AS, False),
        ({"peer_asn": None, "dynamic_asn": "external"}, PEER_AS, True),
        ({"peer_asn": None, "dynamic_asn": "external"}, OUR_AS, False),
        ({"peer_asn": None}, 65000, True),
    ],
)
def test_the_peer_as_is_checked(wanted: dict[str, Any], asn: int, is_accepted: bool) -> None:
    made, refused = answer(peer_open(asn), **wanted)
    if is_accepted:
        assert (refused, made.state, made.peer_asn) == ([], State.OPEN_CONFIRM, asn)
    else:
        assert (refused, made.state) == ([(2, 2, b"")], State.IDLE)
        assert made.last_error is not None
        assert str(asn) in made.last_error.text


def test_our_identifier_is_refused_from_an_internal_peer_only() -> None:
    ours = 0xC0000201
    internal = peer_open(OUR_AS, identifier=ours)
    assert answer(internal, peer_asn=OUR_AS)[1] == [(2, 3, b"")]
    assert answer(peer_open(identifier=ours))[1] == []


@pytest.mark.parametrize(
    ("ours", "theirs", "hold", "keepalive"),
    [(180, 90, 90, 30.0), (9, 180, 9, 3.0), (3, 3, 3, 1.0), (0, 180, 0, 0.0), (180, 0, 0, 0.0)],
)
def test_the_smaller_hold_time_counts_and_0_means_no_timers(
    ours: int, theirs: int, hold: int, keepalive: float
) -> None:
    found = agreed(peer_open(hold_time=theirs), hold_time=ours)
    assert (found.hold_time, found.keepalive_time) == (hold, keepalive)
    assert found.peer_hold_time == theirs


@pytest.mark.parametrize(
    ("wanted", "found"), [(10.0, 10.0), (59.0, 30.0), (0.2, 1.0), (None, 30.0)]
)
def test_a_keepalive_time_is_kept_between_1_s_and_a_third(
    wanted: float | None, found: float
) -> None:
    assert agreed(peer_open(hold_time=90), keepalive_time=wanted).keepalive_time == found


@pytest.mark.parametrize("hold_time", [1, 2])
def test_a_hold_time_of_1_or_2_s_is_refused(hold_time: int) -> None:
    assert answer(peer_open(hold_time=hold_time))[1] == [(2, 6, b"")]


def test_another_version_is_refused_with_ours() -> None:
    octets = bytearray(peer_open())
    octets[19] = 3
    assert answer(bytes(octets))[1] == [(2, 1, b"\0\4")]


@pytest.mark.parametrize(
    ("offered", "families"),
    [
        (("ipv6", "ipv4"), ("ipv4", "ipv6")),
        (("ipv6",), ("ipv6",)),
        ((), ("ipv4",)),
    ],
)
@pytest.mark.parametrize("others", [(), ((64, b"\0\0"),)], ids=["alone", "with others"])
def test_families_are_those_that_both_offer(
    offered: tuple[str, ...], families: tuple[str, ...], others: tuple[tuple[int, bytes], ...]
) -> None:
    """A peer that names none means IPv4 unicast, RFC 4760 section 8."""
    capabilities = Capabilities(families=offered, others=others)  # type: ignore[arg-type]
    assert agreed(peer_open(capabilities=capabilities)).families == families


@pytest.mark.parametrize(
    "theirs",
    [
        Capabilities(families=("ipv4",)),
        Capabilities(),
        Capabilities(others=((1, b"\0\x19\0\x41"),)),
    ],
)
def test_no_common_family_is_refused_with_the_missing_capability(theirs: Capabilities) -> None:
    refused = answer(peer_open(capabilities=theirs), families=("ipv6",))[1]
    assert refused == [(2, 7, bytes.fromhex("010400020001"))]


def test_capabilities_of_both_sides_are_kept_in_words() -> None:
    theirs = Capabilities(
        families=("ipv4",), route_refresh=True, graceful_restart=GracefulRestart(restart_time=0)
    )
    found = agreed(peer_open(capabilities=theirs))
    assert found.capabilities_received == (
        "multiprotocol ipv4 unicast",
        "route refresh",
        "graceful restart 0 s",
    )
    assert "4-octet AS 64512" in found.capabilities_sent
    assert (found.four_octet_as, found.route_refresh, found.enhanced_refresh) == (
        False,
        True,
        False,
    )


@pytest.mark.parametrize(
    ("changes", "endpoints", "router_id"),
    [
        ({"router_id": "198.51.100.9"}, ENDPOINTS, "198.51.100.9"),
        ({}, ENDPOINTS, "192.0.2.1"),
        ({}, Endpoints("::ffff:192.0.2.7", 1, "::ffff:192.0.2.2", 179), "192.0.2.7"),
        ({}, Endpoints("2001:db8::1", 1, "2001:db8::2", 179, "192.0.2.8"), "192.0.2.8"),
    ],
)
def test_the_identifier_is_configured_or_an_ipv4_address(
    changes: dict[str, Any], endpoints: Endpoints, router_id: str
) -> None:
    made = session(**changes)
    made.start(0.0)
    (found,) = messages(made.connected(1, 0.0, "local", endpoints))
    assert decode_open(found[1]).router_id == router_id
    assert made.router_id == router_id


def test_without_any_ipv4_address_the_identifier_is_a_hash_of_the_name() -> None:
    made = session(name="node-a")
    made.start(0.0)
    endpoints = Endpoints("2001:db8::1", 1, "2001:db8::2", 179)
    (found,) = messages(made.connected(1, 0.0, "local", endpoints))
    assert decode_open(found[1]).identifier == crc32(b"node-a")


def test_our_open_offers_what_we_can() -> None:
    made = session(local_asn=4200000000, hold_time=90, families=("ipv6",))
    made.start(0.0)
    (found,) = messages(made.connected(1, 0.0, "local", ENDPOINTS))
    opened = decode_open(found[1])
    assert (opened.asn, opened.hold_time) == (4200000000, 90)
    assert opened.capabilities == Capabilities(
        families=("ipv6",),
        four_octet_asn=4200000000,
        route_refresh=True,
        enhanced_refresh=True,
        extended_message=True,
    )


@pytest.mark.parametrize("wanted", ["extended_message", "extended_next_hop"])
@pytest.mark.parametrize("is_offered", [True, False])
def test_what_both_offer_is_agreed(wanted: str, is_offered: bool) -> None:
    offer: dict[str, Any] = {wanted: is_offered}
    theirs = Capabilities(families=("ipv4",), **offer)
    found = agreed(peer_open(capabilities=theirs), extended_next_hop=True)
    assert getattr(found, wanted) is is_offered


def test_an_extended_next_hop_is_not_offered_unless_asked_for() -> None:
    theirs = Capabilities(families=("ipv4",), extended_next_hop=True)
    assert not agreed(peer_open(capabilities=theirs)).extended_next_hop


@pytest.mark.parametrize("is_offered", [True, False])
def test_a_long_message_is_taken_only_where_both_offer_it(is_offered: bool) -> None:
    """RFC 8654 section 5: else it is a bad length."""
    theirs = Capabilities(families=("ipv4",), extended_message=is_offered)
    made = in_state(State.ESTABLISHED, peer_open(capabilities=theirs))
    withdrawn = b"\x20\xc6\x33\x64\x07" * 1000
    body = len(withdrawn).to_bytes(2, "big") + withdrawn + b"\0\0"
    octets = encode_message(MessageType.UPDATE, body, 65535)
    refused = notifications(made.receive_data(1, octets, 1.0))
    assert refused == ([] if is_offered else [(1, 2, octets[16:18])])
    assert made.encoding is None or made.encoding.max_length == 65535


def test_a_peer_that_refuses_parameters_is_asked_again_without_until_the_next_start() -> None:
    """RFC 5492 section 3."""
    made = in_state(State.OPEN_SENT)
    made.receive_data(1, encode_notification(Notification(2, 4)), 1.0)
    made.tick(made.retry_deadline or 0.0)
    (found,) = messages(made.connected(2, 3.0, "local", ENDPOINTS))
    assert decode_open(found[1]).capabilities == Capabilities()
    made.receive_data(2, peer_open(capabilities=Capabilities()) + KEEPALIVE, 4.0)
    assert made.negotiated is not None
    assert made.negotiated.families == ("ipv4",)
    made.stop(5.0)
    made.start(6.0)
    (found,) = messages(made.connected(3, 6.0, "local", ENDPOINTS))
    assert decode_open(found[1]).capabilities.families == ("ipv4", "ipv6")


def test_a_good_open_is_answered_with_keepalive() -> None:
    made = in_state(State.OPEN_SENT)
    assert kinds(made.receive_data(1, peer_open(), 1.0)) == [MessageType.KEEPALIVE]
