"""Adj-RIB-In: what a peer announced. Nothing is ever made of it."""

from __future__ import annotations

from typing import Final

from speaker.codec.attributes import PathAttributes
from speaker.codec.families import FAMILIES, Family
from speaker.codec.prefix import address_text, prefix_order, prefix_text
from speaker.codec.update import Update
from speaker.rib.rows import RouteRow, community_texts, large_community_texts, page

NOT_KEPT: Final = (b"", PathAttributes())
MOST_PREFIXES: Final = 250_000
"""Of a family and peer, remembered to count them: 40 MiB. Nothing depends on the rest, so a peer
that sends more costs no more, and keeps its session and our routes."""


class AdjRibIn:
    """What the peer announced, whole or (`keep` false) prefixes only."""

    def __init__(self, keep: bool) -> None:
        """Start empty."""
        self._keep = keep
        self._tables: dict[Family, dict[bytes, tuple[bytes, PathAttributes]]] = {
            family: {} for family in FAMILIES
        }
        self._stale: dict[Family, set[bytes]] = {}
        """Prefixes of a family that the peer is repeating and has not repeated yet."""

    def apply(self, update: Update) -> None:
        """Take a received message in: withdrawals first, RFC 4271 section 4.3."""
        for unreach in update.withdrawn:
            for nlri in unreach.prefixes:
                self._tables[unreach.family].pop(nlri, None)
        for reach in update.announced:
            kept = (reach.next_hop, update.attributes) if self._keep else NOT_KEPT
            table = self._tables[reach.family]
            if self._keep or len(table) + len(reach.prefixes) <= MOST_PREFIXES:
                table.update(dict.fromkeys(reach.prefixes, kept))
            if reach.family in self._stale:
                self._stale[reach.family].difference_update(reach.prefixes)

    def begin_refresh(self, family: Family) -> None:
        """The peer is about to repeat a family, RFC 7313 section 4."""
        self._stale[family] = set(self._tables[family])

    def end_refresh(self, family: Family) -> None:
        """It has: what it did not repeat is gone."""
        for nlri in self._stale.pop(family, ()):
            self._tables[family].pop(nlri, None)

    def count(self, family: Family) -> int:
        """How many prefixes; about `MOST_PREFIXES` stands for that and any number above it."""
        return len(self._tables[family])

    def routes(self, after: str | None = None, limit: int = 1000) -> list[RouteRow]:
        """Routes sorted by family, network, length; empty unless kept.

        Args:
            after: a prefix's text; the page starts behind it. Raises ValueError if it is none.
            limit: rows at most.
        """
        if not self._keep:
            return []
        return [self._row(family, nlri) for family, nlri in page(self._order, after, limit)]

    def _order(self, family: Family) -> list[bytes]:
        return sorted(self._tables[family], key=prefix_order)

    def _row(self, family: Family, nlri: bytes) -> RouteRow:
        next_hop, attributes = self._tables[family][nlri]
        return RouteRow(
            prefix=prefix_text(family, nlri),
            next_hop=address_text(next_hop),
            local_pref=attributes.local_pref,
            communities=community_texts(attributes.communities),
            large_communities=large_community_texts(attributes.large_communities),
            as_path=attributes.asns,
        )
