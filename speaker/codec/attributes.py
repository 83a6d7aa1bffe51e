"""Path attributes: one decoder a type, and the header they share.

What a peer got wrong in one attribute is not fatal (RFC 7606): it raises AttributeProblem, and
`update.py` decides what becomes of the message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from speaker.codec.as_path import Segment
from speaker.errors import AttributeDiscarded, AttributeProblem, MessageError

ORIGIN_IGP: Final = 0
FIRST_MULTICAST: Final = 224
"""First octet of IPv4 addresses that no host has."""
OPTIONAL: Final = 0x80
TRANSITIVE: Final = 0x40
PARTIAL: Final = 0x20
EXTENDED_LENGTH: Final = 0x10
WELL_KNOWN: Final = TRANSITIVE
OPTIONAL_TRANSITIVE: Final = OPTIONAL | TRANSITIVE


class AttributeType(IntEnum):
    """Those that this speaker knows."""

    ORIGIN = 1
    AS_PATH = 2
    NEXT_HOP = 3
    MED = 4
    LOCAL_PREF = 5
    ATOMIC_AGGREGATE = 6
    AGGREGATOR = 7
    COMMUNITIES = 8
    ORIGINATOR_ID = 9
    CLUSTER_LIST = 10
    MP_REACH = 14
    MP_UNREACH = 15
    EXTENDED_COMMUNITIES = 16
    AS4_PATH = 17
    AS4_AGGREGATOR = 18
    IPV6_EXTENDED_COMMUNITIES = 25
    LARGE_COMMUNITIES = 32
    ONLY_TO_CUSTOMER = 35


FLAGS: Final = {
    AttributeType.ORIGIN: WELL_KNOWN,
    AttributeType.AS_PATH: WELL_KNOWN,
    AttributeType.NEXT_HOP: WELL_KNOWN,
    AttributeType.MED: OPTIONAL,
    AttributeType.LOCAL_PREF: WELL_KNOWN,
    AttributeType.ATOMIC_AGGREGATE: WELL_KNOWN,
    AttributeType.AGGREGATOR: OPTIONAL_TRANSITIVE,
    AttributeType.COMMUNITIES: OPTIONAL_TRANSITIVE,
    AttributeType.ORIGINATOR_ID: OPTIONAL,
    AttributeType.CLUSTER_LIST: OPTIONAL,
    AttributeType.MP_REACH: OPTIONAL,
    AttributeType.MP_UNREACH: OPTIONAL,
    AttributeType.EXTENDED_COMMUNITIES: OPTIONAL_TRANSITIVE,
    AttributeType.AS4_PATH: OPTIONAL_TRANSITIVE,
    AttributeType.AS4_AGGREGATOR: OPTIONAL_TRANSITIVE,
    AttributeType.IPV6_EXTENDED_COMMUNITIES: OPTIONAL_TRANSITIVE,
    AttributeType.LARGE_COMMUNITIES: OPTIONAL_TRANSITIVE,
    AttributeType.ONLY_TO_CUSTOMER: OPTIONAL_TRANSITIVE,
}
"""Optional and transitive bits of each, RFC 4271 section 5, 1997, 4360, 4456, 4760, 5701, 6793,
8092, 9234."""
INTERNAL: Final = (
    AttributeType.LOCAL_PREF,
    AttributeType.ORIGINATOR_ID,
    AttributeType.CLUSTER_LIST,
)
"""Left out when an external peer says them, however formed, RFC 7606 sections 7.5, 7.9, 7.10."""
MULTIPLES: Final = {
    AttributeType.CLUSTER_LIST: 4,
    AttributeType.EXTENDED_COMMUNITIES: 8,
    AttributeType.IPV6_EXTENDED_COMMUNITIES: 20,
}
"""Attributes that are not kept, only checked: a non-zero multiple of so many octets."""
EXACT: Final = {AttributeType.ORIGINATOR_ID: 4, AttributeType.ONLY_TO_CUSTOMER: 4}
"""The same of exactly so many octets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathAttributes:
    """What an UPDATE says about its prefixes; None or empty where it does not."""

    origin: int | None = None
    as_path: tuple[Segment, ...] | None = None
    next_hop: bytes | None = None
    """NEXT_HOP, 4 octets; MP_REACH has its own."""
    med: int | None = None
    local_pref: int | None = None
    communities: tuple[int, ...] = ()
    large_communities: tuple[tuple[int, int, int], ...] = ()

    @property
    def asns(self) -> tuple[int, ...]:
        """The AS path flattened, as routers show it."""
        return tuple(asn for segment in self.as_path or () for asn in segment.asns)


@dataclass(frozen=True, slots=True)
class RawAttribute:
    """One attribute as it stands in the message."""

    flags: int
    code: int
    value: bytes
    octets: bytes
    """Header and value, for error data."""


def encode_attribute(kind: AttributeType, value: bytes) -> bytes:
    """Write <flags: 1> <type: 1> <length: 1, or 2 past 255> <value>."""
    flags = FLAGS[kind]
    if len(value) > 255:
        return bytes((flags | EXTENDED_LENGTH, kind)) + len(value).to_bytes(2, "big") + value
    return bytes((flags, kind, len(value))) + value


