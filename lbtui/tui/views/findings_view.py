"""The findings view: everything that is wrong or worth knowing, and where it stands."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

from lbtui.core.diagnostics import Diagnostic, Severity
from lbtui.core.objects.repairs import Repair
from lbtui.core.objects.resource_set import ResourceRef
from lbtui.tui.findings import ORDER, SYMBOL, TONE, FindingsCache, finding_lines
from lbtui.tui.text import BLANK, Cell, Line, Span, line
from lbtui.tui.view import View
from lbtui.tui.view_state import ViewState
from lbtui.tui.widgets.rows import Column, ItemRows, Rows


class FindingsView(View):
    """One row for each finding, worst first."""

    name_in_commands = "findings"
    title = "Findings"
    leads_to_resource = True
    columns = (
        Column("severity", "Severity"),
        Column("resource", "Resource", maximum=36),
        Column("message", "Message", is_flexible=True, minimum=20),
        Column("code", "Code", priority=4),
        Column("place", "Place", priority=3, maximum=30),
    )
    help_text = (
        "error: MetalLB refuses it, or nothing can be announced by it. warning: accepted, but "
        "surely or probably not meant. info: worth knowing.\n\n"
        "enter goes to the resource. f makes the edit that a finding shows; u takes it back. "
        "The findings follow your edits, before they are saved."
    )

    def __init__(self) -> None:
        """Start without findings."""
        super().__init__()
        self._cache = FindingsCache()
        self._by_key: dict[Hashable, Diagnostic] = {}

    def rows(self, state: ViewState) -> Rows:
        """Worst first."""
        self._by_key = dict(_keyed(self._cache.of(state).all))
        return ItemRows(
            columns=self.columns,
            items=list(self._by_key.items()),
            key_of=lambda item: item[0],
            cells_of=lambda item: _cells(item[1]),
            sort_values={"severity": lambda item: ORDER.index(item[1].severity)},
        )

    def summary(self, state: ViewState) -> str:
        """Numbers by severity."""
        findings = self._cache.of(state)
        counts = [(severity, findings.count(severity)) for severity in Severity]
        return ", ".join(_counted(count, severity) for severity, count in counts if count)

    def empty_text(self, state: ViewState) -> str:
        """That all is well, once that is known."""
        if state.load_error:
            return f"Nothing could be read: {state.load_error}"
        return "Reading." if state.analysis is None else "No findings."

    @property
    def selected_finding(self) -> Diagnostic | None:
        """The finding under the cursor."""
        return self._by_key.get(self.selected_key)

    @property
    def selected_edit(self) -> Repair | None:
        """The edit that mends it."""
        finding = self.selected_finding
        return finding.edit if finding else None

    @property
    def selected_ref(self) -> ResourceRef | None:
        """The resource that the finding is about."""
        finding = self.selected_finding
        return finding.ref if finding else None

    def details_title(self, state: ViewState) -> str:
        """The finding's code."""
        finding = self.selected_finding
        return finding.code if finding else ""

    def details(self, state: ViewState, width: int) -> Sequence[Line]:
        """All that the finding says."""
        finding = self.selected_finding
        if finding is None:
            return ()
        lines = list(finding_lines((finding,)))
        lines.append(BLANK)
        facts = (
            ("resource", str(finding.ref) if finding.ref else ""),
            ("place", str(finding.place) if finding.place else ""),
            ("nodes", ", ".join(finding.nodes)),
        )
        lines += [line(Span(f"{name:9}", "muted"), text) for name, text in facts if text]
        if finding.edit is not None:
            lines += [BLANK, line(Span("f makes the edit, u takes it back.", "muted"))]
        if finding.ref is not None:
            lines += [BLANK, line(Span("enter goes to the resource, e edits it.", "muted"))]
        return lines


def _keyed(findings: Sequence[Diagnostic]) -> Iterator[tuple[Hashable, Diagnostic]]:
    """Findings by what stays the same while others come and go."""
    seen: dict[Hashable, int] = {}
    for finding in findings:
        key = (finding.code, finding.ref, finding.path, finding.nodes)
        seen[key] = seen.get(key, 0) + 1
        yield (*key, seen[key]), finding


def _counted(count: int, severity: Severity) -> str:
    is_plural = count != 1 and severity is not Severity.INFO
    return f"{count} {severity}{'s' if is_plural else ''}"


def _subject(finding: Diagnostic) -> str:
    """The resource, or else the file and line, which is then all there is to find it by."""
    if finding.ref is not None or finding.place is None:
        return str(finding.ref or "")
    place = finding.place
    return f"{place.file.rpartition('/')[2]}:{place.line}"


def _cells(finding: Diagnostic) -> Sequence[Cell]:
    severity = finding.severity
    return (
        Span(f"{SYMBOL[severity]} {severity}", TONE[severity]),
        _subject(finding),
        finding.message,
        Span(finding.code, "muted"),
        Span(str(finding.place or ""), "muted"),
    )
