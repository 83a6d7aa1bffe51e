"""Sessions in words."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from lbtui.ports import FamilyCounts, SessionRow
from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.views.session_details import details
from lbtui.tui.views.session_words import (
    asn_text,
    counts_text,
    duration,
    families_text,
    since_text,
    state_text,
)

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
