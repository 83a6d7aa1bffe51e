"""Edits of a cluster's objects: what would be written, tried on the server, and the writing."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from lbtui.adapters.cluster import keepers
from lbtui.adapters.cluster.applying import (
    KINDS,
    Done,
    Outcome,
    Trial,
    make_changes,
    try_changes,
)
from lbtui.adapters.cluster.changes import Action, Baseline, Change, as_written, plan_changes
from lbtui.adapters.cluster.connection import Connection
from lbtui.adapters.cluster.following import Changed
from lbtui.adapters.cluster.kinds import ApiKind
from lbtui.adapters.cluster.refusals import IMMUTABLE
from lbtui.adapters.file_changes import text_change
from lbtui.adapters.yaml_render import Style, render_block
from lbtui.core.diagnostics import Diagnostic
from lbtui.core.objects.decode import decode_manifest
from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
from lbtui.ports import ConflictError, FileChange, StoreError


@dataclass(frozen=True, slots=True)
class Saved:
    """What came of a save."""

    outcome: Outcome
    base: Baseline
    """What is there now, as far as it was written: the next save is measured against it."""

    @property
    def names(self) -> tuple[str, ...]:
        """Objects that were changed."""
        return tuple(dict.fromkeys(str(one.change.ref) for one in self.outcome.done))

    @property
    def messages(self) -> Iterator[tuple[ApiKind, Changed]]:
        """The same as a watch will tell it."""
        for one in self.outcome.done:
            kind, manifest = KINDS[one.change.ref.kind], one.manifest
            if manifest is not None:
                yield kind, Changed(manifest)
            elif one.change.before is not None:
                yield kind, Changed(one.change.before, is_gone=True)


async def object_changes(
    connection: Connection, base: Baseline, new: ResourceSet
) -> tuple[FileChange, ...]:
    """What making the cluster hold `new` does to each object, and what the server says to it.

    In the order in which it would be done. Raises ConflictError, StoreError.
    """
    plan = await asyncio.to_thread(plan_changes, base, new)
    trial = await try_changes(connection, plan)
    _refuse_conflicts(trial)
    return await asyncio.to_thread(_object_changes, plan, trial.findings)


async def save_objects(
    connection: Connection,
    base: Baseline,
    new: ResourceSet,
    recreate: Collection[ResourceRef] = (),
) -> Saved:
    """Make the cluster hold `new`: everything is tried first, then made one by one.

    Args:
        connection: to the API server.
        base: what was read.
        new: what is wanted.
        recreate: objects that may be deleted and made anew.

    An outcome that is not whole is no error here, if some of it was made. Raises ConflictError if
    somebody changed an object since it was read and StoreError for what else is refused; then
    nothing was changed.
    """
    plan = await asyncio.to_thread(plan_changes, base, new, recreate)
    trial = await try_changes(connection, plan)
    _refuse_conflicts(trial)
    refused = [finding for finding in trial.findings if finding.is_error]
    if refused:
        said = "; ".join(f"{finding.ref}: {finding.message}" for finding in refused)
        raise StoreError(f"The API server would refuse it, so nothing was changed: {said}")
    outcome = await make_changes(connection, plan)
    if not outcome.done and outcome.is_conflict and outcome.failed is not None:
        raise _conflict([outcome.failed.ref])
    if not outcome.done and outcome.failed is not None:
        raise StoreError(str(outcome))
    return Saved(outcome, baseline_after(base, outcome.done))


def baseline_after(base: Baseline, done: Iterable[Done]) -> Baseline:
    """What was read, with the objects as the server has them after some changes."""
    resources, manifests, removed = base.resources, dict(base.manifests), dict(base.removed)
    for one in done:
        ref = one.change.ref
        if one.manifest is None:
            resources = resources.without(ref)
            manifests.pop(ref, None)
            if one.change.before is not None:
                removed[ref] = one.change.before
            continue
        resource = decode_manifest(one.manifest, ref.namespace).resource
        manifests[ref] = one.manifest
        removed.pop(ref, None)
        if resource is not None:
            resources = resources.with_resource(ref, resource)
    return Baseline(resources, manifests, removed)


def _refuse_conflicts(trial: Trial) -> None:
    if trial.conflicts:
        raise _conflict(trial.conflicts)


def _conflict(refs: Collection[ResourceRef]) -> ConflictError:
    names = tuple(dict.fromkeys(map(str, refs)))
    return ConflictError(
        f"{', '.join(names)} changed in the cluster since it was read; nothing was changed. "
        "Read it again, so that your change is made in what is there now.",
        names,
    )


def _object_changes(
    plan: Sequence[Change], findings: Sequence[Diagnostic]
) -> tuple[FileChange, ...]:
    said: dict[ResourceRef, list[Diagnostic]] = {}
    for finding in findings:
        if finding.ref is not None:
            said.setdefault(finding.ref, []).append(finding)
    return tuple(_object_change(change, tuple(said.get(change.ref, ()))) for change in plan)


def _object_change(change: Change, findings: tuple[Diagnostic, ...]) -> FileChange:
    deleted = "It is deleted." if change.action is Action.DELETE else ""
    return FileChange(
        str(change.ref),
        text_change(_text(change.before), _text(change.after)),
        is_new=change.action is Action.CREATE,
        notice=" ".join(filter(None, (deleted, keepers.notice(change)))),
        ref=change.ref,
        findings=findings,
        must_recreate={one.code for one in findings if one.is_error} == {IMMUTABLE},
    )


def _text(manifest: object) -> str:
    """The manifest as a file would have it; empty if there is none."""
    if not isinstance(manifest, dict):
        return ""
    return "".join(f"{line}\n" for line in render_block(as_written(manifest), Style()))
