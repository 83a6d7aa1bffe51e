"""Addresses and prefixes as integers, read the way Go's net package reads them."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import NamedTuple

BITS = {4: 32, 6: 128}
"""Address length of each family."""


class Prefix(NamedTuple):
    """A network; sorts by family, network, length."""

    family: int
    """4 or 6."""
    network: int
    """The address with host bits cleared."""
    length: int

    def __str__(self) -> str:
        """RFC 4632 or RFC 5952 text with the length."""
        return f"{format_address(self.family, self.network)}/{self.length}"


class Address(NamedTuple):
    """One IP address."""

    family: int
    """4 or 6; an IPv4-mapped IPv6 address counts as IPv4, as in Go."""
    value: int

    def __str__(self) -> str:
        """Dotted quad, or RFC 5952 text."""
        return format_address(self.family, self.value)

    def masked(self, length: int) -> Prefix:
        """The prefix of `length` bits (0 to the family's length) that holds the address."""
        host_bits = BITS[self.family] - length
        return Prefix(self.family, self.value >> host_bits << host_bits, length)


class Network(NamedTuple):
    """A CIDR block as MetalLB keeps it for a pool; Go's net.IPNet."""

    family: int
    """By its address: 4 also for IPv4-mapped blocks."""
    first: int
    """Lowest address."""
    ones: int
    """Prefix length as written; 96 to 128 for an IPv4-mapped block."""
    bits: int
    """32, or 128; differs from the family's only for an IPv4-mapped block."""

    @property
    def length(self) -> int:
        """Prefix length within the family, whatever way it was written."""
        return self.ones - (self.bits - BITS[self.family])

    @property
    def last(self) -> int:
        """Highest address."""
        return self.first | (1 << BITS[self.family] - self.length) - 1

    def __str__(self) -> str:
        """Address and length within the family."""
        return f"{format_address(self.family, self.first)}/{self.length}"

    def contains(self, address: Address) -> bool:
        """Whether the address is of this family and in the block."""
        return address.family == self.family and self.first <= address.value <= self.last

    def overlaps(self, other: Network) -> bool:
        """MetalLB's test, which compares lengths as written: mapped blocks slip through it."""
        return self._covers(other) or other._covers(self)

    def _covers(self, inner: Network) -> bool:
        """Whether `inner` is the same block, or a longer one that begins in this one."""
        if self.family != inner.family:
            return False
        if self.ones == inner.ones and self.first == inner.first:
            return True
        return self.ones < inner.ones and self.first <= inner.first <= self.last


class AddressError(ValueError):
    """A pool's address entry cannot be read; `code` is the diagnostic's."""

    def __init__(self, code: str, message: str) -> None:
        """Keep code and message."""
        super().__init__(message)
        self.code = code


_MAPPED = 0xFFFF << 32
"""::ffff:0:0, below which IPv4-mapped addresses stand."""


def parse_address(text: str) -> Address | None:
    """Read an address the way Go's net.ParseIP does; None if it is none.

    No zones, masks, blanks or leading zeros; an IPv4-mapped address is IPv4.
    """
    if ":" not in text:
        value = _parse_ipv4(text)
        return None if value is None else Address(4, value)
    if "%" in text:
        return None
    try:
        return _classify(int(ipaddress.IPv6Address(text)))
    except ValueError:
        return None


def _parse_ipv4(text: str) -> int | None:
    """Four decimal fields of at most three digits without leading zeros."""
    fields = text.split(".")
    if len(fields) != 4:
        return None
    value = 0
    for field in fields:
        if not field.isdecimal() or not field.isascii() or len(field) > 3:
            return None
        octet = int(field)
        if octet > 255 or (field[0] == "0" and len(field) > 1):
            return None
        value = value << 8 | octet
    return value


def _classify(value: int) -> Address:
    """A 128-bit address, IPv4 if it is IPv4-mapped."""
    return Address(4, value & 0xFFFFFFFF) if value >> 32 == 0xFFFF else Address(6, value)


def _wide(address: Address) -> int:
    """The address as 128 bits, the form in which Go compares two of them."""
    return address.value | _MAPPED if address.family == 4 else address.value


def _network(value: int, ones: int) -> Network:
    """The block of 128-bit `value` and a length of 128 bits, host bits cleared."""
    first = value >> 128 - ones << 128 - ones
    address = _classify(first)
    return Network(address.family, address.value, ones, 128)


def parse_entry(text: str) -> tuple[Network, ...]:
    """Read one entry of a pool: a CIDR, or a range with "-" broken into the fewest CIDRs.

    A range whose ends are of different families is accepted and holds nothing, as in MetalLB.

    Raises:
        AddressError: pool-invalid-cidr, pool-invalid-range or pool-range-family-or-order.
    Source: MetalLB internal/config/config.go ParseCIDR; Go net.ParseCIDR.
    """
    return _parse_range(text) if "-" in text else (_parse_cidr(text),)


def _parse_cidr(text: str) -> Network:
    """Address, slash, decimal length; host bits are cleared."""
    address_text, slash, length_text = text.partition("/")
    address = parse_address(address_text)
    is_number = length_text.isdecimal() and length_text.isascii()
    bits = 128 if ":" in address_text else 32
    if not slash or address is None or not is_number or _count(length_text) > bits:
        raise AddressError("pool-invalid-cidr", f"{text!r} is not a CIDR such as 192.0.2.0/24")
    ones = _count(length_text)
    if bits == 128:
        return _network(_wide(address), ones)
    return Network(4, address.masked(ones).network, ones, 32)


def _count(digits: str) -> int:
    """A decimal number with any leading zeros; what is too long for a length is just large."""
    significant = digits.lstrip("0")[:9]
    return int(significant or "0")


def _parse_range(text: str) -> tuple[Network, ...]:
    """First and last address, blanks around them allowed."""
    first_text, _, last_text = text.partition("-")
    first, last = parse_address(first_text.strip()), parse_address(last_text.strip())
    for part, address in ((first_text, first), (last_text, last)):
        if address is None:
            raise AddressError(
                "pool-invalid-range", f"{part.strip()!r} in the range {text!r} is not an address"
            )
    assert first is not None and last is not None
    if _wide(first) > _wide(last):
        raise AddressError(
            "pool-range-family-or-order", f"the range {text!r} ends before it begins"
        )
    if first.family != last.family:
        return ()
    return tuple(summarize(first, last))


def summarize(first: Address, last: Address) -> Iterable[Network]:
    """The fewest blocks that hold exactly the addresses from `first` to `last`, in order."""
    import netaddr  # 60 ms; a configuration without ranges does not pay for it

    version, bits = first.family, BITS[first.family]
    ends = (netaddr.IPAddress(end.value, version) for end in (first, last))
    for block in netaddr.iprange_to_cidrs(*ends):
        if bits == 32:
            yield Network(4, block.first, block.prefixlen, 32)
        else:
            yield _network(block.first, block.prefixlen)


def format_address(family: int, value: int) -> str:
    """Dotted quad, or RFC 5952 text."""
    if family == 4:
        return ".".join(str(value >> shift & 255) for shift in (24, 16, 8, 0))
    groups = [value >> shift & 0xFFFF for shift in range(112, -1, -16)]
    start, length = _longest_zero_run(groups)
    if length < 2:
        return ":".join(f"{group:x}" for group in groups)
    head = ":".join(f"{group:x}" for group in groups[:start])
    tail = ":".join(f"{group:x}" for group in groups[start + length :])
    return f"{head}::{tail}"


def _longest_zero_run(groups: list[int]) -> tuple[int, int]:
    """Start and length of the first longest run of zero groups."""
    best = (0, 0)
    at = 0
    while at < len(groups):
        end = at
        while end < len(groups) and groups[end] == 0:
            end += 1
        if end - at > best[1]:
            best = (at, end - at)
        at = max(end, at + 1)
    return best
