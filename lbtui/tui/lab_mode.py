"""Lab mode: sessions to lab routers in place of the peers. A part of the application class."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lbtui.core.routing.lab import NO_LAB, LabMapping, read_entries
from lbtui.tui.asking import AskingApp

if TYPE_CHECKING:
    from collections.abc import Callable

    from lbtui.ports import Speaker
    from lbtui.tui.view_state import ViewState


class LabMode(AskingApp):
    """Takes the mapping from what is typed or from a dialog; an apply brings it into force."""

    state: ViewState
    change: Callable[[ViewState], None]
    lab: Speaker | None

    def action_lab(self, text: str = "") -> None:
        """Map peers and nodes to lab addresses: as typed, "off" for none; empty: ask."""
        if self.lab is not None:
            self.notify("The demo has a lab of its own: its routers are at the peers' addresses.")
        elif not text.strip():
            self.ask(self._ask_for_lab())
        elif text.strip() == "off":
            self._use_lab(NO_LAB)
        else:
            typed = read_entries(text)
            old = self.state.lab_mapping
            both = LabMapping({**old.peers, **typed.peers}, {**old.nodes, **typed.nodes})
            if typed.problems:
                self.notify(" ".join(typed.problems), severity="error", timeout=10)
            else:
                self._use_lab(both)

    async def _ask_for_lab(self) -> None:
        from lbtui.tui.dialogs.lab_dialog import LabDialog

        mapping = await self.push_screen_wait(LabDialog(self.state))
        if mapping is not None:
            self._use_lab(mapping)

    def _use_lab(self, mapping: LabMapping) -> None:
        self.change(replace(self.state, lab_mapping=mapping))
        if mapping.is_empty:
            self.notify("No lab: A applies the peers' real addresses.", severity="warning")
        else:
            count = len(mapping.peers)
            peers = f"{count} peer{'' if count == 1 else 's'}"
            self.notify(f"Lab: {peers} mapped; A applies it and shows what goes where first.")
