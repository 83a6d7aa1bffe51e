"""Sessions of the running speaker counted by health, for the pictures of the cluster. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from lbtui.ports import SessionRow, SpeakerView
from lbtui.tui.text import Span
from lbtui.tui.views.session_words import SYMBOLS_OF, TONES, Health, health

WORST_FIRST = (Health.DOWN, Health.TRYING, Health.OFF, Health.UP)

SessionsByPair = Mapping[tuple[str, str], SessionRow]
"""(node, peer) → session."""


def by_pair(view: SpeakerView) -> SessionsByPair:
    """The sessions, to be found by node and peer."""
    return {(row.node, row.peer): row for row in view.sessions}


def tally(pairs: Iterable[tuple[str, str]], sessions: SessionsByPair) -> Counter[Health]:
    """How many of some sessions are in which health; what the speaker does not run is left out."""
    return Counter(health(row) for pair in pairs if (row := sessions.get(pair)) is not None)


def tally_cell(found: Mapping[Health, int], count: int) -> tuple[Span, ...]:
    """Symbol, number and word by health, the worst first; that they are only planned if so."""
    spans: list[Span] = []
    for one in WORST_FIRST:
        if found.get(one):
            gap = "  " if spans else ""
            spans.append(Span(f"{gap}{SYMBOLS_OF[one]} {found[one]} {one}", TONES[one]))
    rest = count - sum(found.values())
    if rest and spans:
        spans.append(Span(f"  {rest} not run here", "muted"))
    elif rest:
        spans.append(Span(f"{rest} planned", "muted"))
    return tuple(spans)
