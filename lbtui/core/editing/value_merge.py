"""Three-way merge of one resource's fields: what both sides changed differently is a clash.

Records merge by field and label maps by key. Lists merge item by item only where that is sure to
be what both meant; else the whole list is a clash, and a person decides.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from lbtui.core.objects.decode import to_plain
from lbtui.core.objects.field_path import join
from lbtui.core.objects.resources import CommunityAlias
from lbtui.core.objects.struct_fields import declared_fields

Decide = Callable[[str, Any, Any, Any], Any]
"""Called for a clash with its path, base, mine and theirs; gives the value to go on with."""


def merge_values(path: str, base: Any, mine: Any, theirs: Any, decide: Decide) -> Any:
    """What `mine` and `theirs` made of `base`, put together; `decide` settles each clash."""
    if mine == base or mine == theirs:
        return theirs
    if theirs == base:
        return mine
    kinds = {type(base), type(mine), type(theirs)}
    if len(kinds) == 1:
        if isinstance(base, msgspec.Struct):
            return _merge_records(path, base, mine, theirs, decide)
        if isinstance(base, dict):
            return _merge_maps(path, base, mine, theirs, decide)
        if isinstance(base, tuple):
            merged = _merge_lists(path, base, mine, theirs, decide)
            if merged is not None:
                return merged
    return decide(path, base, mine, theirs)


def _merge_records(path: str, base: msgspec.Struct, mine: Any, theirs: Any, decide: Decide) -> Any:
    changes = {
        field.name: merge_values(
            join(path, field.encode_name),
            getattr(base, field.name),
            getattr(mine, field.name),
            getattr(theirs, field.name),
            decide,
        )
        for field in declared_fields(type(base))
    }
    return msgspec.structs.replace(theirs, **changes)


def _merge_maps(
    path: str, base: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any], decide: Decide
) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for key in dict.fromkeys((*theirs, *mine)):
        value = merge_values(join(path, key), base.get(key), mine.get(key), theirs.get(key), decide)
        if value is not None:
            merged[key] = value
    return merged


def _merge_lists(
    path: str,
    base: Sequence[Any],
    mine: Sequence[Any],
    theirs: Sequence[Any],
    decide: Decide,
) -> tuple[Any, ...] | None:
    """The items of both sides; None where it is not certain what both meant.

    An empty list often means "all", so a list that is empty, or would become so, is never merged.
    """
    old, own, other = _by_key(base), _by_key(mine), _by_key(theirs)
    if old is None or own is None or other is None:
        return None
    if not _is_sound(old, own, other):
        return None
    order = [key for key in other if key in own or key not in old]
    before: str | None = None
    for key in own:
        if key not in old and key not in other:
            order.insert(order.index(before) + 1 if before in order else 0, key)
        before = key
    if not order:
        return None
    merged = []
    for key in order:
        if key in old:
            where = join(path, _name_of(old[key]))
            merged.append(merge_values(where, old[key], own[key], other[key], decide))
        else:
            merged.append(other[key] if key in other else own[key])
    return tuple(merged)


def _is_sound(old: dict[str, Any], own: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether both sides' changes stand beside each other.

    They do not where both put something else in one item's place, where one takes away what the
    other changed, where both add one name with different values, and where either moved items.
    """
    gone_mine, gone_theirs = old.keys() - own.keys(), old.keys() - other.keys()
    new_mine, new_theirs = own.keys() - old.keys(), other.keys() - old.keys()
    if gone_mine & gone_theirs and (gone_mine, new_mine) != (gone_theirs, new_theirs):
        return False
    if any(other[key] != old[key] for key in gone_mine - gone_theirs):
        return False
    if any(own[key] != old[key] for key in gone_theirs - gone_mine):
        return False
    if any(own[key] != other[key] for key in new_mine & new_theirs):
        return False
    return _keeps_order(old, own) and _keeps_order(old, other) and _keeps_order(own, other)


def _keeps_order(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return [key for key in one if key in other] == [key for key in other if key in one]


def _by_key(items: Sequence[Any]) -> dict[str, Any] | None:
    """Items by what makes them the same item; None if the list is empty or has one twice."""
    found = {_key(item): item for item in items}
    return found if found and len(found) == len(items) else None


def _key(item: Any) -> str:
    """An alias is the same while its name is; anything else while all of it is."""
    if isinstance(item, CommunityAlias) and item.name:
        return item.name
    return json.dumps(to_plain(item), sort_keys=True)


def _name_of(item: Any) -> str:
    return item.name if isinstance(item, CommunityAlias) else _key(item)
