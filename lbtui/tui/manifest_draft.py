"""A resource being edited as a manifest's text: what can be made of what was typed. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from lbtui.core.objects.resources import MetalLBResource
from lbtui.core.objects.rewording import reworded
from lbtui.ports import ManifestEditor, ManifestText, Store

if TYPE_CHECKING:
    from lbtui.core.diagnostics import Diagnostic
    from lbtui.core.objects.resource_set import ResourceRef, ResourceSet


class ShownText(NamedTuple):
    """A resource's manifest as the user gets it to edit."""

    text: str
    resource: MetalLBResource
    """What it says: the resource without its secrets."""
    omitted: tuple[str, ...]
    """Paths of the secrets."""
    is_own: bool
    """Whether it is the text that stands in the source, comments and all."""

    @property
    def notice(self) -> str:
        """What is to be known about it; empty if nothing."""
        if not self.omitted:
            return ""
        kept = "; comments stay as they are in the file" if self.is_own else ""
        return f"Not shown, and kept unless you write it: {', '.join(self.omitted)}{kept}"

    def staged(
        self, store: Store, resources: ResourceSet, ref: ResourceRef, text: str
    ) -> ResourceSet:
        """`resources` with what else was changed in the text of `ref`: comments, layout."""
        if not self.is_own or self.omitted or not store.is_reworded(self.text, text):
            return resources
        return resources.with_respelled(reworded(resources.respelled, ref, self.text, text))


def shown_text(
    store: Store, reader: ManifestEditor, resources: ResourceSet, ref: ResourceRef
) -> ShownText | None:
    """The text to edit a resource by; None if it is none that is edited."""
    from lbtui.core.editing.secrecy import without_secrets

    resource = resources.get(ref)
    if not isinstance(resource, MetalLBResource):
        return None
    (bare,), omitted = without_secrets(resource)
    own = store.own_text(ref, bare, resources.respelled)
    text = reader.text_of(bare) if own is None else own
    return ShownText(text, bare, tuple(omitted), own is not None)


class Judged(NamedTuple):
    """What was made of a text."""

    resources: ResourceSet | None
    """The working set with it; None if it cannot be taken."""
    ref: ResourceRef
    found: Sequence[Diagnostic]
    why: str = ""
    """What is wrong beside what was found."""

    @property
    def has_problems(self) -> bool:
        """Whether anything is to be said."""
        return bool(self.found or self.why)

    def words(self, shift: int) -> list[str]:
        """One line each; `shift` lines will stand above the text."""
        said = [
            f"line {one.place.line + shift}: {one.message}" if one.place else one.message
            for one in self.found
        ]
        return [*said, self.why] if self.why else said

    def notes(self) -> list[str]:
        """What stands above the text when it is edited again."""
        count = len(self.words(0)) + 1
        return ["Save and leave the editor to try again.", *self.words(count)]


def judge(
    resources: ResourceSet,
    found: ManifestText,
    ref: ResourceRef,
    before: MetalLBResource,
    omitted: Sequence[str],
) -> Judged:
    """What can be made of a text for the resource `ref` of `resources`.

    Args:
        resources: the working set.
        found: the text as read.
        ref: the resource edited.
        before: the resource, as it was when its text was made.
        omitted: paths of the secrets that were left out of the text.
    """
    from lbtui.core.editing.secrecy import with_secrets_of

    changed = found.resource
    if not isinstance(changed, MetalLBResource):
        return Judged(None, ref, found.problems)
    if changed.kind != ref.kind:
        return Judged(None, ref, found.problems, f"This is no {ref.kind} any more.")
    edited = with_secrets_of(changed, omitted, before)
    changed_set, new_ref, why = accept(resources, ref, edited)
    return Judged(changed_set, new_ref, found.problems, why)


def judge_new(resources: ResourceSet, found: ManifestText, ref: ResourceRef) -> Judged:
    """What can be made of a text for a resource that `resources` is to have more; any kind.

    `ref` is what the text began with.
    """
    from lbtui.core.editing.edit import add_resource, name_problem

    new = found.resource
    if not isinstance(new, MetalLBResource):
        return Judged(None, ref, found.problems)
    metadata = new.metadata
    why = name_problem(resources, new.kind, metadata.name, metadata.namespace)
    if why:
        return Judged(None, ref, found.problems, why)
    return Judged(*add_resource(resources, new), found.problems)


def accept(
    resources: ResourceSet, ref: ResourceRef, edited: MetalLBResource
) -> tuple[ResourceSet | None, ResourceRef, str]:
    """The set with a resource as edited, its new name followed by what names it; or why not."""
    from lbtui.core.editing.aliases import following_aliases
    from lbtui.core.editing.edit import name_problem, rename_resource

    before = resources.get(ref)
    assert before is not None
    name = edited.metadata.name
    if name != ref.name:
        why = name_problem(resources, ref.kind, name, ref.namespace)
        if why:
            return None, ref, why
        resources, ref = rename_resource(resources, ref, name)
    resources = resources.with_resource(ref, edited)
    return following_aliases(resources, before, edited), ref, ""
