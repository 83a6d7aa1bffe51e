"""Sessions in words."""

from __future__ import annotations

import errno
import time
from dataclasses import replace
from typing import Any

import pytest

from lbtui.ports import FamilyCounts, SessionRow
from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.views.session_details import details
from lbtui.tui.views.session_remedies import remedy
from lbtui.tui.views.session_words import (
    asn_text,
    bfd_text,
    counts_text,
    duration,
    families_text,
    flags_text,
    since_text,
    state_text,
)
from speaker.codec.capabilities import Capabilities
from speaker.codec.notification import CODES, SUBCODES
from speaker.network.transport import describe
from speaker.session.seeking import DIAL_FAILED

NOW = 1_700_000_000.0
ROW = SessionRow(
    id="a/tor",
    node="a",
    peer="tor",
    state="Established",
    since=NOW - 60,
    address="192.0.2.1",
    local_address="192.0.2.11",
    local_asn=64512,
    peer_asn=64513,
    families={"ipv4": FamilyCounts(14, 12, 2), "ipv6": FamilyCounts(3, 3)},
    negotiated=("ipv4", "ipv6"),
    established=1,
)


@pytest.mark.parametrize(
    ("row", "text"),
    [
        pytest.param(ROW, f"{SYMBOLS.good} Established", id="up"),
        pytest.param(
            replace(ROW, state="OpenConfirm"), f"{SYMBOLS.waiting} OpenConfirm", id="trying"
        ),
        pytest.param(replace(ROW, state="Idle"), f"{SYMBOLS.down} Idle", id="down"),
        pytest.param(
            replace(ROW, state="Idle", is_enabled=False), f"{SYMBOLS.down} admin down", id="off"
        ),
    ],
)
def test_state_is_symbol_and_word(row: SessionRow, text: str) -> None:
    assert state_text(row) == text


def test_since_tells_up_down_and_never() -> None:
    clock = time.strftime("%H:%M:%S", time.localtime(NOW - 60))
    assert since_text(ROW, NOW) == f"up {clock}"
    assert since_text(replace(ROW, state="Active", dropped=1), NOW) == f"down {clock}"
    assert since_text(replace(ROW, state="Active", established=0), NOW) == "never up"


def test_since_long_ago_has_the_date() -> None:
    then = NOW - 3 * 86400
    assert since_text(replace(ROW, since=then), NOW) == time.strftime(
        "up %b %d %H:%M", time.localtime(then)
    )


def test_counts_mark_what_is_not_sent_yet() -> None:
    assert counts_text(ROW) == "v4 12/14! v6 3/3"


def test_families_tell_what_was_not_negotiated() -> None:
    assert families_text(replace(ROW, negotiated=("ipv4",))) == "v4 (not v6)"
    assert families_text(replace(ROW, negotiated=())) == "-"


def test_asn_tells_the_kind_of_session() -> None:
    assert asn_text(ROW) == "64513 eBGP"
    assert asn_text(replace(ROW, peer_asn=64512)) == "64512 iBGP"
    assert asn_text(replace(ROW, peer_asn=0)) == "any"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (8, "8s"), (60, "1m"), (725, "12m 5s"), (3601, "1h 1s"), (97_200, "1d 3h")],
)
def test_durations_have_two_units(seconds: int, text: str) -> None:
    assert duration(seconds) == text


def test_details_say_when_the_source_address_is_another() -> None:
    told: dict[str, Any] = {"configuredSourceAddress": "192.0.2.99", "localPort": 40000}
    lines = dict(dict(details(replace(ROW, detail=told), NOW))["Transport"])
    assert lines["source address"] == "192.0.2.99 (in use: 192.0.2.11)"
    assert lines["local"] == "192.0.2.11:40000"


def test_details_list_the_newest_transition_first() -> None:
    history = [
        {"at": NOW - 2, "before": "Idle", "after": "Connect", "reason": "start"},
        {"at": NOW - 1, "before": "Connect", "after": "OpenSent", "reason": "connected"},
    ]
    lines = dict(details(replace(ROW, detail={"history": history}), NOW))["History"]
    assert [text for _, text in lines] == [
        f"Connect {SYMBOLS.arrow} OpenSent  connected",
        f"Idle {SYMBOLS.arrow} Connect  start",
    ]


