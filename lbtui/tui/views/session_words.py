"""A session in words: the cells of the sessions table and the lines of its details. Pure.

Times of day are shown rather than running durations: an idle screen writes nothing.
"""

from __future__ import annotations

import enum
import time
from collections.abc import Mapping, Sequence
from typing import Any

from lbtui.ports import FamilyCounts, SessionRow

DAY_SECONDS = 24 * 3600


class Health(enum.StrEnum):
    """How a session is; decides symbol and colour, never told by colour alone."""

    UP = "up"
    TRYING = "trying"
    DOWN = "down"
    OFF = "off"


SYMBOLS: Mapping[Health, str] = {
    Health.UP: "●",
    Health.TRYING: "◐",
    Health.DOWN: "○",
    Health.OFF: "■",
}
PLAIN_SYMBOLS: Mapping[Health, str] = {
    Health.UP: "*",
    Health.TRYING: "~",
    Health.DOWN: "o",
    Health.OFF: "#",
}
"""For terminals without Unicode."""
FAMILY_WORDS: Mapping[str, str] = {"ipv4": "v4", "ipv6": "v6"}


def health(row: SessionRow) -> Health:
    """Up only in Established; trying while a connection is being made or waited for."""
    if not row.is_enabled:
        return Health.OFF
    if row.state == "Established":
        return Health.UP
    return Health.DOWN if row.state == "Idle" else Health.TRYING


def state_text(row: SessionRow, symbols: Mapping[Health, str] = SYMBOLS) -> str:
    """Symbol and RFC 4271 state name, or "admin down"."""
    word = row.state if row.is_enabled else "admin down"
    return f"{symbols[health(row)]} {word}"


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


# ---- details -----------------------------------------------------------------------------------

Section = tuple[str, tuple[tuple[str, str], ...]]
"""A heading and its label-value lines."""


def details(row: SessionRow, now: float) -> tuple[Section, ...]:
    """Everything the speaker tells about a session, in the order an operator asks."""
    told = row.detail
    return (
        ("State", _state_lines(row, told, now)),
        ("Identity", _identity_lines(row, told)),
        ("Transport", _transport_lines(row, told)),
        ("Timers", _timer_lines(row, told, now)),
        ("Prefixes", tuple(_prefix_line(f, c) for f, c in sorted(row.families.items()))),
        ("Messages", _message_lines(told)),
        ("Capabilities", _capability_lines(row, told)),
        ("History", _history_lines(told, now)),
    )


def _state_lines(
    row: SessionRow, told: Mapping[str, Any], now: float
) -> tuple[tuple[str, str], ...]:
    retry = told.get("connectRetryRemaining")
    lines = [
        ("state", f"{state_text(row)} since {moment(row.since, now)}"),
        ("came up / went down", f"{row.established} / {row.dropped}"),
        ("next attempt", f"in {duration(retry)}" if retry else "-"),
    ]
    if row.last_error:
        at = f" at {moment(row.last_error_at, now)}" if row.last_error_at else ""
        lines.append(("last error", f"{row.last_error}{at}"))
        if data := (told.get("lastError") or {}).get("data"):
            lines.append(("its data (hex)", data))
    else:
        lines.append(("last error", "none"))
    return tuple(lines)


def _identity_lines(row: SessionRow, told: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return (
        ("node", row.node),
        ("peer", row.peer),
        ("local AS / peer AS", f"{row.local_asn} / {asn_text(row)}"),
        ("router ID", f"{_known(told, 'routerId')}, the peer's {_known(told, 'peerRouterId')}"),
    )


def _transport_lines(row: SessionRow, told: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    source, actual = told.get("configuredSourceAddress"), row.local_address
    chosen = f"{source or 'the kernel chooses'}"
    if source and actual and source != actual:
        chosen += f" (in use: {actual})"
    dialled = {"local": "this speaker", "peer": "the peer"}.get(told.get("openedBy") or "", "-")
    return (
        ("peer", _endpoint(row.address, told.get("peerPort") or row.port)),
        ("local", _endpoint(actual, told.get("localPort"))),
        ("source address", chosen),
        ("opened by", f"{dialled}{', passive' if row.is_passive else ''}"),
        ("TCP MD5 password", "configured" if told.get("password") else "none"),
    )


def _endpoint(address: str, port: int | None) -> str:
    if not address:
        return "-"
    host = f"[{address}]" if ":" in address else address
    return f"{host}:{port}" if port else host


def _timer_lines(
    row: SessionRow, told: Mapping[str, Any], now: float
) -> tuple[tuple[str, str], ...]:
    remaining = told.get("holdRemaining")
    return (
        (
            "hold time",
            f"{_seconds(told.get('configuredHoldTime'))} configured, "
            f"{_seconds(told.get('peerHoldTime'))} offered by the peer, "
            f"{_seconds(row.hold_time)} negotiated",
        ),
        ("keepalive", _seconds(row.keepalive_time)),
        ("hold time left", duration(remaining) if remaining is not None else "-"),
        ("last read / write", f"{_when(told, 'lastRead', now)} / {_when(told, 'lastWrite', now)}"),
    )


def _prefix_line(family: str, counts: FamilyCounts) -> tuple[str, str]:
    text = f"{counts.advertised} advertised of {counts.desired} desired, {counts.pending} pending"
    return family, f"{text}, {counts.received} received"


def _message_lines(told: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    sent, received = told.get("sent") or {}, told.get("received") or {}
    names = (
        ("open", "OPEN"),
        ("update", "UPDATE"),
        ("keepalive", "KEEPALIVE"),
        ("notification", "NOTIFICATION"),
        ("routeRefresh", "ROUTE-REFRESH"),
        ("total", "all"),
        ("octets", "octets"),
    )
    return tuple(
        (word, f"{sent.get(key, 0):>8} sent {received.get(key, 0):>8} received")
        for key, word in names
    )


def _capability_lines(row: SessionRow, told: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    sent: Sequence[str] = told.get("capabilitiesSent") or ()
    received: Sequence[str] = told.get("capabilitiesReceived") or ()
    lines = [
        (name, _who_offers(name, sent, received)) for name in dict.fromkeys((*sent, *received))
    ]
    return (("families in use", families_text(row)), *lines)


def _who_offers(name: str, sent: Sequence[str], received: Sequence[str]) -> str:
    if name in sent and name in received:
        return "both sides"
    return "sent" if name in sent else "received"


def _history_lines(told: Mapping[str, Any], now: float) -> tuple[tuple[str, str], ...]:
    """Newest first."""
    steps = reversed(told.get("history") or ())
    return tuple(
        (moment(step["at"], now), f"{step['before']} → {step['after']}  {step['reason']}")
        for step in steps
    )


def _known(told: Mapping[str, Any], key: str) -> str:
    return str(told.get(key) or "unknown")


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:g} s"


def _when(told: Mapping[str, Any], key: str, now: float) -> str:
    at = told.get(key)
    return moment(at, now) if at is not None else "-"
