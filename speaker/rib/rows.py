"""Routes as text, for people and for the control API."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from speaker.codec.families import FAMILIES, Family
from speaker.codec.prefix import parse_prefix, prefix_order


@dataclass(frozen=True, slots=True)
class RouteRow:
    """One route as text."""

    prefix: str
    next_hop: str
    local_pref: int | None
    """As sent or received; None: the attribute is not there."""
    communities: tuple[str, ...]
    large_communities: tuple[str, ...]
    as_path: tuple[int, ...]
    pending: bool = False
    """Wanted, but not handed out yet in this form."""


def community_texts(communities: tuple[int, ...]) -> tuple[str, ...]:
    """Write each as "a:b"."""
    return tuple(f"{community >> 16}:{community & 0xFFFF}" for community in communities)


def large_community_texts(communities: tuple[tuple[int, int, int], ...]) -> tuple[str, ...]:
    """Write each as "a:b:c"."""
    return tuple(":".join(map(str, community)) for community in communities)


def page(
    order: Callable[[Family], list[bytes]], after: str | None, limit: int
) -> Iterator[tuple[Family, bytes]]:
    """Walk a page of prefixes sorted by family, network, length.

    Args:
        order: gives the sorted prefixes of a family.
        after: a prefix's text; the page starts behind it, whether or not it is there.
        limit: prefixes at most.

    Raises:
        ValueError: `after` is not a prefix.
    """
    families = FAMILIES
    start = 0
    if after is not None:
        family, nlri = parse_prefix(after)
        families = FAMILIES[FAMILIES.index(family) :]
        start = bisect_right(order(family), prefix_order(nlri), key=prefix_order)
    for family in families:
        found = order(family)[start : start + limit]
        yield from ((family, nlri) for nlri in found)
        limit -= len(found)
        start = 0
