"""A route explained: a row for each attribute with what made it, then who has a part in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lbtui.core.objects.resource_set import ResourceRef
from lbtui.tui.answer_view import AnswerRow
from lbtui.tui.places import place_of
from lbtui.tui.text import Line, Span, line
from lbtui.tui.views.explained import Explained, RouteSubject
from lbtui.tui.views.origin_words import Origin, manifest_of, origins
from lbtui.tui.widgets.rows import Column

if TYPE_CHECKING:
    from lbtui.core.analysis import Analysis
    from lbtui.core.routing.route import Route

COLUMNS = (
    Column("what", "What", maximum=14),
    Column("value", "Value", is_flexible=True, minimum=18),
    Column("made-by", "Made by", is_flexible=True, minimum=24, priority=2),
)
MOST_SERVICES = 200
"""Services listed of a route; an aggregate can stand for thousands."""


def explain_route(analysis: Analysis, subject: RouteSubject) -> Explained:
    """Take the route as it is now; it may be gone since it was looked at."""
    route = _find(analysis, subject)
    if route is None:
        nothing = f"{subject.node} does not send {subject.prefix} to {subject.peer} any more."
        return Explained(COLUMNS, (), "no longer sent", nothing)
    tables = analysis.tables
    rows = [
        _attribute_row(at, one) for at, one in enumerate(origins(tables, analysis.resources, route))
    ]
    rows += _part_rows(analysis, route)
    return Explained(COLUMNS, rows, f"sent by {tables.nodes.describe(route.nodes)}")


def _find(analysis: Analysis, subject: RouteSubject) -> Route | None:
    tables = analysis.tables
    if subject.peer not in tables.peers or subject.node not in tables.nodes:
        return None
    bit = tables.nodes.bit(subject.node)
    routes = tables.peer_routes(subject.peer)
    return next((r for r in routes if r.prefix == subject.prefix and r.nodes & bit), None)


def _attribute_row(at: int, origin: Origin) -> AnswerRow:
    def lines() -> Sequence[Line]:
        return [line(origin.value), *(line(Span(text, "muted")) for text in origin.made_by)]

    cells = (
        Span(origin.attribute, "strong"),
        origin.value,
        Span("; ".join(origin.made_by), "muted"),
    )
    return AnswerRow((origin.attribute, at), cells, origin.attribute, lines)


def _part_rows(analysis: Analysis, route: Route) -> Iterator[AnswerRow]:
    """Advertisements, peer, services: each leads to its view, and can be explained in turn."""
    config = analysis.config
    for advertisement in config.advertisements:
        if advertisement.name in route.advertisements:
            attributes = f"localPref {advertisement.local_pref or 'not set'}"
            if advertisement.communities:
                attributes += f", {', '.join(map(str, advertisement.communities))}"
            yield _part(analysis, "advertisement", advertisement.ref, attributes)
    for peer in config.peers:
        if peer.name == route.peer and peer.nodes & route.nodes:
            yield _part(
                analysis,
                "peer",
                peer.ref,
                "iBGP" if peer.is_ibgp else "eBGP: no LOCAL_PREF is sent",
            )
    for service in route.services[:MOST_SERVICES]:
        placed = analysis.tables.service(service)
        if placed is not None:
            yield _part(
                analysis, "service", placed.ref, ", ".join(map(str, placed.addresses)), service
            )
    if (more := len(route.services) - MOST_SERVICES) > 0:
        cells = ("", Span(f"and {more} services more", "muted"), "")
        yield AnswerRow(("more", 0), cells)


def _part(analysis: Analysis, what: str, ref: ResourceRef, how: str, name: str = "") -> AnswerRow:
    cells = (Span(what, "muted"), Span(name or ref.name, "accent"), Span(how, "muted"))
    return AnswerRow(
        (what, ref), cells, str(ref), manifest_of(analysis.resources, ref), place_of(ref), ref
    )
