"""A resource explained: who names or selects it, what it serves, which routes depend on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.questions.origins import routes_of, selected_by, users_of
from lbtui.tui.answer_view import AnswerRow
from lbtui.tui.places import Place, place_of
from lbtui.tui.text import Cell, Line, Span
from lbtui.tui.views.explained import Explained, RouteSubject
from lbtui.tui.views.origin_words import manifest_of, origin_lines
from lbtui.tui.widgets.rows import Column

if TYPE_CHECKING:
    from lbtui.core.analysis import Analysis
    from lbtui.core.routing.route import Route

COLUMNS = (
    Column("how", "How", maximum=14),
    Column("what", "What", is_flexible=True, minimum=20),
    Column("where", "Where", is_flexible=True, minimum=18, priority=2),
)
MOST_ROUTES = 1_000
"""Routes listed one by one; the routes view has them all."""


def explain_resource(analysis: Analysis, ref: ResourceRef) -> Explained:
    """Users by name, then by selection, then services, then routes."""
    if analysis.resources.get(ref) is None:
        return Explained(COLUMNS, (), "not there", f"{ref} is not in the working set any more.")
    named = users_of(analysis.resources, ref)
    selected = selected_by(analysis.config, analysis.resources, ref)
    services = _services(analysis, ref)
    routes = routes_of(analysis.tables, analysis.resources, ref)
    rows = [
        *(_resource_row(analysis, "named by", use.user, use.path) for use in named),
        *(_resource_row(analysis, "selected by", use.user, use.path) for use in selected),
        *(_resource_row(analysis, "used by", one, "status.loadBalancer") for one in services),
        *_route_rows(analysis, routes),
    ]
    users = len(named) + len(selected) + len(services)
    verdict = f"{_count(users, 'user')}, {_count(len(routes), 'route')}"
    nothing = f"Nobody names or selects {ref}, and no route depends on it."
    return Explained(COLUMNS, rows, verdict, nothing)


def _services(analysis: Analysis, ref: ResourceRef) -> Sequence[ResourceRef]:
    """Services with addresses of a pool."""
    if ref.kind != "IPAddressPool":
        return ()
    placed = analysis.tables.placements.by_name.values()
    return [one.service.ref for one in placed if one.key.pool == ref.name]


def _resource_row(analysis: Analysis, how: str, ref: ResourceRef, where: str) -> AnswerRow:
    text = f"{ref.namespace}/{ref.name}" if ref.kind == "Service" else ref.name
    cells: tuple[Cell, ...] = (
        Span(how, "muted"),
        (Span(f"{ref.kind} ", "muted"), Span(text, "accent")),
        Span(where, "muted"),
    )
    lines = manifest_of(analysis.resources, ref)
    return AnswerRow((how, ref, where), cells, str(ref), lines, place_of(ref), ref)


def _route_rows(analysis: Analysis, routes: Sequence[Route]) -> Iterator[AnswerRow]:
    index = analysis.tables.nodes
    for route in routes[:MOST_ROUTES]:
        first = next(index.iterate(route.nodes))
        subject = RouteSubject(route.peer, route.prefix, first)
        cells = (
            Span("route", "muted"),
            str(route.prefix),
            f"to {route.peer} from {index.describe(route.nodes)}",
        )
        yield AnswerRow(
            ("route", route.peer, route.prefix, route.nodes),
            cells,
            str(subject),
            _origins(analysis, route),
            Place("explain", subject=subject),
            weights={"what": str(route.prefix)},
        )
    if (more := len(routes) - MOST_ROUTES) > 0:
        yield AnswerRow(
            ("more", 0), (Span("route", "muted"), f"and {more} more", Span("7 shows all", "muted"))
        )


def _origins(analysis: Analysis, route: Route) -> Callable[[], Sequence[Line]]:
    return lambda: list(origin_lines(analysis.tables, analysis.resources, route))


def _count(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"
