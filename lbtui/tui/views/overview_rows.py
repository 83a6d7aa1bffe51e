"""Rows of the overview, area by area. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from lbtui.core.diagnostics import Diagnostic, Severity
from lbtui.core.objects.resource_set import ResourceRef
from lbtui.tui.answer_view import AnswerRow
from lbtui.tui.findings import SYMBOL, TONE, Findings
from lbtui.tui.places import Place, place_of
from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import BLANK, Cell, Line, Span, Tone, counted, line
from lbtui.tui.views.session_words import state_cell, state_text

if TYPE_CHECKING:
    from lbtui.core.questions.health import Health, PoolFill
    from lbtui.ports import SessionRow, SpeakerView

MOST_LINES = 200
"""Things listed in the panel before the rest is only counted; enter shows all of them."""
GAUGE_CELLS = 12
FULL, NEARLY = 1.0, 0.85
"""Shares of a pool in use from which on it is a fault, and worth a look."""


def overview_rows(findings: Findings, speaker: SpeakerView, health: Health) -> list[AnswerRow]:
    """All areas; each area's name stands on its first row only."""
    areas = (
        ("Findings", _finding_rows(findings)),
        ("Services", _service_rows(health)),
        ("Sessions", _session_rows(speaker)),
        ("Pools", _pool_rows(health.pools)),
    )
    return [
        AnswerRow(
            (area, row.key),
            (Span("" if at else area, "strong"), *row.cells),
            row.title,
            row.lines,
            row.place,
            row.ref,
            {"area": area, **row.weights},
        )
        for area, rows in areas
        for at, row in enumerate(rows)
    ]


def verdict(findings: Findings, health: Health) -> str:
    """The worst in a few words, for the title."""
    troubles = (
        (findings.count(Severity.ERROR), "error"),
        (len(health.unreachable), "service without a path", "services without a path"),
        (len(health.waiting), "service without an address", "services without an address"),
        (len(health.single), "service on one path", "services on one path"),
        (findings.count(Severity.WARNING), "warning"),
    )
    words = [counted(*trouble) for trouble in troubles if trouble[0]]
    return ", ".join(words) or "all is well"


def _row(
    key: str,
    what: Span,
    count: Cell,
    which: Cell,
    lines: Callable[[], Sequence[Line]],
    place: Place | None,
    weight: float = 0,
    ref: ResourceRef | None = None,
) -> AnswerRow:
    weights = {"count": weight}
    return AnswerRow(key, (what, count, which), what.text, lines, place, ref, weights)


# ---- findings --------------------------------------------------------------------------------


def _finding_rows(findings: Findings) -> Iterator[AnswerRow]:
    """One row a severity; none at all is good news in one row."""
    by_severity: dict[Severity, list[Diagnostic]] = {}
    for finding in findings.all:
        by_severity.setdefault(finding.severity, []).append(finding)
    if not by_severity:
        good = Span(f"{SYMBOLS.good} none", "good")
        yield _row("none", good, "", "", tuple, Place("findings", filter_text=""))
    for severity, found in by_severity.items():
        codes = Counter(finding.code for finding in found)
        word = _plural(len(found), severity.value) if severity is not Severity.INFO else "notes"
        yield _row(
            severity.value,
            Span(f"{SYMBOL[severity]} {word}", TONE[severity]),
            str(len(found)),
            Span(_some([_times(code, count) for code, count in codes.most_common()]), "muted"),
            _lister(found, _finding_line),
            Place("findings", filter_text=f"severity={severity.value}"),
            len(found),
        )


def _finding_line(finding: Diagnostic) -> Line:
    name = str(finding.ref or "")
    # Many messages begin with what they are about.
    subject = "" if not name or finding.message.startswith(name) else f"{name}: "
    return line(Span(subject, "muted"), finding.message)


# ---- services --------------------------------------------------------------------------------


def _service_rows(health: Health) -> Iterator[AnswerRow]:
    """By number of paths, the worst first; what there is none of is left out."""
    single = {one.service: f"{one.node} {SYMBOLS.arrow} {one.peer}" for one in health.single}
    unreachable = {name: why or "no peer gets it" for name, why in health.unreachable.items()}
    kinds: tuple[tuple[str, str, Tone, str, Mapping[str, str]], ...] = (
        ("none", SYMBOLS.error, "bad", "no path", unreachable),
        ("waiting", SYMBOLS.warning, "warning", "no address", dict.fromkeys(health.waiting, "")),
        ("one", SYMBOLS.warning, "warning", "one path only", single),
        ("several", SYMBOLS.good, "good", "several paths", dict.fromkeys(health.several, "")),
    )
    is_empty = True
    for key, symbol, tone, word, services in kinds:
        if services:
            is_empty = False
            yield _row(
                key,
                Span(f"{symbol} {word}", tone),
                str(len(services)),
                Span(_some(list(services)), "muted"),
                _lister(
                    list(services.items()), lambda one: line(one[0], Span(f"  {one[1]}", "muted"))
                ),
                Place("services", filter_text=f"paths={key}"),
                len(services),
            )
    if is_empty:
        none = Span(f"{SYMBOLS.down} none", "muted")
        yield _row("empty", none, "", "", tuple, Place("services", filter_text=""))


