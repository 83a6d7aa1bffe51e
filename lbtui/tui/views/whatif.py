"""The what-if view: what is lost without nodes, peers, services or endpoints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import BindingType

from lbtui.tui.answer_view import AnswerRow, AnswerView
from lbtui.tui.assumptions import assumed_spans
from lbtui.tui.places import Place
from lbtui.tui.requests import PlaceAsked
from lbtui.tui.text import Line
from lbtui.tui.view_keys import bindings_of
from lbtui.tui.view_state import ViewState
from lbtui.tui.views.whatif_rows import Consequence, consequence, consequence_rows
from lbtui.tui.widgets.rows import Column


class WhatIfView(AnswerView[Consequence]):
    """Its subject is what is taken away; nothing taken away: what everything hangs on."""

    name_in_commands = "whatif"
    title = "What if"
    columns = (
        Column("area", "Area", width=8),
        Column("what", "What", is_flexible=True, minimum=16),
        Column("count", "Count", align="right", maximum=10),
        Column("which", "Which", is_flexible=True, minimum=14, priority=2),
    )
    help_text = (
        "What is lost without some nodes, peers, services or endpoints: services left with no "
        "path or with one, and the routes that each peer loses. Nothing is changed.\n\n"
        "w on a node, peer or service (or on the marked ones) asks; W takes it away beside what "
        "is away already; delete puts back what the cursor is on. As a command: "
        ":without rack=a takes all nodes with a label away, :without peer/tor-a a peer.\n\n"
        "With nothing taken away: the nodes and peers that alone carry services, those that hurt "
        "most first. enter takes one away."
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("whatif")]

    @property
    def targets(self) -> tuple[str, ...]:
        """What is taken away."""
        return self.subject if isinstance(self.subject, tuple) else ()

    def question(self, state: ViewState) -> Callable[[], Consequence] | None:
        """What it costs."""
        analysis, targets = state.analysis, self.targets
        return None if analysis is None else lambda: consequence(analysis, targets)

    def answer_rows(self, state: ViewState, found: Consequence) -> Sequence[AnswerRow]:
        """By area."""
        return consequence_rows(found)

    def heading(self, state: ViewState) -> str:
        """What is taken away."""
        return f"Without {', '.join(self.targets)}" if self.targets else "Single points of failure"

    def summary(self, state: ViewState) -> str:
        """The cost in a few words."""
        return self.found.summary if self.found else ""

    def empty_text(self, state: ViewState) -> str:
        """Why there is nothing to show."""
        return self.found.nothing if self.found else "Reading and working out the routes."

    def assumed(self, state: ViewState) -> Line:
        """Whether nodes or endpoints are assumed."""
        return assumed_spans(state)

    @property
    def removable(self) -> tuple[str, ...]:
        """Of the single points of failure: the one under the cursor."""
        row = self.selected_row
        subject = row.place.subject if row is not None and row.place is not None else None
        return subject if isinstance(subject, tuple) and not self.targets else super().removable

    def action_put_back(self) -> None:
        """Put back what the cursor is on; elsewhere the last that was taken away."""
        key = self.selected_key
        chosen = key[1] if isinstance(key, tuple) and key[1] in self.targets else ""
        gone = chosen or next(reversed(self.targets), "")
        left = tuple(target for target in self.targets if target != gone)
        if gone:
            self.post_message(PlaceAsked(Place(self.name_in_commands, subject=left)))
