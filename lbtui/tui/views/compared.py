"""What is sent on one side and on another, as rows of a view. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

from lbtui.core.analysis import Analysis, analyse
from lbtui.core.questions.applied import Applied, diff_applied, with_refused_kept
from lbtui.core.routing.resource_diff import diff_resources
from lbtui.tui.answer_view import AnswerRow
from lbtui.tui.places import place_of
from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import Line, Span, line
from lbtui.tui.views.diff_rows import DiffRow, changed_routes, resource_rows, route_diff_row
from lbtui.tui.views.route_rows import Change, RouteRow
from lbtui.tui.views.route_words import CHANGE_SYMBOLS, CHANGE_TONES, change_words, differences

if TYPE_CHECKING:
    from lbtui.core.configuration.model import Options
    from lbtui.core.diagnostics import Diagnostic
    from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
    from lbtui.core.values.nodes import NodeIndex
    from lbtui.tui.view_state import ViewState

STAYS = (
    "There the configuration before stays in force, until the speaker restarts; after that "
    "nothing is sent."
)


@dataclass(frozen=True, slots=True, eq=False)
class Against:
    """What the working set is compared with; nothing given: with the saved state."""

    title: str = "from what is saved to what is here"
    backend: str = ""
    """The same resources as they would be sent under this back end."""
    resources: ResourceSet | None = None
    """What another source holds."""
    options: Options | None = None
    """How MetalLB was started there; None: as here."""
    is_cluster: bool = False
    """Whether that source is a cluster: manifests here are judged on its nodes and services."""

    def __str__(self) -> str:
        """For the heading."""
        return self.title


SAVED = Against()


@dataclass(frozen=True, slots=True)
class Compared:
    """The rows, and how many there are in a few words."""

    rows: Sequence[AnswerRow]
    summary: str


def _side_by_side(
    state: ViewState, against: Against, there: ResourceSet
) -> tuple[Analysis, Analysis]:
    """Another source and the working set; manifests beside a cluster stand in its MetalLB."""
    from lbtui.core.editing.overlay import in_place

    assert state.analysis is not None
    new, options = state.analysis, state.analysis.config.options
    is_live = state.snapshot is not None and state.snapshot.setting is not None
    if against.is_cluster and not is_live:
        options = against.options or options
        new = analyse(in_place(there, new.resources), state.backend, options)
    elif is_live and not against.is_cluster:
        there = in_place(new.resources, there)
    return analyse(there, state.backend, options), new


def compare(state: ViewState, against: Against) -> Compared:
    """Compare what is sent, as `lbtui diff` does; compiles, so not in the event loop."""
    assert state.analysis is not None and state.saved_analysis is not None
    old, new = state.saved_analysis, state.analysis
    if against.backend:
        old, new = new, analyse(new.resources, against.backend, new.config.options)
    elif against.resources is not None:
        old, new = _side_by_side(state, against, against.resources)
    accepted, refused = with_refused_kept(old.resources, new.resources)
    if refused:
        new = analyse(accepted, new.config.backend, new.config.options)
    routes = diff_applied(old, new)
    resources = [
        _row_of(row) for row in resource_rows(diff_resources(old.resources, new.resources))
    ]
    nodes = (old.tables.nodes, new.tables.nodes)
    stopped = _stopped_rows(old, new) if against.backend else ()
    rows = [*stopped, *_refused_rows(refused), *_kept_rows(routes, new), *resources]
    changed = [row for part in routes.parts for row in changed_routes(part, *nodes)]
    changed.sort(key=lambda row: (row.route.peer, row.route.prefix, row.change))
    for peer, group in groupby(changed, key=lambda row: row.route.peer):
        own = list(group)
        rows.append(_peer_row(peer, own))
        rows += [_route_row(row) for row in own]
    plural = "" if len(resources) == 1 else "s"
    return Compared(rows, f"{len(resources)} resource{plural}, routes: {_counted(changed)}")


def _counted(rows: Sequence[RouteRow]) -> str:
    """How many of each, "2 added, 1 changed"; or that there is none."""
    counts = Counter(row.change for row in rows)
    words = [f"{counts[change]} {change}" for change in CHANGE_SYMBOLS if counts[change]]
    return ", ".join(words) or "none differs"


def _peer_row(peer: str, rows: Sequence[RouteRow]) -> AnswerRow:
    """A peer above its routes."""
    cells = ("", "peer", Span(peer, "strong"), _counted(rows))
    return AnswerRow(("peer", peer), cells, f"Peer {peer}", lambda: (line(_counted(rows)),))


def _row_of(row: DiffRow) -> AnswerRow:
    """A resource that comes, goes or changes."""

    def lines() -> Sequence[Line]:
        fields = row.how.split(", ") if row.change is Change.CHANGED else ()
        first = line(Span(change_words(row.change), CHANGE_TONES[row.change]))
        return [first, *(line("  ", field) for field in fields)]

    title = f"{row.what} {row.name}"
    return AnswerRow(row.key, _cells(row), title, lines, place=place_of(row.ref), ref=row.ref)


def _route_row(route: RouteRow) -> AnswerRow:
    row = route_diff_row(route)
    title = f"{row.what} {row.name}"
    return AnswerRow(row.key, _cells(row), title, lambda: list(_route_lines(route)))


def _route_lines(row: RouteRow) -> Iterator[Line]:
    """What happens to a route, on which nodes, and what differs."""
    yield line(Span(change_words(row.change), CHANGE_TONES[row.change]))
    yield line("on ", row.node_index.describe(row.nodes))
    for text in differences(row):
        yield line("  ", text)


def _cells(row: DiffRow) -> tuple[Span, str, Span, str]:
    tone = CHANGE_TONES[row.change]
    return Span(change_words(row.change), tone), row.what, Span(row.name, tone), row.how


def _kept_rows(routes: Applied, new: Analysis) -> Iterator[AnswerRow]:
    """Nodes that refuse what is new, together for each reason."""
    index: NodeIndex = new.tables.nodes
    for code in dict.fromkeys(error.code for error in routes.kept.values()):
        names = [name for name, error in routes.kept.items() if error.code == code]
        where = index.describe(index.mask_of(names))
        cells = (Span(f"{SYMBOLS.warning} refused", "warning"), "on nodes", where, code)
        said = (line(Span(routes.kept[names[0]].message, "warning")), line(STAYS))
        yield AnswerRow(("kept", code), cells, f"Refused on {where}", partial(tuple, said))


def _stopped_rows(old: Analysis, new: Analysis) -> Iterator[AnswerRow]:
    """Why another back end takes less of the same resources, or nothing of them."""
    failed = {**new.config.node_errors, **new.tables.backend_errors}
    if failed:
        index: NodeIndex = new.tables.nodes
        where = index.describe(index.mask_of(failed))
        refused = Span(f"{SYMBOLS.error} refused", "bad")
        said = line(Span(f"{new.config.backend} refuses the configuration there.", "bad"))
        text = f"{new.config.backend} sends nothing there"
        cells = (refused, "on nodes", where, text)
        yield AnswerRow(("stopped",), cells, f"Refused on {where}", lambda: (said,))
    known = {(one.code, one.ref, one.path) for one in old.diagnostics if one.is_error}
    for one in new.diagnostics:
        if one.is_error and (one.code, one.ref, one.path) not in known:
            yield _reason_row(one)


def _reason_row(one: Diagnostic) -> AnswerRow:
    """An error that there is under the other back end only."""
    kind, name = (one.ref.kind, one.ref.name) if one.ref is not None else ("", one.code)
    said = [line(Span(one.message, "bad"))]
    said += [line("at ", one.path)] if one.path else []
    said += [line(f"fix  {one.fix}")] if one.fix else []
    return AnswerRow(
        ("error", one),
        (Span(f"{SYMBOLS.error} error", "bad"), kind, name, one.message),
        one.code,
        partial(tuple, said),
        place=None if one.ref is None else place_of(one.ref),
        ref=one.ref,
    )


REFUSED_BY_SERVER = (line("The API server refuses it: that of before stays."),)


def _refused_rows(refs: Sequence[ResourceRef]) -> Iterator[AnswerRow]:
    """Resources that the API server refuses."""
    refused = Span(f"{SYMBOLS.warning} refused", "warning")
    for ref in refs:
        cells = (refused, ref.kind, ref.name, "cannot be read")
        place = place_of(ref)
        yield AnswerRow(
            ("refused", ref), cells, str(ref), lambda: REFUSED_BY_SERVER, place=place, ref=ref
        )
