"""Base of the views whose rows are resources: what state each is in, and what it does."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, ClassVar

from lbtui.core.diagnostics import Severity
from lbtui.core.objects.resource_set import AnyResource, ResourceRef
from lbtui.tui.findings import SYMBOL, TONE, Findings, FindingsCache
from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import Cell, Line, Span
from lbtui.tui.view import View
from lbtui.tui.view_state import ViewState
from lbtui.tui.views.resource_details import resource_lines
from lbtui.tui.views.route_rows import RouteMarksCache
from lbtui.tui.widgets.rows import Column, ItemRows, Rows

MANY_RESOURCES = 2000
"""From so many on, the panel beside the list is filled a moment after it."""
STATE = Column("state", "State", priority=2, maximum=24)


class ResourceView(View):
    """Lists one kind; a deleted resource stays listed, marked, until that is saved."""

    kind_name: ClassVar[str]
    """The kind in manifests, e.g. "IPAddressPool"."""
    noun: ClassVar[str]
    """What one is called here, e.g. "pool"."""

    def __init__(self) -> None:
        """Start without findings."""
        super().__init__()
        self._findings = FindingsCache()
        self._marks = RouteMarksCache()

    # ---- for subclasses ----------------------------------------------------------------------

    def cells(self, resource: Any, state: ViewState) -> Sequence[Cell]:
        """The cells of a resource, without the state column, which comes last."""
        return ()

    def sort_values(self, state: ViewState) -> Mapping[str, Any]:
        """Functions from (reference, resource) for columns that do not sort by text."""
        return {}

    # ---- shared ------------------------------------------------------------------------------

    def rows(self, state: ViewState) -> Rows:
        """One row for each resource of the kind."""
        current = state.history.current.by_kind(self.kind_name)
        gone = {
            ref: resource
            for ref, resource in state.history.saved.by_kind(self.kind_name).items()
            if ref not in current
        }
        findings = self._findings.of(state)

        def cells(item: tuple[ResourceRef, AnyResource]) -> Sequence[Cell]:
            ref, resource = item
            made = self.cells(resource, state)
            if ref in gone:
                made = [Span(_text(cell), "muted") for cell in made]
            return (*made, state_cell(ref, state, findings))

        return ItemRows(
            columns=self.columns,
            items=[*current.items(), *gone.items()],
            key_of=_ref_of,
            cells_of=cells,
            more_of=labels_text,
            sort_values={
                "state": lambda item: state_rank(item[0], state, findings),
                **self.sort_values(state),
            },
        )

    def summary(self, state: ViewState) -> str:
        """How many there are."""
        count = len(state.history.current.by_kind(self.kind_name))
        return f"{count}" if state.snapshot is not None else f"{count} so far"

    def empty_text(self, state: ViewState) -> str:
        """That there is none, and how to make one."""
        if state.load_error:
            return f"Nothing could be read: {state.load_error}"
        if state.snapshot is None:
            return "Reading."
        if self.kind is None:
            return f"No {self.noun} in {state.title}."
        return f"No {self.noun} in {state.title}. n makes one."

    def details_title(self, state: ViewState) -> str:
        """Kind and name of the selected resource."""
        ref = self.selected_ref
        return str(ref) if ref else ""

    def details(self, state: ViewState, width: int) -> Sequence[Line]:
        """Findings, and the routes that the resource has a part in."""
        ref = self.selected_ref
        if ref is None:
            return ()
        return resource_lines(state, ref, self._findings.of(state), self._marks)

    def slow_details(self, state: ViewState) -> Callable[[], Sequence[Line]] | None:
        """Routes of one resource are picked from all of them: in a large cluster that is felt."""
        ref = self.selected_ref
        if ref is None or len(state.history.current) < MANY_RESOURCES:
            return None
        findings, marks = self._findings.of(state), self._marks
        return lambda: resource_lines(state, ref, findings, marks)


def labels_text(item: tuple[ResourceRef, AnyResource]) -> str:
    """A resource's labels as the filter finds them: "app=web tier=front"."""
    labels = item[1].metadata.labels
    return " ".join(f"{key}={value}" for key, value in labels.items())


def _ref_of(item: tuple[ResourceRef, AnyResource]) -> Hashable:
    return item[0]


def _text(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell
    return cell.text if isinstance(cell, Span) else "".join(span.text for span in cell)


def change_word(ref: ResourceRef, state: ViewState) -> str:
    """What was done to it since it was saved: added, withdrawn (deleted), changed, or empty."""
    saved, current = state.history.saved, state.history.current
    if saved is current:
        return ""
    old, new = saved.get(ref), current.get(ref)
    if old is new or old == new:
        return ""
    if old is None:
        return "added"
    return "withdrawn" if new is None else "changed"


def state_cell(ref: ResourceRef, state: ViewState, findings: Findings) -> Cell:
    """What was done to it since it was saved, and its worst finding, in symbols and words."""
    spans: list[Span] = []
    match change_word(ref, state):
        case "added":
            spans.append(Span(f"{SYMBOLS.added} new", "added"))
        case "withdrawn":
            return Span(f"{SYMBOLS.withdrawn} deleted", "withdrawn")
        case "changed":
            spans.append(Span(f"{SYMBOLS.changed} edited", "changed"))
    worst = next(iter(findings.of(ref)), None)
    if worst is not None and worst.severity is not Severity.INFO:
        if spans:
            spans.append(Span("  "))
        spans.append(Span(f"{SYMBOL[worst.severity]} {worst.severity}", TONE[worst.severity]))
    return tuple(spans) or Span("ok", "muted")


def state_rank(ref: ResourceRef, state: ViewState, findings: Findings) -> int:
    """For sorting: errors first, then warnings, then what was edited."""
    worst = next(iter(findings.of(ref)), None)
    severity = list(Severity).index(worst.severity) if worst else 3
    return severity * 2 + (not change_word(ref, state))
