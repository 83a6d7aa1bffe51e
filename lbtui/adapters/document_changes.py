"""What becomes of one document's text when resources in it change."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lbtui.adapters.held_files import Origin
from lbtui.adapters.manifest_changes import change_manifest, respelled_value
from lbtui.adapters.manifests import Document
from lbtui.adapters.own_text import reworded_document
from lbtui.adapters.yaml_nodes import compose, value_of
from lbtui.adapters.yaml_patch import PatchError, patch
from lbtui.core.objects.field_path import Steps, split
from lbtui.core.objects.resource_set import AnyResource, ResourceRef
from lbtui.core.objects.respelling import Respelling
from lbtui.core.objects.rewording import Rewording
from lbtui.ports import StoreError

_HEADER = re.compile(r"\A(?:[ \t]*#[^\n]*\n)+(?:[ \t]*\r?\n)+")


class Change(NamedTuple):
    """One resource that is not what it was; None for what is new or gone."""

    ref: ResourceRef
    old: AnyResource | None
    new: AnyResource | None


@dataclass(slots=True)
class Group:
    """Everything that changes in one document."""

    changes: list[Change] = field(default_factory=list)
    respellings: list[Respelling] = field(default_factory=list)
    rewording: Rewording | None = None
    """How the user left its text; only of a document that is one resource."""
    reworded: AnyResource | None = None
    """The resource with that text, as it is to be."""


def changed_document(
    document: Document,
    group: Group,
    origins: Mapping[ResourceRef, Origin],
    file: str,
    namespace: str,
) -> str:
    """The document's text after the changes; empty if all of it is gone."""
    document, group = _retyped(document, group, namespace)
    changes = group.changes
    refs = {*(change.ref for change in changes), *(one.ref for one in group.respellings)}
    steps = {ref: origins[ref].steps for ref in refs}
    if not steps:
        return document.text
    if any(change.new is None and not steps[change.ref] for change in changes):
        header = _HEADER.match(document.text)
        return header.group() if header else ""
    root = compose(document.text)
    assert root is not None  # a resource was read from it
    wanted = copy.deepcopy(value_of(root))
    for respelling in group.respellings:
        path = (*steps[respelling.ref], *split(respelling.path))
        wanted = respelled_value(wanted, path, respelling.name)
    # Items of a List from the last to the first, so that positions stay true.
    for change in sorted(changes, key=lambda change: _positions(steps[change.ref]), reverse=True):
        wanted = _with_change(wanted, steps[change.ref], change)
    try:
        return patch(document.text, wanted, max(map(len, steps.values())))
    except PatchError:
        names = ", ".join(map(str, sorted(refs)))
        raise StoreError(
            f"{file}: the change of {names} cannot be written into the YAML as it stands there; "
            "nothing was saved. Edit the file by hand: anchors or merge keys may be in the way."
        ) from None


def _retyped(document: Document, group: Group, namespace: str) -> tuple[Document, Group]:
    """The document as typed, and what is to change in that; the same if nothing was typed.

    Also if the document is not any more what the user saw: then only values are changed.
    """
    wanted, new = group.rewording, group.reworded
    if wanted is None or new is None:
        return document, group
    typed = reworded_document(document, wanted, namespace)
    old = typed.members[0].decoded.resource if typed is not None and typed.members else None
    if typed is None or old is None:
        return document, group
    return typed, Group([Change(wanted.ref, old, new)])


def _positions(steps: Steps) -> tuple[int, ...]:
    return tuple(step for step in steps if isinstance(step, int))


def _with_change(value: Any, steps: Steps, change: Change) -> Any:
    """The document's value with one object changed, or taken out of its list."""
    if not steps:
        assert change.old is not None and change.new is not None
        return change_manifest(value, change.old, change.new)
    step, rest = steps[0], steps[1:]
    if not rest and change.new is None:
        return [item for i, item in enumerate(value) if i != step]
    changed = copy.copy(value)
    changed[step] = _with_change(value[step], rest, change)
    return changed
