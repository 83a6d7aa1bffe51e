"""What a cluster held when it was last heard of: one set, kept up to date change by change."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lbtui.adapters.cluster.errors import ApiError
from lbtui.adapters.cluster.following import Changed, Failed, Listed, Message
from lbtui.adapters.cluster.kinds import ApiKind
from lbtui.core.diagnostics import Diagnostic, Severity
from lbtui.core.objects.decode import decode_manifest
from lbtui.core.objects.resource_set import AnyResource, ResourceRef, ResourceSet
from lbtui.core.objects.resources import MetalLBResource
from lbtui.ports import Outage, Snapshot, StoreError

Manifest = Mapping[str, Any]
_REMEDIES = {
    401: "Log in again, as for kubectl.",
    403: "Ask for permission to get, list and watch it.",
}
"""By the code that the server refuses with."""


@dataclass(slots=True)
class _Held:
    """Objects of one kind; a change makes new mappings, since sets share the old ones."""

    resources: dict[ResourceRef, AnyResource] = field(default_factory=dict)
    diagnostics: dict[ResourceRef, tuple[Diagnostic, ...]] = field(default_factory=dict)
    manifests: dict[ResourceRef, Manifest] = field(default_factory=dict)
    """As the server has them, of what can be edited."""
    outage: Outage | None = None
    is_known: bool = False
    """Whether it could ever be read."""


class HeldObjects:
    """Takes messages about kinds and makes snapshots of them."""

    def __init__(self, namespace: str) -> None:
        """Begin with nothing known; `namespace` is MetalLB's."""
        self._namespace = namespace
        self._kinds: dict[str, _Held] = {}

    def take(self, messages: Iterable[tuple[ApiKind, Message]]) -> bool:
        """Take messages in, in their order; whether a snapshot would differ."""
        is_changed = False
        copied: set[str] = set()
        for kind, message in messages:
            held = self._kinds.setdefault(kind.name, _Held())
            if isinstance(message, Failed):
                is_changed |= _fail(kind, held, message.error)
                continue
            is_changed |= held.outage is not None
            held.outage = None
            if isinstance(message, Listed):
                is_changed |= _list(held, message.items, self._namespace)
                copied.add(kind.name)
            elif isinstance(message, Changed):
                if kind.name not in copied:
                    held.resources = dict(held.resources)
                    copied.add(kind.name)
                is_changed |= _change(held, message, self._namespace)
        return is_changed

    def manifest(self, ref: ResourceRef) -> Manifest | None:
        """The object as the server has it; None if it is not there or not for editing."""
        held = self._kinds.get(ref.kind)
        return held.manifests.get(ref) if held is not None else None

    def manifests(self) -> dict[ResourceRef, Manifest]:
        """All objects that can be edited, as the server has them."""
        return {ref: item for held in self._kinds.values() for ref, item in held.manifests.items()}

    def snapshot(self) -> Snapshot:
        """What is known now."""
        kinds = {name: held.resources for name, held in self._kinds.items()}
        found = [d for held in self._kinds.values() for ds in held.diagnostics.values() for d in ds]
        unread = {
            ref
            for held in self._kinds.values()
            for ref, findings in held.diagnostics.items()
            if ref not in held.resources and any(d.severity is Severity.ERROR for d in findings)
        }
        unread |= {ResourceRef(n, "", "") for n, held in self._kinds.items() if not held.is_known}
        outages = tuple(held.outage for held in self._kinds.values() if held.outage is not None)
        told = (*map(_notice, outages), *found)
        return Snapshot(ResourceSet(kinds, unread=frozenset(unread)), told, {}, outages)


def _fail(kind: ApiKind, held: _Held, error: StoreError) -> bool:
    before = held.outage
    since = before.since if before is not None else time.time()
    code = error.code if isinstance(error, ApiError) else 0
    held.outage = Outage(
        kind.name,
        _said(error, code),
        since,
        code in (401, 403, 404),
        _REMEDIES.get(code, ""),
        held.is_known,
    )
    return before is None or before.message != held.outage.message


def _said(error: StoreError, code: int) -> str:
    """The refusal, with whose trouble it is where the server's own words leave that open."""
    if code == 429:
        return f"the API server is overloaded and asks to wait: {error}"
    if code >= 500:
        return f"the API server cannot answer (HTTP {code}): {error}"
    return str(error)


def _notice(outage: Outage) -> Diagnostic:
    """As a finding: all that depends on it is left unsaid, or may be old."""
    so = (
        "What is shown of it was last known before that."
        if outage.is_stale
        else "What depends on it is not judged."
    )
    message = f"{outage.kind}: {outage.message.rstrip('.')}. {so}"
    return Diagnostic(Severity.WARNING, "not-readable", message, fix=outage.remedy or None)


def _list(held: _Held, items: Iterable[Manifest], namespace: str) -> bool:
    """Put these in the place of all that was held; what is equal stays the very same object."""
    old, found = held.resources, held.diagnostics
    was_known, held.is_known = held.is_known, True
    held.resources, held.diagnostics, held.manifests = {}, {}, {}
    for item in items:
        _put(held, item, namespace, old)
    is_same = old == held.resources
    if is_same:
        held.resources = old
    return not (is_same and was_known and found == held.diagnostics)


def _change(held: _Held, message: Changed, namespace: str) -> bool:
    metadata = message.manifest.get("metadata") or {}
    kind, name = str(message.manifest.get("kind", "")), str(metadata.get("name", ""))
    ref = ResourceRef(kind, str(metadata.get("namespace", "")), name)
    if _is_older(message.manifest, held.manifests.get(ref)):
        return False  # it was listed since
    before = held.resources.get(ref), held.diagnostics.pop(ref, None)
    held.manifests.pop(ref, None)
    if message.is_gone:
        held.resources.pop(ref, None)
    else:
        _put(held, message.manifest, namespace, held.resources)
    return before != (held.resources.get(ref), held.diagnostics.get(ref))


def _is_older(found: Manifest, known: Manifest | None) -> bool:
    """Whether a manifest is of an earlier version than what is known (KEP 5504)."""
    versions = [str((m.get("metadata") or {}).get("resourceVersion")) for m in (found, known or {})]
    return all(map(str.isdecimal, versions)) and int(versions[0]) < int(versions[1])


def _put(
    held: _Held, item: Manifest, namespace: str, old: Mapping[ResourceRef, AnyResource]
) -> None:
    decoded = decode_manifest(item, namespace)
    resource = decoded.resource
    if resource is not None:
        ref = ResourceRef(resource.kind, resource.metadata.namespace, resource.metadata.name)
        known = old.get(ref)
        held.resources[ref] = known if known is not None and known == resource else resource
        if isinstance(resource, MetalLBResource):
            held.manifests[ref] = item
    else:
        found = next((d.ref for d in decoded.diagnostics if d.ref is not None), None)
        if found is None:
            return
        ref = found
        held.resources.pop(ref, None)
    if decoded.diagnostics:
        held.diagnostics[ref] = decoded.diagnostics
