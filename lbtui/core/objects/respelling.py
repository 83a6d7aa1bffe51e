"""A field of a manifest that no resource holds, and what becomes of it in the document.

The API server drops fields that it does not know, so a resource has no place for them. Such an
edit is carried beside the resources, until a store makes it in the text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lbtui.core.objects.field_path import split, text_of
from lbtui.core.objects.reference import ResourceRef


@dataclass(frozen=True, slots=True)
class Respelling:
    """Give a field of the document its right name, or take it out."""

    ref: ResourceRef
    path: str
    """As the document spells it, e.g. "spec.localpref"; positions are those it was read with."""
    name: str | None
    """The right name; None takes the field out."""
    value: Any = field(default=None, compare=False, repr=False)
    """What the resource gets by it; None: nothing, it has the value already. May be secret."""

    @property
    def target(self) -> str:
        """Path of the field under its right name; empty if it is taken out."""
        return text_of((*split(self.path)[:-1], self.name)) if self.name is not None else ""

    def __str__(self) -> str:
        """What is done, as a step of the history."""
        if self.name is None:
            return f"remove {self.path} of {self.ref}"
        return f"rename {self.path} of {self.ref} to {self.name}"
