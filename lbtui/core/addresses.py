"""Addresses and prefixes as integers, read the way Go's net package reads them."""

from __future__ import annotations

from typing import NamedTuple

BITS = {4: 32, 6: 128}
"""Address length of each family."""


class Prefix(NamedTuple):
    """A network; sorts by family, network, length."""

    family: int
    """4 or 6."""
    network: int
    """The address with host bits cleared."""
    length: int

    def __str__(self) -> str:
        """RFC 4632 or RFC 5952 text with the length."""
        return f"{format_address(self.family, self.network)}/{self.length}"


def format_address(family: int, value: int) -> str:
    """Dotted quad, or RFC 5952 text."""
    if family == 4:
        return ".".join(str(value >> shift & 255) for shift in (24, 16, 8, 0))
    groups = [value >> shift & 0xFFFF for shift in range(112, -1, -16)]
    start, length = _longest_zero_run(groups)
    if length < 2:
        return ":".join(f"{group:x}" for group in groups)
    head = ":".join(f"{group:x}" for group in groups[:start])
    tail = ":".join(f"{group:x}" for group in groups[start + length :])
    return f"{head}::{tail}"


def _longest_zero_run(groups: list[int]) -> tuple[int, int]:
    """Start and length of the first longest run of zero groups."""
    best = (0, 0)
    at = 0
    while at < len(groups):
        end = at
        while end < len(groups) and groups[end] == 0:
            end += 1
        if end - at > best[1]:
            best = (at, end - at)
        at = max(end, at + 1)
    return best
