"""What `lbtui apply` prints: the difference, what there is to know, and what was done."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from lbtui.cli import documents, output
from lbtui.cli.apply_plan import Plan
from lbtui.cli.diff import table_of
from lbtui.core.lint.wording import listed
from lbtui.core.objects.reference import ResourceRef
from lbtui.core.routing.resource_diff import ResourceDiff
from lbtui.ports import FileChange

_DONE = {"create": "created", "update": "changed", "delete": "deleted", "recreate": "made anew"}
_NO_RESOURCES = ResourceDiff((), (), ())


def plan_text(plan: Plan) -> str:
    """Each object's difference as `diff -u` shows it, then the routes."""
    lines: list[str] = []
    for change in plan.changes:
        lines.append(f"{_action(plan, change)} {change.name}")
        for hunk in change.hunks:
            lines += [f"  {one.mark} {one.text}" for one in hunk.lines]
    routes = table_of(_NO_RESOURCES, plan.routes, plan.before.tables.nodes, plan.after.tables.nodes)
    return "\n".join([*lines, *(["", routes] if routes else [])])


def narrate(plan: Plan) -> None:
    """Tell what the server, lint and the putting together had to say."""
    for one in plan.notices:
        output.narrate(output.diagnostic_to_text(one))
    for one in plan.new_findings:
        output.narrate(f"new: {output.diagnostic_to_text(one)}")
    for change in plan.changes:
        if change.notice:
            output.narrate(f"{change.name}: {change.notice}")
        for one in change.findings:
            output.narrate(f"server: {output.diagnostic_to_text(one)}")
    for text in _decided(plan):
        output.narrate(text)
    if plan.recreate:
        output.narrate(_between(plan))


def _between(plan: Plan) -> str:
    """The routes that go while objects are made anew."""
    names, routes, nodes = listed(sorted(plan.recreate)), plan.between(), plan.before.tables.nodes
    if routes.is_empty:
        return f"While {names} is made anew, no route goes."
    table = table_of(_NO_RESOURCES, routes, nodes, nodes)
    return f"While {names} is made anew, this changes:\n{table}"


def _decided(plan: Plan) -> Iterator[str]:
    found = plan.found
    if not found.named:
        return
    if found.left_alone:
        yield f"Only MetalLB's kinds are applied, so not: {listed(found.left_alone)}."
    if found.kept_passwords:
        names = listed(found.kept_passwords)
        yield f"The cluster's password stays, since the manifests name none: {names}."
    if found.not_named:
        yield f"In the cluster and not in the manifests, so they stay: {listed(found.not_named)}."


def reason_to_stop(plan: Plan, allowed: Sequence[str]) -> str:
    """Why it cannot be applied; empty if it can.

    `allowed`: objects, as KIND/NAME, that may be deleted and made anew.
    """
    if not plan.found.named:
        return "The manifests hold none of MetalLB's objects; nothing was changed."
    if plan.found.repeated:
        return f"There is more than one of {listed(plan.found.repeated)}; nothing was changed."
    stopped = [
        change.name
        for change in plan.changes
        if not change.must_recreate and any(one.is_error for one in change.findings)
    ]
    if stopped:
        return f"The server would refuse {listed(stopped)}; nothing was changed."
    missing = [str(ref) for ref in sorted(plan.recreate) if str(ref) not in allowed]
    if missing:
        flags = " ".join(f"--recreate {name}" for name in missing)
        return (
            f"{listed(missing)} can only be deleted and made anew, and what depends on it is gone "
            f"in between: add {flags}. Nothing was changed."
        )
    return ""


def done_text(plan: Plan, left: Collection[ResourceRef]) -> str:
    """One line for each object that was changed."""
    return "\n".join(
        f"{_DONE[_action(plan, change)]} {change.name}"
        for change in plan.changes
        if change.ref not in left
    )


def emit_document(
    plan: Plan, title: str, left: Collection[ResourceRef], error: str, *, is_dry_run: bool
) -> None:
    """Print one JSON document."""
    changed = dict(plan.resources.changed)
    document: dict[str, Any] = {
        "cluster": title,
        "backend": plan.backend,
        "dryRun": is_dry_run,
        "changes": [
            {
                **_reference(change.ref),
                "action": _action(plan, change),
                "paths": list(changed.get(change.ref, ())),
                "done": change.ref not in left,
            }
            for change in plan.changes
            if change.ref is not None
        ],
        "error": error or None,
        "diagnostics": [
            output.diagnostic_to_json(one)
            for one in (
                *plan.notices,
                *plan.new_findings,
                *(finding for change in plan.changes for finding in change.findings),
            )
        ],
        "leftAlone": [_reference(ref) for ref in plan.found.left_alone],
        "notNamed": [_reference(ref) for ref in plan.found.not_named],
        **{name: documents.Rows(rows) for name, rows in plan.routes.documents().items()},
    }
    documents.emit_json(document)


def _action(plan: Plan, change: FileChange) -> str:
    if change.must_recreate:
        return "recreate"
    if change.ref not in plan.before.resources:
        return "create"
    return "update" if change.ref in plan.wanted else "delete"


def _reference(ref: ResourceRef) -> dict[str, str]:
    return {"kind": ref.kind, "name": ref.name, "namespace": ref.namespace}
