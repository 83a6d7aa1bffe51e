"""The facts view: intended, claimed and live side by side, peer by peer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

from lbtui.core.drift.beside import PeerFacts
from lbtui.core.values.nodes import NodeIndex
from lbtui.tui.answer_view import AnswerRow, AnswerView
from lbtui.tui.facts import Facts
from lbtui.tui.findings import finding_lines
from lbtui.tui.places import Place
from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import BLANK, Line, Span, line
from lbtui.tui.view_state import ViewState
from lbtui.tui.widgets.rows import Column

MOST_NAMES = 12
"""Services that are named in the panel."""


class FactsView(AnswerView[Facts]):
    """One row a peer; what does not agree is marked."""

    name_in_commands = "facts"
    title = "Facts"
    columns = (
        Column("peer", "Peer", is_flexible=True, minimum=8),
        Column("intended", "Intended", is_flexible=True, minimum=14),
        Column("claimed", "Claimed", is_flexible=True, minimum=12),
        Column("live", "Live", is_flexible=True, minimum=14),
    )
    help_text = (
        "Three facts of each peer, which are never mixed. Intended is the preview of what is "
        "saved: how many sessions and services. Claimed is what MetalLB's speakers write about "
        "themselves (ServiceBGPStatus): services they hand to the peer, whether its session is up "
        "or not. Live is what runs the sessions: frr-k8s (BGPSessionState) and lbtui's own "
        "speaker, where it runs. What differs is a finding, too, with its source.\n\n"
        "It is followed as it changes, in a large cluster with pauses. Without permission to watch "
        "the reports they are listed twice a minute."
    )

    def question(self, state: ViewState) -> Callable[[], Facts] | None:
        """What was found at the last look."""
        facts = state.facts
        return (lambda: facts) if facts is not None else None

    def depends_on(self, state: ViewState) -> tuple[object, ...]:
        """The last look."""
        return (state.facts,)

    def empty_text(self, state: ViewState) -> str:
        """Why there is nothing."""
        if state.snapshot is not None and state.snapshot.setting is None:
            return "Only a cluster tells facts; these are manifests. 8 shows lbtui's own sessions."
        return "Asking the cluster's components."

    def summary(self, state: ViewState) -> str:
        """The sources, each with its age."""
        facts = state.facts
        if facts is None:
            return ""
        now = time.time()
        told = [f"{source} {max(0, now - heard):.0f} s ago" for source, heard in facts.sources]
        return ", ".join(told) or "no component tells anything"

    def answer_rows(self, state: ViewState, found: Facts) -> Sequence[AnswerRow]:
        """One for each peer."""
        if state.saved_analysis is None:
            return ()
        nodes = state.saved_analysis.tables.nodes
        return [self._row(one, found, nodes) for one in found.peers]

    def _row(self, one: PeerFacts, facts: Facts, nodes: NodeIndex) -> AnswerRow:
        return AnswerRow(
            one.ref,
            (one.ref.name, _intended(one), _claimed(one), _live(one)),
            str(one.ref),
            lambda: list(_lines(one, facts, nodes)),
            Place("peers", one.ref),
            one.ref,
        )


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _intended(one: PeerFacts) -> str:
    sessions = _counted(one.intended.bit_count(), "session")
    return f"{sessions}, {_counted(one.services, 'service')}"


def _claimed(one: PeerFacts) -> Span:
    if one.claimed is None:
        return Span("not known", "muted")
    text = _counted(one.claimed, "service")
    if one.differing:
        return Span(f"{SYMBOLS.warning} {text}, {len(one.differing)} differ", "warning")
    return Span(text, "good")


def _live(one: PeerFacts) -> Span:
    if not one.is_live_known:
        return Span("not known", "muted")
    up, of = (one.up & one.intended).bit_count(), one.intended.bit_count()
    extra = f", {one.unintended.bit_count()} not intended" if one.unintended else ""
    text = f"{up} of {of} up{extra}"
    if up == of and not extra:
        return Span(f"{SYMBOLS.good} {text}", "good")
    return Span(f"{SYMBOLS.error} {text}", "bad")


def _lines(one: PeerFacts, facts: Facts, nodes: NodeIndex) -> Iterator[Line]:
    yield line(Span("Intended", "strong"), f"  sessions from {nodes.describe(one.intended)}")
    yield line(Span("Claimed", "strong"), "  ", _claimed(one))
    for service in one.differing[:MOST_NAMES]:
        yield line(f"  {service} from other nodes than intended")
    if len(one.differing) > MOST_NAMES:
        yield line(f"  and {len(one.differing) - MOST_NAMES} more")
    yield line(Span("Live", "strong"), "  ", _live(one))
    for state, mask in sorted(one.live.items()):
        yield line(f"  {state}  {nodes.describe(mask)}")
    if one.untold and one.is_live_known:
        yield line(f"  nobody tells of  {nodes.describe(one.untold)}")
    found = [drift for drift in facts.drift if drift.diagnostic.ref == one.ref]
    for drift in found:
        yield BLANK
        yield from finding_lines([drift.diagnostic])
        yield line(Span("  source ", "muted"), drift.source)
    for problem in facts.reports.problems:
        yield BLANK
        yield line(Span(problem, "muted"))
