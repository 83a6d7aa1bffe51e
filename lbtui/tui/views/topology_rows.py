"""Rows of the topology view: shared peers, then each rack with its peers and nodes. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.questions.fabric import Bundle, Fabric, Group
from lbtui.tui.answer_view import AnswerRow
from lbtui.tui.places import Place
from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import BLANK, Line, Span, counted, line
from lbtui.tui.views.session_tally import SessionsByPair, tally, tally_cell
from lbtui.tui.views.session_words import SYMBOLS_OF, TONES, Health
from lbtui.tui.views.topology_picture import FOLDED, UNFOLDED, branch, bundle_lines, span_of

TREE = f" {SYMBOLS.bar}{branch(True)}{branch(False)}{FOLDED}{UNFOLDED}"
"""What stands before names in the tree."""
SHARED = "peers of several groups"
IDLE = "peers without a session"
PICTURE_WIDTH = 44
MOST_PICTURES = 8
"""Bundles drawn for one group."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What all rows are made from."""

    fabric: Fabric
    sessions: SessionsByPair
    refs: dict[str, ResourceRef]
    """Peer → its resource."""
    links: dict[str, str]
    """Peer → its AS and address."""
    is_open: Callable[[tuple[str, str]], bool]
    """Whether the row of a key is unfolded."""

    @property
    def word(self) -> str:
        """What a group is: "rack"."""
        return self.fabric.label.rpartition("/")[2]

    def pairs(self, nodes: Iterable[str], peer: str = "") -> list[tuple[str, str]]:
        """(node, peer) of the sessions of some nodes, to one peer or to all."""
        routes = self.fabric.routes
        if peer:
            return [(node, peer) for node in nodes if peer in routes[node]]
        return [(node, one) for node in nodes for one in routes[node]]

    def name(self, group: Group) -> str:
        """What a group is called: "rack a"."""
        if not self.word:
            return "all nodes"
        return f"{self.word} {group.name}" if group.name else f"no {self.word}"


def topology_rows(drawn: Drawn) -> Sequence[AnswerRow]:
    """The whole tree as far as it is unfolded."""
    fabric = drawn.fabric
    rows: list[AnswerRow] = []
    for title, peers in ((SHARED, fabric.shared), (IDLE, fabric.idle)):
        if peers:
            rows += _peer_section(drawn, title, peers)
    for group in fabric.groups:
        rows += _group_rows(drawn, group)
    return rows


def _peer_section(drawn: Drawn, title: str, peers: Sequence[str]) -> Iterator[AnswerRow]:
    key = ("section", title)
    is_open = drawn.is_open(key)
    pairs = [pair for peer in peers for pair in drawn.pairs(drawn.fabric.nodes, peer)]
    lines = partial(_shared_lines, drawn) if title == SHARED else tuple
    yield _row(drawn, key, _folded(title, is_open), counted(len(peers), "peer"), pairs, lines)
    if is_open:
        for peer in peers:
            yield _peer_row(drawn, peer, drawn.fabric.nodes, branch(peer == peers[-1]))


def _group_rows(drawn: Drawn, group: Group) -> Iterator[AnswerRow]:
    key = ("group", group.name)
    is_open = drawn.is_open(key)
    text = counted(len(group.nodes), "node")
    if group.peers:
        text += f", {counted(len(group.peers), 'own peer')}"
    pairs = drawn.pairs(group.nodes)
    lines = partial(_group_lines, drawn, group)
    yield _row(drawn, key, _folded(drawn.name(group), is_open), text, pairs, lines)
    if not is_open:
        return
    for peer in group.peers:
        yield _peer_row(drawn, peer, group.nodes, branch(False))
    for bundle in group.bundles:
        yield from _bundle_rows(drawn, bundle, is_last=bundle is group.bundles[-1])


def _bundle_rows(drawn: Drawn, bundle: Bundle, is_last: bool) -> Iterator[AnswerRow]:
    if len(bundle.nodes) == 1:
        yield _node_row(drawn, bundle.nodes[0], branch(is_last))
        return
    key = ("bundle", bundle.nodes[0])
    is_open = drawn.is_open(key)
    mark = UNFOLDED if is_open else FOLDED
    what = (
        Span(branch(is_last), "muted"),
        Span(f"{mark} {counted(len(bundle.nodes), 'node')}"),
    )
    lines = partial(_pictures, drawn, (bundle,))
    pairs = drawn.pairs(bundle.nodes)
    yield _row(drawn, key, what, span_of(bundle.nodes), pairs, lines)
    if is_open:
        for node in bundle.nodes:
            stem = "   " if is_last else f"{SYMBOLS.bar}  "
            yield _node_row(drawn, node, f"{stem}{branch(node == bundle.nodes[-1])}")


