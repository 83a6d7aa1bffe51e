"""One route in full: intended, able, and sent, node by node, as the running speaker tells it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from textual import work
from textual.widget import Widget

from lbtui.ports import Speaker, SpeakerError, WireRoute
from lbtui.tui.dialogs.framed import FramedDialog
from lbtui.tui.text import Line, Span, line
from lbtui.tui.view_state import ViewState
from lbtui.tui.views.route_details import route_lines
from lbtui.tui.views.route_facts import ability, sent_fact, sessions_by_id
from lbtui.tui.views.route_rows import RouteRow
from lbtui.tui.views.route_words import community_names, name_communities
from lbtui.tui.widgets.line_panel import LinePanel

NODES_ASKED = 24
"""How many nodes' tables are read; each is a question to the speaker."""


class RouteDialog(FramedDialog[None]):
    """What the panel beside the routes says, and the answer of the speaker to "is it sent?"."""

    def __init__(self, state: ViewState, row: RouteRow, speaker: Speaker) -> None:
        """Show `row` of the routes view."""
        super().__init__()
        self._state, self._row, self._speaker = state, row, speaker
        self._names = community_names(state.history.current)
        self._panel = LinePanel()
        self._width = 0

    def body(self) -> Iterator[Widget]:
        """The lines."""
        yield self._panel

    def on_mount(self) -> None:
        """Show what is known, then ask the speaker."""
        super().on_mount()
        route = self._row.route
        self.show_title(f"Route {route.prefix} to {route.peer}")
        self._show([line(Span("asking the speaker", "muted"))])
        self._panel.focus()
        self._ask()

    def _show(self, sent: Sequence[Line]) -> None:
        sessions = sessions_by_id(self._state.speaker)
        self._panel.show_lines(route_lines(self._row, self._state, self._names, sessions, sent))

    @work(exclusive=True, group="sent")
    async def _ask(self) -> None:
        if not self._state.speaker.is_running:
            self._show([line(Span("nothing: no speaker runs", "muted"))])
            return
        row = self._row
        able = ability(row, sessions_by_id(self._state.speaker))
        lines: list[Line] = []
        self._width = max(map(len, able.with_session), default=0)
        try:
            for node in islice(able.with_session, NODES_ASKED):
                table = await self._speaker.advertised(f"{node}/{row.route.peer}")
                lines.append(self._sent_line(node, table))
        except SpeakerError as error:
            lines.append(line(Span(str(error), "warning")))
        if (more := len(able.with_session) - NODES_ASKED) > 0:
            lines.append(line(Span(f"and {more} more nodes, not asked", "muted")))
        self._show(lines or [line(Span("nothing: the speaker has none of its sessions", "muted"))])

    def _sent_line(self, node: str, table: Sequence[WireRoute]) -> Line:
        fact = sent_fact(self._row, node, table)
        verdict = Span(fact.verdict, "good" if fact.is_as_intended else "warning")
        parts: list[str | Span] = [f"{node:<{self._width}}  ", verdict]
        route = fact.route
        if route is not None and not route.is_withdrawing:
            parts.append(Span(f"  next hop {route.next_hop}", "muted"))
            if route.local_pref is not None:
                parts.append(Span(f"  localPref {route.local_pref}", "muted"))
            parts.append(Span(f"  AS path {' '.join(map(str, route.as_path)) or 'empty'}", "muted"))
            values = (*route.communities, *route.large_communities)
            parts.append(Span(f"  {name_communities(values, self._names)}", "muted"))
        return line(*parts)