# ---- sessions --------------------------------------------------------------------------------


def _session_rows(speaker: SpeakerView) -> Iterator[AnswerRow]:
    """By state; without a speaker that is said."""
    if not speaker.is_running or not speaker.sessions:
        why = "speaker has none" if speaker.is_running else speaker.message or "no speaker"
        quiet = Span(f"{SYMBOLS.down} {why}", "muted")
        yield _row("none", quiet, "", "", tuple, Place("sessions", filter_text=""))
        return
    by_state: dict[str, list[SessionRow]] = {}
    for session in speaker.sessions:
        by_state.setdefault(state_text(session), []).append(session)
    for word, sessions in sorted(by_state.items(), key=lambda one: "Established" in one[0]):
        name = word.partition(" ")[2]
        quoted = f'"{name}"' if " " in name else name
        yield _row(
            word,
            state_cell(sessions[0]),
            f"{len(sessions)} of {len(speaker.sessions)}",
            Span(_some([f"{one.node}/{one.peer}" for one in sessions]), "muted"),
            _lister(sessions, _session_line),
            Place("sessions", filter_text=f"state={quoted}"),
            len(sessions),
        )


def _session_line(session: SessionRow) -> Line:
    return line(
        f"{session.node} {SYMBOLS.arrow} {session.peer}", Span(f"  {session.address}", "muted")
    )


# ---- pools -----------------------------------------------------------------------------------


def _pool_rows(pools: Sequence[PoolFill]) -> Iterator[AnswerRow]:
    """Each pool with a gauge, the fullest first."""
    if not pools:
        none = Span(f"{SYMBOLS.down} none", "muted")
        yield _row("none", none, "", "", tuple, Place("pools", filter_text=""))
    for pool in pools:
        ref = ResourceRef("IPAddressPool", pool.namespace, pool.name)
        tone: Tone = "bad" if pool.share >= FULL else "warning" if pool.share >= NEARLY else ""
        yield _row(
            pool.name,
            Span(pool.name, tone),
            Span(f"{pool.share:.0%}" if pool.share >= 0.01 or not pool.share else "<1%", tone),
            (*_gauge(pool.share, tone), Span(f"  {_amounts(pool)}", "muted")),
            _pool_lines(pool),
            place_of(ref),
            pool.share,
            ref,
        )


def _gauge(share: float, tone: Tone) -> Line:
    cells = min(GAUGE_CELLS, max(round(share * GAUGE_CELLS), 1 if share else 0))
    return (
        Span(SYMBOLS.full * cells, tone or "accent"),
        Span(SYMBOLS.empty * (GAUGE_CELLS - cells), "muted"),
    )


def _amounts(pool: PoolFill) -> str:
    """The addresses in use of each family: "12 of 254 IPv4, 3 IPv6 (endless)"."""
    return ", ".join(
        f"{pool.used[family]} IPv{family} (endless)"
        if pool.is_endless(capacity)
        else f"{pool.used[family]} of {_amount(capacity)} IPv{family}"
        for family, capacity in pool.capacity.items()
    )


def _amount(capacity: int) -> str:
    return f"{capacity:,}" if capacity < 10**9 else f"2^{capacity.bit_length() - 1}"


def _pool_lines(pool: PoolFill) -> Callable[[], Sequence[Line]]:
    def lines() -> Sequence[Line]:
        found = [
            line(
                Span(f"IPv{family}  ", "muted"),
                f"{pool.used[family]} used, {_left(pool, family, capacity)}",
            )
            for family, capacity in pool.capacity.items()
        ]
        hint = Span("enter goes to the pool, x tells who uses it.", "muted")
        return [*found, BLANK, line(hint)]

    return lines


def _left(pool: PoolFill, family: int, capacity: int) -> str:
    if pool.is_endless(capacity):
        return "it never runs out"
    return f"{max(capacity - pool.used[family], 0):,} left"


# ---- words -----------------------------------------------------------------------------------


def _lister(items: Sequence[object], to_line: Callable[..., Line]) -> Callable[[], Sequence[Line]]:
    """Makes lines of the first items, and counts the rest."""

    def lines() -> Sequence[Line]:
        made = [to_line(item) for item in islice(items, MOST_LINES)]
        if (more := len(items) - MOST_LINES) > 0:
            made += [BLANK, line(Span(f"and {more} more: enter shows all", "muted"))]
        return made

    return lines


def _some(names: Sequence[str]) -> str:
    """As many as a line could hold; the rest counted, for it may be cut."""
    more = f" and {len(names) - 4} more" if len(names) > 5 else ""
    return ", ".join(names[: 4 if more else 5]) + more


def _times(code: str, count: int) -> str:
    return code if count == 1 else f"{code} ({count})"


def _plural(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"
