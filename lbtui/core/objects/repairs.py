"""Edits that mend a finding, as plain descriptions: what to change, not how.

`core.editing.edit.apply_repair` carries one out; nothing here touches a resource.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lbtui.core.objects.respelling import Respelling

if TYPE_CHECKING:
    from lbtui.core.objects.resource_set import ResourceRef
    from lbtui.core.objects.resources import MetalLBResource


@dataclass(frozen=True, slots=True)
class SetField:
    """Give one field a value, or remove it (an item of a list included)."""

    ref: ResourceRef
    path: str
    """As the manifest spells it, e.g. "spec.peers[0]"."""
    value: Any
    """Plain: text, number, boolean; None removes the field."""

    def __str__(self) -> str:
        """What is done, as a step of the history."""
        if self.value is None:
            return f"remove {self.path} of {self.ref}"
        return f"set {self.path} of {self.ref} to {self.value}"


@dataclass(frozen=True, slots=True)
class DeleteResource:
    """Take a resource away."""

    ref: ResourceRef

    def __str__(self) -> str:
        """What is done, as a step of the history."""
        return f"delete {self.ref}"


@dataclass(frozen=True, slots=True)
class AddResource:
    """Put a new resource into the set."""

    resource: MetalLBResource

    def __str__(self) -> str:
        """What is done, as a step of the history."""
        return f"make {self.resource.kind}/{self.resource.name}"

    def __hash__(self) -> int:
        """By kind and name: the labels inside a resource have no hash."""
        return hash((self.resource.kind, self.resource.name))


Repair = SetField | DeleteResource | AddResource | Respelling
