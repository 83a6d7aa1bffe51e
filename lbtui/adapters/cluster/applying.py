"""Tries changes on the API server, and makes them one by one, telling exactly what was done.

An update is a merge patch (RFC 7386) of nothing but the fields that differ, with the
resourceVersion that was read. So fields that other managers own stay theirs, unknown ones stay, a
field that is taken away goes whoever set it (server-side apply would leave it to its owner), and a
list, which a merge patch replaces as a whole, is never that of an older version.

Every writing request of an edit goes through `_send`.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lbtui.adapters.cluster.changes import Action, Change, as_written
from lbtui.adapters.cluster.connection import Connection
from lbtui.adapters.cluster.errors import ApiError, UnreachableError
from lbtui.adapters.cluster.kinds import METALLB
from lbtui.adapters.cluster.refusals import (
    IMMUTABLE,
    findings_of,
    in_words,
    is_conflict,
    of_second,
    warning,
)
from lbtui.core.diagnostics import Diagnostic
from lbtui.core.objects.resource_set import ResourceRef
from lbtui.ports import StoreError

FIELD_MANAGER = "lbtui"
TRIALS_AT_ONCE = 8
KINDS = {kind.name: kind for kind in METALLB}
_MERGE = "application/merge-patch+json"
_DONE = {Action.CREATE: "created", Action.UPDATE: "changed", Action.DELETE: "deleted"}

Manifest = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Trial:
    """What a server-side dry run of several changes gave."""

    findings: tuple[Diagnostic, ...] = ()
    """In the order of the changes."""
    conflicts: tuple[ResourceRef, ...] = ()
    """What somebody else changed, made or deleted since it was read."""


@dataclass(frozen=True, slots=True)
class Done:
    """One change that the server has taken."""

    change: Change
    manifest: Manifest | None
    """The object as it is now; None: it is gone."""
    warnings: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Such as "created BGPPeer/tor"."""
        return f"{_DONE[self.change.action]} {self.change.ref}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of making changes; the first refusal ended it."""

    done: tuple[Done, ...]
    failed: Change | None = None
    error: StoreError | None = None
    left: tuple[Change, ...] = ()
    """Not tried."""

    @property
    def is_conflict(self) -> bool:
        """Whether it ended since somebody else changed the object."""
        is_refusal = self.failed is not None and isinstance(self.error, ApiError)
        return is_refusal and is_conflict(self.failed, self.error)  # type: ignore[arg-type]

    def __str__(self) -> str:
        """What was done and what was not, for the user."""
        if self.failed is None or self.error is None:
            return f"Done: {', '.join(map(str, self.done)) or 'nothing'}."
        said = in_words(self.failed, self.error).rstrip(".")
        is_lost = isinstance(self.error, UnreachableError)
        doing = "nobody knows whether it was" if is_lost else "not"
        parts = [f"{self.failed.ref}: {doing} {_DONE[self.failed.action]}: {said}."]
        parts.append(
            f"Done before: {', '.join(map(str, self.done))}."
            if self.done
            else "Nothing else was changed."
        )
        if self.left:
            refs = ", ".join(f"{_DONE[change.action]} {change.ref}" for change in self.left)
            parts.append(f"Not tried: {refs}.")
        return " ".join(parts)


async def try_changes(connection: Connection, changes: Sequence[Change]) -> Trial:
    """Let the server and MetalLB's webhooks judge the changes without making them.

    Each is judged by what is there now. Raises UnreachableError, and ApiError where the
    credentials are refused.
    """
    limit = asyncio.Semaphore(TRIALS_AT_ONCE)

    kinds = Counter(change.ref.kind for change in changes)

    async def tried(change: Change) -> Trial:
        async with limit:
            return await _try(connection, change, is_alone=kinds[change.ref.kind] == 1)

    trials = await asyncio.gather(*map(tried, changes))
    return Trial(
        tuple(finding for trial in trials for finding in trial.findings),
        tuple(ref for trial in trials for ref in trial.conflicts),
    )


async def make_changes(connection: Connection, changes: Sequence[Change]) -> Outcome:
    """Make the changes in their order, up to the first that the server refuses.

    If it is cancelled, the request under way is brought to its end, since nobody would know what
    came of it, and the rest is left.
    """
    done: list[Done] = []
    for position, change in enumerate(changes):
        left = tuple(changes[position + 1 :])
        sending = asyncio.ensure_future(_send(connection, change))
        is_cancelled = False
        try:
            await asyncio.shield(sending)
        except asyncio.CancelledError:
            is_cancelled = True
            await asyncio.wait([sending])
        except StoreError:
            pass  # looked at below
        error = sending.exception()
        if error is None:
            answer, warnings = sending.result()
            is_deleted = change.action is Action.DELETE
            done.append(Done(change, None if is_deleted else answer, warnings))
        elif not isinstance(error, StoreError):
            raise error
        elif _is_gone_already(change, error):
            done.append(Done(change, None))
        else:
            return Outcome(tuple(done), change, error, left)
        if is_cancelled and left:
            return Outcome(tuple(done), left[0], StoreError("interrupted"), left[1:])
    return Outcome(tuple(done))


async def _try(connection: Connection, change: Change, *, is_alone: bool) -> Trial:
    if change.ref.ordinal:
        return Trial((of_second(change),))
    asked = change
    if change.is_recreation and change.action is Action.CREATE:
        # It cannot be made while it is there; as an update everything else in it is judged.
        asked = replace(change, action=Action.UPDATE)
    try:
        _, warnings = await _send(connection, asked, is_trial=True)
    except ApiError as error:
        if error.code == 401:
            raise
        if _is_gone_already(change, error):
            return Trial()
        if is_conflict(asked, error):
            return Trial(conflicts=(change.ref,))
        found = findings_of(asked, error, is_alone=is_alone)
        if change.is_recreation:
            found = tuple(one for one in found if one.code != IMMUTABLE)
        return Trial(found)
    return Trial(tuple(warning(change.ref, text) for text in warnings))


async def _send(
    connection: Connection, change: Change, *, is_trial: bool = False
) -> tuple[Any, tuple[str, ...]]:
    kind, ref = KINDS[change.ref.kind], change.ref
    query = {"fieldManager": FIELD_MANAGER, "fieldValidation": "Strict"}
    query |= {"dryRun": "All"} if is_trial else {}
    if change.action is Action.CREATE:
        body = as_written(change.after or {})
        return await connection.send("POST", kind.path(ref.namespace), body, query)
    path = kind.path(ref.namespace, ref.name)
    metadata = (change.before or {}).get("metadata") or {}
    if change.action is Action.UPDATE:
        patch = change.patch
        version = {"resourceVersion": metadata.get("resourceVersion")}
        patch["metadata"] = {**patch.get("metadata", {}), **version}
        return await connection.send("PATCH", path, patch, query, _MERGE)
    conditions = {key: metadata[key] for key in ("uid", "resourceVersion") if key in metadata}
    options: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "DeleteOptions",
        "preconditions": conditions,
    }
    if is_trial:
        options["dryRun"] = ["All"]  # beside a body the server does not read the query
    return await connection.send("DELETE", path, options)


def _is_gone_already(change: Change, error: StoreError) -> bool:
    is_missing = isinstance(error, ApiError) and error.reason == "NotFound" and error.code == 404
    return is_missing and change.action is Action.DELETE
