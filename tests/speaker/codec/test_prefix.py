"""Prefixes: RFC 4271 sections 4.3 and 6.3."""

from __future__ import annotations

from random import Random

import pytest

from speaker.codec.families import Family
from speaker.codec.prefix import (
    address_text,
    decode_prefixes,
    parse_address,
    parse_prefix,
    prefix_order,
    prefix_text,
)
from speaker.errors import MessageError

SAMPLES = [
    ("0.0.0.0/0", "00"),
    ("128.0.0.0/1", "0180"),
    ("10.0.0.0/8", "080a"),
    ("198.51.100.0/22", "16c63364"),
    ("192.0.2.0/24", "18c00002"),
    ("192.0.2.255/32", "20c00002ff"),
    ("::/0", "00"),
    ("2001:db8::/32", "2020010db8"),
    ("2001:db8:8000::/33", "2120010db880"),
    ("2001:db8::1/128", "80" + "20010db8" + "0" * 22 + "01"),
]


@pytest.mark.parametrize(("text", "octets"), SAMPLES)
def test_text_and_octets_agree_both_ways(text: str, octets: str) -> None:
    family, nlri = parse_prefix(text)
    assert nlri.hex() == octets
    assert prefix_text(family, nlri) == text
    assert decode_prefixes(nlri, family) == (nlri,)


def test_a_field_of_many_keeps_order_and_duplicates() -> None:
    nlris = [parse_prefix(text)[1] for text, _ in SAMPLES[:6]] * 2
    assert decode_prefixes(b"".join(nlris), "ipv4") == tuple(nlris)


@pytest.mark.parametrize(
    ("octets", "text"),
    [("01ff", "128.0.0.0/1"), ("0fffff", "255.254.0.0/15"), ("17c00003", "192.0.2.0/23")],
)
def test_bits_past_the_length_are_cleared(octets: str, text: str) -> None:
    (nlri,) = decode_prefixes(bytes.fromhex(octets), "ipv4")
    assert prefix_text("ipv4", nlri) == text


@pytest.mark.parametrize(
    ("octets", "family"),
    [
        ("21c000020000", "ipv4"),
        ("18c000", "ipv4"),
        ("18", "ipv4"),
        ("00ff", "ipv4"),
        ("81", "ipv6"),
    ],
)
def test_an_unreadable_field_is_refused_with_3_10(octets: str, family: Family) -> None:
    with pytest.raises(MessageError) as caught:
        decode_prefixes(bytes.fromhex(octets), family)
    assert (caught.value.code, caught.value.subcode) == (3, 10)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "192.0.2.1/24",
        "192.0.2.0/33",
        "192.0.2",
        "2001:db8::/129",
        "x/8",
        "1.2.3.04",
        "1.2.3.4/",
        "/8",
        "1.2.3.4/-1",
        "1.2.3.4/3²",
        "fe80::%eth0/64",
        "10.0.0.0/255.0.0.0",
        "2001:db8::1/64",
    ],
)
def test_text_that_is_no_prefix_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        parse_prefix(text)


SORTED: dict[Family, list[str]] = {
    "ipv4": "0.0.0.0/0 0.0.0.0/8 9.0.0.0/8 10.0.0.0/8 10.0.0.0/9 10.0.0.0/24 10.0.0.0/32 "
    "10.0.0.1/32 10.0.1.0/24 10.1.0.0/16 10.128.0.0/9 192.0.2.0/24".split(),
    "ipv6": "::/0 ::/128 2001:d00::/24 2001:db8::/32 2001:db8::/48 2001:db8::1/128 2001:db9::/32 "
    "2001:e00::/24".split(),
}


@pytest.mark.parametrize("family", SORTED)
def test_the_order_is_by_network_then_length(family: Family) -> None:
    nlris = [parse_prefix(text)[1] for text in SORTED[family]]
    shuffled = Random(7).sample(nlris, len(nlris))
    assert shuffled != nlris
    assert [prefix_text(family, nlri) for nlri in sorted(shuffled, key=prefix_order)] == SORTED[
        family
    ]


def test_a_scope_is_left_out_of_an_address() -> None:
    assert address_text(parse_address("fe80::1%eth0")) == "fe80::1"


def test_of_two_next_hops_the_global_one_is_shown() -> None:
    both = parse_address("2001:db8::1") + parse_address("fe80::1")
    assert address_text(both) == "2001:db8::1"
