"""The overview: the health of the cluster at a glance, each line a way to what it counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lbtui.core.questions.health import Health
from lbtui.tui.answer_view import AnswerRow, AnswerView
from lbtui.tui.assumptions import assumed_spans
from lbtui.tui.findings import FindingsCache
from lbtui.tui.text import Line
from lbtui.tui.view_state import ViewState
from lbtui.tui.views.overview_rows import overview_rows, verdict
from lbtui.tui.widgets.rows import Column


class OverviewView(AnswerView[Health]):
    """Findings, sessions, services and pools in about twenty lines."""

    name_in_commands = "overview"
    title = "Overview"
    columns = (
        Column("area", "Area", width=8),
        Column("what", "What", maximum=26),
        Column("count", "Count", align="right", maximum=14),
        Column("which", "Which", is_flexible=True, minimum=12, priority=2),
    )
    help_text = (
        "The cluster at a glance, for the manifests as they are edited now: findings by severity, "
        "sessions of lbtui's own speaker by state, services by the number of paths that lead to "
        "them, pools by use. enter shows what a line counts.\n\n"
        "A path is a node together with a peer that it sends the service to. With one path only, "
        "the loss of that node or session takes the service away."
    )

    def __init__(self) -> None:
        """Start without findings."""
        super().__init__()
        self._findings = FindingsCache()

    def question(self, state: ViewState) -> Callable[[], Health] | None:
        """How services and pools are."""
        analysis = state.analysis
        if analysis is None:
            return None

        def ask() -> Health:
            from lbtui.core.questions.health import health_of

            return health_of(analysis)

        return ask

    def also_shows(self, state: ViewState) -> tuple[object, ...]:
        """Findings and sessions."""
        return (state.snapshot, state.history.current.respelled, state.speaker)

    def answer_rows(self, state: ViewState, found: Health) -> Sequence[AnswerRow]:
        """All areas."""
        return overview_rows(self._findings.of(state), state.speaker, found)

    def summary(self, state: ViewState) -> str:
        """The worst of it in a few words."""
        return verdict(self._findings.of(state), self.found) if self.found else ""

    def empty_text(self, state: ViewState) -> str:
        """What is being waited for."""
        return state.load_error or "Reading and working out the routes."

    def assumed(self, state: ViewState) -> Line:
        """Whether nodes or endpoints are assumed."""
        return assumed_spans(state)
