"""Three-way merge of resource sets: as read, as edited here, and as someone else made it meanwhile.

Pure, and the same for every store: files, a cluster, a journal of an earlier session.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from lbtui.core.editing.value_merge import merge_values
from lbtui.core.objects.field_path import split
from lbtui.core.objects.resource_set import AnyResource, ResourceRef, ResourceSet
from lbtui.core.objects.resources import MetalLBResource
from lbtui.core.objects.rewording import DocumentEdit


class Side(enum.Enum):
    """Whose value counts where both changed one thing."""

    MINE = "mine"
    THEIRS = "theirs"


class ClashKey(NamedTuple):
    """Which clash."""

    ref: ResourceRef
    path: str


@dataclass(frozen=True, slots=True)
class Clash:
    """One thing that both sides changed, each in its own way."""

    ref: ResourceRef
    """As it was called when it was read, or as both called what they made."""
    path: str
    """The field; empty: the resource as a whole. An alias in a list stands there by its name."""
    base: Any
    """The value as read; None: not there. With an empty path, resources."""
    mine: Any
    theirs: Any

    @property
    def key(self) -> ClashKey:
        """What a choice is made for."""
        return ClashKey(self.ref, self.path)


@dataclass(frozen=True, slots=True)
class Merged:
    """What came of a merge."""

    resources: ResourceSet
    """Both sides' changes; of a clash without a choice their side."""
    clashes: tuple[Clash, ...] = ()
    """All of them, chosen or not."""
    unread: tuple[ResourceRef, ...] = ()
    """Edited here, while what stands there now cannot be read: nothing may be written yet."""


NO_CHOICES: Mapping[ClashKey, Side] = {}


def merge(
    base: ResourceSet,
    mine: ResourceSet,
    theirs: ResourceSet,
    choices: Mapping[ClashKey, Side] = NO_CHOICES,
) -> Merged:
    """Put the changes from `base` to `mine` on top of `theirs`.

    What only one side changed is taken. A resource renamed on one side takes in what the other
    changed in it. What cannot be told apart for certain is a clash.
    """
    return _Merge(base, mine, theirs, choices).run()