def split_attributes(data: bytes) -> Iterator[RawAttribute]:
    """Cut the Path Attributes field into attributes.

    Raises:
        AttributeProblem: when the last one is cut short; those before it have been yielded.
        MessageError: 3/9 (data: what is left) when it is a multiprotocol one, since it cannot be
            said which prefixes it was about.

    Source: RFC 4271 section 4.3, RFC 7606 sections 4 and 5.
    """
    at = 0
    while at < len(data):
        size = 2 if data[at] & EXTENDED_LENGTH else 1
        start = at + 2 + size
        end = start + int.from_bytes(data[at + 2 : start], "big")
        if start > len(data) or end > len(data):
            if data[at + 1 : at + 2] in (b"\x0e", b"\x0f"):
                reason = f"attribute {data[at + 1]} is cut short"
                raise MessageError(3, 9, data[at:], reason=reason)
            raise AttributeProblem("the last attribute is cut short")
        yield RawAttribute(data[at], data[at + 1], data[start:end], data[at:end])
        at = end


def encode_communities(communities: tuple[int, ...]) -> bytes:
    """Write 4 octets each, RFC 1997."""
    return b"".join(community.to_bytes(4, "big") for community in communities)


def encode_large_communities(communities: tuple[tuple[int, int, int], ...]) -> bytes:
    """Write 12 octets each, RFC 8092 section 3."""
    return b"".join(part.to_bytes(4, "big") for community in communities for part in community)


def decode_origin(value: bytes) -> int:
    """Read 0 IGP, 1 EGP or 2 INCOMPLETE."""
    if len(value) != 1 or value[0] > 2:
        raise AttributeProblem(f"ORIGIN 0x{value.hex()}")
    return value[0]


def decode_next_hop(value: bytes) -> bytes:
    """Read 4 octets that can be a host's address."""
    if len(value) != 4:
        raise AttributeProblem(f"NEXT_HOP of {len(value)} octets")
    if value == bytes(4) or value[0] >= FIRST_MULTICAST:
        raise AttributeProblem(f"NEXT_HOP 0x{value.hex()} is not a host's address")
    return value


def check_aggregator(value: bytes, as_octets: int) -> int:
    """Read the AS out of <AS: 2 or 4> <address: 4>.

    Raises:
        AttributeDiscarded: another length, or AS 0; RFC 7606 section 7.7, RFC 7607 section 2.
    """
    asn = int.from_bytes(value[:as_octets], "big")
    if len(value) != as_octets + 4 or asn == 0:
        raise AttributeDiscarded(f"AGGREGATOR 0x{value.hex()}")
    return asn


def check_length(kind: AttributeType, value: bytes) -> None:
    """Judge an attribute whose value is not kept.

    Raises:
        AttributeProblem: wrong length, RFC 7606 sections 7.9 to 7.15, RFC 9234 section 5.
        AttributeDiscarded: ATOMIC_AGGREGATE that is not empty, RFC 7606 section 7.6.
    """
    size = len(value)
    unit = MULTIPLES.get(kind)
    if (unit and (not size or size % unit)) or size != EXACT.get(kind, size):
        raise AttributeProblem(f"{kind.name} of {size} octets")
    if kind is AttributeType.ATOMIC_AGGREGATE and size:
        raise AttributeDiscarded(f"{kind.name} of {size} octets")


def decode_number(value: bytes) -> int:
    """Read LOCAL_PREF or MED, 4 octets."""
    if len(value) != 4:
        raise AttributeProblem(f"LOCAL_PREF or MED of {len(value)} octets")
    return int.from_bytes(value, "big")


def decode_communities(value: bytes) -> tuple[int, ...]:
    """Read a non-zero multiple of 4 octets, RFC 7606 section 7.8."""
    if not value or len(value) % 4:
        raise AttributeProblem(f"COMMUNITIES of {len(value)} octets")
    return tuple(int.from_bytes(value[i : i + 4], "big") for i in range(0, len(value), 4))


def decode_large_communities(value: bytes) -> tuple[tuple[int, int, int], ...]:
    """Read a non-zero multiple of 12 octets, duplicates left out, RFC 8092 sections 3 and 5."""
    if not value or len(value) % 12:
        raise AttributeProblem(f"LARGE_COMMUNITIES of {len(value)} octets")
    parts = [int.from_bytes(value[i : i + 4], "big") for i in range(0, len(value), 4)]
    return tuple(dict.fromkeys(zip(parts[::3], parts[1::3], parts[2::3], strict=True)))


DECODERS: Final[dict[AttributeType, tuple[str, Callable[[bytes], object]]]] = {
    AttributeType.ORIGIN: ("origin", decode_origin),
    AttributeType.NEXT_HOP: ("next_hop", decode_next_hop),
    AttributeType.MED: ("med", decode_number),
    AttributeType.LOCAL_PREF: ("local_pref", decode_number),
    AttributeType.COMMUNITIES: ("communities", decode_communities),
    AttributeType.LARGE_COMMUNITIES: ("large_communities", decode_large_communities),
}
"""Field of PathAttributes and decoder, for those that depend on nothing else."""