def _node_row(drawn: Drawn, node: str, before: str) -> AnswerRow:
    peers = tuple(drawn.fabric.routes[node])
    return _row(
        drawn,
        ("node", node),
        (Span(before, "muted"), Span(node)),
        f"to {', '.join(peers)}" if peers else Span("no session", "warning"),
        drawn.pairs((node,)),
        partial(_pictures, drawn, (Bundle((node,), peers),)),
        place=Place("matrix", key=node),
        ref=ResourceRef("Node", "", node),
    )


def _peer_row(drawn: Drawn, peer: str, nodes: Sequence[str], before: str) -> AnswerRow:
    ref = drawn.refs.get(peer)
    return _row(
        drawn,
        ("peer", peer),
        (Span(before, "muted"), Span(peer)),
        drawn.links.get(peer, ""),
        drawn.pairs(nodes, peer),
        partial(_peer_lines, drawn, peer),
        place=Place("peers", key=ref) if ref else None,
        ref=ref,
    )


def _row(
    drawn: Drawn,
    key: tuple[str, str],
    what: tuple[Span, ...],
    about: str | Span,
    pairs: Sequence[tuple[str, str]],
    lines: Callable[[], Sequence[Line]] = tuple,
    place: Place | None = None,
    ref: ResourceRef | None = None,
) -> AnswerRow:
    routes = sum(drawn.fabric.routes[node][peer] for node, peer in pairs)
    title = "".join(span.text for span in what).strip(
        f" {SYMBOLS.bar}{branch(True)}{branch(False)}"
    )
    return AnswerRow(
        key,
        (what, about, tally_cell(tally(pairs, drawn.sessions), len(pairs)), str(routes)),
        title.lstrip(TREE),
        lines,
        place,
        ref,
    )


def _folded(text: str, is_open: bool) -> tuple[Span, ...]:
    return (Span(f"{UNFOLDED if is_open else FOLDED} {text}", "strong"),)


# ---- pictures --------------------------------------------------------------------------------


def _pictures(drawn: Drawn, bundles: Sequence[Bundle]) -> Sequence[Line]:
    lines: list[Line] = []
    for bundle in bundles[:MOST_PICTURES]:
        if lines:
            lines.append(BLANK)
        lines += bundle_lines(bundle, partial(_peer_span, drawn, bundle), PICTURE_WIDTH)
    if (rest := len(bundles) - MOST_PICTURES) > 0:
        lines += [BLANK, line(Span(f"and {rest} more kinds of nodes", "muted"))]
    return lines


def _shared_lines(drawn: Drawn) -> Sequence[Line]:
    """The shared peers joined to the groups, then the groups themselves."""
    fabric = drawn.fabric
    whole = Bundle(fabric.nodes, fabric.shared)
    groups = Bundle(tuple(map(drawn.name, fabric.groups)), fabric.shared)
    bundles = [
        Bundle(bundle.nodes, tuple(peer for peer in bundle.peers if peer not in fabric.shared))
        for group in fabric.groups
        for bundle in group.bundles
    ]
    return (
        *bundle_lines(groups, partial(_peer_span, drawn, whole), PICTURE_WIDTH, "group"),
        BLANK,
        *_pictures(drawn, [bundle for bundle in bundles if bundle.peers]),
    )


def _group_lines(drawn: Drawn, group: Group) -> Sequence[Line]:
    return _pictures(drawn, group.bundles)


def _peer_span(drawn: Drawn, bundle: Bundle, peer: str) -> Span:
    """The peer with the symbol of its worst session in the bundle."""
    found = tally(drawn.pairs(bundle.nodes, peer), drawn.sessions)
    for one in (Health.DOWN, Health.TRYING, Health.OFF, Health.UP):
        if found[one]:
            return Span(f"{SYMBOLS_OF[one]} {peer}", TONES[one])
    return Span(f"{SYMBOLS.dot} {peer}")


def _peer_lines(drawn: Drawn, peer: str) -> Sequence[Line]:
    """The peer, and how many nodes of each group have a session to it."""
    lines = [line(Span(drawn.links.get(peer, ""), "muted")), BLANK]
    for group in drawn.fabric.groups:
        pairs = drawn.pairs(group.nodes, peer)
        if pairs:
            cells = tally_cell(tally(pairs, drawn.sessions), len(pairs))
            nodes = counted(len(pairs), "node")
            if len(pairs) < len(group.nodes):
                nodes = f"{len(pairs)} of {counted(len(group.nodes), 'node')}"
            lines.append(line(f"{drawn.name(group)}: {nodes}  ", *cells))
    return lines
