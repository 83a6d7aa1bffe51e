"""UPDATE as sent: RFC 4271 sections 4.3 and 5, 4760, 6793 section 4.2.2, 7606 section 5.1."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speaker.codec.announcement import (
    announcement_room,
    encode_announcement,
    encode_attributes,
    encode_withdrawal,
    own_path,
    withdrawal_room,
)
from speaker.codec.as_path import AS_SEQUENCE, Segment
from speaker.codec.attributes import PathAttributes, split_attributes
from speaker.codec.families import FAMILIES, Family
from speaker.codec.prefix import parse_address, parse_prefix
from speaker.codec.update import Reach, Unreach, Update, decode_update

HOPS: dict[Family, bytes] = {
    "ipv4": parse_address("192.0.2.1"),
    "ipv6": parse_address("2001:db8::1"),
}
LINK_LOCAL = parse_address("fe80::1")
NLRI: dict[Family, bytes] = {
    "ipv4": parse_prefix("198.51.100.0/24")[1],
    "ipv6": parse_prefix("2001:db8:1::/48")[1],
}
FULL = PathAttributes(
    origin=0,
    as_path=(Segment(AS_SEQUENCE, (70000,)),),
    med=5,
    local_pref=200,
    communities=(0xFC000001,),
    large_communities=((64512, 1, 2),),
)


def decode(message: bytes, *, four_octet_as: bool = True) -> Update:
    return decode_update(message[19:], four_octet_as=four_octet_as, is_ibgp=True, families=FAMILIES)


def codes(message: bytes) -> list[int]:
    withdrawn = int.from_bytes(message[19:21], "big")
    start = 23 + withdrawn
    length = int.from_bytes(message[start - 2 : start], "big")
    return [raw.code for raw in split_attributes(message[start : start + length])]


def test_octets_of_an_external_announcement_are_those_of_the_rfc() -> None:
    path = own_path(64512, is_ibgp=False)
    attributes = encode_attributes(PathAttributes(origin=0, as_path=path), four_octet_as=True)
    message = encode_announcement("ipv4", HOPS["ipv4"], attributes, NLRI["ipv4"])
    assert message[16:].hex() == (
        "002f" + "02" + "0000" + "0014" + "40010100" + "400206" + "02010000fc00"
        "400304" + "c0000201" + "18c63364"
    )


def test_octets_of_an_internal_ipv6_announcement_are_those_of_the_rfc() -> None:
    plain = PathAttributes(origin=0, as_path=own_path(64512, is_ibgp=True), local_pref=100)
    attributes = encode_attributes(plain, four_octet_as=True)
    message = encode_announcement("ipv6", HOPS["ipv6"], attributes, NLRI["ipv6"])
    assert message[19:].hex() == (
        "0000" + "002d" + "800e1c" + "000201" + "10" + "20010db8" + "0" * 23 + "1" + "00"
        "3020010db80001" + "40010100" + "400200" + "40050400000064"
    )


@pytest.mark.parametrize(("family", "order"), [("ipv4", [1, 2, 3, 4, 5, 8, 17, 32])])
def test_attributes_ascend_by_type(family: Family, order: list[int]) -> None:
    attributes = encode_attributes(FULL, four_octet_as=False)
    assert codes(encode_announcement(family, HOPS[family], attributes, NLRI[family])) == order


def test_mp_reach_comes_first_and_next_hop_is_left_out() -> None:
    attributes = encode_attributes(FULL, four_octet_as=True)
    message = encode_announcement("ipv6", HOPS["ipv6"], attributes, NLRI["ipv6"])
    assert codes(message) == [14, 1, 2, 4, 5, 8, 32]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("four_octet_as", [True, False])
def test_what_is_sent_is_what_is_read(family: Family, four_octet_as: bool) -> None:
    attributes = encode_attributes(FULL, four_octet_as=four_octet_as)
    message = encode_announcement(family, HOPS[family], attributes, NLRI[family])
    update = decode(message, four_octet_as=four_octet_as)
    assert update.announced == (Reach(family, HOPS[family], (NLRI[family],)),)
    assert update.problems == ()
    assert update.attributes.asns == (70000,)
    assert update.attributes.communities == FULL.communities
    assert update.attributes.large_communities == FULL.large_communities
    assert (update.attributes.local_pref, update.attributes.med) == (200, 5)


def test_a_small_as_needs_no_as4_path() -> None:
    small = PathAttributes(origin=0, as_path=own_path(65535, is_ibgp=False))
    attributes = encode_attributes(small, four_octet_as=False)
    message = encode_announcement("ipv4", HOPS["ipv4"], attributes, NLRI["ipv4"])
    assert codes(message) == [1, 2, 3]
    assert decode(message, four_octet_as=False).attributes.asns == (65535,)


def test_many_communities_use_the_long_length() -> None:
    many = PathAttributes(origin=0, as_path=(), communities=tuple(range(1, 65)))
    attributes = encode_attributes(many, four_octet_as=True)
    message = encode_announcement("ipv4", HOPS["ipv4"], attributes, NLRI["ipv4"])
    assert decode(message).attributes.communities == many.communities


@pytest.mark.parametrize("family", FAMILIES)
def test_a_withdrawal_has_nothing_else(family: Family) -> None:
    message = encode_withdrawal(family, NLRI[family] * 2)
    assert decode(message) == Update(withdrawn=(Unreach(family, (NLRI[family],) * 2),))
    assert codes(message) == ([] if family == "ipv4" else [15])


@pytest.mark.parametrize("family", FAMILIES)
def test_an_empty_withdrawal_is_end_of_rib(family: Family) -> None:
    message = encode_withdrawal(family, b"")
    assert decode(message) == Update(end_of_rib=family)
    assert len(message) == (23 if family == "ipv4" else 29)


LIMITS = pytest.mark.parametrize("limit", [4096, 65535], ids=["plain", "extended"])


@LIMITS
@pytest.mark.parametrize(
    ("family", "next_hop"),
    [
        ("ipv4", HOPS["ipv4"]),
        ("ipv4", HOPS["ipv6"]),
        ("ipv6", HOPS["ipv6"]),
        ("ipv6", HOPS["ipv6"] + LINK_LOCAL),
    ],
    ids=["IPv4", "IPv4 behind IPv6", "IPv6", "IPv6 with link-local"],
)
def test_the_room_fills_an_announcement_to_its_last_octet(
    family: Family, next_hop: bytes, limit: int
) -> None:
    attributes = encode_attributes(FULL, four_octet_as=True)
    room = announcement_room(family, next_hop, attributes, limit)
    message = encode_announcement(family, next_hop, attributes, bytes(room), limit)
    assert len(message) == limit
    with pytest.raises(ValueError, match=str(limit + 1)):
        encode_announcement(family, next_hop, attributes, bytes(room + 1), limit)


@LIMITS
@pytest.mark.parametrize("family", FAMILIES)
def test_the_room_fills_a_withdrawal_to_its_last_octet(family: Family, limit: int) -> None:
    room = withdrawal_room(family, limit)
    assert len(encode_withdrawal(family, bytes(room), limit)) == limit
    with pytest.raises(ValueError, match=str(limit + 1)):
        encode_withdrawal(family, bytes(room + 1), limit)


@pytest.mark.parametrize("next_hop", [HOPS["ipv6"], HOPS["ipv6"] + LINK_LOCAL])
def test_ipv4_behind_an_ipv6_next_hop_goes_into_mp_reach(next_hop: bytes) -> None:
    """RFC 8950 section 3: AFI 1, SAFI 1, and the length of the next hop says what it is."""
    path = own_path(64512, is_ibgp=False)
    attributes = encode_attributes(PathAttributes(origin=0, as_path=path), four_octet_as=True)
    message = encode_announcement("ipv4", next_hop, attributes, NLRI["ipv4"])
    value = "000101" + f"{len(next_hop):02x}" + next_hop.hex() + "00" + "18c63364"
    length = len(value) // 2
    assert message[19:].hex() == (
        "0000" + f"{3 + length + 13:04x}" + f"800e{length:02x}" + value + "40010100"
        "400206" + "02010000fc00"
    )
    assert decode(message).announced == (Reach("ipv4", next_hop, (NLRI["ipv4"],)),)


numbers = st.integers(0, 2**32 - 1)


@given(
    family=st.sampled_from(FAMILIES),
    four_octet_as=st.booleans(),
    attributes=st.builds(
        PathAttributes,
        origin=st.integers(0, 2),
        as_path=st.lists(st.integers(1, 2**32 - 1), max_size=1).map(
            lambda asns: (Segment(AS_SEQUENCE, tuple(asns)),) if asns else ()
        ),
        med=st.none() | numbers,
        local_pref=st.none() | numbers,
        communities=st.lists(numbers, max_size=100).map(tuple),
        large_communities=st.lists(
            st.tuples(numbers, numbers, numbers), max_size=30, unique=True
        ).map(tuple),
    ),
)
def test_any_attributes_survive_the_wire(
    family: Family, four_octet_as: bool, attributes: PathAttributes
) -> None:
    encoded = encode_attributes(attributes, four_octet_as=four_octet_as)
    message = encode_announcement(family, HOPS[family], encoded, NLRI[family])
    update = decode(message, four_octet_as=four_octet_as)
    assert update.announced == (Reach(family, HOPS[family], (NLRI[family],)),)
    assert update.problems == ()
    for name in ("origin", "as_path", "med", "local_pref", "communities", "large_communities"):
        assert getattr(update.attributes, name) == getattr(attributes, name), name
