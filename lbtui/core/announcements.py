"""What a speaker is to announce: sessions and shared route sets, per node it acts as."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lbtui.core.meta import Hidden
from lbtui.core.routes import RouteTables


@dataclass(frozen=True, slots=True)
class AnnouncedRoute:
    """One route of a route set."""

    prefix: str
    next_hop: str | None = None
    """None: the session's local address."""
    local_pref: int | None = None
    """None: LOCAL_PREF is not sent (eBGP; 0 under FRR)."""
    communities: tuple[str, ...] = ()
    large_communities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AnnouncedSession:
    """One session of a node; times in seconds, None where the speaker's default applies."""

    peer: str
    local_asn: int
    peer_asn: int | None
    dynamic_asn: str | None
    """"internal" or "external" when `peer_asn` is None."""
    address: str
    port: int
    source_address: str | None
    hold_time: float | None
    keepalive_time: float | None
    connect_time: float | None
    password: Hidden | None
    ebgp_multi_hop: bool
    families: tuple[str, ...]
    """Of "ipv4", "ipv6"."""
    graceful_restart: bool
    route_set: str


@dataclass(frozen=True, slots=True)
class AnnouncedNode:
    """One node that the speaker acts as."""

    name: str
    router_id: str | None
    sessions: tuple[AnnouncedSession, ...]


@dataclass(frozen=True, slots=True)
class Announcements:
    """The whole wanted state of a speaker."""

    nodes: tuple[AnnouncedNode, ...]
    route_sets: Mapping[str, tuple[AnnouncedRoute, ...]]


def announce(tables: RouteTables, nodes: Sequence[str] | None = None) -> Announcements:
    """The desired state of a speaker that acts as `nodes` (None: all of them)."""
    raise NotImplementedError
