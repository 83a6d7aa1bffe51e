"""Edits of one resource: read, set and write out a field, with the API server's own checks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

from lbtui.core.diagnostics import Diagnostic, Severity
from lbtui.core.objects.decode import decode_manifest, encode_resource, to_plain
from lbtui.core.objects.field_path import Steps, split
from lbtui.core.objects.resources import MetalLBResource

M = TypeVar("M", bound=MetalLBResource)


class Edited(NamedTuple, Generic[M]):
    """What came of an edit."""

    resource: M | None
    """None if the API server would refuse it; the diagnostics say why."""
    diagnostics: tuple[Diagnostic, ...]


def get_field(resource: MetalLBResource, path: str) -> Any:
    """The value at a path such as "spec.serviceAllocation.priority"; None where nothing is."""
    value: Any = resource
    for step in split(path):
        if isinstance(value, msgspec.Struct):
            value = getattr(value, _attribute(type(value), str(step)), None)
        elif isinstance(value, tuple) and isinstance(step, int) and step < len(value):
            value = value[step]
        elif isinstance(value, dict):
            value = value.get(step)
        else:
            return None
    return value


def set_field(resource: M, path: str, value: Any) -> Edited[M]:
    """The resource with one field set, or removed by None; every schema problem is told.

    `value` is what `get_field` or `parse_field` gives, or its plain form (lists, mappings, text).
    Removing the last field of an optional record removes the record.
    """
    return set_fields(resource, {path: value})


def set_fields(resource: M, values: Mapping[str, Any]) -> Edited[M]:
    """Like `set_field`, for several fields at once: only the result has to be acceptable."""
    manifest = encode_resource(resource)
    for path, value in values.items():
        if value is None:
            _remove(manifest, split(path))
        else:
            _put(manifest, split(path), to_plain(value))
    decoded = decode_manifest(manifest, resource.metadata.namespace)
    edited = decoded.resource
    if edited is None or any(d.severity is Severity.ERROR for d in decoded.diagnostics):
        return Edited(None, decoded.diagnostics)
    assert isinstance(edited, type(resource))
    return Edited(edited, decoded.diagnostics)


def _attribute(kind: type[msgspec.Struct], name: str) -> str:
    names = dict(zip(kind.__struct_encode_fields__, kind.__struct_fields__, strict=True))
    return names.get(name, name)


def _put(parent: Any, steps: Steps, value: Any) -> None:
    step, rest = steps[0], steps[1:]
    if isinstance(step, int):
        if step == len(parent):
            parent.append([] if rest and isinstance(rest[0], int) else {})
        if rest:
            _put(parent[step], rest, value)
        else:
            parent[step] = value
    elif rest:
        _put(parent.setdefault(step, [] if isinstance(rest[0], int) else {}), rest, value)
    else:
        parent[step] = value


def _remove(parent: Any, steps: Steps) -> None:
    step, rest = steps[0], steps[1:]
    is_there = step < len(parent) if isinstance(step, int) else step in parent
    if not is_there:
        return
    if rest:
        _remove(parent[step], rest)
        if parent[step] or isinstance(step, int) or step in ("metadata", "spec"):
            return
    del parent[step]
