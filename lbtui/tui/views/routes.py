"""The routes view: which route every peer would get from which node, and what changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import Any, ClassVar

from textual import on
from textual.binding import BindingType

from lbtui.tui.assumptions import assumed_spans
from lbtui.tui.remembered import Remembered
from lbtui.tui.requests import RouteAsked
from lbtui.tui.text import Cell, Line, Span
from lbtui.tui.view import View
from lbtui.tui.view_keys import bindings_of
from lbtui.tui.view_state import ViewState
from lbtui.tui.views.explained import RouteSubject
from lbtui.tui.views.route_details import route_lines
from lbtui.tui.views.route_facts import sessions_by_id
from lbtui.tui.views.route_rows import (
    By,
    Change,
    RouteList,
    RouteMarksCache,
    RouteRow,
    Scope,
    scope_names,
)
from lbtui.tui.views.route_words import (
    CHANGE_SYMBOLS,
    CHANGE_TONES,
    change_text,
    change_words,
    community_names,
    local_pref_text,
    name_communities,
    next_hop_text,
    nodes_text,
)
from lbtui.tui.widgets.rows import NO_ROWS, Column, ItemRows, Rows

PREFIX = Column("prefix", "Prefix", maximum=43)
PEER = Column("peer", "Peer", priority=1, is_flexible=True, minimum=8)
NODES = Column("nodes", "Nodes", priority=2, is_flexible=True, minimum=11)
REST = (
    Column("next-hop", "Next hop", priority=5, maximum=39),
    Column("local-pref", "LocalPref", priority=2),
    Column("communities", "Communities", priority=3, is_flexible=True, minimum=16),
    Column("advertisements", "Advertisement", priority=3, is_flexible=True, minimum=13),
    Column("services", "Service", priority=4, is_flexible=True, minimum=14),
)
ORDER = (By.ALL, By.PEER, By.NODE, By.SERVICE, By.PREFIX)


class RoutesView(View):
    """All routes, or those of one peer, node or service; withdrawn ones are still listed."""

    name_in_commands = "routes"
    title = "Routes"
    columns = (PREFIX, PEER, NODES, *REST)
    help_text = (
        "Which route each peer would get from which node, for the manifests as they are edited "
        "now. b goes through all routes, those of one peer, of one node, of one service and of one "
        "prefix (who gets it, from where, with which attributes); the left and right arrows go to "
        "the next peer, node, service or prefix.\n\n"
        "+ added, - withdrawn and ~ changed compare with what is saved.\n\n"
        'LocalPref "200 not sent" means that eBGP sessions do not carry the attribute; "not set" '
        "that no advertisement sets it.\n\n"
        "These routes are intended. Whether a session is able to carry one, and whether a running "
        "speaker has sent it, is told beside the table, and by enter."
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("routes")]

    def __init__(self) -> None:
        """Show all routes at first."""
        super().__init__()
        self._subject = Scope()
        self._shown: tuple[Any, ...] = ()
        self._list: RouteList | None = None
        self._marks = RouteMarksCache()
        self._names: Mapping[str, str] = {}
        self._prefixes = Remembered(_tables_of, partial(_names_of, By.PREFIX))

    @property
    def scope(self) -> Scope:
        """Whose routes are shown."""
        return self._subject if isinstance(self._subject, Scope) else Scope()

    # ---- rows --------------------------------------------------------------------------------

    def update_state(self, state: ViewState) -> None:
        """Show a new state; rows are made again only when routes or scope changed."""
        inputs = (state.analysis, state.saved_analysis, state.route_diff, self.scope)
        if all(a is b for a, b in zip(inputs, self._shown, strict=False)) and self._shown:
            self.state = state
            self.tell_details()
            return
        self._shown = inputs
        self.state = state
        self.table.empty_text = self.empty_text(state)
        rows = self.rows(state)
        self.table.show_rows(rows, self.columns_now())
        self.tell_details()

    def columns_now(self) -> tuple[Column, ...]:
        """Columns that say something: no change without one, no peer in one peer's table."""
        columns: list[Column] = []
        if words := [change_words(change) for change in self._counts() if change]:
            columns.append(Column("change", "Change", width=max(map(len, words))))
        if self.scope.by is not By.PREFIX:
            columns.append(PREFIX)
        if self.scope.by is not By.PEER:
            columns.append(PEER)
        if self.scope.by is not By.NODE:
            columns.append(NODES)
        return (*columns, *REST)

    def _counts(self) -> Mapping[Change, int]:
        return self._list.counts if self._list is not None else {}

    def rows(self, state: ViewState) -> Rows:
        """One row for each prefix, peer and set of nodes with the same attributes."""
        if state.analysis is None:
            return NO_ROWS
        tables = state.analysis.tables
        self._list = RouteList.of_scope(tables, self._marks.of(state), self.scope)
        self._names = community_names(state.history.current)
        columns = self.columns_now()
        return ItemRows(
            columns=columns,
            items=self._list,
            key_of=lambda row: row.key,
            cells_of=self._cells_maker(state, columns),
            sort_values={
                "prefix": lambda row: row.route.prefix,
                "nodes": lambda row: -row.nodes.bit_count(),
                "local-pref": lambda row: row.route.sent_local_pref or -1,
            },
        )

    def _cells_maker(
        self, state: ViewState, columns: Sequence[Column]
    ) -> Callable[[RouteRow], Sequence[Cell]]:
        keys = [column.key for column in columns]
        # A filter looks at every row: what few distinct values become is worked out once for each.
        named = cache(partial(name_communities, names=self._names))
        joined = cache(", ".join)
        hops: dict[tuple[str, int, int, Change], str] = {}

        def next_hop(row: RouteRow) -> str:
            route = row.route
            key = route.peer, route.prefix.family, row.nodes, row.change
            if (found := hops.get(key)) is None:
                found = hops[key] = self._next_hop(state, row)
            return found

        def cells(row: RouteRow) -> Sequence[Cell]:
            route = row.route
            made: dict[str, Cell] = {
                "change": change_text(row),
                "prefix": str(route.prefix),
                "peer": route.peer,
                "nodes": nodes_text(row),
                "next-hop": next_hop(row),
                "local-pref": local_pref_text(route),
                "communities": named((*route.communities, *route.large_communities)),
                "advertisements": joined(route.advertisements),
                "services": ", ".join(route.services),
            }
            return [_toned(key, made[key], row.change) for key in keys]

        return cells

    def _next_hop(self, state: ViewState, row: RouteRow) -> str:
        analysis = state.saved_analysis if row.change is Change.WITHDRAWN else state.analysis
        return next_hop_text(row, analysis.tables) if analysis else ""

    def empty_text(self, state: ViewState) -> str:
        """Why there is no route."""
        if state.analysis is None:
            return "Reading and compiling."
        if self.scope.by is By.ALL:
            return "No route is announced: no advertisement, service address and peer meet."
        return f"No route for {self.scope}. Press b for another table."

    def summary(self, state: ViewState) -> str:
        """Scope, number of routes and of changes."""
        counts = self._counts()
        routes = sum(count for change, count in counts.items() if change is not Change.WITHDRAWN)
        parts = [str(self.scope), f"{routes} route{'' if routes == 1 else 's'}"]
        parts += [
            f"{symbol}{counts.get(change, 0)} {change}"
            for change, symbol in CHANGE_SYMBOLS.items()
            if counts.get(change)
        ]
        if self.scope.by is not By.ALL:
            parts.append(f"left and right: another {self.scope.by}")
        return ", ".join(parts)

    def assumed(self, state: ViewState) -> Line:
        """Whether nodes or endpoints are assumed."""
        return assumed_spans(state)

    # ---- details -----------------------------------------------------------------------------

    @property
    def selected_row(self) -> RouteRow | None:
        """The row under the cursor."""
        return self._list.find(self.selected_key) if self._list is not None else None

    @property
    def to_explain(self) -> object:
        """The route."""
        row = self.selected_row
        return RouteSubject(row.route.peer, row.route.prefix, row.first_node) if row else None

    @on(View.Opened)
    def _show_route(self, event: View.Opened) -> None:
        event.stop()
        if row := self.selected_row:
            self.post_message(RouteAsked(row))

    def details_title(self, state: ViewState) -> str:
        """The route."""
        row = self.selected_row
        return f"{row.route.prefix} to {row.route.peer}" if row else ""

    def details(self, state: ViewState, width: int) -> Sequence[Line]:
        """What is intended and whether the sessions are able to; what is sent has to be asked."""
        row = self.selected_row
        if row is None or state.analysis is None:
            return ()
        sessions = sessions_by_id(state.speaker)
        return route_lines(row, state, self._names, sessions)

    # ---- scope -------------------------------------------------------------------------------

    def show_scope(self, scope: Scope) -> None:
        """Show the routes of one peer, node or service, or all."""
        self.subject = scope
        if self.state is not None:
            self.update_state(self.state)

    def action_by_next(self) -> None:
        """All, then by peer, by node, by service; begins with the selected row's own."""
        by = ORDER[(ORDER.index(self.scope.by) + 1) % len(ORDER)]
        names = self._scope_names(by)
        if by is not By.ALL and not names:
            return
        wanted = self._of_selected_row(by)
        name = wanted if wanted in names else next(iter(names), "")
        self.show_scope(Scope(by, name))

    def _of_selected_row(self, by: By) -> str:
        row = self.selected_row
        if row is None:
            return ""
        match by:
            case By.PEER:
                return row.route.peer
            case By.NODE:
                return row.first_node
            case By.SERVICE:
                return next(iter(row.route.services), "")
            case By.PREFIX:
                return str(row.route.prefix)
            case _:
                return ""

    def action_step(self, by: int) -> None:
        """Go to the next (1) or the previous (-1) peer, node, service or prefix."""
        names = self._scope_names(self.scope.by)
        if names:
            at = names.index(self.scope.name) if self.scope.name in names else 0
            self.show_scope(Scope(self.scope.by, names[(at + by) % len(names)]))

    def _scope_names(self, by: By) -> tuple[str, ...]:
        if self.state is None:
            return ()
        if by is By.PREFIX:  # found among all routes
            return self._prefixes.of(self.state)
        return _names_of(by, self.state)


def _tables_of(state: ViewState) -> tuple[object, ...]:
    return state.analysis, state.saved_analysis


def _names_of(by: By, state: ViewState) -> tuple[str, ...]:
    if state.analysis is None:
        return ()
    saved = state.saved_analysis
    return scope_names(state.analysis.tables, saved.tables if saved else None, by)


def _toned(key: str, text: Cell, change: Change) -> Cell:
    """The change's colour on what names it; the rest of a withdrawn row is muted."""
    if not change or not isinstance(text, str):
        return text
    if key in ("change", "prefix"):
        return Span(text, CHANGE_TONES[change])
    return Span(text, "muted") if change is Change.WITHDRAWN else text
