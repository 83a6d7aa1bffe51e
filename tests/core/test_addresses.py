"""Addresses, entries of pools and their overlaps, as Go and MetalLB read them."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lbtui.core.values.addresses import (
    Address,
    AddressError,
    format_address,
    parse_address,
    parse_entry,
)

REFUSED = [
    pytest.param("", id="empty"),
    pytest.param("192.0.2", id="three-fields"),
    pytest.param("192.0.2.01", id="leading-zero"),
    pytest.param("192.0.2.256", id="octet-too-large"),
    pytest.param(" 192.0.2.1", id="blank"),
    pytest.param("192.0.2.1/32", id="mask"),
    pytest.param("192.0.2.\u0661", id="other-digits"),
    pytest.param("fe80::1%eth0", id="zone"),
    pytest.param("2001:db8::1::2", id="two-gaps"),
    pytest.param("1:2:3:4:5:6:7::8", id="gap-of-nothing"),
    pytest.param("12345::", id="five-digits"),
    pytest.param("::ffff:192.0.2.01", id="leading-zero-inside"),
]


@pytest.mark.parametrize("text", REFUSED)
def test_what_go_refuses_is_no_address(text: str) -> None:
    assert parse_address(text) is None


def test_a_mapped_address_is_ipv4() -> None:
    assert parse_address("::ffff:192.0.2.1") == parse_address("192.0.2.1")


@given(st.integers(0, 2**32 - 1))
def test_ipv4_text_round_trips(value: int) -> None:
    text = format_address(4, value)
    assert text == str(ipaddress.IPv4Address(value))
    assert parse_address(text) == Address(4, value)


@given(
    st.one_of(
        st.integers(0, 2**128 - 1),
        st.lists(st.sampled_from([0, 0, 1, 0xFFFF]), min_size=8, max_size=8).map(
            lambda groups: sum(group << 16 * i for i, group in enumerate(groups))
        ),
    ).filter(lambda value: value >> 32 != 0xFFFF)
)
def test_ipv6_text_is_rfc_5952_and_round_trips(value: int) -> None:
    text = format_address(6, value)
    assert ipaddress.IPv6Address(text) == ipaddress.IPv6Address(value)
    # Python shortens a single zero group, which RFC 5952 section 4.2.2 forbids.
    if "::" in text:
        assert text == str(ipaddress.IPv6Address(value))
    assert parse_address(text) == Address(6, value)


ENTRIES = [
    pytest.param("198.51.100.10/24", ["198.51.100.0/24"], id="host-bits-are-cleared"),
    pytest.param("198.51.100.0/024", ["198.51.100.0/24"], id="zeros-before-the-length"),
    pytest.param("2001:db8::5/64", ["2001:db8::/64"], id="ipv6"),
    pytest.param(
        "192.0.2.1 - 192.0.2.6",
        ["192.0.2.1/32", "192.0.2.2/31", "192.0.2.4/31", "192.0.2.6/32"],
        id="range-with-blanks",
    ),
    pytest.param("2001:db8::-2001:db8::ff", ["2001:db8::/120"], id="ipv6-range"),
    pytest.param("192.0.2.1-2001:db8::", [], id="range-over-families-holds-nothing"),
]


@pytest.mark.parametrize(("text", "blocks"), ENTRIES)
def test_entries_break_into_the_fewest_blocks(text: str, blocks: list[str]) -> None:
    assert [str(block) for block in parse_entry(text)] == blocks


BROKEN = [
    pytest.param("198.51.100.10", "pool-invalid-cidr", id="no-length"),
    pytest.param("198.51.100.0/33", "pool-invalid-cidr", id="length-too-long"),
    pytest.param(" 198.51.100.0/24", "pool-invalid-cidr", id="blank"),
    pytest.param("198.51.100.1-x", "pool-invalid-range", id="no-address"),
    pytest.param("192.0.2.9-192.0.2.1", "pool-range-family-or-order", id="backwards"),
]


@pytest.mark.parametrize(("text", "code"), BROKEN)
def test_broken_entries_are_refused(text: str, code: str) -> None:
    with pytest.raises(AddressError) as caught:
        parse_entry(text)
    assert caught.value.code == code


def test_a_mapped_block_keeps_its_written_length() -> None:
    (block,) = parse_entry("::ffff:192.0.2.0/120")
    assert (block.family, block.ones, str(block)) == (4, 120, "192.0.2.0/24")
    (plain,) = parse_entry("192.0.2.0/24")
    assert block.contains(Address(4, plain.first + 7))
    # MetalLB compares 24 with 120 and finds no overlap when the plain block is the longer one.
    (longer,) = parse_entry("192.0.2.0/25")
    assert plain.overlaps(block)
    assert not longer.overlaps(parse_entry("::ffff:192.0.2.128/121")[0])


@given(st.integers(0, 2**32 - 1), st.integers(0, 32), st.integers(0, 2**32 - 1), st.integers(0, 32))
def test_blocks_overlap_when_they_share_an_address(a: int, m: int, b: int, n: int) -> None:
    first = ipaddress.IPv4Network((a, m), strict=False)
    second = ipaddress.IPv4Network((b, n), strict=False)
    (one,), (other,) = parse_entry(str(first)), parse_entry(str(second))
    assert one.overlaps(other) == first.overlaps(second)
