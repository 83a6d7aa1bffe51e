"""The explain view: why a service, a route or a resource is as it is, and what would change it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lbtui.core.objects.resource_set import ResourceRef
from lbtui.tui.answer_view import AnswerRow, AnswerView
from lbtui.tui.assumptions import assumed_spans
from lbtui.tui.text import Line
from lbtui.tui.view_state import ViewState
from lbtui.tui.views.explained import Explained, RouteSubject
from lbtui.tui.views.explanation import explain
from lbtui.tui.widgets.rows import Column


class ExplainView(AnswerView[Explained]):
    """One subject: a service by node and peer, a route by attribute, a resource by its users."""

    name_in_commands = "explain"
    title = "Explain"
    columns = (Column("what", "What"), Column("why", "Why", is_flexible=True, minimum=20))
    help_text = (
        "Press x on any row. A service is explained by node and peer: MetalLB's checks in its own "
        "order up to the first that fails, and what would change it. A route by attribute: which "
        "advertisements, services, aliases and merges made each. Any other resource by who names "
        "or selects it, and the routes that depend on it.\n\n"
        "w on a service's row shows what is lost without its endpoints on that node.\n\n"
        "enter goes to what a row names, x explains that in turn; esc comes back. The answer "
        "follows your edits."
    )

    def question(self, state: ViewState) -> Callable[[], Explained] | None:
        """Why the subject is as it is."""
        analysis, subject = state.analysis, self.subject
        if analysis is None or not isinstance(subject, ResourceRef | RouteSubject):
            return None
        return lambda: explain(analysis, subject)

    def answer_rows(self, state: ViewState, found: Explained) -> Sequence[AnswerRow]:
        """As explained."""
        return found.rows

    def columns_for(self, found: Explained) -> Sequence[Column]:
        """A service, a route and a resource have their own."""
        return found.columns

    @property
    def to_explain(self) -> object:
        """What the row leads to, if that can be explained: one thing after another."""
        row = self.selected_row
        if row is None:
            return None
        return row.ref or (row.place.subject if row.place is not None else None)

    @property
    def removable(self) -> tuple[str, ...]:
        """Of a service: its endpoints on the row's first node."""
        subject, key = self.subject, self.selected_key
        if isinstance(subject, ResourceRef) and subject.kind == "Service":
            if isinstance(key, tuple) and key:
                return (f"endpoint/{subject.namespace or 'default'}/{subject.name}/{key[0]}",)
        return super().removable

    def heading(self, state: ViewState) -> str:
        """The subject's name."""
        subject = self.subject
        if isinstance(subject, ResourceRef) and subject.kind == "Service":
            return f"{self.title} Service/{subject.namespace}/{subject.name}"
        return f"{self.title} {subject}" if subject is not None else self.title

    def summary(self, state: ViewState) -> str:
        """The verdict."""
        return self.found.verdict if self.found else ""

    def empty_text(self, state: ViewState) -> str:
        """That there is nothing, and why."""
        if self.subject is None:
            return "Press x on a row of any view, and it is explained here."
        return self.found.nothing if self.found else "Reading and working out the routes."

    def assumed(self, state: ViewState) -> Line:
        """Whether nodes or endpoints are assumed."""
        return assumed_spans(state)
