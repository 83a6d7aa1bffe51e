"""What a save is about to do, in lines: the text of the files, routes by peer, findings. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from lbtui.tui.assumptions import refusals
from lbtui.tui.findings import SYMBOL, TONE, Findings
from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import BLANK, Line, Span, Tone, line

if TYPE_CHECKING:
    from lbtui.core.diagnostics import Diagnostic
    from lbtui.core.routing.diff import RouteDiff
    from lbtui.core.routing.route import Route
    from lbtui.core.values.nodes import NodeIndex
    from lbtui.ports import FileChange
    from lbtui.tui.view_state import ViewState

MOST_LINES = 2000
"""Lines of difference shown of one file; the rest is counted."""
MOST_ROUTES = 100
"""Routes listed of each kind of change; the rest is counted."""
LINE_TONES: dict[str, Tone] = {"+": "added", "-": "withdrawn", " ": "muted"}


def review_lines(state: ViewState, changes: Sequence[FileChange]) -> Iterator[Line]:
    """A summary, then files, routes and findings."""
    yield _files_summary(changes)
    yield from _server_summary(changes)
    if not (state.is_current and state.analysis and state.saved_analysis and state.route_diff):
        yield line(Span("Routes and findings are being worked out.", "muted"))
        yield BLANK
        yield from file_lines(changes)
        return
    come, go = finding_changes(state)
    yield from _routes_summary(state.route_diff)
    yield from _refusal_summary(state)
    yield _findings_summary(come, go)
    yield BLANK
    yield from file_lines(changes)
    yield from change_of_findings(come, go)
    if not state.route_diff.is_empty:
        yield line(Span("Routes", "accent"))
        old, new = state.saved_analysis.tables, state.analysis.tables
        yield from route_change_lines(state.route_diff, old.nodes, new.nodes)


def file_lines(changes: Sequence[FileChange]) -> Iterator[Line]:
    """The difference of each file, as `diff -u` shows it."""
    for change in changes:
        word = "  new" if change.is_new else ""
        yield line(Span(change.name, "accent"), Span(word, "muted"))
        if change.notice:
            yield line(Span(f"  {SYMBOLS.warning} {change.notice}", "warning"))
        yield from _server_lines(change)
        shown = 0
        for hunk in change.hunks:
            if shown >= MOST_LINES:
                left = sum(len(one.lines) for one in change.hunks) - shown
                yield line(Span(f"  and {left} lines more", "muted"))
                break
            yield line(Span(f"  line {hunk.new_line}", "muted"))
            for one in hunk.lines:
                yield line(Span(f"{one.mark} {one.text.expandtabs(4)}", LINE_TONES[one.mark]))
            shown += len(hunk.lines)
        yield BLANK


def refused(changes: Sequence[FileChange]) -> list[FileChange]:
    """Those that the server would refuse, and no agreement of the user's helps."""
    return [
        change
        for change in changes
        if any(finding.is_error for finding in change.findings) and not change.must_recreate
    ]


def _server_lines(change: FileChange) -> Iterator[Line]:
    """What the server said when the change was tried, each with its field."""
    for finding in change.findings:
        lead = f"  {SYMBOL[finding.severity]} {finding.path}  ".replace("   ", "  ")
        yield line(Span(lead, TONE[finding.severity]), finding.message)
        if finding.fix:
            yield line(Span("    fix  ", "muted"), finding.fix)


def finding_changes(state: ViewState) -> tuple[list[Diagnostic], list[Diagnostic]]:
    """Findings that there were not before, and those that go; where they stand plays no part."""
    assert state.analysis is not None and state.saved_analysis is not None
    read = state.snapshot.diagnostics if state.snapshot is not None else ()
    return findings_apart((*state.saved_analysis.diagnostics, *read), Findings(state).all)


def findings_apart(
    old: Iterable[Diagnostic], new: Iterable[Diagnostic]
) -> tuple[list[Diagnostic], list[Diagnostic]]:
    """Those of `new` alone and those of `old` alone."""
    before = {_identity(one): one for one in old}
    after = {_identity(one): one for one in new}
    come = [one for key, one in after.items() if key not in before]
    go = [one for key, one in before.items() if key not in after]
    return come, go


def _identity(one: Diagnostic) -> tuple[object, ...]:
    return one.severity, one.code, one.ref, one.path, one.message


def _server_summary(changes: Sequence[FileChange]) -> Iterator[Line]:
    """What the server says to all of it together; nothing of files."""
    if not any(change.ref for change in changes):
        return
    label = Span(f"{'Server':10}", "strong")
    stopped = refused(changes)
    if stopped:
        yield line(label, Span(f"{SYMBOLS.error} would refuse {len(stopped)}", "bad"))
    elif any(change.must_recreate for change in changes):
        anew = [change.name for change in changes if change.must_recreate]
        yield line(label, Span(f"{SYMBOLS.warning} only by making anew: {anew[0]}", "warning"))
    elif any(change.findings for change in changes):
        yield line(label, Span(f"{SYMBOLS.warning} has something to say", "warning"))
    else:
        yield line(label, Span("takes it (dry run)", "good"))


