"""What one resource does, for the panel: findings, facts, its routes by peer. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any

from lbtui.tui.assumptions import assumed_endpoints_text, refusal_lines
from lbtui.tui.findings import Findings, finding_lines
from lbtui.tui.route_counts import NONE, Count, is_quick
from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import BLANK, Line, Span, Tone, line

if TYPE_CHECKING:
    from lbtui.core.analysis import Analysis
    from lbtui.core.objects.resource_set import ResourceRef
    from lbtui.core.routing.route import Route
    from lbtui.core.routing.routes import RouteTables
    from lbtui.tui.view_state import ViewState
    from lbtui.tui.views.route_rows import RouteList, RouteMarksCache, RouteRow

MOST_ROWS = 300
"""Rows that the panel lists before it only counts: nobody reads more there; the routes view can."""
MOST_MARKED = 20_000
"""Changed routes up to which those of a single resource are picked from them."""


def resource_lines(
    state: ViewState, ref: ResourceRef, findings: Findings, marks: RouteMarksCache
) -> Sequence[Line]:
    """Findings first, then facts, then routes."""
    return [*about_lines(state, ref, findings), *route_lines(state, ref, marks)]


def about_lines(state: ViewState, ref: ResourceRef, findings: Findings) -> Iterator[Line]:
    """What there is to say of a resource but its routes."""
    if found := list(finding_lines(findings.of(ref))):
        yield from (*found, BLANK)
    yield from _fact_lines(state, ref)


def routes_of(analysis: Analysis, ref: ResourceRef) -> tuple[Route, ...]:
    """The routes that a resource has a part in."""
    tables = analysis.tables
    match ref.kind:
        case "IPAddressPool":
            return tables.pool_routes(ref.name)
        case "BGPPeer":
            return tables.peer_routes(ref.name) if ref.name in tables.peers else ()
        case "BGPAdvertisement":
            return tables.advertisement_routes(ref.name)
        case "Service":
            name = f"{ref.namespace}/{ref.name}"
            return tables.service_routes(name) if name in tables.services else ()
        case "Node":
            return tables.node_routes(ref.name) if ref.name in tables.nodes else ()
        case "Community":
            return _alias_routes(analysis, ref)
        case _:
            return ()


def remembered_routes(analysis: Analysis, ref: ResourceRef) -> Iterator[Route]:
    """As `routes_of`, but picked from all routes: quicker where these were worked out already."""
    tables = analysis.tables
    everything = (route for peer in tables.peers for route in tables.peer_routes(peer))
    match ref.kind:
        case "BGPAdvertisement":
            return (route for route in everything if ref.name in route.advertisements)
        case "IPAddressPool":
            placed = tables.placements.by_name
            own = {name for name, one in placed.items() if one.key.pool == ref.name}
            return (route for route in everything if not own.isdisjoint(route.services))
        case "Node" if ref.name in tables.nodes:
            bit = tables.nodes.bit(ref.name)
            return (tables.narrowed(route, bit) for route in everything if route.nodes & bit)
        case _:
            return iter(routes_of(analysis, ref))


def _alias_routes(analysis: Analysis, ref: ResourceRef) -> tuple[Route, ...]:
    """Routes that carry the value of one of the object's aliases."""
    community: Any = analysis.resources.get(ref)
    if community is None:
        return ()
    values = {alias.value.removeprefix("large:") for alias in community.spec.communities}
    known: dict[tuple[int, int], bool] = {}
    found = []
    for peer in analysis.tables.peers:
        for route in analysis.tables.peer_routes(peer):
            # Thousands of routes share the same two tuples.
            place = id(route.communities), id(route.large_communities)
            if (carries := known.get(place)) is None:
                both = (*route.communities, *route.large_communities)
                carries = known[place] = not values.isdisjoint(both)
            if carries:
                found.append(route)
    return tuple(found)


