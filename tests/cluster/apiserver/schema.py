"""What a CRD does to an object: unknown fields go, defaults come, the rest is judged."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.cluster.apiserver.kinds import Field, Kind, Shape

_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "object": dict,
    "map": dict,
    "array": list,
}
_KEPT = frozenset({"apiVersion", "kind", "metadata"})


def admit(
    kind: Kind, body: dict[str, Any]
) -> tuple[dict[str, Any], list[str], list[dict[str, str]]]:
    """The object as stored, the paths of unknown fields, and the causes for which it is refused."""
    if kind.shape is None:
        return body, [], []
    unknown: list[str] = []
    kept = {key: body[key] for key in body if key in _KEPT}
    rest = {key: value for key, value in body.items() if key not in _KEPT}
    kept |= _pruned(kind.shape, rest, "", unknown)
    causes = list(_faults(kind.shape, {k: v for k, v in kept.items() if k not in _KEPT}, ""))
    return kept, unknown, causes


def changed_for_ever(
    kind: Kind, old: Mapping[str, Any] | None, new: Mapping[str, Any]
) -> list[dict[str, str]]:
    """Causes for a field that may be set but never changed (bgppeers: self == oldSelf)."""
    name = "enableGracefulRestart"
    before = ((old or {}).get("spec") or {}).get(name)
    after = (new.get("spec") or {}).get(name)
    if kind.name != "BGPPeer" or None in (before, after) or before == after:
        return []
    text = "Invalid value: EnableGracefulRestart cannot be changed after creation"
    return [_cause("FieldValueInvalid", f"spec.{name}", text)]


def _pruned(shape: Shape, value: Mapping[str, Any], at: str, unknown: list[str]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, content in value.items():
        field = shape.get(name)
        path = f"{at}.{name}" if at else name
        if field is None:
            unknown.append(path)
        elif content is None:
            continue
        elif isinstance(field.items, Mapping) and isinstance(content, dict):
            kept[name] = _pruned(field.items, content, path, unknown)
        elif isinstance(field.items, Mapping) and isinstance(content, list):
            kept[name] = [
                _pruned(field.items, item, f"{path}[{i}]", unknown)
                if isinstance(item, dict)
                else item
                for i, item in enumerate(content)
            ]
        else:
            kept[name] = content
    for name, field in shape.items():
        if field.default is not None and name not in kept:
            kept[name] = field.default
    return kept


def _faults(shape: Shape, value: Mapping[str, Any], at: str) -> Iterator[dict[str, str]]:
    for name, field in shape.items():
        path = f"{at}.{name}" if at else name
        if name in value:
            yield from _of_field(field, value[name], path)
        elif field.is_required:
            yield _cause("FieldValueRequired", path, "Required value")


def _of_field(field: Field, value: Any, path: str) -> Iterator[dict[str, str]]:
    if field.type == "integer":
        yield from _of_number(field, value, path)
        return
    if not isinstance(value, _TYPES[field.type]):
        yield _wrong_type(field.type, value, path)
        return
    members: list[Any] = value if isinstance(value, list) else [value]
    if field.choices and value not in field.choices:
        supported = ", ".join(json.dumps(choice) for choice in field.choices)
        text = f"Unsupported value: {json.dumps(value)}: supported values: {supported}"
        yield _cause("FieldValueNotSupported", path, text)
    if isinstance(field.items, Mapping):
        for i, item in enumerate(members):
            here = f"{path}[{i}]" if isinstance(value, list) else path
            if isinstance(item, dict):
                yield from _faults(field.items, item, here)
            else:
                yield _wrong_type("object", item, here)
    elif field.items == "string":
        for i, item in enumerate(members):
            if not isinstance(item, str):
                yield _wrong_type("string", item, f"{path}[{i}]")


def _of_number(field: Field, value: Any, path: str) -> Iterator[dict[str, str]]:
    if isinstance(value, bool) or not isinstance(value, int):
        yield _wrong_type("integer", value, path)
        return
    for limit, is_over, words in (
        (field.high, field.high is not None and value > field.high, "less"),
        (field.low, field.low is not None and value < field.low, "greater"),
    ):
        if is_over:
            text = (
                f"Invalid value: {value}: {path} in body should be {words} than or equal to {limit}"
            )
            yield _cause("FieldValueInvalid", path, text)


def _wrong_type(wanted: str, value: Any, path: str) -> dict[str, str]:
    names = {str: "string", bool: "boolean", int: "integer", float: "number", dict: "object"}
    found = names.get(type(value), "array")
    text = f'Invalid value: "{found}": {path} in body must be of type {wanted}: "{found}"'
    return _cause("FieldValueTypeInvalid", path, text)


def _cause(reason: str, path: str, message: str) -> dict[str, str]:
    return {"reason": reason, "message": message, "field": path}
