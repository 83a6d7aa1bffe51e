"""Go's durations: "90s", "1m30s", "1.5h"."""

from __future__ import annotations

import re

_UNITS = {
    "ns": 1,
    "us": 1_000,
    "\u00b5s": 1_000,  # micro sign
    "\u03bcs": 1_000,  # Greek mu
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_PART = re.compile(r"([0-9]*)(?:\.([0-9]*))?(ns|us|\u00b5s|\u03bcs|ms|s|m|h)")
_HIGHEST = 2**63 - 1


def parse_duration(text: str) -> int | None:
    """Nanoseconds, or None if Go's time.ParseDuration refuses the text."""
    sign, rest = (-1 if text[:1] == "-" else 1), text[text[:1] in ("-", "+") :]
    if rest == "0":
        return 0
    total = at = 0
    while at < len(rest):
        match = _PART.match(rest, at)
        if match is None or not (match[1] or match[2]):
            return None
        unit = _UNITS[match[3]]
        fraction = match[2] or ""
        total += int(match[1] or 0) * unit
        total += int(fraction or 0) * unit // 10 ** len(fraction)
        at = match.end()
    if not rest or total > _HIGHEST + (sign < 0):
        return None
    return sign * total