def resource_rows(
    state: ViewState, analysis: Analysis, ref: ResourceRef, marks: RouteMarksCache
) -> RouteList:
    """Rows of a resource's routes, with what changed and what is withdrawn, by peer and prefix."""
    from lbtui.tui.views.route_rows import Change, RouteList, RouteRow

    gone: list[RouteRow] = []
    diff, saved = state.route_diff, state.saved_analysis
    if diff is not None and diff.withdrawn and saved is not None:
        before = {(route.peer, route.prefix) for route in routes_of(saved, ref)}
        gone = [
            RouteRow(route, route.nodes, saved.tables.nodes, Change.WITHDRAWN)
            for route in diff.withdrawn
            if (route.peer, route.prefix) in before
        ]
    routes = remembered_routes if state.route_counts is not None else routes_of
    return RouteList(marks.of(state), tuple(routes(analysis, ref)), gone)


def route_lines(state: ViewState, ref: ResourceRef, marks: RouteMarksCache) -> Iterator[Line]:
    """A resource's routes by peer, each with its nodes and what changed."""
    from lbtui.tui.views.route_words import community_names

    if state.analysis is None:
        when = " when all is read" if state.snapshot is None else ""
        yield line(Span(f"Routes are being worked out{when}.", "muted"))
        return
    is_large = not is_quick(state.analysis.tables)
    if is_large and _is_much(state):
        yield from _much_lines(state)
        return
    first: Sequence[RouteRow]
    counts = _counted(state, state.analysis, ref) if is_large and not _changed(state) else NONE
    if counts.routes:
        yield line(*_left(counts.routes, counts.peers), Span(", as saved", "muted"))
        first, total = _first_rows(state.analysis, ref), counts.routes
    else:
        rows = resource_rows(state, state.analysis, ref, marks)
        yield from _route_heading(rows)
        first, total = rows[:MOST_ROWS], len(rows)
    names = community_names(state.history.current)
    for peer, group in groupby(first, key=lambda row: row.route.peer):
        yield BLANK
        is_cut = total > len(first) and peer == first[-1].route.peer
        yield from _peer_lines(peer, list(group), names, is_cut)
    if total > len(first):
        yield BLANK
        yield line(Span(f"and {total - len(first)} more: 7 shows all", "muted"))


def _counted(state: ViewState, analysis: Analysis, ref: ResourceRef) -> Count:
    """How many routes a resource has a part in; those of aliases are counted here."""
    if ref.kind == "Community":
        routes = _alias_routes(analysis, ref)
        return Count(len(routes), len({route.peer for route in routes}))
    return state.route_counts.of(ref) if state.route_counts is not None else NONE


def _first_rows(analysis: Analysis, ref: ResourceRef) -> Sequence[RouteRow]:
    """The first rows where nothing changed; the others are not made."""
    from lbtui.tui.views.route_rows import RouteRow

    index = analysis.tables.nodes
    routes = islice(remembered_routes(analysis, ref), MOST_ROWS)
    return [RouteRow(route, route.nodes, index) for route in routes]


def _changed(state: ViewState) -> int:
    """How many routes differ from those of the saved set."""
    return state.route_diff.row_count if state.route_diff is not None else 0


def _is_much(state: ViewState) -> bool:
    """Whether the routes of one resource, and what changed in them, take seconds to pick."""
    return state.route_counts is None or _changed(state) > MOST_MARKED


def _much_lines(state: ViewState) -> Iterator[Line]:
    from lbtui.tui.review_lines import change_lines

    if _changed(state):
        yield from change_lines(state)
    else:
        yield line(Span("The routes are being counted.", "muted"))


def _peer_lines(
    peer: str, rows: Sequence[RouteRow], names: Mapping[str, str], is_cut: bool
) -> Iterator[Line]:
    """One peer's routes: what changes first; those with the same change or attributes together."""
    count = f"the first {_count(len(rows), 'route')}" if is_cut else _count(len(rows), "route")
    yield line(Span(peer, "strong"), Span(f"  {count}", "muted"))
    groups: dict[Line, list[RouteRow]] = {}
    for row in sorted(rows, key=lambda row: not row.change.value):
        groups.setdefault(group_line(row, names), []).append(row)
    for heading, members in groups.items():
        if heading:
            yield heading
        for row in members:
            tone: Tone = row.change.value
            mark = f"{_SYMBOLS[tone]} " if tone else "  "
            nodes = row.node_index.describe(row.nodes)
            yield line(Span(f"{mark}{row.route.prefix}", tone), f"  {nodes}")


