"""A session's details: everything the speaker tells, grouped as an operator asks. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lbtui.ports import FamilyCounts, SessionRow
from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import BLANK, Line, Span, line
from lbtui.tui.views.session_words import (
    asn_text,
    duration,
    error_text,
    families_text,
    moment,
    state_cell,
    state_text,
)

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
        lines.append(("last error", f"{error_text(row)}{at}"))
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
        (
            moment(step["at"], now),
            f"{step['before']} {SYMBOLS.arrow} {step['after']}  {step['reason']}",
        )
        for step in steps
    )


def _known(told: Mapping[str, Any], key: str) -> str:
    return str(told.get(key) or "unknown")


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:g} s"


def _when(told: Mapping[str, Any], key: str, now: float) -> str:
    at = told.get(key)
    return moment(at, now) if at is not None else "-"


# ---- lines -------------------------------------------------------------------------------------


def section_lines(sections: Sequence[Section]) -> list[Line]:
    """Sections as headings over aligned labels."""
    lines: list[Line] = []
    for heading, entries in sections:
        width = max((len(label) for label, _ in entries), default=0)
        lines.append(line(Span(heading, "strong")))
        lines += [line(Span(f"  {label:<{width}}  ", "muted"), text) for label, text in entries]
        lines.append(BLANK)
    return lines[:-1]


def session_lines(row: SessionRow, now: float) -> list[Line]:
    """A session in short: state, error, prefixes, and the last steps that led here."""
    lines = [line(state_cell(row), f" since {moment(row.since, now)}")]
    if row.last_error:
        when = f" ({moment(row.last_error_at, now)})" if row.last_error_at else ""
        lines.append(line(_label("last error"), Span(f"{error_text(row)}{when}", "warning")))
    lines += [
        line(_label("AS"), f"{row.local_asn} {SYMBOLS.arrow} {asn_text(row)}"),
        line(_label("peer"), _endpoint(row.address, row.port)),
        line(_label("families"), families_text(row)),
        *(line(_label(family), _short_counts(c)) for family, c in sorted(row.families.items())),
    ]
    if steps := _history_lines(row.detail, now):
        lines += [BLANK, line(Span("Last steps", "strong"))]
        lines += [line(Span(f"{at}  ", "muted"), text) for at, text in steps[:6]]
    return lines


def _label(text: str) -> Span:
    return Span(f"{text:<12}", "muted")


def _short_counts(counts: FamilyCounts) -> str:
    parts = [f"{counts.advertised} of {counts.desired} routes sent"]
    parts += [
        f"{count} {word}"
        for count, word in (
            (counts.pending, "pending"),
            (counts.unsendable, "cannot be sent"),
            (counts.received, "received"),
        )
        if count
    ]
    return ", ".join(parts)
