"""Who else keeps an object as it is, and so may put back what is changed here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lbtui.adapters.cluster.changes import LAST_APPLIED, Change

Manifest = Mapping[str, Any]
_OWN = "lbtui"
_MARKS: Mapping[str, str] = {
    "argocd.argoproj.io/tracking-id": "Argo CD",
    "argocd.argoproj.io/instance": "Argo CD",
    "kustomize.toolkit.fluxcd.io/name": "Flux",
    "helm.toolkit.fluxcd.io/name": "Flux",
    "meta.helm.sh/release-name": "Helm",
    LAST_APPLIED: "kubectl apply",
}
"""Labels and annotations that a tool leaves on what it keeps; the surest first."""


def notice(change: Change) -> str:
    """Who may undo the change, as a sentence; empty if nobody is known to."""
    if change.before is None:
        return ""
    marked = next(_marks(change.before), "")
    if marked == "kubectl apply":
        return "It came by kubectl apply: the next one of its manifest puts that back."
    if marked:
        return f"{marked} keeps it, and may put it back: change it where {marked} reads it."
    owners = sorted(set(_owners(change)))
    if owners:
        return f"Other managers set what changes, and may set it again: {', '.join(owners)}."
    return ""


def _marks(manifest: Manifest) -> Iterator[str]:
    metadata = manifest.get("metadata") or {}
    there = {**(metadata.get("labels") or {}), **(metadata.get("annotations") or {})}
    return (tool for mark, tool in _MARKS.items() if mark in there)


def _owners(change: Change) -> Iterator[str]:
    """Managers that have applied (meta/v1 ManagedFieldsEntry) a field that changes or goes."""
    patch = change.patch if change.after is not None else {"spec": {}}
    for entry in (change.before or {}).get("metadata", {}).get("managedFields") or ():
        manager, fields = str(entry.get("manager", "")), entry.get("fieldsV1") or {}
        if entry.get("operation") == "Apply" and manager != _OWN and _meet(patch, fields):
            yield manager


def _meet(patch: Any, fields: Mapping[str, Any]) -> bool:
    """Whether a patch and a set of owned fields, {"f:spec": {"f:holdTime": {}}}, share a field."""
    if not isinstance(patch, Mapping) or not patch or not fields.keys() - {"."}:
        return True
    return any(
        _meet(value, fields[f"f:{name}"]) for name, value in patch.items() if f"f:{name}" in fields
    )
