"""The state's transitions. Pure: no widget, no I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lbtui.core.editing.history import History
from lbtui.core.objects.resource_set import ResourceSet
from lbtui.ports import FileChange, Reading, Snapshot
from lbtui.tui.view_state import NOTHING_SAID, ServerSaid, ViewState

if TYPE_CHECKING:
    from lbtui.core.editing.merge import ClashKey, Merged, Side
    from lbtui.tui.analysis_work import Outcome, Request

    Choices = Mapping[ClashKey, Side]

NO_CHOICES: Choices = {}


def request_of(state: ViewState, resources: ResourceSet | None = None) -> Request:
    """What has to be worked out for a state, or for a draft on top of it."""
    from lbtui.tui.analysis_work import Request

    history = state.history
    return Request(
        resources=history.current if resources is None else resources,
        saved=history.saved,
        backend=state.backend,
        options=state.options,
        previous=state.analysis,
        previous_saved=state.saved_analysis,
    )


def loaded(state: ViewState, snapshot: Snapshot) -> ViewState:
    """The store was read for the first time, or again with all edits dropped."""
    history = History.of(snapshot.resources)
    setting = snapshot.setting
    if setting is not None and setting.backend and not state.is_backend_chosen:
        state = replace(state, backend=setting.backend)
    state = replace(state, snapshot=snapshot, history=history, reading=None)
    return replace(state, load_error="", changed_outside=())


def being_read(state: ViewState, reading: Reading) -> ViewState:
    """The store is read for the first time: what is known of it can be looked at."""
    return replace(state, reading=reading, history=History.of(reading.resources))


def reason_against(state: ViewState, verb: str, kind: str) -> str:
    """Why what is done to objects of a kind can be tried here, but not saved; empty if it can.

    `verb` is Kubernetes': create, patch or delete.
    """
    setting = state.snapshot.setting if state.snapshot is not None else None
    if setting is None or verb not in setting.forbidden.get(kind, ()):
        return ""
    return (
        f"This can be tried, but not saved: you may not {verb} a {kind} in {setting.namespace}. "
        "'lbtui rbac --full' prints the Role that would allow it."
    )


def merged(state: ViewState, snapshot: Snapshot, choices: Choices = NO_CHOICES) -> Merged:
    """The edits made here on top of what the store holds now."""
    from lbtui.core.editing.merge import merge

    history = state.history
    return merge(history.saved, history.current, snapshot.resources, choices)


def rebased(state: ViewState, snapshot: Snapshot, choices: Choices = NO_CHOICES) -> ViewState:
    """The store was read again: every edit, undone ones too, on top of what it holds now."""
    from lbtui.core.editing.merge import merge

    base, theirs = state.history.saved, snapshot.resources
    history = state.history.rebased(
        theirs, lambda mine: merge(base, mine, theirs, choices).resources
    )
    return replace(state, snapshot=snapshot, history=history, load_error="", changed_outside=())


def edited(state: ViewState, label: str, resources: ResourceSet) -> ViewState:
    """An edit led to another working set."""
    return replace(state, history=state.history.do(label, resources))


def undone(state: ViewState) -> ViewState:
    """The last edit was taken back."""
    return replace(state, history=state.history.undo())


def redone(state: ViewState) -> ViewState:
    """The edit taken back last was done again."""
    return replace(state, history=state.history.redo())


def at_step(state: ViewState, position: int) -> ViewState:
    """The edits up to a step are done, those after it are undone."""
    return replace(state, history=state.history.at(position))


def saved(state: ViewState, snapshot: Snapshot) -> ViewState:
    """The store holds `snapshot` after a save; what it does not hold stays an edit."""
    history = state.history.with_saved(snapshot.resources)
    return replace(state, snapshot=snapshot, history=history, server_said=NOTHING_SAID)


def judged(state: ViewState, changes: Sequence[FileChange]) -> ViewState:
    """A server tried the edits; what it said stays with them until they are others."""
    findings = tuple(finding for change in changes for finding in change.findings)
    return replace(state, server_said=ServerSaid(findings, state.history.current))


def worked_out(state: ViewState, outcome: Outcome) -> ViewState:
    """Take an outcome in, unless it belongs to a set or back end that is no longer there."""
    is_wanted = (
        outcome.resources is state.history.current
        and outcome.saved is state.history.saved
        and outcome.backend == state.backend
        and outcome.options == state.options
    )
    return with_outcome(state, outcome) if is_wanted else state


def with_outcome(state: ViewState, outcome: Outcome) -> ViewState:
    """The state as `outcome` makes it."""
    return replace(
        state,
        analysis=outcome.analysis,
        saved_analysis=outcome.saved_analysis,
        route_diff=outcome.route_diff,
        route_counts=outcome.route_counts,
    )


def needs_work(state: ViewState) -> bool:
    """Whether the analyses do not belong to the sets as they are now."""
    analysis, before = state.analysis, state.saved_analysis
    return state.snapshot is not None and (
        analysis is None
        or before is None
        or analysis.resources is not state.history.current
        or before.resources is not state.history.saved
        or analysis.config.backend != state.backend
        or (state.options is not None and analysis.config.options != state.options)
    )
