"""A resource being edited as a manifest's text: what can be made of what was typed. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from lbtui.core.objects.resources import MetalLBResource
from lbtui.ports import ManifestText

if TYPE_CHECKING:
    from lbtui.core.diagnostics import Diagnostic
    from lbtui.core.objects.resource_set import ResourceRef, ResourceSet


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
    from lbtui.core.editing.edit import name_problem, rename_resource

    name = edited.metadata.name
    if name == ref.name:
        return resources.with_resource(ref, edited), ref, ""
    why = name_problem(resources, ref.kind, name, ref.namespace)
    if why:
        return None, ref, why
    renamed, new_ref = rename_resource(resources, ref, name)
    return renamed.with_resource(new_ref, edited), new_ref, ""
