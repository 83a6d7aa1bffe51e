"""Prefixes: NLRI octets, text, and what address families are called on the wire.

A prefix is kept as its NLRI octets, <length in bits: 1> <network: ceil(length / 8)>, bits past
the length cleared: 100,000 of them stay small, hash fast and need no encoding when sent.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from speaker.codec.families import Family
from speaker.errors import MessageError

AFIS: Final[dict[Family, int]] = {"ipv4": 1, "ipv6": 2}
FAMILIES_BY_AFI: Final[dict[int, Family]] = {afi: family for family, afi in AFIS.items()}
UNICAST: Final = 1
"""The SAFI."""
ADDRESS_OCTETS: Final[dict[Family, int]] = {"ipv4": 4, "ipv6": 16}


def decode_prefixes(data: bytes, family: Family, subcode: int = 10) -> tuple[bytes, ...]:
    """Cut an NLRI or Withdrawn Routes field into prefixes.

    Args:
        data: the whole field, 0 octets or more.
        family: bounds the length: 32 or 128 bits.
        subcode: of the error; 9 inside a multiprotocol attribute.

    Returns:
        NLRI octets in wire order, duplicates kept, bits past the length cleared.

    Raises:
        MessageError: 3/`subcode`, when a length is too long or the field is cut short.
    Source: RFC 4271 sections 4.3 and 6.3, RFC 4760 section 5.
    """
    limit = ADDRESS_OCTETS[family] * 8
    found = []
    at = 0
    while at < len(data):
        bits = data[at]
        end = at + 1 + (bits + 7) // 8
        if bits > limit or end > len(data):
            raise MessageError(3, subcode, reason=f"bad {family} prefix at octet {at} of its field")
        nlri = data[at:end]
        if bits % 8:
            nlri = nlri[:-1] + bytes((nlri[-1] & (0xFF00 >> bits % 8) & 0xFF,))
        found.append(nlri)
        at = end
    return tuple(found)


def parse_prefix(text: str) -> tuple[Family, bytes]:
    """Read "192.0.2.0/24"; a bare address is a host prefix.

    Raises:
        ValueError: it is not a prefix, or has bits set past its length.
    """
    address, slash, digits = text.partition("/")
    # Not ip_network: it takes masks for lengths, and half as long again for 100,000 of them.
    packed = b"" if "%" in address else _packed(address)
    limit = len(packed) * 8
    length = int(digits) if digits.isascii() and digits.isdigit() else -1
    length = length if slash else limit
    if not packed or not 0 <= length <= limit:
        raise ValueError(f"{text!r} is not an IPv4 or IPv6 prefix")
    if int.from_bytes(packed, "big") & ((1 << limit - length) - 1):
        raise ValueError(f"{text!r} has bits set past its length")
    family: Family = "ipv4" if limit == 32 else "ipv6"
    return family, bytes((length,)) + packed[: (length + 7) // 8]


def _packed(address: str) -> bytes:
    try:
        return (IPv6Address(address) if ":" in address else IPv4Address(address)).packed
    except ValueError:
        return b""


def prefix_text(family: Family, nlri: bytes) -> str:
    """Write NLRI octets as "192.0.2.0/24"."""
    packed = nlri[1:].ljust(ADDRESS_OCTETS[family], b"\0")
    if family == "ipv4":
        return str(IPv4Network((packed, nlri[0])))
    return str(IPv6Network((packed, nlri[0])))


def prefix_order(nlri: bytes) -> tuple[bytes, int]:
    """Sort key: by network, then length. Octets left out are zeros, so no padding is needed."""
    return nlri[1:], nlri[0]


def parse_address(text: str) -> bytes:
    """Read an address into 4 or 16 octets; a scope (`%eth0`) is left out. Raises ValueError."""
    return ip_address(text.partition("%")[0]).packed


def address_text(octets: bytes) -> str:
    """Write 4 or 16 octets, or the first 16 of 32 (global and link-local, RFC 2545)."""
    return str(IPv4Address(octets) if len(octets) == 4 else IPv6Address(octets[:16]))


def address_family(octets: bytes) -> Family:
    """Family of an address of 4, 16 or 32 octets."""
    return "ipv4" if len(octets) == 4 else "ipv6"
