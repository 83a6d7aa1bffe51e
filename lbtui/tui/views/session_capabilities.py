"""Capabilities of both sides, paired, with a verdict on each. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_NAMES = (
    "multiprotocol ipv4 unicast",
    "multiprotocol ipv6 unicast",
    "route refresh (before RFC 2918)",
    "route refresh",
    "enhanced route refresh",
    "4-octet AS",
    "extended message",
    "extended next hop",
    "long-lived graceful restart",
    "graceful restart",
    "additional paths",
    "host name",
    "software version",
    "role",
)
"""Words a capability begins with, longer ones first; what follows is its value."""


@dataclass(frozen=True, slots=True)
class CapabilityPair:
    """One capability; None for the side that does not offer it, "" where it has no value."""

    name: str
    sent: str | None
    received: str | None

    @property
    def verdict(self) -> str:
        """Whether it is in use, or why not."""
        if self.sent is not None and self.received is not None:
            return "in use"
        return "the peer does not offer it" if self.sent is not None else "not offered here"

    @property
    def text(self) -> str:
        """The verdict, and the values of both sides where there are any."""
        values = []
        if self.sent:
            values.append(f"sent {self.sent}")
        if self.received:
            values.append(f"received {self.received}")
        return "; ".join([self.verdict, *values])


def capability_pairs(sent: Sequence[str], received: Sequence[str]) -> list[CapabilityPair]:
    """Join both lists by name, ours first, in the order they were told."""
    ours, theirs = dict(map(_split, sent)), dict(map(_split, received))
    return [
        CapabilityPair(name, ours.get(name), theirs.get(name))
        for name in dict.fromkeys((*ours, *theirs))
    ]


def _split(word: str) -> tuple[str, str]:
    for name in _NAMES:
        if word == name:
            return name, ""
        if word.startswith((f"{name} ", f"{name}:")):
            return name, word[len(name) :].lstrip(" :")
    name, bracket, rest = word.partition(" (")
    return name, f"{bracket}{rest}".strip()
