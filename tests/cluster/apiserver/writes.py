"""POST, PUT, PATCH and DELETE of one object."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from tests.cluster.apiserver.answers import (
    Refused,
    already_exists,
    invalid,
    not_found,
    owned_by_others,
    stale,
)
from tests.cluster.apiserver.kinds import Kind
from tests.cluster.apiserver.schema import admit, changed_for_ever
from tests.cluster.apiserver.storage import Key, Object, Storage

Way = tuple[str, ...]
MERGE = "application/merge-patch+json"
APPLY = "application/apply-patch+yaml"
_META = frozenset({"labels", "annotations"})


@dataclass(frozen=True)
class Write:
    """One request that changes an object."""

    kind: Kind
    key: Key
    body: bytes = b""
    content_type: str = "application/json"
    is_status: bool = False
    is_dry_run: bool = False
    manager: str = "unknown"
    is_forced: bool = False
    is_strict: bool = False


@dataclass(frozen=True)
class Written:
    """What came of it."""

    object: Object
    warnings: tuple[str, ...] = ()
    is_new: bool = False


async def create(storage: Storage, write: Write) -> Written:
    """POST."""
    body = _parsed(write)
    name = body.get("metadata", {}).get("name", "")
    key = write.key._replace(name=name)
    if storage.get(key) is not None:
        raise already_exists(write.kind, name)
    return await _store(storage, write, key, _without_status(write, body))


async def replace(storage: Storage, write: Write) -> Written:
    """PUT."""
    body, old = _parsed(write), storage.get(write.key)
    if old is None:
        raise not_found(write.kind, write.key.name)
    _check_version(write, body, old, is_needed=write.kind.shape is not None)
    return await _store(storage, write, write.key, _of_part(write, body, old))


async def patch(storage: Storage, write: Write) -> Written:
    """PATCH: merge patch or server-side apply."""
    if write.content_type == APPLY:
        return await _apply(storage, write)
    if write.content_type != MERGE:
        raise Refused(
            415, "UnsupportedMediaType", "the body of the request was in an unknown format"
        )
    body, old = _parsed(write), storage.get(write.key)
    if old is None:
        raise not_found(write.kind, write.key.name)
    _check_version(write, body, old, is_needed=False)
    merged = _merged(old, body)
    return await _store(storage, write, write.key, _of_part(write, merged, old))


async def delete(storage: Storage, write: Write) -> Object:
    """DELETE, with options in the body: where there is one, the query counts for nothing."""
    old = storage.get(write.key)
    if old is None:
        raise not_found(write.kind, write.key.name)
    options = json.loads(write.body) if write.body else {}
    conditions = options.get("preconditions") or {}
    if any(value != old["metadata"][name] for name, value in conditions.items()):
        raise stale(write.kind, write.key.name)
    is_dry_run = "All" in options.get("dryRun", ()) if options else write.is_dry_run
    await _admitted(storage, write, write.key, None, old)
    if not is_dry_run:
        await storage.delete(write.key)
    details = {"name": write.key.name, "group": write.kind.group, "kind": write.kind.plural}
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Success",
        "details": {**details, "uid": old["metadata"]["uid"]},
    }


async def _apply(storage: Storage, write: Write) -> Written:
    """Server-side apply: fields of other managers are refused, own ones left out are removed."""
    body, old = _parsed(write), storage.get(write.key)
    if old is not None:
        _check_version(write, body, old, is_needed=False)
    _, unknown, _ = admit(write.kind, body)
    if unknown:
        text = f"failed to create typed patch object: .{unknown[0]}: field not declared in schema"
        raise Refused(500, "", text)
    given = dict(_leaves(body))
    held = dict(_leaves(old)) if old is not None else {}
    managers = storage.managers(write.key)
    others = {
        f".{'.'.join(way)}": sorted(managers[way] - {write.manager})[0]
        for way, value in given.items()
        if managers.get(way, set()) - {write.manager} and held.get(way) != value
    }
    if others and not write.is_forced:
        raise owned_by_others(others)
    merged = _merged(old or {}, body)
    for way in [w for w, who in managers.items() if who == {write.manager} and w not in given]:
        _remove(merged, way)
    written = await _store(storage, write, write.key, _of_part(write, merged, old or {}))
    if not write.is_dry_run:
        _own(managers, given, write.manager, others)
    return written


def _own(
    managers: dict[Way, set[str]], given: Mapping[Way, Any], manager: str, taken: Mapping[str, str]
) -> None:
    for way in list(managers):
        if way not in given:
            managers[way].discard(manager)
        if f".{'.'.join(way)}" in taken:
            managers[way] = set()
        if not managers[way]:
            del managers[way]
    for way in given:
        managers.setdefault(way, set()).add(manager)


async def _store(storage: Storage, write: Write, key: Key, body: Object) -> Written:
    kept, unknown, causes = admit(write.kind, body)
    if unknown and write.is_strict:
        raise Refused(400, "BadRequest", f'strict decoding error: unknown field "{unknown[0]}"')
    before = storage.get(key)
    causes += changed_for_ever(write.kind, before, kept)
    if causes:
        raise invalid(write.kind, key.name, causes)
    await _admitted(storage, write, key, kept, before)
    is_new = before is None
    warnings = tuple(f'299 - "unknown field \\"{path}\\""' for path in unknown)
    if write.is_dry_run:
        return Written(storage.prepared(write.kind, key, kept), warnings, is_new)
    if write.content_type != APPLY:
        managers = storage.managers(key)
        held = dict(_leaves(before or {}))
        changed = {way: v for way, v in _leaves(kept) if held.get(way) != v}
        for way in changed:
            managers[way] = {write.manager}
    return Written(await storage.put(write.kind, key, kept), warnings, is_new)


async def _admitted(
    storage: Storage, write: Write, key: Key, new: Object | None, old: Object | None
) -> None:
    """Ask the webhooks, as the API server does after the schema, also in a dry run."""
    for judge in storage.webhooks:
        refused = judge(storage, write.kind, key, new, old)
        if refused is not None:
            raise refused


def _parsed(write: Write) -> Object:
    try:
        body = yaml.safe_load(write.body) if write.content_type == APPLY else json.loads(write.body)
    except (ValueError, yaml.YAMLError) as error:
        raise Refused(400, "BadRequest", f"the body cannot be read: {error}") from None
    if not isinstance(body, dict):
        raise Refused(400, "BadRequest", "the body is no object")
    return body


def _check_version(write: Write, body: Object, old: Object, *, is_needed: bool) -> None:
    wanted = body.get("metadata", {}).get("resourceVersion")
    if wanted and wanted != old["metadata"]["resourceVersion"]:
        raise stale(write.kind, write.key.name)
    if is_needed and not wanted:
        cause = {
            "reason": "FieldValueInvalid",
            "message": "Invalid value: 0: must be specified for an update",
            "field": "metadata.resourceVersion",
        }
        raise invalid(write.kind, write.key.name, [cause])


def _without_status(write: Write, body: Object) -> Object:
    if not write.kind.has_status or write.kind.shape is None:
        return body
    return {key: value for key, value in body.items() if key != "status"}


def _of_part(write: Write, body: Object, old: Object) -> Object:
    """Status changes only through its own path, the rest only through the main one."""
    if write.kind.shape is None:
        return body
    source, other = (old, body) if write.is_status else (body, old)
    merged = {key: value for key, value in source.items() if key != "status"}
    return merged | ({"status": other["status"]} if "status" in other else {})


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> Object:
    """RFC 7386."""
    merged = copy.deepcopy(dict(old))
    for name, value in new.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, dict):
            inner = merged.get(name)
            merged[name] = _merged(inner if isinstance(inner, dict) else {}, value)
        else:
            merged[name] = value
    return merged


def _leaves(item: Mapping[str, Any], at: Way = ()) -> Iterator[tuple[Way, Any]]:
    """Ways to the fields that somebody can own; lists are owned as a whole."""
    for name, value in item.items():
        if not at and name in ("apiVersion", "kind", "status"):
            continue
        if at == ("metadata",) and name not in _META:
            continue
        if isinstance(value, dict) and value:
            yield from _leaves(value, (*at, name))
        else:
            yield (*at, name), value


def _remove(item: Object, way: Way) -> None:
    inner: Any = item
    for step in way[:-1]:
        inner = inner.get(step)
        if not isinstance(inner, dict):
            return
    inner.pop(way[-1], None)
