"""Findings of a state: those of reading and those of the analysis, with their places. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from lbtui.core.diagnostics import Diagnostic, Severity
from lbtui.tui.remembered import Remembered
from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import Line, Span, Tone

if TYPE_CHECKING:
    from lbtui.core.objects.resource_set import ResourceRef
    from lbtui.tui.view_state import ViewState

TONE: dict[Severity, Tone] = {
    Severity.ERROR: "bad",
    Severity.WARNING: "warning",
    Severity.INFO: "muted",
}
SYMBOL: dict[Severity, str] = {
    Severity.ERROR: SYMBOLS.error,
    Severity.WARNING: SYMBOLS.warning,
    Severity.INFO: SYMBOLS.info,
}
ORDER = list(Severity)


class Findings:
    """All findings of one state, worst first, found by resource."""

    def __init__(self, state: ViewState) -> None:
        """Collect them."""
        self.all = tuple(sorted(_collect(state), key=lambda d: ORDER.index(d.severity)))
        self._by_ref: dict[ResourceRef | None, list[Diagnostic]] = {}
        for finding in self.all:
            self._by_ref.setdefault(finding.ref, []).append(finding)

    def of(self, ref: ResourceRef) -> tuple[Diagnostic, ...]:
        """Those of one resource, worst first."""
        return tuple(self._by_ref.get(ref, ()))

    def count(self, severity: Severity) -> int:
        """How many there are of one severity."""
        return sum(finding.severity is severity for finding in self.all)


class FindingsCache(Remembered[Findings]):
    """Makes the findings anew only when what they come from is another object."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__(
            lambda state: (
                state.snapshot,
                state.analysis,
                state.history.current.respelled,
                state.server_said,
                state.facts.drift if state.facts is not None else None,
                state.history.current if state.server_said.findings else None,
            ),
            Findings,
        )


def _collect(state: ViewState) -> Iterator[Diagnostic]:
    snapshot = state.snapshot
    if snapshot is not None:
        mended = state.history.current.respelled
        yield from (one for one in snapshot.diagnostics if one.edit not in mended)
    yield from state.server_said.about(state.history.current)
    for drift in state.facts.drift if state.facts is not None else ():
        found = drift.diagnostic
        yield replace(found, message=f"{found.message} ({drift.source})")
    if state.analysis is None:
        return
    locate = snapshot.locate if snapshot is not None else {}
    for finding in state.analysis.diagnostics:
        if finding.place is None and finding.ref is not None and finding.ref in locate:
            yield finding.at(locate[finding.ref](finding.path))
        else:
            yield finding


def counts(findings: Findings) -> Line:
    """For the title bar: "✖ 1 error  ▲ 2 warnings"; words with their symbols."""
    spans: list[Span] = []
    for severity in (Severity.ERROR, Severity.WARNING):
        count = findings.count(severity)
        if count:
            word = severity.value if count == 1 else f"{severity.value}s"
            spans.append(Span(f"{SYMBOL[severity]} {count} {word}", TONE[severity]))
            spans.append(Span("  "))
    return tuple(spans[:-1]) or (Span("no findings", "good"),)


def finding_lines(findings: Iterable[Diagnostic]) -> Iterator[Line]:
    """Severity, message, what to do; one block each."""
    for finding in findings:
        tone = TONE[finding.severity]
        yield (
            Span(f"{SYMBOL[finding.severity]} {finding.severity.value}", tone),
            Span(f"  {finding.message}"),
        )
        if finding.path:
            yield (Span("  at ", "muted"), Span(finding.path))
        if finding.fix:
            yield (Span("  fix ", "muted"), Span(finding.fix))
        if finding.edit:
            yield (Span("  edit ", "muted"), Span(str(finding.edit)))
