"""The console's own lines: title bar and session line, as toned text. Pure."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from lbtui.tui.assumptions import refusal_spans
from lbtui.tui.findings import Findings, counts
from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import Line, Span, Tone
from lbtui.tui.views.lab_words import badge

if TYPE_CHECKING:
    from lbtui.tui.view_state import ViewState


def title_left(state: ViewState) -> Line:
    """Program, source, back end, and how much is not saved."""
    spans = [Span("lbtui", "accent"), Span(f"  {state.title}", "strong")]
    if state.is_production:
        spans.append(Span("  PRODUCTION", "bad"))
    spans.append(Span(f"  {state.backend}", "muted"))
    if state.read_only:
        spans.append(Span("  read-only", "warning"))
    changed = modified_count(state)
    if changed:
        spans.append(Span(f"  {SYMBOLS.modified} modified {changed}", "changed"))
    since = stale_since(state)
    if since:
        spans.append(Span(f"  {SYMBOLS.warning} as of {since}", "warning"))
    if state.changed_outside:
        spans.append(Span(f"  {SYMBOLS.warning} changed outside", "warning"))
    return tuple(spans)


def stale_since(state: ViewState) -> str:
    """The time of day since when something is not heard of any more; empty: all is of now."""
    outages = state.snapshot.outages if state.snapshot is not None else ()
    times = [one.since for one in outages if one.is_stale]
    return time.strftime("%H:%M:%S", time.localtime(min(times))) if times else ""


def title_right(state: ViewState, findings: Findings) -> Line:
    """Findings by severity, or what is being waited for."""
    if state.load_error:
        return (Span(f"{SYMBOLS.error} cannot be read", "bad"),)
    if state.snapshot is None:
        return (Span(reading_text(state), "muted"),)
    if state.analysis is None:
        return (Span("working out routes", "muted"),)
    refused = refusal_spans(state)
    return (*refused, Span("  "), *counts(findings)) if refused else counts(findings)


def reading_text(state: ViewState) -> str:
    """How far the first reading has come: "reading, 12 of 45 files, 4,630 resources so far"."""
    reading = state.reading
    if reading is None:
        return "reading"
    count = len(reading.resources)
    return f"reading, {reading.files} of {reading.of} files, {count:,} resources so far"


def modified_count(state: ViewState) -> int:
    """Number of resources that differ from what is saved."""
    saved, current = state.history.saved, state.history.current
    if saved is current:
        return 0
    both = {*saved.refs(), *current.refs()}
    respelled = {one.ref for one in saved.respelled ^ current.respelled}
    return sum(
        ((old := saved.get(ref)) is not (new := current.get(ref)) and old != new)
        or ref in respelled
        for ref in both
    )


def session_line(state: ViewState) -> Line:
    """How many sessions are up, and whether a speaker runs at all."""
    speaker = state.speaker
    if not speaker.is_running and state.facts is not None and state.facts.sessions is not None:
        up, total = state.facts.sessions
        tone: Tone = "good" if up == total else "bad"
        symbol = SYMBOLS.good if up == total else SYMBOLS.error
        return (Span(f"{symbol} sessions {up}/{total} Established in the cluster", tone),)
    if not speaker.is_running:
        text = speaker.message or "not running"
        return (Span(f"{SYMBOLS.down} speaker ", "muted"), Span(text, "muted"), *badge(state))
    up = sum(session.state == "Established" for session in speaker.sessions)
    total = len(speaker.sessions)
    is_whole = up == total
    symbol = SYMBOLS.good if is_whole and total else SYMBOLS.waiting
    return (
        Span(f"{symbol} sessions {up}/{total} Established", "good" if is_whole else "warning"),
        *badge(state),
        Span(f"   speaker running, pid {speaker.pid}", "muted"),
    )


def session_line_right(state: ViewState) -> Line:
    """What was sent of edits by itself; else which generation all sessions have."""
    speaker = state.speaker
    if state.following is not None:
        return (Span(f"follows edits: {state.following}", "accent"),)
    if not speaker.is_running or not speaker.generation:
        return ()
    if speaker.generation == speaker.generation_reached:
        return (Span(f"generation {speaker.generation} sent", "muted"),)
    return (Span(f"generation {speaker.generation} being sent", "warning"),)