def _files_summary(changes: Sequence[FileChange]) -> Line:
    counts: Counter[str] = Counter(
        one.mark for change in changes for hunk in change.hunks for one in hunk.lines
    )
    is_cluster = any(change.ref for change in changes)
    label, noun = ("Objects", "object") if is_cluster else ("Files", "file")
    return line(
        Span(f"{label:10}", "strong"),
        f"{_count(len(changes), noun)}, ",
        Span(f"+{counts['+']}", "added"),
        " ",
        Span(f"-{counts['-']}", "withdrawn"),
        " lines",
    )


def _routes_summary(diff: RouteDiff) -> Iterator[Line]:
    label = Span(f"{'Routes':10}", "strong")
    if diff.is_empty:
        yield line(label, Span("none changes", "muted"))
        return
    for peer, changes in diff.peers.items():
        yield line(
            label,
            f"{peer}  ",
            _counted(SYMBOLS.added, changes.added.count, "added"),
            "  ",
            _counted(SYMBOLS.withdrawn, changes.withdrawn.count, "withdrawn"),
            "  ",
            _counted(SYMBOLS.changed, changes.changed.count, "changed"),
        )
        label = Span(" " * 10)


def change_lines(state: ViewState) -> Iterator[Line]:
    """What all unsaved edits change: counted by peer, and the first routes of each kind."""
    if state.analysis is None or state.saved_analysis is None or state.route_diff is None:
        return
    yield line(Span("All unsaved edits together", "accent"))
    for peer, changes in state.route_diff.peers.items():
        yield line(
            f"  {peer}  ",
            Span(f"{SYMBOLS.added}{changes.added.count}", "added"),
            Span(f" {SYMBOLS.withdrawn}{changes.withdrawn.count}", "withdrawn"),
            Span(f" {SYMBOLS.changed}{changes.changed.count}", "changed"),
        )
    yield BLANK
    old, new = state.saved_analysis.tables, state.analysis.tables
    yield from route_change_lines(state.route_diff, old.nodes, new.nodes)


def route_change_lines(diff: RouteDiff, old: NodeIndex, new: NodeIndex) -> Iterator[Line]:
    """What comes, goes and changes, by peer; or that nothing does."""
    if diff.is_empty:
        yield line(Span("No route changes.", "muted"))
        return
    changed = [change.after for change in diff.changed[:MOST_ROUTES]]
    kinds: tuple[tuple[Tone, str, int, Sequence[Route], NodeIndex], ...] = (
        (
            "withdrawn",
            SYMBOLS.withdrawn,
            len(diff.withdrawn),
            diff.withdrawn[:MOST_ROUTES],
            old,
        ),
        ("added", SYMBOLS.added, len(diff.added), diff.added[:MOST_ROUTES], new),
        ("changed", SYMBOLS.changed, len(diff.changed), changed, new),
    )
    for tone, symbol, number, routes, nodes in kinds:
        if not routes:
            continue
        count = f"{number} route{'' if number == 1 else 's'} {tone}"
        yield line(Span(f"{symbol} {count}", tone))
        for peer, group in groupby(routes, key=lambda route: route.peer):
            yield line(Span(f"  {peer}", "strong"))
            for route in group:
                yield line(
                    Span(f"  {symbol} {route.prefix}", tone), f"  {nodes.describe(route.nodes)}"
                )
        if number > MOST_ROUTES:
            yield line(Span(f"  and {number - MOST_ROUTES} more", "muted"))
        yield BLANK


def _counted(symbol: str, count: int, word: Literal["added", "withdrawn", "changed"]) -> Span:
    return Span(f"{symbol}{count} {word}", word if count else "muted")


def _refusal_summary(state: ViewState) -> Iterator[Line]:
    refused = refusals(state)
    if refused and state.analysis is not None:
        nodes = state.analysis.tables.nodes
        where = nodes.describe(nodes.mask_of(refused))
        yield line(Span(f"{'':10}{SYMBOLS.error} refused on {where}", "bad"))
        yield line(
            f"{'':10}A speaker of MetalLB there goes on sending what it sends now until it "
            "restarts; after that it sends nothing."
        )


def _findings_summary(come: Sequence[Diagnostic], go: Sequence[Diagnostic]) -> Line:
    label = Span(f"{'Findings':10}", "strong")
    if not come and not go:
        return line(label, Span("none comes or goes", "muted"))
    worst: Tone = TONE[come[0].severity] if come else "muted"
    return line(label, Span(f"{len(come)} new", worst), "  ", Span(f"{len(go)} gone", "good"))


def change_of_findings(come: Sequence[Diagnostic], go: Sequence[Diagnostic]) -> Iterator[Line]:
    """Findings that come and that go, each with where it stands; nothing if none does."""
    yield from _finding_section("New findings", come)
    yield from _finding_section("Findings that go", go)


def _finding_section(title: str, findings: Sequence[Diagnostic]) -> Iterator[Line]:
    if not findings:
        return
    yield line(Span(title, "accent"))
    for one in findings:
        tone = TONE[one.severity]
        where = f"{one.ref} {one.path}".strip() if one.ref is not None else ""
        yield line(Span(f"{SYMBOL[one.severity]} {one.severity.value}", tone), f"  {one.message}")
        if where:
            yield line(Span("  at ", "muted"), where)
    yield BLANK


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