def test_every_notification_has_a_remedy() -> None:
    known = [(code, 0) for code in CODES] + list(SUBCODES)
    assert len(known) > 35
    for code, subcode in known:
        error = {"direction": "received", "code": code, "subcode": subcode}
        assert len(remedy(error)) > 30, (code, subcode)
    assert remedy({"direction": "sent", "code": 6, "subcode": 2}).startswith("This side")
    assert remedy(None) == ""


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (errno.ECONNREFUSED, "listens"),
        (errno.EHOSTUNREACH, "VLAN"),
        (errno.ENETUNREACH, "routing table"),
        (errno.ETIMEDOUT, "filter"),
        (errno.ECONNRESET, "no such neighbour"),
        (errno.EADDRNOTAVAIL, "source address"),
    ],
)
def test_every_way_a_dial_fails_has_a_remedy(number: int, word: str) -> None:
    """In the words that the speaker reports."""
    text = describe(OSError(number, "whatever"))
    error = {"code": None, "name": DIAL_FAILED, "text": text, "direction": "local"}
    assert word in remedy(error), text


def test_remedy_stands_below_the_error_while_the_session_is_down() -> None:
    error = {"direction": "received", "code": 2, "subcode": 2, "name": "", "text": "", "data": ""}
    down = replace(ROW, state="Idle", last_error="← 2/2 Bad Peer AS", detail={"lastError": error})
    lines = dict(details(down, NOW))["State"]
    words = " ".join(text for label, text in lines if label in ("what to do", ""))
    assert "myASN and peerASN" in words
    assert all(len(text) <= 60 for label, text in lines if label in ("what to do", ""))
    up = dict(details(replace(down, state="Established"), NOW))["State"]
    assert "what to do" not in dict(up)


def test_details_keep_intended_able_and_sent_apart() -> None:
    lines = dict(dict(details(ROW, NOW))["Routes"])
    assert lines["intended"] == "ipv4 14, ipv6 3"
    assert lines["able"] == "yes: v4 v6"
    assert lines["sent"] == "ipv4 12, ipv6 3"
    down = dict(dict(details(replace(ROW, state="Active", negotiated=()), NOW))["Routes"])
    assert down["able"] == "no: Active"
    held = dict(dict(details(replace(ROW, is_enabled=False), NOW))["Routes"])
    assert held["able"] == "no: held down"


def test_capabilities_of_both_sides_are_paired_with_a_verdict() -> None:
    ours = Capabilities(
        families=("ipv4", "ipv6"), four_octet_asn=64512, route_refresh=True, extended_message=True
    )
    theirs = Capabilities(
        families=("ipv4",), four_octet_asn=64513, others=((73, b"\x05tor-a"), (200, b"\xab"))
    )
    told = {"capabilitiesSent": ours.words(), "capabilitiesReceived": theirs.words()}
    lines = dict(dict(details(replace(ROW, detail=told), NOW))["Capabilities"])
    assert lines["multiprotocol ipv4 unicast"] == "in use"
    assert lines["multiprotocol ipv6 unicast"] == "the peer does not offer it"
    assert lines["4-octet AS"] == "in use; sent 64512; received 64513"
    assert lines["extended message"] == "the peer does not offer it"
    assert lines["host name"] == "not offered here; received tor-a"
    assert lines["capability 200"] == "not offered here; received (0xab)"


def test_details_name_every_fact_of_the_transport() -> None:
    tcp = {"mss": 1448, "rtt": 0.0015, "retransmits": 2, "ttl": 255, "leastTtl": 255, "waiting": 7}
    told = {"tcp": tcp, "password": True, "sendHoldRemaining": 479.0}
    found = dict(details(replace(ROW, detail=told), NOW))
    transport = dict(found["Transport"])
    assert transport["TTL"] == "255 of ours, the peer's at least 255 (GTSM)"
    assert transport["MSS / round trip"] == "1448 octets / 1.5 ms"
    assert transport["TCP MD5 password"] == "configured"
    assert dict(found["Timers"])["send hold left"] == "7m 59s"


def test_list_tells_bfd_and_flags() -> None:
    assert (bfd_text(ROW), flags_text(ROW)) == ("off", "-")
    told = {"bfd": {"state": "Up"}, "password": True, "gracefulRestart": {}}
    row = replace(ROW, detail=told, is_passive=True)
    assert (bfd_text(row), flags_text(row)) == ("up", "MD5 GR passive")
