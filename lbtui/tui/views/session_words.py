"""A session in words: the cells of the sessions table and the lines of its details. Pure.

Times of day are shown rather than running durations: an idle screen writes nothing.
"""

from __future__ import annotations

import enum
import time
from collections.abc import Mapping

from lbtui.ports import SessionRow
from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import Span, Tone

DAY_SECONDS = 24 * 3600


class Health(enum.StrEnum):
    """How a session is; decides symbol and colour, never told by colour alone."""

    UP = "up"
    TRYING = "trying"
    DOWN = "down"
    OFF = "off"


SYMBOLS_OF: Mapping[Health, str] = {
    Health.UP: SYMBOLS.good,
    Health.TRYING: SYMBOLS.waiting,
    Health.DOWN: SYMBOLS.down,
    Health.OFF: SYMBOLS.down,
}
TONES: Mapping[Health, Tone] = {
    Health.UP: "good",
    Health.TRYING: "warning",
    Health.DOWN: "bad",
    Health.OFF: "muted",
}
FAMILY_WORDS: Mapping[str, str] = {"ipv4": "v4", "ipv6": "v6"}


def health(row: SessionRow) -> Health:
    """Up only in Established; trying while a connection is being made or waited for."""
    if not row.is_enabled:
        return Health.OFF
    if row.state == "Established":
        return Health.UP
    return Health.DOWN if row.state == "Idle" else Health.TRYING


def state_text(row: SessionRow) -> str:
    """Symbol and RFC 4271 state name, or "admin down"."""
    word = row.state if row.is_enabled else "admin down"
    return f"{SYMBOLS_OF[health(row)]} {word}"


def state_cell(row: SessionRow) -> Span:
    """The state with its colour."""
    return Span(state_text(row), TONES[health(row)])


def error_text(row: SessionRow) -> str:
    """The last error with its arrow; of ASCII where the terminal has no other."""
    if SYMBOLS.arrow.isascii():
        return row.last_error.replace("→", "->").replace("←", "<-")
    return row.last_error


def since_text(row: SessionRow, now: float) -> str:
    """Since when it is up or down; "never up" if it never was."""
    if row.state != "Established" and not row.established:
        return "never up"
    word = "up" if row.state == "Established" else "down"
    return f"{word} {moment(row.since, now)}"


def moment(at: float, now: float) -> str:
    """Local time of day to the second within a day of `now`, else the date with hour and minute."""
    shape = "%H:%M:%S" if abs(now - at) < DAY_SECONDS else "%b %d %H:%M"
    return time.strftime(shape, time.localtime(at))


def duration(seconds: float) -> str:
    """The two largest units: "1d 3h", "12m 5s", "8s"."""
    rest = round(seconds)
    parts: list[str] = []
    for unit, size in (("d", DAY_SECONDS), ("h", 3600), ("m", 60), ("s", 1)):
        count, rest = divmod(rest, size)
        if count or (unit == "s" and not parts):
            parts.append(f"{count}{unit}")
    return " ".join(parts[:2])


def counts_text(row: SessionRow) -> str:
    """Advertised/desired of each family: "v4 12/14 v6 3/3"; "!" marks what differs."""
    parts = []
    for family in sorted(row.families):
        counts = row.families[family]
        mark = "" if counts.advertised == counts.desired else "!"
        parts.append(f"{_family(family)} {counts.advertised}/{counts.desired}{mark}")
    return " ".join(parts) or "no family"


def families_text(row: SessionRow) -> str:
    """Families in use; those configured but not negotiated are said to be so."""
    if not row.negotiated:
        return "-"
    absent = [_family(family) for family in sorted(row.families) if family not in row.negotiated]
    used = " ".join(_family(family) for family in row.negotiated)
    return f"{used} (not {' '.join(absent)})" if absent else used


def _family(family: str) -> str:
    return FAMILY_WORDS.get(family, family)


def asn_text(row: SessionRow) -> str:
    """The peer's AS and the kind of session."""
    if not row.peer_asn:
        return "any"
    return f"{row.peer_asn} {'iBGP' if row.peer_asn == row.local_asn else 'eBGP'}"


def flaps_text(row: SessionRow) -> str:
    """How often it came up and went down."""
    return f"{row.established}/{row.dropped}"


def received_count(row: SessionRow) -> int:
    """Prefixes received in all families; a speaker that only advertises expects none."""
    return sum(counts.received for counts in row.families.values())


def timers_text(row: SessionRow) -> str:
    """Negotiated hold and keepalive time in seconds."""
    if row.hold_time is None:
        return "-"
    if not row.hold_time:
        return "off"
    return f"{row.hold_time:g}/{row.keepalive_time or 0:g}"


def bfd_text(row: SessionRow) -> str:
    """State of BFD in a word; "off" without it."""
    bfd = row.detail.get("bfd") or {}
    return str(bfd.get("state") or "off").lower()


def flags_text(row: SessionRow) -> str:
    """What is out of the ordinary: MD5, graceful restart, passive."""
    told = row.detail
    flags = (
        ("MD5", bool(told.get("password"))),
        ("GR", told.get("gracefulRestart") is not None),
        ("passive", row.is_passive),
    )
    return " ".join(word for word, is_so in flags if is_so) or "-"
