"""Sessions to lab routers: what is written, where they go, and what must never go anywhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lbtui.core.routing.announcements import AnnouncedSession
from lbtui.core.routing.lab import NO_LAB, LabError, read_entries, read_lab
from tests.support.speakers import announcements

WANTED = announcements(179, [])


def sessions_of(text: str) -> dict[str, AnnouncedSession]:
    moved = read_entries(text).relocated(WANTED)
    return {node.name: session for node in moved.nodes for session in node.sessions}


def test_only_addresses_change() -> None:
    sessions = sessions_of("peer/tor=192.0.2.9:1790 node/node-a=192.0.2.20")
    old = WANTED.nodes[0].sessions[0]
    there = replace(old, address="192.0.2.9", port=1790, ebgp_multi_hop=True)
    assert sessions["node-a"] == replace(there, source_address="192.0.2.20")
    assert sessions["node-b"] == replace(there, source_address="127.0.3.12")
    assert sessions_of("peer/tor=192.0.2.9")["node-a"].port == 179
    assert sessions_of("peer/other=192.0.2.9, node/none=192.0.2.1")["node-a"] == old
    assert NO_LAB.relocated(WANTED) is WANTED


def test_a_router_of_the_other_family_gets_nothing_and_nor_does_the_real_one() -> None:
    mapping = read_entries("peer/tor=[2001:db8::9]:1790")
    assert mapping.misfits(WANTED) == ["tor"]
    assert not any(node.sessions for node in mapping.relocated(WANTED).nodes)


def test_a_source_of_the_other_family_stays_unused() -> None:
    assert sessions_of("node/node-a=2001:db8::1")["node-a"].source_address == "127.0.3.11"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("peer/tor=192.0.2.300", "'192.0.2.300' is no address"),
        ("peer/tor=192.0.2.9:0", "'0' is no port"),
        ("peer/tor=192.0.2.9:70000", "'70000' is no port"),
        ("peer/tor=[2001:db8::9]1790", "no address with a port"),
        ("peer/tor", "'' is no address"),
        ("tor=192.0.2.9", "write peer/NAME or node/NAME"),
        ("node/a=192.0.2.9:179", "is no address"),
    ],
)
def test_what_cannot_be_understood_stops_everything(text: str, problem: str) -> None:
    mapping = read_entries(f"{text} peer/spine=192.0.2.8")
    assert problem in mapping.problems[0] and not mapping.is_empty
    with pytest.raises(LabError):
        mapping.relocated(WANTED)


def test_entries_are_read_again_as_they_are_written() -> None:
    mapping = read_entries("peer/a=[2001:db8::9]:1790 peer/b=2001:db8::8 node/c=192.0.2.7")
    assert read_lab(mapping.entries) == mapping and len(mapping.entries) == 3
