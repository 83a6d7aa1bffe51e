"""ROUTE-REFRESH: RFC 2918 section 3, RFC 7313 sections 3.2 and 5."""

from __future__ import annotations

import pytest

from speaker.codec.families import FAMILIES, Family
from speaker.codec.framing import MessageType, encode_message
from speaker.codec.refresh import RefreshKind, RouteRefresh, decode_refresh, encode_refresh
from speaker.errors import MessageError


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("kind", RefreshKind)
def test_a_refresh_survives_the_wire(family: Family, kind: RefreshKind) -> None:
    message = encode_refresh(family, kind)
    assert len(message) == 23
    assert decode_refresh(message[19:]) == RouteRefresh(family, kind)


def test_octets_are_those_of_the_rfc() -> None:
    assert encode_refresh("ipv6", RefreshKind.BEGIN)[16:].hex() == "0017" + "05" + "0002" + "0101"


@pytest.mark.parametrize("body", [b"\0\x19\0\1", b"\0\1\0\2", b"\xff\xff\0\xff"])
def test_a_foreign_family_is_none(body: bytes) -> None:
    assert decode_refresh(body).family is None


def test_an_unknown_subtype_is_none() -> None:
    assert decode_refresh(b"\0\1\x09\1") == RouteRefresh("ipv4", None)


def test_filters_behind_a_request_are_ignored() -> None:
    assert decode_refresh(b"\0\1\0\1\x01\x40\x00\x00") == RouteRefresh("ipv4")


@pytest.mark.parametrize("kind", [RefreshKind.BEGIN, RefreshKind.END])
def test_a_marker_of_another_length_is_refused_with_the_message(kind: RefreshKind) -> None:
    body = bytes((0, 1, kind, 1, 0))
    with pytest.raises(MessageError) as caught:
        decode_refresh(body)
    assert (caught.value.code, caught.value.subcode) == (7, 1)
    assert caught.value.data == encode_message(MessageType.ROUTE_REFRESH, body)
