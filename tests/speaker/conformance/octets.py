"""BGP messages written and read after the RFCs alone: nothing of the speaker's codec is used."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_network

OPEN, UPDATE, NOTIFICATION, KEEPALIVE, REFRESH = 1, 2, 3, 4, 5
MARKER = b"\xff" * 16
ASN = 64513
IDENTIFIER = "c0000202"
"""192.0.2.2"""

MP_IPV4, MP_IPV6 = "010400010001", "010400020001"
"""Capabilities: multiprotocol, RFC 4760 section 8."""
ROUTE_REFRESH, ENHANCED_REFRESH, EXTENDED_MESSAGE = "0200", "4600", "0600"
"""Capabilities of RFC 2918, 7313 and 8654."""


def message(kind: int, body: bytes = b"", *, marker: bytes = MARKER, length: int = 0) -> bytes:
    """A message; `length` instead of the right one."""
    return marker + (length or 19 + len(body)).to_bytes(2, "big") + bytes((kind,)) + body


ALIVE = message(KEEPALIVE)


def four_octet_as(asn: int) -> str:
    """The capability, RFC 6793 section 3."""
    return "4104" + asn.to_bytes(4, "big").hex()


def restart(*families: str, flags: int = 0, time: int = 120) -> str:
    """The graceful restart capability, RFC 4724 section 3; families such as "00010180"."""
    value = (flags << 12 | time).to_bytes(2, "big") + bytes.fromhex("".join(families))
    return bytes((64, len(value))).hex() + value.hex()


USUAL = (MP_IPV4, ROUTE_REFRESH, four_octet_as(ASN))


def parameter(capabilities: str) -> str:
    """One Capabilities parameter, RFC 5492 section 4."""
    return bytes((2, len(capabilities) // 2)).hex() + capabilities


def opening(
    *capabilities: str,
    version: int = 4,
    asn: int = ASN,
    hold_time: int = 90,
    identifier: str = IDENTIFIER,
    parameters: str | None = None,
) -> bytes:
    """An OPEN; with `parameters` those octets, the length of them included."""
    if parameters is None:
        inner = parameter("".join(capabilities or USUAL))
        parameters = bytes((len(inner) // 2,)).hex() + inner
    head = bytes((version,)) + asn.to_bytes(2, "big") + hold_time.to_bytes(2, "big")
    return message(OPEN, head + bytes.fromhex(identifier + parameters))


def extended(*parameters: str) -> str:
    """Optional parameters in the form of RFC 9072: type, 2 octets of length, value."""
    octets = bytes.fromhex("".join(parameters))
    return "ffff" + len(octets).to_bytes(2, "big").hex() + octets.hex()


def update(attributes: str = "", nlri: str = "", withdrawn: str = "") -> bytes:
    """An UPDATE."""
    parts = [bytes.fromhex(text) for text in (withdrawn, attributes)]
    body = b"".join(len(part).to_bytes(2, "big") + part for part in parts)
    return message(UPDATE, body + bytes.fromhex(nlri))


def refresh(afi: int = 1, safi: int = 1, subtype: int = 0, more: str = "") -> bytes:
    """A ROUTE-REFRESH, RFC 2918 section 3 and RFC 7313 section 3.2."""
    body = afi.to_bytes(2, "big") + bytes((subtype, safi)) + bytes.fromhex(more)
    return message(REFRESH, body)


def notification(code: int, subcode: int, data: bytes = b"") -> bytes:
    """A NOTIFICATION."""
    return message(NOTIFICATION, bytes((code, subcode)) + data)


ORIGIN, PATH, HOP = "40010100", "40020602010000fc01", "400304c0000202"
GOOD, NLRI = ORIGIN + PATH + HOP, "18c63364"
"""Attributes of a route by AS 64513, and 198.51.100.0/24."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one UPDATE says."""

    announced: tuple[str, ...]
    withdrawn: tuple[str, ...]
    attributes: dict[int, bytes]
    """By type code."""

    @property
    def is_end_of_rib(self) -> bool:
        """RFC 4724 section 2."""
        return not self.announced and not self.withdrawn


def read_update(body: bytes) -> Said:
    """Take an UPDATE apart, strictly: whatever does not fit fails the test."""
    end = 2 + int.from_bytes(body[:2], "big")
    attributes_end = end + 2 + int.from_bytes(body[end : end + 2], "big")
    assert attributes_end <= len(body)
    attributes = read_attributes(body[end + 2 : attributes_end])
    announced = _prefixes(body[attributes_end:], 4)
    withdrawn = _prefixes(body[2:end], 4)
    if (reach := attributes.get(14)) is not None:
        assert reach[2] == 1 and reach[4 + reach[3]] == 0
        announced += _prefixes(reach[5 + reach[3] :], 4 if reach[1] == 1 else 16)
    if (unreach := attributes.get(15)) is not None:
        withdrawn += _prefixes(unreach[3:], 4 if unreach[1] == 1 else 16)
    return Said(announced, withdrawn, attributes)


def read_attributes(data: bytes) -> dict[int, bytes]:
    """Values by type code; the order of RFC 4271 section 5 (MP_REACH first, RFC 7606) is held."""
    found: dict[int, bytes] = {}
    while data:
        size = 2 if data[0] & 0x10 else 1
        end = 2 + size + int.from_bytes(data[2 : 2 + size], "big")
        assert end <= len(data) and data[1] not in found
        found[data[1]], data = data[2 + size : end], data[end:]
    codes = [code for code in found if code not in (14, 15)]
    assert codes == sorted(codes)
    return found


def _prefixes(data: bytes, octets: int) -> tuple[str, ...]:
    found = []
    while data:
        end = 1 + (data[0] + 7) // 8
        assert end <= len(data) and data[0] <= octets * 8
        address = data[1:end].ljust(octets, b"\0")
        found.append(str(ip_network((address, data[0]))))
        data = data[end:]
    return tuple(found)
