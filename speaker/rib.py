"""Adj-RIB-Out and Adj-RIB-In: wanted against sent, as UPDATE messages; no sockets, no clock.

Inside, a prefix is its NLRI octets (length in bits, then the network's significant octets).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from speaker.families import Family


@dataclass(frozen=True, slots=True)
class Encoding:
    """All that the octets of a route depend on beside the route; made by `Session.encoding`."""

    local_asn: int
    is_ibgp: bool
    four_octet_as: bool
    local_address: str
    """NEXT_HOP of routes of its own family that name none."""
    families: tuple[Family, ...]
    """Negotiated."""


@dataclass(frozen=True, slots=True)
class WantedRoute:
    """One parsed route."""

    family: Family
    nlri: bytes
    next_hop: bytes | None
    """4 or 16 octets; None: the session's local address."""
    local_pref: int | None
    communities: tuple[int, ...]
    large_communities: tuple[tuple[int, int, int], ...]


def parse_route(
    prefix: str,
    next_hop: str | None = None,
    local_pref: int | None = None,
    communities: Sequence[str] = (),
    large_communities: Sequence[str] = (),
) -> WantedRoute:
    """Read a route's text. Raises ValueError, with a message that names the bad part."""


class RouteSet:
    """Immutable routes, one per prefix; shared by every session that wants them."""

    def __init__(self, routes: Iterable[WantedRoute]) -> None:
        """Keep `routes`; of two with one prefix the later one wins."""

    def count(self, family: Family) -> int:
        """How many prefixes."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole messages; hand it to `Session.send`."""

    data: bytes
    updates: int
    refreshes: int
    """ROUTE-REFRESH messages (RFC 7313 markers)."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Prefixes of one family."""

    desired: int
    advertised: int
    """Handed out in chunks and not withdrawn since."""
    pending: int
    """Announcements and withdrawals not handed out yet."""
    unsendable: int
    """Desired, but the family is not negotiated or there is no next hop of the family."""


@dataclass(frozen=True, slots=True)
class RouteRow:
    """One route as text."""

    prefix: str
    next_hop: str
    local_pref: int | None
    communities: tuple[str, ...]
    large_communities: tuple[str, ...]
    as_path: tuple[int, ...]
    pending: bool = False


class AdjRibOut:
    """What one Established session has been sent and is still to be sent."""

    def __init__(self, encoding: Encoding) -> None:
        """Start with nothing sent."""

    @property
    def has_pending(self) -> bool:
        """Whether `next_chunk` has something to give."""

    def desire(self, routes: RouteSet) -> None:
        """Replace the wanted routes; only the difference will be sent."""

    def refresh(self, family: Family, enhanced: bool) -> None:
        """Send the family again; `enhanced`: between RFC 7313 markers."""

    def next_chunk(self, max_octets: int = 65536) -> Chunk | None:
        """Give messages of about `max_octets` (at least one message), or None when all is sent."""

    def counts(self, family: Family) -> Counts:
        """Numbers for status and metrics; cheap."""

    def advertised(self, after: str | None = None, limit: int = 1000) -> list[RouteRow]:
        """Wanted and sendable routes sorted by family, network, length; `pending` if not sent yet.

        Args:
            after: a prefix's text; the page starts behind it.
            limit: rows at most.
        """

    def withdrawing(self) -> list[str]:
        """Prefixes whose withdrawal is pending."""


class AdjRibIn:
    """What the peer announced, whole or (`keep` false) prefixes only."""

    def __init__(self, keep: bool) -> None:
        """Start empty."""

    def count(self, family: Family) -> int:
        """How many prefixes."""

    def routes(self, after: str | None = None, limit: int = 1000) -> list[RouteRow]:
        """Routes sorted by family, network, length; empty unless kept."""
