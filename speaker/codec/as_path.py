"""AS_PATH and AS4_PATH: the ASes that a route has passed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from speaker.errors import AttributeProblem

AS_SET: Final = 1
AS_SEQUENCE: Final = 2
PLAIN_KINDS: Final = (AS_SET, AS_SEQUENCE)
SEGMENT_KINDS: Final = (*PLAIN_KINDS, 3, 4)
"""3 and 4: confederation, RFC 5065."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Part of an AS_PATH, RFC 4271 section 4.3."""

    kind: int
    """`AS_SEQUENCE`, `AS_SET`, or a confederation's 3 and 4."""
    asns: tuple[int, ...]


def encode_as_path(segments: tuple[Segment, ...], octets: int) -> bytes:
    """Write each segment as <kind: 1> <count: 1> <AS: `octets` (2 or 4) each>."""
    return b"".join(
        bytes((segment.kind, len(segment.asns)))
        + b"".join(asn.to_bytes(octets, "big") for asn in segment.asns)
        for segment in segments
    )


def decode_as_path(
    value: bytes, octets: int, kinds: tuple[int, ...] = SEGMENT_KINDS
) -> tuple[Segment, ...]:
    """Read an AS_PATH or AS4_PATH with AS numbers of `octets` (2 or 4).

    Args:
        value: of the attribute.
        octets: of an AS number.
        kinds: of segments that may be there; from an external peer not those of a confederation
            (RFC 5065 section 5).

    Raises:
        AttributeProblem: unknown or empty segment, cut short, or AS 0 in it.

    Source: RFC 4271 section 4.3, RFC 7606 section 7.2, RFC 7607 section 2.
    """
    segments = []
    at = 0
    while at < len(value):
        if value[at] not in kinds or value[at + 1 : at + 2] in (b"", b"\0"):
            raise AttributeProblem("AS_PATH has an unknown or an empty segment")
        end = at + 2 + value[at + 1] * octets
        if end > len(value):
            raise AttributeProblem("AS_PATH is cut short")
        asns = tuple(
            int.from_bytes(value[i : i + octets], "big") for i in range(at + 2, end, octets)
        )
        if 0 in asns:
            raise AttributeProblem("AS_PATH contains AS 0")
        segments.append(Segment(value[at], asns))
        at = end
    return tuple(segments)


def merge_as4_path(path: tuple[Segment, ...], as4_path: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """Rebuild the path that a 2-octet speaker passed on beside AS4_PATH.

    The leading ASes of `path` that AS4_PATH lacks are put before it; an AS4_PATH longer than
    the path is ignored. An AS_SET counts as one. Source: RFC 6793 section 4.2.3.
    """
    missing = _path_length(path) - _path_length(as4_path)
    if missing < 0:
        return path
    lead: list[Segment] = []
    for segment in path:
        if missing <= 0:
            break
        if segment.kind == AS_SEQUENCE:
            lead.append(Segment(AS_SEQUENCE, segment.asns[:missing]))
            missing -= len(segment.asns)
        else:
            lead.append(segment)
            missing -= segment.kind == AS_SET
    return (*lead, *as4_path)


def _path_length(path: tuple[Segment, ...]) -> int:
    sequences = sum(len(segment.asns) for segment in path if segment.kind == AS_SEQUENCE)
    return sequences + sum(segment.kind == AS_SET for segment in path)
