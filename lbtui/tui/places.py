"""Places in the console and the way from one to another: back, forth, and crumbs. Pure."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lbtui.tui.views.registry import NAME_OF_KIND

if TYPE_CHECKING:
    from lbtui.core.objects.resource_set import ResourceRef

MOST_VISITS = 100
"""Places remembered; the oldest are forgotten first."""


@dataclass(frozen=True, slots=True)
class Place:
    """A view, and what of it is looked at. What is None stays as it is there."""

    view: str
    subject: object = None
    """What the view is about, where it can be about several things."""
    filter_text: str | None = None
    key: Hashable | None = None
    """The row under the cursor."""
    trail: tuple[str, ...] = ()
    """Headings of the places that led here, one from the other."""

    def is_other(self, here: Place) -> bool:
        """Whether going there from `here` shows more than another row."""
        return (
            self.view != here.view
            or self.subject not in (None, here.subject)
            or self.filter_text not in (None, here.filter_text)
        )


def place_of(ref: ResourceRef | None) -> Place | None:
    """Where a resource is listed; None if its kind is not."""
    name = NAME_OF_KIND.get(ref.kind) if ref is not None else None
    return Place(name, key=ref) if name is not None else None


def target_of_ref(ref: ResourceRef) -> str:
    """How what-if names a resource; empty for a kind that it cannot take away."""
    if ref.kind == "Service":
        return f"service/{ref.namespace or 'default'}/{ref.name}"
    words = {"Node": "node", "BGPPeer": "peer"}
    return f"{words[ref.kind]}/{ref.name}" if ref.kind in words else ""


class Visits:
    """The places seen, in order, and which of them is shown."""

    def __init__(self, first: Place) -> None:
        """Begin at a place."""
        self._places = [first]
        self._at = 0

    @property
    def here(self) -> Place:
        """The place that is shown, as it was entered or left last."""
        return self._places[self._at]

    def leave(self, place: Place) -> None:
        """Remember how the place shown is left."""
        self._places[self._at] = replace(place, trail=self.here.trail)

    def enter(self, place: Place) -> None:
        """Go to another place; what could be gone forth to is forgotten."""
        self._places = [*self._places[: self._at + 1], place][-MOST_VISITS:]
        self._at = len(self._places) - 1

    def step(self, by: int) -> Place | None:
        """Go back (-1) or forth (1); None if there is nothing."""
        if not 0 <= self._at + by < len(self._places):
            return None
        self._at += by
        return self.here

    def last(self) -> Place | None:
        """The place shown before this one, to go there and to come back with the same key."""
        return self._places[self._at - 1] if self._at else None
