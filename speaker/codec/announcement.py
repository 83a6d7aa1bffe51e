"""UPDATE, sent: attributes in ascending order of type, prefixes packed by the caller.

IPv4 prefixes stand in the NLRI field; IPv6 ones, and IPv4 ones behind an IPv6 next hop (RFC 8950),
in MP_REACH, which comes first (RFC 7606 section 5.1). A message has one of the four prefix fields
only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from speaker.codec.as_path import AS_SEQUENCE, Segment, encode_as_path
from speaker.codec.attributes import (
    AttributeType,
    PathAttributes,
    encode_attribute,
    encode_communities,
    encode_large_communities,
)
from speaker.codec.families import Family
from speaker.codec.framing import HEADER_LENGTH, MAX_LENGTH, MessageType, encode_message
from speaker.codec.open import AS_TRANS, MAX_TWO_OCTET_AS
from speaker.codec.prefix import ADDRESS_OCTETS, AFIS, UNICAST

FIXED_LENGTH: Final = HEADER_LENGTH + 4
"""Header and the two length fields."""
LONG_ATTRIBUTE_HEADER: Final = 4
NO_WITHDRAWN: Final = b"\0\0"


@dataclass(frozen=True, slots=True)
class EncodedAttributes:
    """Octets of all attributes but the next hop, around its place."""

    before: bytes
    """Types 1 and 2."""
    after: bytes
    """Types 4 and up."""


def encode_attributes(attributes: PathAttributes, *, four_octet_as: bool) -> EncodedAttributes:
    """Write ORIGIN, AS_PATH, MED, LOCAL_PREF, COMMUNITIES, AS4_PATH and LARGE_COMMUNITIES.

    Those that are None or empty are left out, but not an empty AS_PATH. To a 2-octet peer an AS
    past 65535 is AS_TRANS, and AS4_PATH has the truth (RFC 6793 section 4.2.2).
    """
    before, after = [], []
    path = attributes.as_path
    if attributes.origin is not None:
        before.append(encode_attribute(AttributeType.ORIGIN, bytes((attributes.origin,))))
    if path is not None:
        shown = path if four_octet_as else _short_path(path)
        value = encode_as_path(shown, 4 if four_octet_as else 2)
        before.append(encode_attribute(AttributeType.AS_PATH, value))
    for kind, number in (
        (AttributeType.MED, attributes.med),
        (AttributeType.LOCAL_PREF, attributes.local_pref),
    ):
        if number is not None:
            after.append(encode_attribute(kind, number.to_bytes(4, "big")))
    if attributes.communities:
        value = encode_communities(attributes.communities)
        after.append(encode_attribute(AttributeType.COMMUNITIES, value))
    if path is not None and not four_octet_as and path != _short_path(path):
        after.append(encode_attribute(AttributeType.AS4_PATH, encode_as_path(path, 4)))
    if attributes.large_communities:
        value = encode_large_communities(attributes.large_communities)
        after.append(encode_attribute(AttributeType.LARGE_COMMUNITIES, value))
    return EncodedAttributes(b"".join(before), b"".join(after))


def _short_path(path: tuple[Segment, ...]) -> tuple[Segment, ...]:
    return tuple(
        Segment(
            segment.kind,
            tuple(asn if asn <= MAX_TWO_OCTET_AS else AS_TRANS for asn in segment.asns),
        )
        for segment in path
    )


def own_path(local_asn: int, *, is_ibgp: bool) -> tuple[Segment, ...]:
    """AS_PATH of a route that starts here, RFC 4271 section 5.1.2."""
    return () if is_ibgp else (Segment(AS_SEQUENCE, (local_asn,)),)


def announcement_room(
    family: Family,
    next_hop: bytes,
    attributes: EncodedAttributes,
    max_length: int = MAX_LENGTH,
) -> int:
    """Octets of prefixes that fit one announcement of `max_length` octets; may be 0 or less."""
    room = max_length - FIXED_LENGTH - len(attributes.before) - len(attributes.after)
    if _is_classic(family, next_hop):
        return room - 3 - len(next_hop)
    return room - LONG_ATTRIBUTE_HEADER - 5 - len(next_hop)


def encode_announcement(
    family: Family,
    next_hop: bytes,
    attributes: EncodedAttributes,
    nlri: bytes,
    max_length: int = MAX_LENGTH,
) -> bytes:
    """Make the whole message.

    Args:
        family: of the prefixes.
        next_hop: 4 octets; 16, or 32 with the link-local address behind the global one (RFC 2545
            section 3), which IPv4 prefixes may only have where both sides offered RFC 8950.
        attributes: the rest.
        nlri: prefixes one after another, at most `announcement_room` octets.
        max_length: of the message, as for `announcement_room`.
    """
    if _is_classic(family, next_hop):
        hop = encode_attribute(AttributeType.NEXT_HOP, next_hop)
        block = attributes.before + hop + attributes.after
        return _encode(block, nlri, max_length)
    value = _family_octets(family) + bytes((len(next_hop),)) + next_hop + b"\0" + nlri
    reach = encode_attribute(AttributeType.MP_REACH, value)
    return _encode(reach + attributes.before + attributes.after, b"", max_length)


def _is_classic(family: Family, next_hop: bytes) -> bool:
    """Whether prefixes go into the NLRI field, with a NEXT_HOP attribute."""
    return family == "ipv4" and len(next_hop) == ADDRESS_OCTETS["ipv4"]


def withdrawal_room(family: Family, max_length: int = MAX_LENGTH) -> int:
    """Octets of prefixes that fit one withdrawal of `max_length` octets."""
    return max_length - FIXED_LENGTH - (0 if family == "ipv4" else LONG_ATTRIBUTE_HEADER + 3)


def encode_withdrawal(family: Family, nlri: bytes, max_length: int = MAX_LENGTH) -> bytes:
    """Make the whole message; `nlri` of at most `withdrawal_room` octets.

    Without prefixes it is the End-of-RIB marker of the family, RFC 4724 section 2.
    """
    if family == "ipv4":
        body = len(nlri).to_bytes(2, "big") + nlri + b"\0\0"
        return encode_message(MessageType.UPDATE, body, max_length)
    value = _family_octets(family) + nlri
    return _encode(encode_attribute(AttributeType.MP_UNREACH, value), b"", max_length)


def _family_octets(family: Family) -> bytes:
    return AFIS[family].to_bytes(2, "big") + bytes((UNICAST,))


def _encode(attributes: bytes, nlri: bytes, max_length: int) -> bytes:
    body = NO_WITHDRAWN + len(attributes).to_bytes(2, "big") + attributes + nlri
    return encode_message(MessageType.UPDATE, body, max_length)
