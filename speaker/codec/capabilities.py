"""Capabilities of an OPEN: the few that this speaker uses, the rest kept to be shown.

Source: RFC 5492 section 4; 4760 section 8, 2918 section 2, 6793 section 3, 7313 section 3.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from speaker.codec.families import Family
from speaker.codec.prefix import AFIS, FAMILIES_BY_AFI, UNICAST
from speaker.errors import MessageError

MULTIPROTOCOL: Final = 1
ROUTE_REFRESH: Final = 2
FOUR_OCTET_AS: Final = 65
ENHANCED_REFRESH: Final = 70

NAMES: Final = {
    5: "extended next hop",
    6: "extended message",
    9: "role",
    64: "graceful restart",
    67: "dynamic capability",
    69: "additional paths",
    71: "long-lived graceful restart",
    73: "host name",
    75: "software version",
    128: "route refresh (before RFC 2918)",
}
"""IANA's registry, for those that are only shown."""

LENGTHS: Final = {MULTIPROTOCOL: 4, ROUTE_REFRESH: 0, FOUR_OCTET_AS: 4, ENHANCED_REFRESH: 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What one side offers."""

    families: tuple[Family, ...] = ()
    """Unicast families named by multiprotocol capabilities."""
    four_octet_asn: int | None = None
    """The sender's AS; None: it speaks 2-octet AS numbers only."""
    route_refresh: bool = False
    enhanced_refresh: bool = False
    others: tuple[tuple[int, bytes], ...] = ()
    """Code and value of the rest, other families among them, in order."""

    def words(self) -> tuple[str, ...]:
        """Say each, e.g. "multiprotocol ipv4 unicast", "4-octet AS 64512"."""
        said = [f"multiprotocol {family} unicast" for family in self.families]
        if self.route_refresh:
            said.append("route refresh")
        if self.enhanced_refresh:
            said.append("enhanced route refresh")
        if self.four_octet_asn is not None:
            said.append(f"4-octet AS {self.four_octet_asn}")
        return (*said, *(_word(code, value) for code, value in self.others))


def _word(code: int, value: bytes) -> str:
    if code == MULTIPROTOCOL:
        return f"multiprotocol AFI {int.from_bytes(value[:2], 'big')} SAFI {value[3]}"
    name = NAMES.get(code, f"capability {code}")
    return f"{name} (0x{value.hex()})" if value else name


def encode_capabilities(capabilities: Capabilities) -> bytes:
    """Write each as <code: 1> <length: 1> <value>."""
    pairs = [
        (MULTIPROTOCOL, AFIS[family].to_bytes(2, "big") + bytes((0, UNICAST)))
        for family in capabilities.families
    ]
    if capabilities.route_refresh:
        pairs.append((ROUTE_REFRESH, b""))
    if capabilities.four_octet_asn is not None:
        pairs.append((FOUR_OCTET_AS, capabilities.four_octet_asn.to_bytes(4, "big")))
    if capabilities.enhanced_refresh:
        pairs.append((ENHANCED_REFRESH, b""))
    pairs.extend(capabilities.others)
    return b"".join(bytes((code, len(value))) + value for code, value in pairs)


def decode_capabilities(data: bytes) -> Capabilities:
    """Read the value of one Capabilities parameter, or of several, one after another.

    Repeated ones are harmless; of two AS numbers the last counts.

    Raises:
        MessageError: 2/0 when one is cut short or a known one has the wrong length.
    """
    families: list[Family] = []
    others = []
    asn = None
    codes = set()
    for code, value in _split(data):
        codes.add(code)
        if code == FOUR_OCTET_AS:
            asn = int.from_bytes(value, "big")
        elif code == MULTIPROTOCOL:
            family = FAMILIES_BY_AFI.get(int.from_bytes(value[:2], "big"))
            if family is None or value[3] != UNICAST:
                others.append((code, value))
            elif family not in families:
                families.append(family)
        elif code not in LENGTHS:
            others.append((code, value))
    return Capabilities(
        families=tuple(families),
        four_octet_asn=asn,
        route_refresh=ROUTE_REFRESH in codes,
        enhanced_refresh=ENHANCED_REFRESH in codes,
        others=tuple(others),
    )


def _split(data: bytes) -> list[tuple[int, bytes]]:
    pairs = []
    at = 0
    while at < len(data):
        value = data[at + 2 : at + 2 + data[at + 1]] if at + 1 < len(data) else b""
        if at + 2 > len(data) or len(value) < data[at + 1]:
            raise MessageError(2, 0, reason="capability cut short")
        if len(value) != LENGTHS.get(data[at], len(value)):
            reason = f"capability {data[at]} of {len(value)} octets"
            raise MessageError(2, 0, reason=reason)
        pairs.append((data[at], value))
        at += 2 + len(value)
    return pairs
