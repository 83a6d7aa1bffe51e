"""Staged edits as a document that outlives the console: what was read, what it became, no secret.

What is typed in an open form and not accepted yet goes with them. Only resources that differ are in
it. Whatever is secret is left out on both sides and put back, as it stands there by then, when the
edits are restored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from lbtui.core.editing.field_edit import get_field
from lbtui.core.editing.open_draft import Member, OpenDraft, is_telling, members_of
from lbtui.core.editing.secrecy import with_secrets_of, without_secrets
from lbtui.core.objects.decode import encode_resource
from lbtui.core.objects.meta import Hidden, Record, decode_hook
from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
from lbtui.core.objects.resources import EDITABLE, MetalLBResource
from lbtui.core.objects.respelling import Respelling
from lbtui.core.objects.rewording import DocumentEdit, Rewording

_KINDS: Mapping[str, type[MetalLBResource]] = {kind.kind: kind for kind in EDITABLE}


class Edit(Record, frozen=True):
    """One resource that is not what was read."""

    kind: str
    namespace: str
    name: str
    ordinal: int = 0
    base: dict[str, Any] | None = None
    """Its manifest as read; None: it is new."""
    mine: dict[str, Any] | None = None
    """Its manifest as edited; None: it is deleted."""
    omitted: tuple[str, ...] = ()
    """Paths of what is secret and was left out."""
    lost: tuple[str, ...] = ()
    """Those of them that were edited, and have to be edited again."""

    @property
    def ref(self) -> ResourceRef:
        """Which resource."""
        return ResourceRef(self.kind, self.namespace, self.name, self.ordinal)


class Respelled(Record, frozen=True):
    """A `Respelling` without its value."""

    kind: str
    namespace: str
    name: str
    path: str
    new_name: str | None
    ordinal: int = 0


class Reworded(Record, frozen=True):
    """A `Rewording`; one whose texts may hold a secret is not kept, the values are."""

    member: Member
    shown: str
    text: str


class StagedEdits(Record, frozen=True):
    """All edits that are not saved."""

    edits: tuple[Edit, ...] = ()
    respelled: tuple[Respelled, ...] = ()
    reworded: tuple[Reworded, ...] = ()
    draft: OpenDraft | None = None
    """What was typed in an open form and not accepted."""


@dataclass(frozen=True, slots=True)
class Restored:
    """Staged edits as sets to be merged."""

    base: ResourceSet
    mine: ResourceSet
    lost: tuple[tuple[ResourceRef, str], ...]
    """What was secret and edited: it has to be edited again."""


def staged_edits(
    base: ResourceSet, mine: ResourceSet, draft: OpenDraft | None = None
) -> StagedEdits:
    """What differs between two sets, without secrets, and what is being typed."""
    edits = []
    for kind in _KINDS:
        before, after = base.members(kind), mine.members(kind)
        for ref in (*before, *(ref for ref in after if ref not in before)):
            old, new = before.get(ref), after.get(ref)
            if old is not new and old != new:
                edits.append(_edit(ref, old, new))
    made = sorted(mine.respelled - base.respelled, key=str)
    reworded = tuple(
        Reworded(member=members_of([one.ref])[0], shown=one.shown, text=one.text)
        for one in made
        if isinstance(one, Rewording) and not is_telling(one.shown + one.text)
    )
    respelled = [
        Respelled(
            kind=one.ref.kind,
            namespace=one.ref.namespace,
            name=one.ref.name,
            ordinal=one.ref.ordinal,
            path=one.path,
            new_name=one.name,
        )
        for one in made
        if isinstance(one, Respelling) and not isinstance(one.value, Hidden)
    ]
    return StagedEdits(
        edits=tuple(edits), respelled=tuple(respelled), reworded=reworded, draft=draft
    )


def to_json(staged: StagedEdits) -> bytes:
    """The document."""
    return msgspec.json.encode(staged)


def from_json(text: bytes) -> StagedEdits:
    """Read a document. Raises ValueError for anything that `to_json` did not write."""
    return msgspec.json.decode(text, type=StagedEdits)


def restore(staged: StagedEdits, now: ResourceSet) -> Restored:
    """The sets to merge with `now`, what the source holds; secrets are taken from there.

    Raises ValueError for a manifest that is none of its kind.
    """
    base: list[tuple[ResourceRef, MetalLBResource]] = []
    mine: list[tuple[ResourceRef, MetalLBResource]] = []
    for edit in staged.edits:
        current: Any = now.get(edit.ref)
        for manifest, side in ((edit.base, base), (edit.mine, mine)):
            if manifest is not None:
                resource = with_secrets_of(_resource(edit.kind, manifest), edit.omitted, current)
                side.append((edit.ref, resource))
    respelled: frozenset[DocumentEdit] = frozenset(
        Respelling(ResourceRef(o.kind, o.namespace, o.name, o.ordinal), o.path, o.new_name)
        for o in staged.respelled
    )
    respelled |= {Rewording(one.member.ref, one.shown, one.text) for one in staged.reworded}
    known = {edit.ref for edit in staged.edits}
    for ref in sorted({one.ref for one in respelled} - known):
        only_respelled: Any = now.get(ref)
        if only_respelled is not None:  # the same on both sides, so that it is told of
            base.append((ref, only_respelled))
            mine.append((ref, only_respelled))
    lost = tuple((edit.ref, path) for edit in staged.edits for path in edit.lost)
    return Restored(_set_of(base), _set_of(mine).with_respelled(respelled), lost)


def _edit(ref: ResourceRef, old: Any, new: Any) -> Edit:
    bare = without_secrets(old, new)
    lost = [
        path for path in bare.omitted if new is not None and _at(old, path) != get_field(new, path)
    ]
    before, after = (encode_resource(one) if one is not None else None for one in bare.resources)
    return Edit(
        kind=ref.kind,
        namespace=ref.namespace,
        name=ref.name,
        ordinal=ref.ordinal,
        base=before,
        mine=after,
        omitted=bare.omitted,
        lost=tuple(lost),
    )


def _at(resource: Any, path: str) -> Any:
    return get_field(resource, path) if resource is not None else None


def _resource(kind: str, manifest: dict[str, Any]) -> MetalLBResource:
    if kind not in _KINDS:
        raise ValueError(f"{kind} is no kind that is edited")
    return msgspec.convert(manifest, _KINDS[kind], dec_hook=decode_hook)


def _set_of(members: list[tuple[ResourceRef, MetalLBResource]]) -> ResourceSet:
    found = ResourceSet()
    for ref, resource in members:
        found = found.with_resource(ref, resource)
    return found
