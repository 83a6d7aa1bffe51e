"""What a session is told before it starts, and what it agrees on with its peer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from speaker.codec.families import FAMILIES, Family
from speaker.codec.graceful_restart import GracefulRestart

DEFAULT_HOLD_TIME: Final = 180
"""Seconds."""
DEFAULT_CONNECT_TIME: Final = 120.0
"""Seconds, RFC 4271 section 10."""
DEFAULT_RESTART_TIME: Final = 120
"""Seconds; what routers use."""


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
    delay_open_time: float = 0.0
    """Seconds to wait for the peer's OPEN before sending ours (DelayOpen); 0: not at all."""
    families: tuple[Family, ...] = FAMILIES
    """Offered in the OPEN."""
    extended_next_hop: bool = False
    """Offer IPv4 prefixes behind an IPv6 next hop, RFC 8950: for peers without an IPv4 address."""
    graceful_restart: bool = False
    """Ask the peer to keep our routes while we restart, RFC 4724, also after a NOTIFICATION, RFC
    8538."""
    restart_time: int = DEFAULT_RESTART_TIME
    """Seconds that a restart may take, 0 to 4095; the peer drops our routes after that."""
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
    extended_message: bool
    """UPDATE, NOTIFICATION and ROUTE-REFRESH of up to 65535 octets both ways, RFC 8654."""
    extended_next_hop: bool
    """IPv4 prefixes may have an IPv6 next hop, RFC 8950."""
    restart_sent: GracefulRestart | None
    """What we said of our restarts; None: nothing."""
    restart_received: GracefulRestart | None
    """What the peer said of its own, and so that it keeps routes over ours, RFC 4724 section 3."""
    capabilities_sent: tuple[str, ...]
    """In words, e.g. "multiprotocol ipv4 unicast"."""
    capabilities_received: tuple[str, ...]

    @property
    def peer_keeps_routes(self) -> bool:
        """Whether the peer keeps our routes when the connection is lost, until we are back."""
        return self.restart_sent is not None and self.restart_received is not None

    @property
    def peer_keeps_on_notification(self) -> bool:
        """Whether it does so even after a NOTIFICATION that is no hard reset, RFC 8538."""
        sent, received = self.restart_sent, self.restart_received
        return (
            sent is not None
            and received is not None
            and sent.keeps_on_notification
            and received.keeps_on_notification
        )
