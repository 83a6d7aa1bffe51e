"""A service explained: nodes with the same answers together, a row for each peer of theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from lbtui.core.questions.checks import Step
from lbtui.core.questions.explain import Explanation, NodeTrace, PeerVerdict, explain_service
from lbtui.tui.answer_view import AnswerRow
from lbtui.tui.places import Place
from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import BLANK, Line, Span, Tone, line
from lbtui.tui.views.explained import Explained, RouteSubject
from lbtui.tui.views.origin_words import origin_lines
from lbtui.tui.widgets.rows import Column

if TYPE_CHECKING:
    from lbtui.core.analysis import Analysis

COLUMNS = (
    Column("nodes", "Nodes", is_flexible=True, minimum=10),
    Column("peer", "Peer", priority=2, is_flexible=True, minimum=8),
    Column("verdict", "Verdict"),
    Column("why", "Why", priority=2, is_flexible=True, minimum=24),
)


class _Group(NamedTuple):
    """Nodes on which everything is the same."""

    nodes: tuple[str, ...]
    trace: NodeTrace
    """On the first of them."""
    name: str
    """The nodes in short."""


def explain_one_service(analysis: Analysis, service: str) -> Explained:
    """Go through MetalLB's checks on every node, and through the peers where they pass."""
    found = explain_service(analysis.tables, analysis.resources, service)
    rows = [row for group in _groups(found) for row in _rows(found, group)]
    sent = sum(any(v.sent for v in trace.peers.values()) for trace in found.nodes.values())
    verdict = f"announced by {sent} of {len(found.nodes)} nodes" if sent else "announced by no node"
    return Explained(COLUMNS, rows, verdict, "There is no node.")


def _groups(found: Explanation) -> Iterator[_Group]:
    """Nodes with the same answers together, in the order of the first of each."""
    groups: dict[tuple[object, ...], list[str]] = {}
    for node, trace in found.nodes.items():
        peers = tuple(
            (name, one.sent, one.why, tuple(route.prefix for route in one.routes))
            for name, one in trace.peers.items()
        )
        groups.setdefault((trace.steps, peers), []).append(node)
    index = found.tables.nodes
    for nodes in groups.values():
        name = index.describe(index.mask_of(nodes))
        yield _Group(tuple(nodes), found.nodes[nodes[0]], name)


def _rows(found: Explanation, group: _Group) -> Iterator[AnswerRow]:
    """One row where the service is stopped before any peer counts, else one for each peer."""
    trace = group.trace
    first = group.nodes[0]
    if trace.reason or not trace.peers:
        why = trace.steps[-1].detail if trace.reason else "there is no BGPPeer"
        yield AnswerRow(
            (first, ""),
            (
                group.name,
                Span("any", "muted"),
                Span(f"{SYMBOLS.error} {trace.reason or 'no peer'}", "bad"),
                why,
            ),
            group.name,
            _details(found, group, None),
        )
        return
    # Where one peer gets it, that another does not is mostly meant; where none does, it is not.
    missing: Tone = "muted" if any(one.sent for one in trace.peers.values()) else "warning"
    for at, (peer, one) in enumerate(trace.peers.items()):
        nodes = Span(group.name, "muted" if at else "")
        mark = (
            Span(f"{SYMBOLS.good} sent", "good")
            if one.sent
            else Span(f"{SYMBOLS.down} not sent", missing)
        )
        yield AnswerRow(
            (first, peer),
            (nodes, peer, mark, Span(_peer_words(one), "" if one.sent else "muted")),
            f"{peer} from {group.name}",
            _details(found, group, peer),
            _place(one, first),
        )


def _peer_words(one: PeerVerdict) -> str:
    if not one.sent:
        return one.why
    return f"{', '.join(str(route.prefix) for route in one.routes)} {one.why}"


def _place(one: PeerVerdict, node: str) -> Place | None:
    """The route's own explanation."""
    if not one.routes:
        return None
    route = one.routes[0]
    return Place("explain", subject=RouteSubject(route.peer, route.prefix, node))


def _details(found: Explanation, group: _Group, peer: str | None) -> Callable[[], Sequence[Line]]:
    """What the panel says: the peer first, for it differs, then the checks."""

    def lines() -> Sequence[Line]:
        made: list[Line] = []
        if peer is not None:
            made += _peer_lines(found, peer, group.trace.peers[peer])
        elif group.trace.reason:
            made += [*_failure_lines(group.trace.steps[-1]), BLANK]
        made.append(line(Span("MetalLB's checks, in its order", "accent")))
        for step in group.trace.steps:
            mark = (
                Span(f"{SYMBOLS.good} ", "good")
                if step.passed
                else Span(f"{SYMBOLS.error} ", "bad")
            )
            made.append(line(mark, f"{step.check}  ", Span(step.detail, "muted")))
        return made

    return lines


def _peer_lines(found: Explanation, peer: str, one: PeerVerdict) -> Iterator[Line]:
    if one.sent:
        yield line(Span(f"{SYMBOLS.good} sent to {peer}", "good"), f" {one.why}")
    else:
        yield line(Span(f"{SYMBOLS.down} not sent to {peer}", "warning"), f"  {one.why}")
    for route in one.routes:
        yield BLANK
        yield line(Span(str(route.prefix), "strong"))
        yield from origin_lines(found.tables, found.resources, route)
    yield BLANK


def _failure_lines(failed: Step) -> Iterator[Line]:
    """The check that stops the service, and what would change that."""
    yield line(Span(f"{SYMBOLS.error} {failed.check}", "bad"), f"  {failed.detail}")
    if failed.remedy:
        yield line(Span("to change it  ", "muted"), failed.remedy)
