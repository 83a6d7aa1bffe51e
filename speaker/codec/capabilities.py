"""Capabilities of an OPEN: those that this speaker uses, the rest kept to be shown.

Source: RFC 5492 section 4; 4760 section 8, 2918 section 2, 6793 section 3, 7313 section 3.1, 8654
section 3, 8950 section 4; graceful restart is in `graceful_restart.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from speaker.codec.capability_names import capability_words
from speaker.codec.families import Family
from speaker.codec.graceful_restart import (
    GracefulRestart,
    decode_graceful_restart,
    encode_graceful_restart,
)
from speaker.codec.prefix import AFIS, FAMILIES_BY_AFI, UNICAST
from speaker.errors import MessageError

MULTIPROTOCOL: Final = 1
ROUTE_REFRESH: Final = 2
EXTENDED_NEXT_HOP: Final = 5
EXTENDED_MESSAGE: Final = 6
GRACEFUL_RESTART: Final = 64
FOUR_OCTET_AS: Final = 65
ENHANCED_REFRESH: Final = 70

LENGTHS: Final = {
    MULTIPROTOCOL: 4,
    ROUTE_REFRESH: 0,
    EXTENDED_MESSAGE: 0,
    FOUR_OCTET_AS: 4,
    ENHANCED_REFRESH: 0,
}
"""Octets of the value, where it has one length only."""
KNOWN: Final = {*LENGTHS, EXTENDED_NEXT_HOP, GRACEFUL_RESTART}
NEXT_HOP_ENTRY: Final = 6
"""Octets of <AFI: 2> <SAFI: 2> <next hop's AFI: 2>, RFC 8950 section 4."""
IPV4_OVER_IPV6: Final = bytes.fromhex("0001 0001 0002")


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What one side offers."""

    families: tuple[Family, ...] = ()
    """Unicast families named by multiprotocol capabilities."""
    four_octet_asn: int | None = None
    """The sender's AS; None: it speaks 2-octet AS numbers only."""
    route_refresh: bool = False
    enhanced_refresh: bool = False
    extended_message: bool = False
    """Messages of up to 65535 octets, RFC 8654."""
    extended_next_hop: bool = False
    """IPv4 unicast prefixes may have an IPv6 next hop, RFC 8950."""
    graceful_restart: GracefulRestart | None = None
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
        if self.extended_message:
            said.append("extended message")
        if self.extended_next_hop:
            said.append("extended next hop ipv4 unicast over ipv6")
        if self.graceful_restart is not None:
            said.append(self.graceful_restart.words())
        return (*said, *(capability_words(code, value) for code, value in self.others))


def encode_capabilities(capabilities: Capabilities) -> bytes:
    """Write each as <code: 1> <length: 1> <value>."""
    return b"".join(bytes((code, len(value))) + value for code, value in _pairs(capabilities))


def _pairs(capabilities: Capabilities) -> Iterator[tuple[int, bytes]]:
    for family in capabilities.families:
        yield MULTIPROTOCOL, AFIS[family].to_bytes(2, "big") + bytes((0, UNICAST))
    if capabilities.route_refresh:
        yield ROUTE_REFRESH, b""
    if capabilities.extended_next_hop:
        yield EXTENDED_NEXT_HOP, IPV4_OVER_IPV6
    if capabilities.extended_message:
        yield EXTENDED_MESSAGE, b""
    if capabilities.graceful_restart is not None:
        yield GRACEFUL_RESTART, encode_graceful_restart(capabilities.graceful_restart)
    if capabilities.four_octet_asn is not None:
        yield FOUR_OCTET_AS, capabilities.four_octet_asn.to_bytes(4, "big")
    if capabilities.enhanced_refresh:
        yield ENHANCED_REFRESH, b""
    yield from capabilities.others


def decode_capabilities(data: bytes) -> Capabilities:
    """Read the value of one Capabilities parameter, or of several, one after another.

    Repeated ones are harmless; of two AS numbers or graceful restarts the last counts.

    Raises:
        MessageError: 2/0 when one is cut short or a known one has the wrong length.
    """
    families: list[Family] = []
    others: list[tuple[int, bytes]] = []
    found: dict[int, bytes] = {}
    for code, value in _split(data):
        rest = value
        if code == MULTIPROTOCOL:
            family = FAMILIES_BY_AFI.get(int.from_bytes(value[:2], "big"))
            if family is not None and value[3] == UNICAST:
                rest = b""
                families += [family] * (family not in families)
        elif code == EXTENDED_NEXT_HOP:
            rest = b"".join(each for each in _next_hops(value) if each != IPV4_OVER_IPV6)
            found[code] = found.get(code, b"") + (b"" if rest == value else IPV4_OVER_IPV6)
        elif code in LENGTHS or code == GRACEFUL_RESTART:
            rest, found[code] = b"", value
        if rest or code not in KNOWN:
            others.append((code, rest))
    asn, restart = found.get(FOUR_OCTET_AS), found.get(GRACEFUL_RESTART)
    return Capabilities(
        families=tuple(families),
        four_octet_asn=None if asn is None else int.from_bytes(asn, "big"),
        route_refresh=ROUTE_REFRESH in found,
        enhanced_refresh=ENHANCED_REFRESH in found,
        extended_message=EXTENDED_MESSAGE in found,
        extended_next_hop=bool(found.get(EXTENDED_NEXT_HOP)),
        graceful_restart=None if restart is None else decode_graceful_restart(restart),
        others=tuple(others),
    )


def _split(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        value = data[at + 2 : at + 2 + data[at + 1]] if at + 1 < len(data) else b""
        if at + 2 > len(data) or len(value) < data[at + 1]:
            raise MessageError(2, 0, reason="capability cut short")
        if len(value) != LENGTHS.get(data[at], len(value)):
            reason = f"capability {data[at]} of {len(value)} octets"
            raise MessageError(2, 0, reason=reason)
        yield data[at], value
        at += 2 + len(value)


def _next_hops(value: bytes) -> Iterator[bytes]:
    if len(value) % NEXT_HOP_ENTRY:
        raise MessageError(2, 0, reason=f"extended next hop capability of {len(value)} octets")
    for at in range(0, len(value), NEXT_HOP_ENTRY):
        yield value[at : at + NEXT_HOP_ENTRY]
