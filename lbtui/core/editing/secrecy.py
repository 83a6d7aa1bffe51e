"""Resources without what is secret in them, and with it again.

For whatever keeps or shows a manifest outside the user's own files: the journal, an editor.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, TypeVar

import msgspec

from lbtui.core.editing.field_edit import get_field, set_fields
from lbtui.core.objects.field_path import join
from lbtui.core.objects.meta import Hidden
from lbtui.core.objects.resource_set import AnyResource
from lbtui.core.objects.resources import MetalLBResource
from lbtui.core.objects.struct_fields import declared_fields

M = TypeVar("M", bound=MetalLBResource)
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
"""An annotation that repeats the whole object, password included."""


class Bared(NamedTuple):
    """Versions of one resource without what is secret."""

    resources: tuple[Any, ...]
    """As given, None where None was."""
    omitted: tuple[str, ...]
    """Paths of what was left out of any of them."""


def without_secrets(*versions: AnyResource | None) -> Bared:
    """The versions without passwords, and without annotations that repeat one of them."""
    secrets = {secret for one in versions for secret in _texts(one)}
    omitted = sorted({path for one in versions for path in _secret_paths(one, "", secrets)})
    bare = (None if one is None else _without_secrets(one, "", secrets) for one in versions)
    return Bared(tuple(bare), tuple(omitted))


def with_secrets_of(resource: M, omitted: Iterable[str], source: AnyResource | None) -> M:
    """The resource with what was left out as `source` has it; what it has itself stays."""
    if not isinstance(source, MetalLBResource):
        return resource
    values = {path: get_field(source, path) for path in omitted}
    missing = {
        path: value
        for path, value in values.items()
        if value is not None and get_field(resource, path) is None
    }
    edited = set_fields(resource, missing).resource if missing else resource
    return edited if edited is not None else resource


def _texts(value: Any) -> Iterator[str]:
    """Every secret inside."""
    if isinstance(value, Hidden):
        yield value.reveal()
    for _, inner in _parts(value):
        yield from _texts(inner)


def _secret_paths(value: Any, path: str, secrets: set[str]) -> Iterator[str]:
    if isinstance(value, Hidden):
        yield path
    elif path.startswith("metadata.annotations") and isinstance(value, str):
        if path == join("metadata.annotations", _LAST_APPLIED) or _tells(value, secrets):
            yield path
    for step, inner in _parts(value):
        yield from _secret_paths(inner, join(path, step), secrets)


def _tells(text: str, secrets: set[str]) -> bool:
    return any(secret and secret in text for secret in secrets)


def _parts(value: Any) -> Iterator[tuple[str | int, Any]]:
    """What is inside a record, map or list, each with its step in a path."""
    if isinstance(value, msgspec.Struct):
        for field in declared_fields(type(value)):
            yield field.encode_name, getattr(value, field.name)
    elif isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, tuple):
        yield from enumerate(value)


def _without_secrets(value: Any, path: str, secrets: set[str]) -> Any:
    if isinstance(value, Hidden):
        return None
    if isinstance(value, msgspec.Struct):
        kept = {
            field.name: _without_secrets(
                getattr(value, field.name), join(path, field.encode_name), secrets
            )
            for field in declared_fields(type(value))
        }
        return msgspec.structs.replace(value, **kept)
    if isinstance(value, dict):
        gone = {
            key
            for key, inner in value.items()
            if any(True for _ in _secret_paths(inner, join(path, key), secrets))
        }
        return {key: inner for key, inner in value.items() if key not in gone}
    if isinstance(value, tuple):
        return tuple(_without_secrets(inner, path, secrets) for inner in value)
    return value
