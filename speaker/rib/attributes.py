"""What several prefixes may have in common, parsed once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from speaker.codec.families import Family
from speaker.codec.prefix import parse_address, parse_prefix

MAX_COMMUNITY_OCTETS: Final = 3840
"""Of both kinds together: what surely leaves room for a prefix in a message of 4096 octets."""


@dataclass(frozen=True, slots=True)
class RouteAttributes:
    """What several prefixes may have in common."""

    next_hop: bytes | None
    """4 or 16 octets; None: the session's local address."""
    local_pref: int | None
    communities: tuple[int, ...]
    """Sorted, each once; likewise the large ones."""
    large_communities: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class WantedRoute:
    """One parsed route."""

    family: Family
    nlri: bytes
    attributes: RouteAttributes


def parse_route(
    prefix: str,
    next_hop: str | None = None,
    local_pref: int | None = None,
    communities: Sequence[str] = (),
    large_communities: Sequence[str] = (),
) -> WantedRoute:
    """Read a route's text.

    Args:
        prefix: "192.0.2.0/24", no bits past the length.
        next_hop: an address; None: the session's local address.
        local_pref: 0 to 4294967295; None: the default, `encoding.DEFAULT_LOCAL_PREF`.
        communities: "a:b", 16 bits each.
        large_communities: "a:b:c", 32 bits each.

    Raises:
        ValueError: with a message that names the bad part.
    """
    family, nlri = parse_prefix(prefix)
    attributes = _parse_attributes(
        next_hop, local_pref, tuple(communities), tuple(large_communities)
    )
    return WantedRoute(family, nlri, attributes)


@lru_cache(maxsize=4096)
def _parse_attributes(
    next_hop: str | None,
    local_pref: int | None,
    communities: tuple[str, ...],
    large_communities: tuple[str, ...],
) -> RouteAttributes:
    standard = sorted({_numbers(text, 2, 16) for text in communities})
    large = sorted({_numbers(text, 3, 32) for text in large_communities})
    if 4 * len(standard) + 12 * len(large) > MAX_COMMUNITY_OCTETS:
        count = len(standard) + len(large)
        raise ValueError(f"{count} communities do not fit a BGP message")
    return RouteAttributes(
        None if next_hop is None else parse_address(next_hop),
        local_pref,
        tuple(high << 16 | low for high, low in standard),
        tuple((one, two, three) for one, two, three in large),
    )


@lru_cache(maxsize=65536)
def _numbers(text: str, count: int, bits: int) -> tuple[int, ...]:
    """Routes by the thousand differ in one community and share the others."""
    parts = text.split(":")
    is_decimal = all(part.isascii() and part.isdigit() for part in parts)
    if len(parts) != count or not is_decimal or any(int(part) >> bits for part in parts):
        raise ValueError(f"community {text!r} is not {count} numbers of {bits} bits with colons")
    return tuple(int(part) for part in parts)
