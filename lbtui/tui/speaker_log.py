"""What happened to the speaker and its sessions, told from one view of it to the next. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lbtui.ports import SessionRow, SpeakerView
from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import Tone, counted

MOST_EVENTS = 5_000
"""Kept; the oldest are forgotten first."""


NEVER_SEEN = SpeakerView(is_running=False)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened."""

    number: int
    """Grows by one with each event."""
    at: float
    """Seconds since the epoch."""
    word: str
    """What kind of thing: "up", "down", "state", "routes", "speaker" ..."""
    text: str
    tone: Tone = ""
    node: str = ""
    peer: str = ""
    session: str = ""
    """The session's id; empty: it concerns the speaker."""


@dataclass(frozen=True, slots=True)
class SpeakerLog:
    """The events so far, and the view that the next are told from."""

    events: tuple[Event, ...] = ()
    last: SpeakerView = NEVER_SEEN
    count: int = 0
    """Events there ever were."""

    def after(self, view: SpeakerView, now: float) -> SpeakerLog:
        """The log when `view` was seen at `now`, seconds since the epoch."""
        new = [
            Event(number, at, word, text, tone, *who)
            for number, (at, word, text, tone, who) in enumerate(
                _happened(self.last, view, now), self.count
            )
        ]
        events = (*self.events, *new)[-MOST_EVENTS:] if new else self.events
        return SpeakerLog(events, view, self.count + len(new))


Told = tuple[float, str, str, Tone, tuple[str, str, str]]
"""When, word, text, tone, (node, peer, session)."""
NOBODY = ("", "", "")


def _happened(old: SpeakerView, new: SpeakerView, now: float) -> Iterator[Told]:
    if old.is_running and not new.is_running:
        yield now, "speaker", new.message or "not running", "bad", NOBODY
        return
    if not new.is_running:
        return
    if not old.is_running or old.pid != new.pid:
        yield now, "speaker", f"running, pid {new.pid}", "good", NOBODY
    if new.generation != old.generation and new.generation:
        yield now, "applied", f"generation {new.generation} accepted", "", NOBODY
    before = {row.id: row for row in old.sessions}
    rows = {row.id: row for row in new.sessions}
    if added := len(rows.keys() - before.keys()):
        yield now, "sessions", f"{counted(added, 'session')} there", "", NOBODY
    if gone := len(before.keys() - rows.keys()):
        yield now, "sessions", f"{counted(gone, 'session')} taken away", "warning", NOBODY
    for row in new.sessions:
        known = before.get(row.id)
        if known is not None and known is not row:
            yield from _of_session(known, row, now)
    reached = new.generation_reached
    if reached != old.generation_reached and reached == new.generation and reached:
        yield now, "applied", f"generation {reached} sent to every session", "good", NOBODY


def _of_session(old: SessionRow, new: SessionRow, now: float) -> Iterator[Told]:
    who = (new.node, new.peer, new.id)
    if new.is_enabled != old.is_enabled:
        if new.is_enabled:
            yield now, "enabled", "may run again", "good", who
        else:
            yield now, "disabled", "held down", "warning", who
    error = new.last_error if new.last_error_at != old.last_error_at else ""
    if new.state != old.state:
        yield _state_change(old, new, error, who)
    elif new.dropped > old.dropped or new.established > old.established:
        text = f"went down and is {new.state} again"
        yield now, "flap", f"{text}: {error}" if error else text, "warning", who
    elif error:
        yield new.last_error_at or now, "error", error, "warning", who
    if (sent := _sent(new)) != _sent(old) and new.state == "Established":
        yield now, "routes", f"{_sent(old)} {SYMBOLS.arrow} {sent} advertised", "muted", who


def _state_change(old: SessionRow, new: SessionRow, error: str, who: tuple[str, str, str]) -> Told:
    text = f"{old.state} {SYMBOLS.arrow} {new.state}"
    if error:
        text += f": {error}"
    if new.state == "Established":
        return new.since, "up", text, "good", who
    if old.state == "Established":
        return new.since, "down", text, "bad", who
    return new.since, "state", text, "muted", who


def _sent(row: SessionRow) -> int:
    return sum(counts.advertised for counts in row.families.values())
