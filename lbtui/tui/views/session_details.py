"""A session's details: everything the speaker tells, grouped as an operator asks. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lbtui.ports import FamilyCounts, SessionRow
from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import BLANK, Line, Span, line
from lbtui.tui.views.session_exchange import (
    bfd_lines,
    capability_lines,
    message_lines,
    restart_lines,
)
from lbtui.tui.views.session_remedies import remedy
from lbtui.tui.views.session_words import (
    asn_text,
    duration,
    error_text,
    families_text,
    moment,
    state_cell,
    state_text,
)

ADVICE_WIDTH = 56
"""Cells of a line of advice: with its label it fits a terminal of 80."""

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
        ("Routes", _route_lines(row)),
        ("Messages", message_lines(told)),
        ("Capabilities", capability_lines(row, told)),
        ("Graceful restart", restart_lines(told)),
        ("BFD", bfd_lines(told)),
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
        error = told.get("lastError") or told.get("lastConnectFailure")
        if data := (error or {}).get("data"):
            lines.append(("its data (hex)", data))
        if row.state != "Established" and (advice := remedy(error)):
            lines += _wrapped("what to do", advice)
    else:
        lines.append(("last error", "none"))
    return tuple(lines)


def _wrapped(label: str, text: str) -> list[tuple[str, str]]:
    """A sentence over as many lines as it takes, the label before the first."""
    first, *rest = textwrap.wrap(text, ADVICE_WIDTH)
    return [(label, first), *(("", more) for more in rest)]


def _identity_lines(row: SessionRow, told: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return (
        ("node", row.node),
        ("peer", row.peer),
        ("local AS / peer AS", f"{row.local_asn} / {asn_text(row)}"),
        ("VRF", told.get("vrf") or "default"),
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
        ("next hop", f"{actual or '-'} where a route names no other"),
        ("opened by", f"{dialled}{', passive' if row.is_passive else ''}"),
        ("TCP MD5 password", "configured" if told.get("password") else "none"),
        *_tcp_lines(told.get("tcp") or {}),
    )


def _tcp_lines(tcp: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What the kernel tells of the connection; nothing without one."""
    if not tcp:
        return
    least = tcp["leastTtl"]
    needs = f"the peer's at least {least} (GTSM)" if least else "any of the peer's"
    yield "TTL", f"{tcp['ttl']} of ours, {needs}"
    yield "MSS / round trip", f"{tcp['mss']} octets / {1000 * tcp['rtt']:.1f} ms"
    yield "sent again", f"{tcp['retransmits']} segments"
    yield "not taken yet", f"{tcp['waiting']} octets"


def _endpoint(address: str, port: int | None) -> str:
    if not address:
        return "-"
    host = f"[{address}]" if ":" in address else address
    return f"{host}:{port}" if port else host


def _timer_lines(
    row: SessionRow, told: Mapping[str, Any], now: float
) -> tuple[tuple[str, str], ...]:
    remaining, send_hold = told.get("holdRemaining"), told.get("sendHoldRemaining")
    return (
        (
            "hold time",
            f"{_seconds(told.get('configuredHoldTime'))} configured, "
            f"{_seconds(told.get('peerHoldTime'))} offered by the peer, "
            f"{_seconds(row.hold_time)} negotiated",
        ),
        (
            "keepalive",
            f"{_configured(told, 'configuredKeepaliveTime', 'a third of hold')} configured, "
            f"{_seconds(row.keepalive_time)} in use",
        ),
        ("connect retry", _seconds(told.get("configuredConnectTime"))),
        ("hold time left", duration(remaining) if remaining is not None else "-"),
        ("send hold left", duration(send_hold) if send_hold is not None else "not running"),
        ("last read / write", f"{_when(told, 'lastRead', now)} / {_when(told, 'lastWrite', now)}"),
    )


def _route_lines(row: SessionRow) -> tuple[tuple[str, str], ...]:
    """The three facts, then the numbers of each family."""
    counts = sorted(row.families.items())
    up = row.state == "Established"
    able = f"yes: {families_text(row)}" if up else f"no: {row.state}"
    return (
        ("intended", ", ".join(f"{family} {c.desired}" for family, c in counts) or "no family"),
        ("able", able if row.is_enabled else "no: held down"),
        ("sent", ", ".join(f"{family} {c.advertised}" for family, c in counts) or "nothing"),
        *((family, _prefix_text(c)) for family, c in counts),
    )


def _prefix_text(counts: FamilyCounts) -> str:
    words = f"{counts.pending} pending, {counts.received} received and ignored"
    return words + (f", {counts.unsendable} cannot be sent" if counts.unsendable else "")


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


def _configured(told: Mapping[str, Any], key: str, default: str) -> str:
    value = told.get(key)
    return default if value is None else _seconds(value)


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