class _Merge:
    """One merge; use it once."""

    def __init__(
        self,
        base: ResourceSet,
        mine: ResourceSet,
        theirs: ResourceSet,
        choices: Mapping[ClashKey, Side],
    ) -> None:
        self._base, self._mine, self._theirs = base, mine, theirs
        self._choices = choices
        self._renamed_mine = _renames(base, mine, theirs)
        self._renamed_theirs = _renames(base, theirs, mine)
        self._result = theirs
        self._clashes: list[Clash] = []
        self._unread: list[ResourceRef] = []

    def run(self) -> Merged:
        fresh_by_rename = set(self._renamed_mine.values())
        for ref in _changed(self._base, self._mine):
            if ref in self._base:
                self._merge_known(ref)
            elif ref not in fresh_by_rename:
                self._merge_new(ref)
        resources = self._result.with_respelled(self._respelled())
        return Merged(resources, tuple(self._clashes), tuple(self._unread))

    def _merge_known(self, ref: ResourceRef) -> None:
        """A resource that was read, and was changed, renamed or deleted here."""
        own_ref = self._renamed_mine.get(ref, ref)
        their_ref = self._renamed_theirs.get(ref, ref)
        base, mine = self._base.get(ref), self._mine.get(own_ref)
        theirs = self._theirs.get(their_ref)
        if theirs is None and self._is_unread(ref):
            self._unread.append(ref)
        elif mine is None or theirs is None:
            self._merge_deleted(ref, own_ref, their_ref, mine, theirs)
        elif theirs not in (base, mine) and not self._is_alike(ref):
            if self._decide(ref, "", base, mine, theirs) is mine:
                self._result = self._result.with_resource(their_ref, mine)
        else:
            merged: AnyResource = merge_values(
                "", base, mine, theirs, lambda *clash: self._decide(ref, *clash)
            )
            self._put(their_ref, merged)

    def _merge_deleted(
        self,
        ref: ResourceRef,
        own_ref: ResourceRef,
        their_ref: ResourceRef,
        mine: AnyResource | None,
        theirs: AnyResource | None,
    ) -> None:
        """At least one side deleted it."""
        base = self._base.get(ref)
        if mine is None and theirs is None:
            return
        if mine is None and theirs == base:
            self._result = self._result.without(their_ref)
            return
        if self._decide(ref, "", base, mine, theirs) is theirs:
            return
        if mine is None:
            self._result = self._result.without(their_ref)
        else:
            self._result = self._result.with_resource(own_ref, mine)

    def _merge_new(self, ref: ResourceRef) -> None:
        """A resource made here."""
        mine, theirs = self._mine.get(ref), self._theirs.get(ref)
        if theirs is None and self._is_unread(ref):
            self._unread.append(ref)
        elif mine is not None and mine != theirs:
            if theirs is None or self._decide(ref, "", None, mine, theirs) is mine:
                self._result = self._result.with_resource(ref, mine)

    def _put(self, ref: ResourceRef, resource: AnyResource) -> None:
        """Put a merged resource where it stands, or where its new name belongs."""
        if resource.metadata.name == ref.name and resource.metadata.namespace == ref.namespace:
            self._result = self._result.with_resource(ref, resource)
            return
        target = ResourceRef(resource.kind, resource.metadata.namespace, resource.metadata.name)
        self._result = self._result.without(ref)
        while target in self._result:
            target = target._replace(ordinal=target.ordinal + 1)
        self._result = self._result.with_resource(target, resource)

    def _decide(self, ref: ResourceRef, path: str, base: Any, mine: Any, theirs: Any) -> Any:
        clash = Clash(ref, path, base, mine, theirs)
        self._clashes.append(clash)
        return mine if self._choices.get(clash.key) is Side.MINE else theirs

    def _is_alike(self, ref: ResourceRef) -> bool:
        """Whether all sides have as many of the name, so that an ordinal means the same one."""
        counts = {
            Counter((other.namespace, other.name) for other in side.members(ref.kind))[
                (ref.namespace, ref.name)
            ]
            for side in (self._base, self._mine, self._theirs)
        }
        return len(counts) == 1 or ref in self._renamed_mine or ref in self._renamed_theirs

    def _is_unread(self, ref: ResourceRef) -> bool:
        """Whether the resource may be in what could be read before and cannot be read now."""
        return any(
            not one.kind or (one.kind == ref.kind and one.name in ("", ref.name))
            for one in self._theirs.unread - self._base.unread
        )

    def _respelled(self) -> frozenset[DocumentEdit]:
        """Edits of documents made here, where their positions still mean the same fields."""
        base, mine = self._base.respelled, self._mine.respelled
        kept = {
            one
            for one in mine - base
            if self._theirs.get(one.ref) == self._base.get(one.ref)
            or not any(isinstance(step, int) for step in split(one.path))
        }
        return (self._theirs.respelled | kept) - (base - mine)


def _changed(base: ResourceSet, other: ResourceSet) -> Iterator[ResourceRef]:
    """References that hold something else in `other`, those of `base` first."""
    for kind in sorted(base.changed_kinds(other)):
        before, after = base.members(kind), other.members(kind)
        for ref in (*before, *(ref for ref in after if ref not in before)):
            old, new = before.get(ref), after.get(ref)
            if old is not new and old != new:
                yield ref


def _renames(
    base: ResourceSet, side: ResourceSet, other: ResourceSet
) -> Mapping[ResourceRef, ResourceRef]:
    """Old → new reference of what `side` renamed: gone, and there under a name nobody else uses."""
    changed = [ref for ref in _changed(base, side) if _is_editable(base, side, ref)]
    gone = [ref for ref in changed if ref not in side]
    found: dict[ResourceRef, ResourceRef] = {}
    for ref in changed:
        if ref in base or ref in other:
            continue
        match = next(
            (old for old in gone if old not in found and _is_rename(base, old, side, ref)), None
        )
        if match is not None:
            found[match] = ref
    return found


def _is_editable(base: ResourceSet, side: ResourceSet, ref: ResourceRef) -> bool:
    return isinstance(base.get(ref) or side.get(ref), MetalLBResource)


def _is_rename(base: ResourceSet, old: ResourceRef, side: ResourceSet, new: ResourceRef) -> bool:
    """Whether `new` of `side` is `old` of `base` with nothing but another name."""
    if old.kind != new.kind or old.ordinal or new.ordinal:
        return False
    return getattr(base.get(old), "spec", None) == getattr(side.get(new), "spec", None)
