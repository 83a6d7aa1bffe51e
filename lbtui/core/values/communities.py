"""BGP communities: standard (RFC 1997) and large (RFC 8092), their reading and their order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

WELL_KNOWN: Mapping[str, str] = {
    "65535:0": "graceful-shutdown",  # RFC 8326
    "65535:666": "blackhole",  # RFC 7999
    "65535:65281": "no-export",  # RFC 1997
    "65535:65282": "no-advertise",
    "65535:65283": "no-export-subconfed",
    "65535:65284": "no-peer",  # RFC 3765
}
"""Value → name, for those that operators set."""


class CommunityValue(NamedTuple):
    """A community; sorts as MetalLB sorts: a standard one as (its 32-bit value, 0, 0)."""

    first: int
    """The 32-bit value of a standard community, or the global administrator of a large one."""
    second: int
    third: int
    is_large: bool

    def __str__(self) -> str:
        """a:b, or a:b:c for a large one."""
        if self.is_large:
            return f"{self.first}:{self.second}:{self.third}"
        return f"{self.first >> 16}:{self.first & 0xFFFF}"


class CommunityError(ValueError):
    """Text is no community. `is_format`: it may be the name of an alias instead."""

    def __init__(self, message: str, is_format: bool) -> None:
        """Keep what kind of error it is."""
        super().__init__(message)
        self.is_format = is_format


def parse_community(text: str) -> CommunityValue:
    """Read `a:b` (16 bits each) or `large:a:b:c` (32 bits each), decimal.

    Raises:
        CommunityError: with `is_format` unless there are two or four parts.
    Source: MetalLB internal/bgp/community.
    """
    parts = text.split(":")
    if len(parts) == 2:
        upper, lower = (_number(part, 0xFFFF, text) for part in parts)
        return CommunityValue(upper << 16 | lower, 0, 0, False)
    if len(parts) == 4:
        if parts[0] != "large":
            raise CommunityError(f'{text!r} has four parts but does not begin with "large:"', False)
        first, second, third = (_number(part, 0xFFFFFFFF, text) for part in parts[1:])
        return CommunityValue(first, second, third, True)
    raise CommunityError(f"{text!r} is neither a community nor an alias", True)


def _number(part: str, highest: int, text: str) -> int:
    """A decimal number as Go's strconv.ParseUint reads it: digits only, leading zeros allowed."""
    if part.isascii() and part.isdecimal():
        significant = part.lstrip("0") or "0"
        if len(significant) <= 10 and int(significant) <= highest:
            return int(significant)
    raise CommunityError(
        f"{part!r} in the community {text!r} is not a number up to {highest}", False
    )
