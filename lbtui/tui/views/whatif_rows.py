"""What a what-if found, as rows. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.questions.whatif import Loss, SinglePoint, UnknownTarget, lose, single_points
from lbtui.tui.answer_view import AnswerRow
from lbtui.tui.places import Place
from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import BLANK, Line, Span, Tone, line
from lbtui.tui.views.route_rows import By, Scope

if TYPE_CHECKING:
    from lbtui.core.analysis import Analysis
    from lbtui.core.routing.route import Route
    from lbtui.core.values.addresses import Prefix

MOST_LINES = 200
"""Things listed in the panel before the rest is only counted."""


@dataclass
class PeerLoss:
    """What one peer would notice."""

    withdrawn: list[Line] = field(default_factory=list)
    """The first of them."""
    lost: int = 0
    gone: set[Prefix] = field(default_factory=set)
    """Prefixes that the peer gets from nobody any more."""
    changed: int = 0
    added: int = 0


@dataclass(frozen=True, slots=True)
class Consequence:
    """What is lost, or with nothing taken away what everything hangs on."""

    loss: Loss | None
    peers: dict[str, PeerLoss]
    points: tuple[SinglePoint, ...]
    summary: str
    nothing: str


def consequence(analysis: Analysis, targets: tuple[str, ...]) -> Consequence:
    """Take the targets away and compare; a compile, so not in the event loop."""
    if not targets:
        points = sorted(single_points(analysis.tables), key=lambda point: -len(point.services))
        summary = f"{len(points)}; w takes one away" if points else "none"
        nothing = "No node and no peer alone carries a service."
        return Consequence(None, {}, tuple(points), summary, nothing)
    try:
        loss = lose(analysis, targets)
    except UnknownTarget as error:
        return Consequence(None, {}, (), "not found", f"{error}.")
    peers = _by_peer(analysis, loss)
    lost = sum(peer.lost for peer in peers.values())
    parts = (
        (len(loss.unreachable), f"{_count(len(loss.unreachable), 'service')} lost"),
        (len(loss.single), f"{len(loss.single)} left on one path"),
        (lost, f"{_count(lost, 'route')} withdrawn"),
    )
    summary = ", ".join(text for count, text in parts if count) or "nothing is lost"
    return Consequence(loss, peers, (), summary, "")


def _by_peer(analysis: Analysis, loss: Loss) -> dict[str, PeerLoss]:
    """Routes by peer; only the first are put into words."""
    peers: dict[str, PeerLoss] = {}
    after = loss.routes.new
    left: dict[str, set[Prefix]] = {}
    if after is not None:
        left = {peer: {r.prefix for r in after.peer_routes(peer)} for peer in after.peers}
    for route in loss.routes.withdrawn:
        peer = peers.setdefault(route.peer, PeerLoss())
        peer.lost += 1
        is_gone = route.prefix not in left.get(route.peer, ())
        if is_gone:
            peer.gone.add(route.prefix)
        if peer.lost <= MOST_LINES:
            peer.withdrawn.append(_route_line(analysis, route, is_gone))
    for change in loss.routes.changed:
        peers.setdefault(change.after.peer, PeerLoss()).changed += 1
    for route in loss.routes.added:
        peers.setdefault(route.peer, PeerLoss()).added += 1
    return peers


def _route_line(analysis: Analysis, route: Route, is_gone: bool) -> Line:
    nodes = analysis.tables.nodes.describe(route.nodes)
    prefix = Span(f"{SYMBOLS.withdrawn} {route.prefix}", "withdrawn")
    if is_gone:
        return line(prefix, Span(f"  from {nodes}, nobody else sends it", "bad"))
    return line(prefix, Span(f"  from {nodes}, others still send it", "muted"))


def consequence_rows(found: Consequence) -> list[AnswerRow]:
    """What is away, the services that suffer, the peers that notice; or the single points."""
    if found.loss is None:
        return [_point_row(point) for point in found.points]
    areas: tuple[tuple[str, Iterable[AnswerRow]], ...] = (
        ("Without", [_target_row(target, found.loss) for target in found.loss.without]),
        ("Services", _service_rows(found.loss)),
        ("Peers", _peer_rows(found.peers)),
    )
    return [
        AnswerRow(
            row.key,
            (Span("" if at else area, "strong"), *row.cells),
            row.title,
            row.lines,
            row.place,
            row.ref,
            {"area": area, **row.weights},
        )
        for area, rows in areas
        for at, row in enumerate(rows)
    ]


def _target_row(target: str, loss: Loss) -> AnswerRow:
    """What is away; the panel says what all of it together costs."""

    def lines() -> Sequence[Line]:
        lost = [
            line(Span(f"{SYMBOLS.error} {name}", "bad"), "  no path") for name in loss.unreachable
        ]
        lost += [
            line(
                Span(f"{SYMBOLS.warning} {name}", "warning"),
                f"  only {node} {SYMBOLS.arrow} {peer}",
            )
            for name, node, peer in loss.single
        ]
        hint = line(Span("delete puts it back; nothing is changed by looking", "muted"))
        return [*_lister(lost, len(lost), "No service suffers.")(), BLANK, hint]

    cells = (Span(target, "accent"), "", Span("delete puts it back", "muted"))
    return AnswerRow(("without", target), cells, "Services that suffer", lines)


def _service_rows(loss: Loss) -> Iterator[AnswerRow]:
    """The worst first; those unharmed, if there are any, in one row."""
    for name in loss.unreachable:
        yield _service_row(
            name, Span(f"{SYMBOLS.error} no path", "bad"), "nothing carries it any more"
        )
    for name, node, peer in loss.single:
        left = f"{node} {SYMBOLS.arrow} {peer} is left"
        yield _service_row(name, Span(f"{SYMBOLS.warning} one path", "warning"), left)
    if not loss.still:
        return
    word = "all" if not (loss.unreachable or loss.single) else "the others"
    cells = (
        Span(f"{SYMBOLS.good} {word} keep several", "good"),
        str(loss.still),
        "",
    )
    yield AnswerRow(("unharmed", ""), cells, place=Place("services", filter_text="paths=several"))


def _service_row(name: str, state: Span, how: str) -> AnswerRow:
    namespace, _, bare = name.partition("/")
    ref = ResourceRef("Service", namespace, bare)

    def lines() -> Sequence[Line]:
        return (
            line(state, f"  {how}"),
            BLANK,
            line(Span("enter explains how it is announced now, with everything there", "muted")),
        )

    cells = ((Span(f"{state.text}  ", state.tone), Span(name)), "", Span(how, "muted"))
    return AnswerRow(("service", name), cells, name, lines, Place("explain", subject=ref), ref)


def _peer_rows(peers: dict[str, PeerLoss]) -> Iterator[AnswerRow]:
    """Those that lose most first."""
    for name, loss in sorted(peers.items(), key=lambda one: (-one[1].lost, one[0])):
        parts: tuple[tuple[int, str, str, Tone], ...] = (
            (loss.lost, SYMBOLS.withdrawn, "withdrawn", "withdrawn"),
            (loss.changed, SYMBOLS.changed, "changed", "changed"),
            (loss.added, SYMBOLS.added, "added", "added"),
        )
        spans = [Span(f"{symbol}{n} {word}  ", tone) for n, symbol, word, tone in parts if n]
        if loss.gone:
            spans.insert(0, Span(f"{_count(len(loss.gone), 'prefix')} gone  ", "bad"))
        yield AnswerRow(
            ("peer", name),
            (name, str(loss.lost), tuple(spans)),
            f"Routes that {name} loses",
            _lister(loss.withdrawn, loss.lost),
            Place("routes", subject=Scope(By.PEER, name)),
            weights={"count": loss.lost},
        )


def _point_row(point: SinglePoint) -> AnswerRow:
    """One node or peer, and the services that hang on it."""
    services = [line(name) for name in point.services]
    which = ", ".join(point.services[:4])
    if (more := len(point.services) - 4) > 0:
        which += f" and {more} more"
    target = f"{point.kind}/{point.name}"
    return AnswerRow(
        ("point", target),
        (
            Span(point.kind, "muted"),
            Span(f"{SYMBOLS.warning} {point.name}", "warning"),
            str(len(point.services)),
            Span(which, "muted"),
        ),
        f"Carried by {target} alone",
        _lister(services, len(services)),
        Place("whatif", subject=(target,)),
        weights={"count": len(point.services)},
    )


def _lister(
    lines: Sequence[Line], count: int, nothing: str = "none"
) -> Callable[[], Sequence[Line]]:
    """The first lines, and how many there are more."""

    def listed() -> Sequence[Line]:
        shown = list(lines[:MOST_LINES])
        if (more := count - len(shown)) > 0:
            shown += [BLANK, line(Span(f"and {more} more", "muted"))]
        return shown or (line(Span(nothing, "muted")),)

    return listed


def _count(count: int, word: str) -> str:
    plural = "es" if word.endswith("x") else "s"
    return f"{count} {word}{'' if count == 1 else plural}"
