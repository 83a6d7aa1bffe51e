"""The sessions view: the speaker's BGP sessions as they are now."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType

from lbtui.ports import SessionRow
from lbtui.tui.requests import SessionAsked, Verb
from lbtui.tui.text import Cell, Line, Span, line
from lbtui.tui.view import View
from lbtui.tui.view_keys import bindings_of
from lbtui.tui.view_state import ViewState
from lbtui.tui.views.lab_words import Elsewhere, sessions_elsewhere
from lbtui.tui.views.session_details import session_lines
from lbtui.tui.views.session_words import (
    Health,
    asn_text,
    bfd_text,
    counts_text,
    error_text,
    families_text,
    flags_text,
    flaps_text,
    health,
    received_count,
    since_text,
    state_cell,
    timers_text,
)
from lbtui.tui.widgets.rows import Column, ItemRows, Rows

_HEALTH_ORDER = (Health.DOWN, Health.TRYING, Health.OFF, Health.UP)


class SessionsView(View):
    """One row a session; troubles are found by sorting by state."""

    name_in_commands = "sessions"
    title = "Sessions"
    columns = (
        Column("state", "State"),
        Column("peer", "Peer", is_flexible=True, minimum=7),
        Column("node", "Node", is_flexible=True, minimum=9),
        Column("since", "Since"),
        Column("counts", "Adv/desired", priority=2),
        Column("error", "Last error", priority=2, is_flexible=True, minimum=14),
        Column("asn", "Peer AS", priority=2),
        Column("flaps", "Up/down", priority=3),
        Column("families", "Families", priority=3),
        Column("bfd", "BFD", priority=3),
        Column("address", "Address", priority=3),
        Column("received", "Received", priority=4, align="right"),
        Column("timers", "Hold/keep", priority=4),
        Column("messages", "Msgs in/out", priority=4),
        Column("flags", "Flags", priority=4),
    )
    help_text = (
        "The BGP sessions of lbtui's own speaker: a stand-in for the lab. It must not run beside "
        "a live MetalLB speaker on the same pair of addresses.\n\n"
        "Adv/desired counts the routes handed to the peer's connection against those "
        "wanted; ! marks a family that is not complete. Up/down counts how often a session came "
        "up and went down. In the last error an arrow to the right is a NOTIFICATION sent, to "
        "the left one received.\n\n"
        "LAB behind a peer's name: the session goes to a lab router that plays it (:lab says "
        "which); elsewhere: not to the peer's address in the working set.\n\n"
        "S starts or stops the speaker, A applies the routes as they are edited now, after "
        "showing what that does. r resets a session, D holds it down or lets it run again."
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("S", "app.speaker", "Start/stop", id="speaker"),
        *bindings_of("sessions"),
    ]

    def __init__(self) -> None:
        """Show nothing until told."""
        super().__init__()
        self._cells: dict[str, tuple[Cell, ...]] = {}
        self._by_id: dict[str, SessionRow] = {}

    def update_state(self, state: ViewState) -> None:
        """Show a new state; the table is drawn again only if a cell differs."""
        now = time.time()
        self._by_id = {row.id: row for row in state.speaker.sessions}
        elsewhere = sessions_elsewhere(state)
        cells = {row.id: _cells(row, now, elsewhere.get(row.id)) for row in state.speaker.sessions}
        empty_text = self.empty_text(state)
        is_same = cells == self._cells and empty_text == self.table.empty_text
        self._cells, self.state = cells, state
        self.table.empty_text = empty_text
        if not is_same:
            self.table.show_rows(self.rows(state))
        self.tell_details()

    def rows(self, state: ViewState) -> Rows:
        """The sessions, by node and peer."""
        cells = self._cells
        return ItemRows(
            columns=self.columns,
            items=state.speaker.sessions,
            key_of=lambda row: row.id,
            cells_of=lambda row: cells[row.id],
            sort_values={
                "state": lambda row: _HEALTH_ORDER.index(health(row)),
                "since": lambda row: -row.since,
                "counts": lambda row: sum(c.advertised - c.desired for c in row.families.values()),
                "asn": lambda row: row.peer_asn,
                "flaps": lambda row: -row.dropped,
                "received": received_count,
                "messages": lambda row: row.messages_in + row.messages_out,
            },
        )

    def empty_text(self, state: ViewState) -> str:
        """Why there is no session, and the key that helps."""
        if not state.speaker.is_running:
            why = state.speaker.message or "not running"
            return f"No speaker ({why}). S starts one."
        return "The speaker runs without sessions. A gives it the routes as they are now."

    def summary(self, state: ViewState) -> str:
        """How many are up, and what the speaker is."""
        return speaker_summary(state)

    @property
    def selected_session(self) -> SessionRow | None:
        """The session under the cursor."""
        return self._by_id.get(str(self.selected_key))

    @property
    def to_explain(self) -> object:
        """The session's peer."""
        row, state = self.selected_session, self.state
        peers = state.history.current.by_kind("BGPPeer") if state else ()
        return next((ref for ref in peers if row and ref.name == row.peer), None)

    def action_ask(self, verb: Verb) -> None:
        """Ask for something to be done with the session under the cursor."""
        if row := self.selected_session:
            self.post_message(SessionAsked(row, verb))

    @on(View.Opened)
    def _show_session(self, event: View.Opened) -> None:
        event.stop()
        self.action_ask("show")

    def details_title(self, state: ViewState) -> str:
        """The session."""
        row = self.selected_session
        return f"{row.peer} from {row.node}" if row else "Speaker"

    def details(self, state: ViewState, width: int) -> Sequence[Line]:
        """The session in short; enter shows everything."""
        row = self.selected_session
        if row is None:
            return (line(Span(self.empty_text(state), "muted")),)
        elsewhere = sessions_elsewhere(state).get(row.id)
        told = (line(Span(elsewhere.text, "warning")),) if elsewhere else ()
        return (*told, *session_lines(row, time.time()))


def speaker_summary(state: ViewState) -> str:
    """The speaker in a line: "18 of 18 sessions up, generation 3 (stand-in speaker, pid 4711)"."""
    speaker = state.speaker
    if not speaker.is_running:
        return f"speaker {speaker.message or 'not running'}"
    up = sum(health(row) is Health.UP for row in speaker.sessions)
    count = len(speaker.sessions)
    reached = "" if speaker.generation == speaker.generation_reached else ", being sent"
    generation = f", generation {speaker.generation}{reached}" if speaker.generation else ""
    return f"{up} of {count} up{generation}, stand-in speaker {speaker.pid}"


def _cells(row: SessionRow, now: float, elsewhere: Elsewhere | None) -> tuple[Cell, ...]:
    counts, received = counts_text(row), received_count(row)
    return (
        state_cell(row),
        (Span(row.peer), Span(f" {elsewhere.tag}", "warning")) if elsewhere else row.peer,
        row.node,
        since_text(row, now),
        Span(counts, "bad" if "!" in counts else ""),
        Span(error_text(row), "muted" if health(row) is Health.UP else "warning"),
        asn_text(row),
        flaps_text(row),
        families_text(row),
        bfd_text(row),
        f"{elsewhere.here} for {elsewhere.real}" if elsewhere else row.address,
        Span(str(received), "warning" if received else ""),
        timers_text(row),
        f"{row.messages_in}/{row.messages_out}",
        flags_text(row),
    )
