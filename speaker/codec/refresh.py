"""ROUTE-REFRESH, RFC 2918, with the demarcation of RFC 7313."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from speaker.codec.families import Family
from speaker.codec.framing import EXTENDED_MAX_LENGTH, MessageType, encode_message
from speaker.codec.prefix import AFIS, FAMILIES_BY_AFI, UNICAST
from speaker.errors import MessageError

BODY_LENGTH: Final = 4


class RefreshKind(IntEnum):
    """Message subtype, RFC 7313 section 3.2."""

    REQUEST = 0
    BEGIN = 1
    END = 2


KINDS: Final = {int(kind): kind for kind in RefreshKind}


@dataclass(frozen=True, slots=True)
class RouteRefresh:
    """A request to send a family again, or a marker around such a repetition."""

    family: Family | None
    """None: one that this speaker does not carry; to be ignored."""
    kind: RefreshKind | None = RefreshKind.REQUEST
    """None: an unknown subtype; to be ignored."""


def encode_refresh(family: Family, kind: RefreshKind = RefreshKind.REQUEST) -> bytes:
    """Make the whole message: <AFI: 2> <subtype: 1> <SAFI: 1>."""
    body = AFIS[family].to_bytes(2, "big") + bytes((kind, UNICAST))
    return encode_message(MessageType.ROUTE_REFRESH, body)


def decode_refresh(body: bytes, *, is_enhanced: bool = True) -> RouteRefresh:
    """Read a body of 4 octets; a request may go on with filters (RFC 5291), which are ignored.

    Args:
        body: behind the header.
        is_enhanced: both offered RFC 7313; else markers are unknown subtypes.

    Raises:
        MessageError: 7/1 when a marker is not 4 octets long (data: the message); 1/2 when the
            body is shorter, which the header check has already refused.

    Source: RFC 2918 section 3; RFC 7313 sections 3.2 and 5.
    """
    if len(body) < BODY_LENGTH:
        raise MessageError(1, 2, reason="ROUTE-REFRESH cut short")
    kind = KINDS.get(body[2]) if is_enhanced or not body[2] else None
    if kind in (RefreshKind.BEGIN, RefreshKind.END) and len(body) != BODY_LENGTH:
        whole = encode_message(MessageType.ROUTE_REFRESH, body, EXTENDED_MAX_LENGTH)
        raise MessageError(7, 1, whole, reason=f"ROUTE-REFRESH marker of {len(whole)} octets")
    afi = int.from_bytes(body[:2], "big")
    return RouteRefresh(FAMILIES_BY_AFI.get(afi) if body[3] == UNICAST else None, kind)
