"""What changed between two sets of resources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
from lbtui.core.objects.struct_fields import declared_fields


@dataclass(frozen=True, slots=True)
class ResourceDiff:
    """Resources that come, go and change."""

    added: tuple[ResourceRef, ...]
    removed: tuple[ResourceRef, ...]
    changed: tuple[tuple[ResourceRef, tuple[str, ...]], ...]
    """With the paths of the fields that differ, e.g. "spec.localPref"."""

    @property
    def is_empty(self) -> bool:
        """Whether both sets hold the same."""
        return not (self.added or self.removed or self.changed)

    def to_json(self) -> dict[str, Any]:
        """`resources` as in the contract of `diff -o json`."""
        return {
            "added": [_reference(ref) for ref in self.added],
            "removed": [_reference(ref) for ref in self.removed],
            "changed": [{**_reference(ref), "paths": list(paths)} for ref, paths in self.changed],
        }


def _reference(ref: ResourceRef) -> dict[str, Any]:
    """A reference as the contract writes it."""
    return {"kind": ref.kind, "name": ref.name, "namespace": ref.namespace}


def diff_resources(old: ResourceSet, new: ResourceSet) -> ResourceDiff:
    """Compare by reference and field."""
    kinds = old.changed_kinds(new)
    before = {ref: old.get(ref) for ref in old.refs() if ref.kind in kinds}
    after = {ref: new.get(ref) for ref in new.refs() if ref.kind in kinds}
    found: dict[ResourceRef, list[str]] = {}
    for ref, resource in after.items():
        was = before.get(ref)
        if was is not None and was != resource:
            found[ref] = list(_paths(was, resource, ""))
    for one in sorted(old.respelled ^ new.respelled, key=str):
        if one.ref in old and one.ref in new:
            found.setdefault(one.ref, []).append(one.path)
    changed = [(ref, tuple(paths)) for ref, paths in sorted(found.items())]
    return ResourceDiff(
        tuple(sorted(after.keys() - before.keys())),
        tuple(sorted(before.keys() - after.keys())),
        tuple(changed),
    )


def _paths(old: Any, new: Any, path: str) -> Iterator[str]:
    """Paths of the fields that differ; lists and label maps count as one field."""
    if old == new:
        return
    if not isinstance(old, msgspec.Struct) or type(old) is not type(new):
        yield path
        return
    names: Mapping[str, str] = {own.name: own.encode_name for own in declared_fields(type(old))}
    for name, written in names.items():
        below = f"{path}.{written}" if path else written
        yield from _paths(getattr(old, name), getattr(new, name), below)
