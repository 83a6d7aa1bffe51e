"""The matrix view: nodes down, peers across; in each cell the session and its routes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import ClassVar

from textual import events
from textual.binding import BindingType

from lbtui.core.questions.fabric import Fabric, fabric_of
from lbtui.tui.answer_view import AnswerRow, AnswerView
from lbtui.tui.assumptions import assumed_spans
from lbtui.tui.places import Place
from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import BLANK, Cell, Line, Span, counted, line
from lbtui.tui.view_keys import bindings_of
from lbtui.tui.view_state import ViewState
from lbtui.tui.views.route_rows import By, Scope
from lbtui.tui.views.session_tally import SessionsByPair, by_pair
from lbtui.tui.views.session_words import (
    SYMBOLS_OF,
    TONES,
    error_text,
    health,
    state_cell,
)
from lbtui.tui.widgets.columns import GAP
from lbtui.tui.widgets.rows import Column

NODE = Column("node", "Node", maximum=28)
TOTAL = Column("total", "Routes", align="right", priority=2)
LEAST_CELL = 7
"""Width of a peer's column, symbol and number; longer names make it wider, to MOST_CELL."""
MOST_CELL = 14
MOST_PREFIXES = 40


class MatrixView(AnswerView[Fabric]):
    """As many peers side by side as there is room for; left and right go through them."""

    name_in_commands = "matrix"
    title = "Nodes by peers"
    columns = (NODE, TOTAL)
    help_text = (
        "Every node against every peer: the number of routes that the node is to send there, "
        f"with the session of lbtui's own speaker before it where that runs: {SYMBOLS.good} up, "
        f"{SYMBOLS.waiting} trying, {SYMBOLS.down} down. {SYMBOLS.dot} is no session at all, a 0 "
        "a session without a route.\n\n"
        "The left and right arrows choose the peer, enter shows the routes of the cell."
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("matrix")]

    def __init__(self) -> None:
        """Begin at the first peer."""
        super().__init__()
        self._peer = ""
        self._first = 0
        self._width = 0

    # ---- the answer --------------------------------------------------------------------------

    def question(self, state: ViewState) -> Callable[[], Fabric] | None:
        """Which node sends how much to which peer."""
        analysis = state.analysis
        return None if analysis is None else lambda: fabric_of(analysis)

    def also_shows(self, state: ViewState) -> tuple[object, ...]:
        """Sessions, the chosen peer, the room."""
        return (state.speaker.sessions, self._peer, self._width)

    def shown_peers(self, fabric: Fabric) -> tuple[str, ...]:
        """The peers that there is room for; the chosen one is among them."""
        if not fabric.peers:
            return ()
        at = fabric.peers.index(self.peer)
        nodes = min(max(map(len, fabric.nodes), default=4), NODE.maximum)
        room = self.table.size.width - 2 - max(nodes, 5) - len(GAP) * 2 - 7
        widths = [cell_width(peer) + len(GAP) for peer in fabric.peers]
        self._first = min(self._first, at)
        while self._first < at and sum(widths[self._first : at + 1]) > room:
            self._first += 1
        end = at + 1
        while end < len(widths) and sum(widths[self._first : end + 1]) <= room:
            end += 1
        return fabric.peers[self._first : end]

    def columns_for(self, found: Fabric) -> Sequence[Column]:
        """Node, total, the peers; the chosen one is marked."""
        return (
            NODE,
            TOTAL,
            *(
                Column(
                    f"peer {peer}",
                    f"{SYMBOLS.crumb}{peer}" if peer == self.peer else peer,
                    width=cell_width(peer),
                    align="right",
                    priority=3 if peer == self.peer else 4,
                )
                for peer in self.shown_peers(found)
            ),
        )

    def answer_rows(self, state: ViewState, found: Fabric) -> Sequence[AnswerRow]:
        """One row for each node."""
        sessions, peers = by_pair(state.speaker), self.shown_peers(found)
        rows = []
        for node in found.nodes:
            routes = found.routes[node]
            cells = [matrix_cell(routes.get(peer), sessions, node, peer) for peer in peers]
            total = sum(routes.values())
            weights = {f"peer {peer}": routes.get(peer, -1) for peer in peers}
            rows.append(
                AnswerRow(node, (node, str(total), *cells), weights={"total": total, **weights})
            )
        return rows

    # ---- words around it ---------------------------------------------------------------------

    def summary(self, state: ViewState) -> str:
        """How many, and which of them are on screen."""
        if self.found is None:
            return ""
        nodes, peers, shown = self.found.nodes, self.found.peers, self.shown_peers(self.found)
        text = f"{counted(len(nodes), 'node')}, {counted(len(peers), 'peer')}"
        if len(shown) < len(peers):
            text += f", peers {self._first + 1} to {self._first + len(shown)}"
        return f"{text}, left and right: another peer"

    def empty_text(self, state: ViewState) -> str:
        """Why there is no row."""
        return "There is no node." if self.found else "Reading and working out the routes."

    def assumed(self, state: ViewState) -> Line:
        """Whether nodes or endpoints are assumed."""
        return assumed_spans(state)

    def details_title(self, state: ViewState) -> str:
        """The cell."""
        key = self.selected_key
        return f"{key} {SYMBOLS.arrow} {self.peer}" if key and self.peer else ""

    def details(self, state: ViewState, width: int) -> Sequence[Line]:
        """The session of the cell, and its routes."""
        node, analysis = str(self.selected_key), state.analysis
        if self.found is None or analysis is None or not self.selected_key or not self.peer:
            return ()
        count = self.found.routes.get(node, {}).get(self.peer)
        if count is None:
            return (line(Span("No session: the peer does not select this node.", "muted")),)
        routes = analysis.tables.session_routes(node, self.peer)
        rest = len(routes) - MOST_PREFIXES
        return (
            *session_of(by_pair(state.speaker), node, self.peer),
            BLANK,
            line(Span(counted(count, "route"), "accent")),
            *(line(f"  {route.prefix}") for route in islice(routes, MOST_PREFIXES)),
            *([line(Span(f"  and {rest} more; enter shows all", "muted"))] if rest > 0 else ()),
        )

    @property
    def leads_to(self) -> Place | None:
        """The routes of the cell."""
        if not self.selected_key or not self.peer:
            return None
        scope = Scope(By.NODE, str(self.selected_key))
        return Place("routes", subject=scope, filter_text=f"peer={self.peer}")

    # ---- the chosen peer ---------------------------------------------------------------------

    @property
    def peer(self) -> str:
        """The chosen peer; the first where the one chosen is gone; empty if there is none."""
        peers = self.found.peers if self.found else ()
        return self._peer if self._peer in peers else next(iter(peers), "")

    def action_peer(self, by: int) -> None:
        """Choose the next peer (1), or the one before (-1)."""
        if self.found is not None and self.found.peers and self.state is not None:
            at = self.found.peers.index(self.peer) + by
            self._peer = self.found.peers[at % len(self.found.peers)]
            self.update_state(self.state)

    def on_resize(self, event: events.Resize) -> None:
        """Show as many peers as there is room for now."""
        self._width = event.size.width
        if self.state is not None:
            self.call_after_refresh(self.update_state, self.state)


def cell_width(peer: str) -> int:
    """Of a peer's column: its name with the mark, within bounds."""
    return min(max(len(peer) + 2, LEAST_CELL), MOST_CELL)


def matrix_cell(count: int | None, sessions: SessionsByPair, node: str, peer: str) -> Cell:
    """Symbol of the session and number of routes."""
    if count is None:
        return Span(SYMBOLS.dot, "muted")
    row = sessions.get((node, peer))
    if row is None:
        return Span(str(count), "" if count else "warning")
    return Span(f"{SYMBOLS_OF[health(row)]} {count}", TONES[health(row)])


def session_of(sessions: SessionsByPair, node: str, peer: str) -> tuple[Line, ...]:
    """The state of a session in words."""
    row = sessions.get((node, peer))
    if row is None:
        return (line(Span("Planned; lbtui's own speaker does not run this session.", "muted")),)
    error = error_text(row)
    return (
        line(state_cell(row)),
        *([line(Span("last error ", "muted"), error)] if error else ()),
    )
