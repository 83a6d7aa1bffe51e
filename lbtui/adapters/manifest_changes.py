"""What a manifest becomes when its resource is edited: only the fields that differ are touched.

Fields that lbtui does not know, explicit defaults and nulls of the file stay as they are.
"""

from __future__ import annotations

import copy
import difflib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from lbtui.core.objects.decode import to_plain
from lbtui.core.objects.field_path import Steps
from lbtui.core.objects.meta import Hidden
from lbtui.core.objects.resource_set import AnyResource
from lbtui.core.objects.resources import BGPPeer
from lbtui.core.objects.struct_fields import declared_fields

_MISSPELLED = {"localPref": "localpref"}
_V1BETA1_PEER_FIELDS = frozenset(
    "myASN peerASN peerAddress peerPort sourceAddress holdTime keepaliveTime routerID "
    "nodeSelectors password bfdProfile ebgpMultiHop".split()
)
"""BGPPeerSpec of metallb.io/v1beta1; an object with any other field has to be v1beta2."""


def change_manifest(
    manifest: Mapping[str, Any], old: AnyResource, new: AnyResource
) -> dict[str, Any]:
    """The manifest that `old` was read from, changed so that it reads as `new`."""
    changed = _change_struct(manifest, old, new)
    if isinstance(new, BGPPeer) and manifest.get("apiVersion", new.api_version) != new.api_version:
        if changed.get("spec", {}).keys() - _V1BETA1_PEER_FIELDS:
            changed["apiVersion"] = new.api_version
    return changed


def _change_struct(
    manifest: Mapping[str, Any], old: msgspec.Struct, new: msgspec.Struct
) -> dict[str, Any]:
    changed = dict(manifest)
    for field in declared_fields(type(new)):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if before == after:
            continue
        name = field.encode_name
        misspelled = _MISSPELLED.get(name, "")
        if misspelled in changed and name not in changed:
            changed = _renamed(changed, misspelled, name)
        if _is_left_out(after, is_known=name in changed, field=field):
            changed.pop(name, None)
        else:
            changed[name] = _change_value(changed.get(name), before, after)
    return changed


def _is_left_out(value: Any, *, is_known: bool, field: msgspec.structs.FieldInfo) -> bool:
    """Defaults are written only where the field was written, so that its line and comment stay.

    Empty text and empty lists are left out even there: nobody writes them.
    """
    if field.required:
        return False
    if field.default_factory is not msgspec.NODEFAULT:
        default = field.default_factory()
    else:
        default = field.default
    is_empty = not value and not isinstance(value, int)
    return bool(value == default) and (is_empty or not is_known)


def _change_value(written: Any, before: Any, after: Any) -> Any:
    if isinstance(written, Mapping) and isinstance(before, msgspec.Struct):
        if isinstance(after, msgspec.Struct):
            return _change_struct(written, before, after)
    if isinstance(written, Mapping) and isinstance(after, dict):
        kept = {k: v for k, v in written.items() if k in after or k not in before}
        return {**kept, **{k: v for k, v in after.items() if before.get(k) != v}}
    is_list = isinstance(written, list) and isinstance(before, tuple) and isinstance(after, tuple)
    if is_list and len(written) == len(before):
        return _change_list(written, before, after)
    return to_plain(after)


def _change_list(written: Sequence[Any], before: Sequence[Any], after: Sequence[Any]) -> list[Any]:
    """Items that stay keep what is written; of a changed run, items are changed pair by pair."""
    changed: list[Any] = []
    for _, i1, i2, j1, j2 in align(list(map(_key, before)), list(map(_key, after))):
        for i, j in zip(range(i1, i2), range(j1, j2), strict=False):
            same = before[i] == after[j]
            changed.append(written[i] if same else _change_value(written[i], before[i], after[j]))
        changed.extend(to_plain(item) for item in after[j1 + min(i2 - i1, j2 - j1) : j2])
    return changed


def align(old: Sequence[str], new: Sequence[str]) -> Sequence[tuple[str, int, int, int, int]]:
    """Runs of equal and of different items of two lists, as difflib gives them."""
    return difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()


def _key(item: Any) -> str:
    if isinstance(item, Hidden):
        return item.reveal()
    return json.dumps(to_plain(item), sort_keys=True, default=str)


def _renamed(manifest: Mapping[str, Any], old: str, new: str) -> dict[str, Any]:
    """The same fields in the same order, one under another name."""
    return {new if name == old else name: value for name, value in manifest.items()}


def respelled_value(value: Any, path: Steps, name: str | None) -> Any:
    """The value with the field at `path` under another name, or without it; as it is, if absent.

    The field keeps its place among the others.
    """
    step, rest = path[0], path[1:]
    is_there = (isinstance(value, list) and isinstance(step, int) and step < len(value)) or (
        isinstance(value, Mapping) and step in value
    )
    if not is_there:
        return value
    if rest:
        changed = copy.copy(value)
        changed[step] = respelled_value(value[step], rest, name)
        return changed
    if name is None:
        return {key: content for key, content in value.items() if key != step}
    return _renamed(value, str(step), name)
