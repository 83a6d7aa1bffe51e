"""What a session is told before it starts, and what it agrees on with its peer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from speaker.codec.families import FAMILIES, Family

DEFAULT_HOLD_TIME: Final = 180
"""Seconds."""
DEFAULT_CONNECT_TIME: Final = 120.0
"""Seconds, RFC 4271 section 10."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionParameters:
    """The configuration of one session. Two equal ones behave alike."""

    local_asn: int
    """1 to 4294967295."""
    peer_asn: int | None = None
    """None: see `dynamic_asn`."""
    dynamic_asn: Literal["internal", "external"] | None = None
    """Which AS to accept when `peer_asn` is None: ours, or any other."""
    name: str = ""
    """Of the speaker; seeds the BGP identifier when nothing better is known."""
    router_id: str | None = None
    """Dotted quad. None: the local IPv4 address, else the interface's, else a hash of `name`."""
    passive: bool = False
    """Never dial."""
    hold_time: int = DEFAULT_HOLD_TIME
    """Seconds, 0 (no timers) or 3 to 65535."""
    keepalive_time: float | None = None
    """Seconds; None, or more than a third of the negotiated hold time: that third."""
    connect_time: float = DEFAULT_CONNECT_TIME
    """Seconds that a dial may take, and the longest wait between two dials."""
    families: tuple[Family, ...] = FAMILIES
    """Offered in the OPEN."""
    keep_received: bool = False
    """Keep received routes whole; otherwise only their prefixes are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Negotiated:
    """What two OPEN messages agreed on."""

    peer_asn: int
    peer_router_id: str
    is_ibgp: bool
    families: tuple[Family, ...]
    """Offered by both."""
    hold_time: int
    """Seconds, the smaller of both; 0: no keepalives, no hold timer."""
    keepalive_time: float
    """Seconds, 0 when `hold_time` is 0."""
    peer_hold_time: int
    """Seconds, as offered by the peer."""
    four_octet_as: bool
    """AS numbers in AS_PATH have 4 octets, RFC 6793."""
    route_refresh: bool
    """Both speak RFC 2918."""
    enhanced_refresh: bool
    """Both speak RFC 7313."""
    capabilities_sent: tuple[str, ...]
    """In words, e.g. "multiprotocol ipv4 unicast"."""
    capabilities_received: tuple[str, ...]
