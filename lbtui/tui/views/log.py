"""The log view: what happens to the speaker and its sessions, as it happens."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.binding import BindingType

from lbtui.tui.places import Place
from lbtui.tui.speaker_log import Event
from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import BLANK, Cell, Line, Span, counted, line
from lbtui.tui.view import View
from lbtui.tui.view_keys import bindings_of
from lbtui.tui.view_state import ViewState
from lbtui.tui.views.session_details import session_lines
from lbtui.tui.views.session_words import moment
from lbtui.tui.widgets.rows import Column, ItemRows, Rows

MARKS: Mapping[str, str] = {
    "up": SYMBOLS.good,
    "enabled": SYMBOLS.good,
    "down": SYMBOLS.down,
    "disabled": SYMBOLS.down,
    "flap": SYMBOLS.warning,
    "error": SYMBOLS.warning,
    "state": SYMBOLS.waiting,
}


class LogView(View):
    """Newest at the bottom; follows while the cursor is on the last row."""

    name_in_commands = "log"
    title = "Log"
    columns = (
        Column("time", "Time"),
        Column("what", "What", width=10),
        Column("node", "Node", priority=2, is_flexible=True, minimum=8),
        Column("peer", "Peer", is_flexible=True, minimum=7),
        Column("text", "Event", is_flexible=True, minimum=24),
    )
    help_text = (
        "What happened to lbtui's own speaker and its sessions since the console was opened, the "
        "newest at the bottom. It follows while the cursor is on the last row; G goes there. F "
        "holds the list still, and lets it go on.\n\n"
        "Filters work as everywhere: what=down, peer=tor-a, !routes. In an error an arrow to the "
        "right is a NOTIFICATION sent, to the left one received. enter goes to the session."
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("log")]

    def __init__(self) -> None:
        """Follow."""
        super().__init__()
        self._held: tuple[Event, ...] | None = None
        self._by_number: dict[int, Event] = {}

    def concerns(self, state: ViewState) -> tuple[object, ...]:
        """The events."""
        return (state.events, state.speaker)

    def update_state(self, state: ViewState) -> None:
        """Show a new state; the cursor stays at the end if it was there."""
        is_at_end = self.table.is_at_end
        super().update_state(state)
        if is_at_end:
            self.table.action_edge(1)

    def _events(self, state: ViewState) -> tuple[Event, ...]:
        return state.events if self._held is None else self._held

    def rows(self, state: ViewState) -> Rows:
        """One row for each event."""
        events, now = self._events(state), time.time()
        self._by_number = {event.number: event for event in events}
        return ItemRows(
            columns=self.columns,
            items=events,
            key_of=lambda event: event.number,
            cells_of=lambda event: _cells(event, now),
            sort_values={"time": lambda event: event.number},
        )

    def action_pause(self) -> None:
        """Hold the list still, or let it go on from the newest."""
        if self.state is None:
            return
        state, self.state = self.state, None
        self._held = state.events if self._held is None else None
        self.update_state(state)
        if self._held is None:
            self.table.action_edge(1)

    def summary(self, state: ViewState) -> str:
        """How many, and whether it follows."""
        text = counted(len(self._events(state)), "event")
        if self._held is None:
            return f"{text}, follows" if self.table.is_at_end else f"{text}, G follows"
        return f"{text}, paused, {len(state.events) - len(self._held)} new"

    def empty_text(self, state: ViewState) -> str:
        """Why there is nothing, and the key that helps."""
        return "Nothing happened yet. S starts lbtui's own speaker, A gives it the routes."

    @property
    def selected_event(self) -> Event | None:
        """The event under the cursor."""
        key = self.selected_key
        return self._by_number.get(key) if isinstance(key, int) else None

    @property
    def leads_to(self) -> Place | None:
        """The session of the event."""
        event = self.selected_event
        return Place("sessions", key=event.session) if event and event.session else None

    def details_title(self, state: ViewState) -> str:
        """Who it happened to."""
        event = self.selected_event
        if event is None:
            return ""
        return f"{event.peer} from {event.node}" if event.session else "Speaker"

    def details(self, state: ViewState, width: int) -> Sequence[Line]:
        """The event in full, then its session as it is now."""
        event = self.selected_event
        if event is None:
            return ()
        now = time.time()
        lines = [line(Span(f"{moment(event.at, now)}  "), Span(event.text, event.tone))]
        row = next((row for row in state.speaker.sessions if row.id == event.session), None)
        if row is not None:
            lines += [BLANK, line(Span("Now", "accent")), *session_lines(row, now)]
        return lines


def _cells(event: Event, now: float) -> Sequence[Cell]:
    mark = MARKS.get(event.word, SYMBOLS.dot)
    return (
        Span(moment(event.at, now), "muted"),
        Span(f"{mark} {event.word}", event.tone),
        event.node,
        event.peer,
        Span(_ascii(event.text), "muted" if event.tone == "muted" else ""),
    )


def _ascii(text: str) -> str:
    if SYMBOLS.arrow.isascii():
        return text.replace("→", "->").replace("←", "<-")
    return text
