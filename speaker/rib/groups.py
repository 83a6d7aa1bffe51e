"""Prefixes that travel together, cut to fit messages once for all sessions that send them."""

from __future__ import annotations

from dataclasses import dataclass, field

from speaker.codec.families import Family
from speaker.codec.prefix import ADDRESS_OCTETS
from speaker.rib.attributes import RouteAttributes


class Packing:
    """NLRI fields of at most `room` octets; each is cut when the first session asks for it."""

    def __init__(self, prefixes: tuple[bytes, ...], longest: int, room: int) -> None:
        """Cut nothing yet; no prefix has more than `longest` octets."""
        self._prefixes, self._longest, self._room = prefixes, longest, room
        self._fields: list[tuple[bytes, int]] = []

    def field(self, number: int) -> tuple[bytes, int]:
        """Octets of one field, and how many prefixes are in it and those before it."""
        while len(self._fields) <= number:
            start = self._fields[-1][1] if self._fields else 0
            self._fields.append(self._cut(start))
        return self._fields[number]

    def _cut(self, start: int) -> tuple[bytes, int]:
        """Fill one field: as many as surely fit, again and again, then one by one."""
        prefixes, left, at = self._prefixes, self._room, start
        pieces = []
        while (sure := left // self._longest) and at < len(prefixes):
            piece = b"".join(prefixes[at : at + sure])
            pieces.append(piece)
            left -= len(piece)
            at = min(at + sure, len(prefixes))
        while at < len(prefixes) and len(prefixes[at]) <= left:
            pieces.append(prefixes[at])
            left -= len(prefixes[at])
            at += 1
        return b"".join(pieces), at


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Prefixes to announce with the same attributes, or to withdraw."""

    family: Family
    attributes: RouteAttributes | None
    """None: withdraw."""
    prefixes: tuple[bytes, ...]
    fresh: int = 0
    """How many of the first ones the peer does not have yet; the others replace what it has."""
    _packings: dict[int, Packing] = field(default_factory=dict)

    def packing(self, room: int) -> Packing:
        """The prefixes in fields of at most `room` octets, which must hold any one of them."""
        found = self._packings.get(room)
        if found is None:
            longest = 1 + ADDRESS_OCTETS[self.family]
            found = self._packings[room] = Packing(self.prefixes, longest, room)
        return found
