"""From two sets to the requests that turn one into the other, in an order that MetalLB accepts."""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lbtui.adapters.cluster.kinds import METALLB
from lbtui.adapters.cluster.ordering import turns_of
from lbtui.adapters.manifest_changes import change_manifest
from lbtui.core.objects.decode import decode_manifest, encode_resource
from lbtui.core.objects.resource_set import AnyResource, ResourceRef, ResourceSet

Manifest = Mapping[str, Any]
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
"""An annotation of `kubectl apply` that repeats the whole object, password included."""
_OWN_METADATA = ("name", "namespace", "labels", "annotations")
"""What of an object's metadata is its owner's; the server makes the rest."""


class Action(enum.IntEnum):
    """What is done to an object; in this order where one object needs two of them."""

    DELETE = 0
    CREATE = 1
    UPDATE = 2


@dataclass(frozen=True, slots=True)
class Baseline:
    """What was read and is edited: changes are measured against it."""

    resources: ResourceSet
    manifests: Mapping[ResourceRef, Manifest]
    """The objects as the server had them, of all that can be edited."""
    removed: Mapping[ResourceRef, Manifest] = field(default_factory=dict)
    """Those that lbtui deleted, as they were: one that comes back is what it was."""


@dataclass(frozen=True, slots=True)
class Change:
    """One request."""

    action: Action
    ref: ResourceRef
    before: Manifest | None
    """The object as it was read, with its resourceVersion; None where there was none."""
    after: Manifest | None
    """The object as it is to be; None of a delete."""
    is_recreation: bool = False
    """Whether it is one of the two halves of making an object anew."""
    waits_for: tuple[ResourceRef, ...] = ()
    """Objects whose changes come first, since until then MetalLB's webhook refuses it."""

    @property
    def patch(self) -> dict[str, Any]:
        """Of an update: only what differs."""
        return merge_patch(self.before or {}, self.after or {})


def plan_changes(
    base: Baseline, new: ResourceSet, recreate: Collection[ResourceRef] = ()
) -> tuple[Change, ...]:
    """Requests that make a cluster that holds `base` hold `new`; only MetalLB's kinds.

    Args:
        base: what was read.
        new: what is wanted.
        recreate: objects to delete and make anew where they differ, since a field that differs
            can never be changed.
    """
    found: list[Change] = []
    for kind in METALLB:
        before, after = base.resources.members(kind.name), new.members(kind.name)
        if before is not after:
            found += _changes(base, new, before, after, recreate)
    turns = turns_of(base.resources, new, {change.ref for change in found})
    found.sort(key=lambda change: (turns[change.ref][:2], change.ref, change.action))
    earlier: set[ResourceRef] = set()
    planned: list[Change] = []
    for change in found:
        waits_for = tuple(ref for ref in turns[change.ref].waits_for if ref in earlier)
        planned.append(replace(change, waits_for=waits_for))
        earlier.add(change.ref)
    return tuple(planned)


def _changes(
    base: Baseline,
    new: ResourceSet,
    before: Mapping[ResourceRef, AnyResource],
    after: Mapping[ResourceRef, AnyResource],
    recreate: Collection[ResourceRef],
) -> Iterator[Change]:
    for ref in before.keys() - after.keys():
        yield Change(Action.DELETE, ref, base.manifests.get(ref), None)
    for ref, resource in after.items():
        known = before.get(ref)
        if known is None:
            yield Change(Action.CREATE, ref, None, _created(base, new, resource))
        elif known != resource:
            read = base.manifests.get(ref) or encode_resource(known)
            changed = change_manifest(read, known, resource)
            if ref in recreate:
                yield Change(Action.DELETE, ref, read, None, is_recreation=True)
                yield Change(Action.CREATE, ref, read, changed, is_recreation=True)
            elif changed != read:
                yield Change(Action.UPDATE, ref, read, changed)


def _created(base: Baseline, new: ResourceSet, resource: AnyResource) -> Manifest:
    """The manifest of a new object; of one that was renamed or deleted here all that it was."""
    metadata = resource.metadata
    ref = ResourceRef(resource.kind, metadata.namespace, metadata.name)
    was = base.removed.get(ref) or _renamed(base, new, resource)
    known = decode_manifest(was, metadata.namespace).resource if was is not None else None
    if was is None or known is None:
        return encode_resource(resource)
    return change_manifest(was, known, resource)


def _renamed(base: Baseline, new: ResourceSet, resource: AnyResource) -> Manifest | None:
    """The object that goes by another name and is the same but for that."""
    spec = getattr(resource, "spec", None)
    for ref, known in base.resources.members(resource.kind).items():
        if ref not in new and getattr(known, "spec", None) == spec:
            return base.manifests.get(ref)
    return None


def as_written(manifest: Manifest) -> dict[str, Any]:
    """The object without what the server and `kubectl apply` add to it."""
    given = manifest.get("metadata") or {}
    metadata = {name: given[name] for name in _OWN_METADATA if given.get(name)}
    annotations = dict(metadata.pop("annotations", {}))
    annotations.pop(LAST_APPLIED, None)
    if annotations:
        metadata["annotations"] = annotations
    rest = {name: value for name, value in manifest.items() if name not in ("metadata", "status")}
    head: dict[str, Any] = {name: rest.pop(name) for name in ("apiVersion", "kind") if name in rest}
    return {**head, "metadata": metadata, **rest}


def merge_patch(old: Manifest, new: Manifest) -> dict[str, Any]:
    """The smallest merge patch (RFC 7386) from `old` to `new`; null where a field goes."""
    patch: dict[str, Any] = {name: None for name in old.keys() - new.keys()}
    for name, value in new.items():
        known = old.get(name)
        if isinstance(value, Mapping) and isinstance(known, Mapping):
            inner = merge_patch(known, value)
            if inner:
                patch[name] = inner
        elif name not in old or known != value:
            patch[name] = value
    return patch
