"""The comparison view: what is sent, against the saved state, another back end or a folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lbtui.tui.answer_view import AnswerRow, AnswerView
from lbtui.tui.view_state import ViewState
from lbtui.tui.views.compared import SAVED, Against, Compared, compare
from lbtui.tui.widgets.rows import Column


class CompareView(AnswerView[Compared]):
    """Its subject is what the working set is compared with."""

    name_in_commands = "comparison"
    title = "Comparison"
    columns = (
        Column("change", "Change", width=11),
        Column("what", "What", is_flexible=True, minimum=14),
        Column("name", "Name", is_flexible=True, minimum=18),
        Column("how", "How", priority=2, is_flexible=True, minimum=20),
    )
    help_text = (
        "What would be sent otherwise: + added, - withdrawn and ~ changed, under each peer. "
        ":compare asks with what; :compare saved, :compare frr (or native, frr-k8s) and "
        ":compare FOLDER or cluster:CONTEXT go there at once. Nothing is changed. Manifests beside "
        "a cluster are judged on its nodes and services, in place of its MetalLB resources.\n\n"
        "It compares what speakers send, as lbtui diff does: a node that refuses what is new "
        "keeps the configuration before, and so do resources that the API server refuses. "
        "Against the saved state and a folder the working set is what is new; another back end "
        "is what is new for the same resources. enter goes to the resource under the cursor."
    )

    @property
    def against(self) -> Against:
        """What is compared with."""
        return self.subject if isinstance(self.subject, Against) else SAVED

    def question(self, state: ViewState) -> Callable[[], Compared] | None:
        """What differs."""
        against = self.against
        if state.saved_analysis is None or not state.is_current:
            return None
        return lambda: compare(state, against)

    def depends_on(self, state: ViewState) -> tuple[object, ...]:
        """Both sides."""
        return state.analysis, state.saved_analysis, state.history.current

    def answer_rows(self, state: ViewState, found: Compared) -> Sequence[AnswerRow]:
        """Refusals, resources, then peers with their routes."""
        return found.rows

    def heading(self, state: ViewState) -> str:
        """From what to what."""
        return f"Comparison {self.against}"

    def summary(self, state: ViewState) -> str:
        """How many of each."""
        return self.found.summary if self.found else ""

    def empty_text(self, state: ViewState) -> str:
        """Nothing differs, or nothing is known yet."""
        return "Nothing differs." if self.found else "Reading and working out the routes."
