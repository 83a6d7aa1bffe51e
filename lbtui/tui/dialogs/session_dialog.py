"""Everything about one session: its details, and its routes as intended, sent and received."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import ContentSwitcher

from lbtui.ports import SessionRow, Speaker, SpeakerError, WireRoute
from lbtui.tui.dialogs.framed import FramedDialog
from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import BLANK, Cell, Line, Span, line
from lbtui.tui.view_state import ViewState
from lbtui.tui.views.lab_words import sessions_elsewhere
from lbtui.tui.views.route_words import community_names, name_communities
from lbtui.tui.views.session_details import details, section_lines
from lbtui.tui.views.session_routes import (
    SessionRoute,
    compare_routes,
    in_short,
    unlike_lines,
)
from lbtui.tui.views.session_words import state_cell
from lbtui.tui.widgets.line_panel import LinePanel
from lbtui.tui.widgets.line_table import LineTable
from lbtui.tui.widgets.rows import Column, ItemRows

if TYPE_CHECKING:
    from lbtui.core.routing.route import Route

PREFIX = Column("prefix", "Prefix", maximum=43)
INTENDED = Column("intended", "Intended")
SENT = Column("sent", "Sent")
ROUTER = Column("router", "At the router")
REST = (
    Column("verdict", "Verdict", is_flexible=True, minimum=12),
    Column("hop", "Next hop", priority=3, maximum=39),
    Column("pref", "LocalPref", priority=3),
    Column("communities", "Communities", priority=2, is_flexible=True, minimum=12),
)


class SessionDialog(FramedDialog[None]):
    """Two pages: details and routes. It shows one moment; r reads it again."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "turn", "Details/routes", priority=True),
        Binding("r", "reload", "Read again"),
    ]
    keys = (("tab", "details/routes"), ("r", "read again"), ("esc", "close"))

    def __init__(
        self, state: ViewState, row: SessionRow, speaker: Speaker, lab: Speaker | None
    ) -> None:
        """Show `row` of `speaker`; with `lab` the far end's table is shown as well."""
        super().__init__()
        self._state, self._row = state, row
        self._speaker, self._lab = speaker, lab
        self._panel = LinePanel(id="details")
        self.table = LineTable(self._columns(), id="routes")
        self._names = community_names(state.history.current)

    def body(self) -> Iterator[Widget]:
        """Both pages, one shown."""
        self._pages = ContentSwitcher(self._panel, self.table, initial="details")
        yield self._pages

    def on_mount(self) -> None:
        """Show what is known, and ask for the rest."""
        super().on_mount()
        self._show_details()
        self.table.empty_text = "Reading."
        self._panel.focus()
        self.action_reload()

    def _columns(self) -> tuple[Column, ...]:
        router = (ROUTER,) if self._lab is not None else ()
        return (PREFIX, INTENDED, SENT, *router, *REST)

    def _show_details(self, said: str = "", routes: Sequence[SessionRoute] = ()) -> None:
        row = self._row
        elsewhere = sessions_elsewhere(self._state).get(row.id)
        tag = f" {elsewhere.tag}" if elsewhere else ""
        self.show_title(
            f"Session {row.node} {SYMBOLS.arrow} {row.peer}{tag}",
            line(*in_short(routes), "   " if routes else "", state_cell(row)),
        )
        told = [line(Span(elsewhere.text, "warning")), BLANK] if elsewhere else []
        lines: list[Line] = [
            *told,
            *unlike_lines(routes),
            *section_lines(details(row, time.time())),
        ]
        if said:
            lines.insert(0, line(Span(said, "warning")))
        self._panel.show_lines(lines)

    # ---- asking ------------------------------------------------------------------------------

    @work(exclusive=True, group="session-tables")
    async def action_reload(self) -> None:
        """Read the session and its tables."""
        try:
            self._row = await self._speaker.session(self._row.id)
            sent = await self._speaker.advertised(self._row.id)
            received, said = await self._ask_router()
        except SpeakerError as error:
            self._show_details(str(error))
            self.table.empty_text = str(error)
            self._show_routes([])
            return
        routes = compare_routes(self._intended(), sent, received)
        self._show_details(said, routes)
        self._show_routes(routes)

    async def _ask_router(self) -> tuple[Sequence[WireRoute] | None, str]:
        """The lab router's table, or None and why it is not there."""
        if self._lab is None:
            return None, ""
        try:
            return await self._lab.received(self._row.id), ""
        except SpeakerError as error:
            return None, f"lab router: {error}"

    def _intended(self) -> Sequence[Route]:
        analysis = self._state.analysis
        row = self._row
        if analysis is None or row.node not in analysis.tables.nodes:
            return ()
        if row.peer not in analysis.tables.peers:
            return ()
        return analysis.tables.session_routes(row.node, row.peer)

    # ---- routes ------------------------------------------------------------------------------

    def _show_routes(self, routes: Sequence[SessionRoute]) -> None:
        if routes or self.table.empty_text == "Reading.":
            self.table.empty_text = "No route is intended, sent or received."
        columns = self._columns()
        self.table.show_rows(
            ItemRows(
                columns=columns,
                items=routes,
                key_of=lambda route: route.prefix,
                cells_of=self._cells,
                sort_values={"prefix": lambda route: route.order},
            ),
            columns,
        )

    def _cells(self, route: SessionRoute) -> Sequence[Cell]:
        wire = route.sent or route.received
        cells: list[Cell] = [route.prefix, _yes(route.intended), _yes(route.sent)]
        if self._lab is not None:
            cells.append(_yes(route.received))
        cells.append(Span(route.verdict, route.tone))
        if wire is None:
            return [*cells, "", "", ""]
        values = (*wire.communities, *wire.large_communities)
        return [
            *cells,
            wire.next_hop,
            "-" if wire.local_pref is None else str(wire.local_pref),
            name_communities(values, self._names),
        ]

    def action_turn(self) -> None:
        """Show the other page."""
        other = self.table if self._pages.current == "details" else self._panel
        self._pages.current = other.id
        other.focus()


def _yes(found: object | None) -> Span:
    return Span("yes", "good") if found is not None else Span("no", "muted")
