"""A manifest's text as the user left it: what no resource holds, comments and layout.

Carried beside the resources, as respelled fields are, until a store writes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from lbtui.core.objects.reference import ResourceRef
from lbtui.core.objects.respelling import Respelling


@dataclass(frozen=True, slots=True)
class Rewording:
    """Write a document as it was typed; values that changed since are changed in that text."""

    ref: ResourceRef
    """The resource as it was called when its document was read."""
    shown: str
    """The document's text before; a document that does not read so any more keeps its own."""
    text: str
    """As typed. Neither text has a secret in it."""

    @property
    def path(self) -> str:
        """The whole manifest."""
        return ""

    @property
    def inverse(self) -> Rewording:
        """What takes it back."""
        return Rewording(self.ref, self.text, self.shown)

    def __str__(self) -> str:
        """What is done, as a step of the history."""
        return f"comments or layout of {self.ref}"


DocumentEdit: TypeAlias = Respelling | Rewording


def without_rewording(
    edits: frozenset[DocumentEdit], ref: ResourceRef
) -> tuple[frozenset[DocumentEdit], Rewording | None]:
    """The edits but the rewording of a resource, and that."""
    found = next((one for one in edits if isinstance(one, Rewording) and one.ref == ref), None)
    return (edits - {found} if found is not None else edits), found


def reworded(
    edits: frozenset[DocumentEdit], ref: ResourceRef, shown: str, text: str
) -> frozenset[DocumentEdit]:
    """The edits with one more rewording of a resource; several of one are one."""
    others, before = without_rewording(edits, ref)
    return others | {Rewording(ref, before.shown if before is not None else shown, text)}
