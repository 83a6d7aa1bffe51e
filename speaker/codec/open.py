"""OPEN: who the peer is and what it offers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final

from speaker.codec.capabilities import Capabilities, decode_capabilities, encode_capabilities
from speaker.codec.framing import MessageType, encode_message
from speaker.errors import MessageError

VERSION: Final = 4
AS_TRANS: Final = 23456
"""Stands for an AS number that does not fit 2 octets, RFC 6793 section 9."""
MAX_TWO_OCTET_AS: Final = 65535
CAPABILITIES: Final = 2
"""Optional parameter type, RFC 5492 section 4."""
EXTENDED: Final = 255
"""Optional parameter type that says lengths have 2 octets, RFC 9072 section 2."""
MAX_SHORT_VALUE: Final = 253
"""Octets of capabilities that fit 255 octets of parameters, behind type and length."""
FIXED_LENGTH: Final = 10


@dataclass(frozen=True, slots=True)
class Open:
    """RFC 4271 section 4.2."""

    asn: int
    """The sender's AS: from the 4-octet AS capability if it offers one."""
    hold_time: int
    """Seconds, 0 or 3 to 65535."""
    identifier: int
    """BGP identifier, not 0."""
    capabilities: Capabilities

    @property
    def router_id(self) -> str:
        """The identifier as a dotted quad."""
        return str(IPv4Address(self.identifier))


def encode_open(message: Open) -> bytes:
    """Make the whole message, all capabilities in one parameter.

    Layout: <version: 1> <AS: 2> <hold time: 2> <identifier: 4> <parameters' length: 1>
    <parameters>. An AS past 65535 is AS_TRANS here and itself in the capability, RFC 6793.
    Parameters past 255 octets have the extended form: <255> <255> <length: 2> <parameters>, with
    2 octets for the length of each, RFC 9072 section 2.
    """
    short_asn = message.asn if message.asn <= MAX_TWO_OCTET_AS else AS_TRANS
    value = encode_capabilities(message.capabilities)
    if len(value) > MAX_SHORT_VALUE:
        inner = bytes((CAPABILITIES,)) + len(value).to_bytes(2, "big") + value
        parameters = bytes((EXTENDED, EXTENDED)) + len(inner).to_bytes(2, "big") + inner
    else:
        inner = bytes((CAPABILITIES, len(value))) + value if value else b""
        parameters = bytes((len(inner),)) + inner
    body = (
        bytes((VERSION,))
        + short_asn.to_bytes(2, "big")
        + message.hold_time.to_bytes(2, "big")
        + message.identifier.to_bytes(4, "big")
        + parameters
    )
    return encode_message(MessageType.OPEN, body)


def decode_open(body: bytes) -> Open:
    """Read a body, capabilities in one parameter or many, short or extended (RFC 9072).

    Raises:
        MessageError: 2/1 version (data: ours, 2 octets), 2/2 AS 0, 2/3 identifier 0, 2/6 hold
            time 1 or 2, 2/4 a parameter that is not Capabilities, 2/0 anything cut short; 2/2
            also for AS_TRANS as somebody's own AS, and for two AS numbers that differ.
    Source: RFC 4271 sections 4.2 and 6.2, RFC 6793 sections 4.1 and 9, RFC 7607 section 2.
    """
    if len(body) < FIXED_LENGTH:
        raise MessageError(2, 0, reason="OPEN cut short")
    if body[0] != VERSION:
        data = VERSION.to_bytes(2, "big")
        raise MessageError(2, 1, data, reason=f"BGP version {body[0]}")
    hold_time = int.from_bytes(body[3:5], "big")
    identifier = int.from_bytes(body[5:9], "big")
    if hold_time in (1, 2):
        raise MessageError(2, 6, reason=f"hold time of {hold_time} s")
    if identifier == 0:
        raise MessageError(2, 3, reason="BGP identifier 0.0.0.0")
    capabilities = decode_capabilities(b"".join(_parameters(body)))
    asn = _asn(int.from_bytes(body[1:3], "big"), capabilities.four_octet_asn)
    return Open(asn, hold_time, identifier, capabilities)


def _asn(short: int, four_octet: int | None) -> int:
    asn = short if four_octet is None else four_octet
    if 0 in (short, asn):
        raise MessageError(2, 2, reason="AS 0")
    if asn == AS_TRANS:
        raise MessageError(2, 2, reason=f"AS {AS_TRANS} is nobody's, RFC 6793")
    if short not in (AS_TRANS, asn):
        reason = f"AS {short} in the OPEN, but {asn} in its capability"
        raise MessageError(2, 2, reason=reason)
    return asn


def _parameters(body: bytes) -> Iterator[bytes]:
    """Yield the value of each optional parameter, all of which must be Capabilities."""
    length, at, size = body[9], FIXED_LENGTH, 1
    if length and body[10:11] == bytes((EXTENDED,)):
        length, at, size = int.from_bytes(body[11:13], "big"), FIXED_LENGTH + 3, 2
    if at + length != len(body):
        raise MessageError(2, 0, reason=f"optional parameters of {length} octets do not fit")
    while at < len(body):
        start = at + 1 + size
        end = start + int.from_bytes(body[at + 1 : start], "big")
        if start > len(body) or end > len(body):
            raise MessageError(2, 0, reason="optional parameter cut short")
        if body[at] != CAPABILITIES:
            raise MessageError(2, 4, reason=f"optional parameter {body[at]}")
        yield body[start:end]
        at = end