def group_line(row: RouteRow, names: Mapping[str, str]) -> Line:
    """What several routes can have in common: their change, and the attributes."""
    from lbtui.tui.views.route_words import differences

    text = attributes_text(row.route, names)
    tone: Tone = row.change.value
    if not tone:
        return line(Span(f"  {text}", "muted")) if text else BLANK
    word = f"{_SYMBOLS[tone]} {tone}"
    if tone == "changed":
        return line(Span(f"{word} {', '.join(differences(row))}", tone))
    return line(Span(word, tone), Span(f" {text}", "muted"))


def _route_heading(rows: RouteList) -> Iterator[Line]:
    if not rows:
        yield line(Span("No route follows from it.", "muted"))
        return
    counts = {word: sum(n for c, n in rows.counts.items() if c == word) for word in _SYMBOLS}
    left = len(rows) - counts["withdrawn"]
    spans = [*_left(left, len(rows.peers))]
    if not any(counts.values()):
        yield line(*spans, Span(", as saved", "muted"))
        return
    for change, symbol in _SYMBOLS.items():
        if counts[change]:
            spans.append(Span(f"  {symbol}{counts[change]} {change}", change))
    yield tuple(spans)


def _left(routes: int, peers: int) -> Line:
    if not routes:
        return line("No route left")
    return line(f"{_count(routes, 'route')} to {_count(peers, 'peer')}")


_SYMBOLS: dict[Tone, str] = {
    "added": SYMBOLS.added,
    "withdrawn": SYMBOLS.withdrawn,
    "changed": SYMBOLS.changed,
}


def attributes_text(route: Route, names: Mapping[str, str]) -> str:
    """What is sent with a prefix: "localPref 100, 65535:65282 no-advertise"."""
    from lbtui.tui.views.route_words import name_communities

    parts = []
    if route.sent_local_pref is not None:
        parts.append(f"localPref {route.sent_local_pref}")
    values = (*route.communities, *route.large_communities)
    if values:
        parts.append(name_communities(values, names))
    return ", ".join(parts)


def _count(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _fact_lines(state: ViewState, ref: ResourceRef) -> Iterator[Line]:
    """What cannot be seen from the routes: why a service is not announced where, node errors."""
    if state.analysis is None:
        return
    tables = state.analysis.tables
    if ref.kind == "Service" and f"{ref.namespace}/{ref.name}" in tables.services:
        name = f"{ref.namespace}/{ref.name}"
        yield from _reason_lines(tables, name)
        if text := assumed_endpoints_text(state, name):
            yield from (line(Span(f"{SYMBOLS.warning} {text}", "warning")), BLANK)
    elif ref.kind == "Node":
        if refused := list(refusal_lines(state, ref.name)):
            yield from (*refused, BLANK)
    elif ref.kind == "BGPPeer" and ref.name in tables.peers:
        nodes = tables.session_nodes.get(ref.name, 0)
        yield line(Span("sessions from ", "muted"), tables.nodes.describe(nodes))
        yield BLANK


def _reason_lines(tables: RouteTables, service: str) -> Iterator[Line]:
    by_reason: dict[str, list[str]] = {}
    for node, reason in tables.reasons(service).items():
        by_reason.setdefault(reason, []).append(node)
    for reason, nodes in by_reason.items():
        names = tables.nodes.describe(tables.nodes.mask_of(nodes))
        if reason:
            yield line(Span(f"{SYMBOLS.down} {reason}", "warning"), f"  on {names}")
        elif not tables.service_routes(service):
            # MetalLB itself says "announced" here; no session takes it.
            yield line(Span(f"{SYMBOLS.warning} to no peer", "warning"), f"  from {names}")
        else:
            yield line(Span(f"{SYMBOLS.good} announced", "good"), f"  by {names}")
    yield BLANK
