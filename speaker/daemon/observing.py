"""What is told of each session to whoever shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from speaker.session.effects import StateChanged

if TYPE_CHECKING:
    from speaker.daemon.peering import Peering


class Observer(Protocol):
    """Who wants to know what peerings do."""

    def state_changed(self, peering: Peering, changes: list[StateChanged]) -> None:
        """The machine moved, perhaps more than once."""

    def activity(self, peering: Peering) -> None:
        """Messages came or went."""

    def routes_moved(self, peering: Peering) -> None:
        """Routes came or went, or are to go."""

    def synchronised(self, peering: Peering) -> None:
        """Whether routes are pending may have changed."""

    def troubled(self, peering: Peering, text: str) -> None:
        """Something came to stand in its way, or is gone (then `text` is empty)."""

    def liveness_changed(self, peering: Peering) -> None:
        """BFD moved."""

    def neighbor_found(self, peering: Peering) -> None:
        """An unnumbered session knows its peer's address, or knows another."""
