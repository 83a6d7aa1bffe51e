"""Whatever the octets are: a document that is right, or everything that is wrong with it."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lbtui import __version__ as console_version
from speaker import __version__
from speaker.api import ConfigDocument
from speaker.control.checks import MAX_SESSIONS
from speaker.control.documents import masked, read_document, write_document
from speaker.errors import DocumentError
from tests.speaker.running import document, session

WANTED = document(
    [
        session("node-a/tor-a", address="192.0.2.1", families=["ipv4"]),
        session("node-a/tor-b", address="2001:db8::1", peerAsn=None, dynamicAsn="external"),
    ],
    {
        "rs": [
            {"prefix": "198.51.100.0/24", "localPref": 0, "communities": ["0:0", "65535:65535"]},
            {"prefix": "0.0.0.0/0", "largeCommunities": ["4294967295:0:1"]},
            {"prefix": "::/0", "nextHop": "2001:db8::1"},
        ]
    },
)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def places(value: Any, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The path of everything in a document."""
    inner: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [at, *(place for key, item in inner for place in places(item, (*at, key)))]


def with_change(at: tuple[str | int, ...], new: Any) -> Any:
    """The document with one place replaced."""
    copy: Any = json.loads(json.dumps(WANTED))
    if not at:
        return new
    inner = copy
    for key in at[:-1]:
        inner = inner[key]
    inner[at[-1]] = new
    return copy


def test_right_document_is_taken() -> None:
    found = read_document(json.dumps(WANTED).encode())
    assert len(found.speakers[0].sessions) == 2
    assert found.route_sets["rs"].count("ipv4") == 2
    assert len(places(WANTED)) > 40


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(places(WANTED)), ANY_JSON)
def test_any_change_is_taken_whole_or_refused_with_reasons(
    at: tuple[str | int, ...], new: Any
) -> None:
    data = json.dumps(with_change(at, new)).encode()
    try:
        found = read_document(data)
    except DocumentError as error:
        assert error.code in ("invalid", "malformed")
        assert error.details or error.code == "malformed"
    else:
        again = read_document(msgspec.json.encode(write_document(found)))
        assert again.sessions == found.sessions
        for name, routes in again.route_sets.items():
            assert routes.since(found.route_sets[name]) == ()


@given(st.binary(max_size=60))
def test_any_octets_are_refused_as_octets(data: bytes) -> None:
    with pytest.raises(DocumentError):
        read_document(data)


@pytest.mark.parametrize("text", ["1e999", "-1e999", "NaN", "1e400"])
def test_numbers_past_every_limit_are_refused(text: str) -> None:
    data = json.dumps(WANTED).replace('"holdTime": 9', f'"holdTime": {text}').encode()
    with pytest.raises(DocumentError):
        read_document(data)


@pytest.mark.parametrize(
    "address", ["::ffff:192.0.2.1", "224.0.0.1", "2001:db8::1%eth0", "fe80::1%", "01.2.3.4"]
)
def test_addresses_that_are_no_peer_s_are_refused(address: str) -> None:
    wanted = document([session("a/x", address=address)])
    with pytest.raises(DocumentError) as caught:
        read_document(json.dumps(wanted).encode())
    assert [detail.path for detail in caught.value.details] == ["speakers[0].sessions[0].address"]


def test_equal_route_sets_are_shared_with_the_state_before() -> None:
    data = json.dumps(WANTED).encode()
    first = read_document(data)
    second = read_document(data, first)
    assert second.route_sets["rs"] is first.route_sets["rs"]


def test_masked_document_has_no_password() -> None:
    wanted = document([session("a/x", address="192.0.2.1", password="hush")])
    found = masked(msgspec.convert(wanted, ConfigDocument))
    assert found.speakers[0].sessions[0].password == "***"


def test_package_has_the_console_s_version() -> None:
    assert __version__ == console_version


def test_a_session_may_have_an_identifier_of_its_own() -> None:
    sessions = [
        session("node-a/tor-a", address="192.0.2.1", routerId="192.0.2.77"),
        session("node-a/tor-b", address="192.0.2.2"),
    ]
    wanted = read_document(json.dumps(document(sessions, router_id="192.0.2.11")).encode())
    assert [s.parameters().router_id for s in wanted.sessions.values()] == [
        "192.0.2.77",
        "192.0.2.11",
    ]


def test_more_sessions_than_the_limit_are_refused() -> None:
    one = session("x", address="192.0.2.1")
    sessions = [{**one, "id": f"a/{number}"} for number in range(MAX_SESSIONS + 1)]
    with pytest.raises(DocumentError) as refused:
        read_document(json.dumps(document(sessions)).encode())
    assert refused.value.details[0].path == "speakers"
    assert f"{MAX_SESSIONS} are the limit" in refused.value.details[0].message
