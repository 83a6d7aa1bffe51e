"""Lines about one route for the panel beside the table. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from lbtui.ports import SessionRow
from lbtui.tui.assumptions import assumed_node_text, refusal_lines
from lbtui.tui.text import BLANK, Line, Span, Tone, line
from lbtui.tui.view_state import ViewState
from lbtui.tui.views.route_facts import Ability, ability
from lbtui.tui.views.route_rows import Change, RouteRow
from lbtui.tui.views.route_words import (
    CHANGE_TONES,
    change_text,
    differences,
    local_pref_text,
    name_communities,
    nodes_text,
    why_no_local_pref,
)

if TYPE_CHECKING:
    from lbtui.core.configuration.model import Peer

NODES_LISTED = 12
"""How many nodes are listed one by one before the rest is only counted."""


def route_lines(
    row: RouteRow,
    state: ViewState,
    names: Mapping[str, str],
    sessions: Mapping[tuple[str, str], SessionRow],
    sent: Sequence[Line] = (),
) -> Sequence[Line]:
    """Change, the three facts, then attributes and where the route comes from.

    `sent` is what the speaker answered; without it the lines say how to ask.
    """
    return [
        *_change_lines(row),
        _intended_line(row),
        *_refused_lines(row, state),
        *_able_lines(row, state, sessions),
        *_sent_lines(sent or (line(Span(_sent_hint(state), "muted")),)),
        BLANK,
        *_attribute_lines(row, state, names),
        *_origin_lines(row),
        *_next_hop_lines(row, state),
    ]


def _label(text: str) -> Span:
    return Span(f"{text:<10}", "strong")


def _change_lines(row: RouteRow) -> Iterator[Line]:
    if not row.change:
        return
    yield line(Span(change_text(row), CHANGE_TONES[row.change]), " since the saved state")
    for difference in differences(row):
        yield line("  ", Span(difference, "changed"))
    yield BLANK


def _intended_line(row: RouteRow) -> Line:
    verb = "no longer sent by" if row.change is Change.WITHDRAWN else "sent by"
    return line(_label("Intended"), f"{verb} {nodes_text(row)}")


def _refused_lines(row: RouteRow, state: ViewState) -> Iterator[Line]:
    """Nodes of the route that refuse their configuration, or that are assumed."""
    for node in islice(row.node_index.iterate(row.nodes), NODES_LISTED):
        yield from refusal_lines(state, node)
    if text := assumed_node_text(state):
        yield line(Span(f"  {text}", "muted"))


def _attribute_lines(row: RouteRow, state: ViewState, names: Mapping[str, str]) -> Iterator[Line]:
    route = row.route
    why = why_no_local_pref(route, _is_ibgp(route.peer, state))
    if why and not route.local_pref:
        yield line(_field("localPref"), Span(why, "muted"))
    elif why:
        yield line(_field("localPref"), f"{route.local_pref}, ", Span(why, "warning"))
    else:
        yield line(_field("localPref"), local_pref_text(route))
    yield line(_field("communities"), name_communities(route.communities, names) or "none")
    if route.large_communities:
        yield line(_field("large"), name_communities(route.large_communities, names))


def _field(text: str) -> Span:
    return Span(f"{text:<15}", "muted")


def _next_hop_lines(row: RouteRow, state: ViewState) -> Iterator[Line]:
    analysis = state.saved_analysis if row.change is Change.WITHDRAWN else state.analysis
    if analysis is None:
        return
    label = _field("next hop")
    for node in islice(row.node_index.iterate(row.nodes), NODES_LISTED):
        hop = analysis.tables.next_hop(node, row.route.peer, row.route.prefix)
        yield line(label, hop or Span("unknown", "warning"), Span(f"  {node}", "muted"))
        label = _field("")
    if (more := row.nodes.bit_count() - NODES_LISTED) > 0:
        yield line(label, Span(f"and {more} more nodes", "muted"))


def _is_ibgp(peer: str, state: ViewState) -> bool:
    return any(found.is_ibgp for found in _peers(state) if found.name == peer)


def _peers(state: ViewState) -> tuple[Peer, ...]:
    return state.analysis.config.peers if state.analysis else ()


def _able_lines(
    row: RouteRow, state: ViewState, sessions: Mapping[tuple[str, str], SessionRow]
) -> Iterator[Line]:
    if not state.speaker.is_running:
        reason = state.speaker.message or "not running"
        yield line(_label("Able"), Span(f"unknown, no speaker: {reason}", "muted"))
        return
    yield from able_lines(ability(row, sessions))


def able_lines(found: Ability) -> Iterator[Line]:
    """One line for each way a session stands, the good news first."""
    label = _label("Able")
    kinds: tuple[tuple[Sequence[str], Tone, str], ...] = (
        (found.able, "good", "session up, family negotiated"),
        ([f"{node} {state}" for node, state in found.down], "bad", "session not up"),
        (found.family_missing, "bad", "family not negotiated, nothing can be sent"),
        (found.absent, "muted", "not one of the speaker's sessions; A applies"),
    )
    for nodes, tone, words in kinds:
        if nodes:
            who = f"all {len(nodes)} nodes" if len(nodes) == found.count > 1 else _some(nodes)
            yield line(label, Span(f"{who}: ", tone), words)
            label = Span(" " * 10)


def _some(names: Sequence[str]) -> str:
    if len(names) <= 4:
        return ", ".join(names)
    return f"{', '.join(names[:3])} and {len(names) - 3} more"


def _sent_lines(sent: Sequence[Line]) -> Iterator[Line]:
    label = _label("Sent")
    for found in sent:
        yield (label, *found)
        label = Span(" " * 10)


def _sent_hint(state: ViewState) -> str:
    return "enter asks the speaker" if state.speaker.is_running else "nothing"


def _origin_lines(row: RouteRow) -> Iterator[Line]:
    yield line(_field("advertisements"), Span(", ".join(row.route.advertisements), "accent"))
    yield line(_field("services"), Span(", ".join(row.route.services), "accent"))
