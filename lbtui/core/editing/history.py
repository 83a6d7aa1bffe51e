"""Undo and redo of edits: immutable, so that a history can be handed about and compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from lbtui.core.objects.resource_set import ResourceSet


@dataclass(frozen=True, slots=True)
class Step:
    """One edit: what it was called, and the set that it led to."""

    label: str
    """What the user did, e.g. "set spec.localPref of BGPAdvertisement/local"."""
    resources: ResourceSet


@dataclass(frozen=True, slots=True)
class History:
    """The edits since a source was opened, and which state of them is saved."""

    saved: ResourceSet
    """What the source holds."""
    origin: ResourceSet
    """What it was opened with: the state before the first step."""
    steps: tuple[Step, ...] = ()
    position: int = 0
    """How many of `steps` are done; the rest can be redone."""

    @classmethod
    def of(cls, resources: ResourceSet) -> History:
        """A history without steps, all saved."""
        return cls(saved=resources, origin=resources)

    @property
    def current(self) -> ResourceSet:
        """The working set."""
        return self.steps[self.position - 1].resources if self.position else self.origin

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return self.position > 0

    @property
    def can_redo(self) -> bool:
        """Whether there is a step taken back."""
        return self.position < len(self.steps)

    @property
    def undo_label(self) -> str:
        """What `undo` would take back; empty if nothing."""
        return self.steps[self.position - 1].label if self.can_undo else ""

    @property
    def redo_label(self) -> str:
        """What `redo` would do again; empty if nothing."""
        return self.steps[self.position].label if self.can_redo else ""

    @property
    def is_modified(self) -> bool:
        """Whether the working set differs from what is saved, compared by content."""
        return self.current is not self.saved and self.current != self.saved

    def do(self, label: str, resources: ResourceSet) -> History:
        """Add a step after the current one; what was undone is forgotten. Same set: no step."""
        if resources is self.current or resources == self.current:
            return self
        done = (*self.steps[: self.position], Step(label, resources))
        return replace(self, steps=done, position=len(done))

    def undo(self) -> History:
        """Take the last step back; the same history if there is none."""
        return replace(self, position=self.position - 1) if self.can_undo else self

    def redo(self) -> History:
        """Do the step again that was taken back last; the same history if there is none."""
        return replace(self, position=self.position + 1) if self.can_redo else self

    def at(self, position: int) -> History:
        """With the first `position` steps done and the others to be redone; 0 is the beginning.

        Raises ValueError for more steps than there are, or fewer than none.
        """
        if not 0 <= position <= len(self.steps):
            raise ValueError(f"there are {len(self.steps)} steps, not {position}")
        return replace(self, position=position)

    def with_saved(self, resources: ResourceSet) -> History:
        """Mark `resources` as what the source now holds; the steps stay, so undo goes past it."""
        return replace(self, saved=resources)

    def rebased(self, saved: ResourceSet, rebase: Callable[[ResourceSet], ResourceSet]) -> History:
        """The source now holds `saved`: every step once more, on top of that.

        `rebase` gives what a set of before is on top of `saved`. So undo takes back what was
        done here, and never what someone else did.
        """
        origin = rebase(self.origin)
        steps: list[Step] = []
        position = 0
        for at, step in enumerate(self.steps, start=1):
            resources = rebase(step.resources)
            if resources != (steps[-1].resources if steps else origin):
                steps.append(Step(step.label, resources))
            if at == self.position:
                position = len(steps)
        return History(saved, origin, tuple(steps), position)
