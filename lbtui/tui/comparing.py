"""Comparing the working set with something else. A part of the application class."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from lbtui.core.configuration.model import BACKENDS
from lbtui.ports import PortError, Snapshot
from lbtui.tui.asking import AskingApp
from lbtui.tui.places import Place
from lbtui.tui.text import line
from lbtui.tui.view_state import ViewState

if TYPE_CHECKING:
    from lbtui.tui.views.compared import Against

ReadSource = Callable[[str], Awaitable[Snapshot]]
"""Reads a file, a folder or a cluster that was named. Raises PortError."""


class Comparing(AskingApp):
    """Finds out with what, reads it if need be, and shows the comparison."""

    state: ViewState
    read_source: ReadSource | None

    def action_compare(self, what: str = "") -> None:
        """Compare with `what`: "saved", a back end, a file, a folder, "cluster:"; empty: ask."""
        self.ask(self._compare(what.strip()))

    async def _compare(self, what: str) -> None:
        from lbtui.tui.views.compared import SAVED, Against

        what = what or await self._chosen()
        against: Against | None
        if not what:
            against = None
        elif what == "saved":
            against = SAVED
        elif what in BACKENDS:
            against = Against(f"from {self.state.backend} to {what}", backend=what)
        else:
            against = await self._read(what)
        if against is not None:
            place = Place("comparison", subject=against)
            self.call_later(self.main.follow, place)

    async def _chosen(self) -> str:
        from lbtui.tui.dialogs.choice import Choice, ChoiceDialog

        others = [backend for backend in BACKENDS if backend != self.state.backend]
        choices = [Choice("s", "what is saved", "saved")]
        choices += [Choice(str(at), backend, backend) for at, backend in enumerate(others, 1)]
        lines = (
            line("What is sent is compared: with the saved state, or under another back end."),
            line("With another folder or a cluster: type :compare FOLDER or :compare cluster:."),
        )
        return await self.push_screen_wait(ChoiceDialog("Compare with?", lines, choices)) or ""

    async def _read(self, what: str) -> Against | None:
        from lbtui.tui.views.compared import Against

        if self.read_source is None:
            self.notify("No other source can be read here.", severity="warning")
            return None
        try:
            snapshot = await self.read_source(what)
        except PortError as error:
            self.notify(str(error), severity="error", timeout=8)
            return None
        unread = [one for one in snapshot.diagnostics if one.is_error]
        if unread:
            self.notify(f"{what}: {len(unread)} errors; lbtui lint {what} names them.", timeout=8)
        for outage in snapshot.outages:
            self.notify(f"{what}: {outage.message}", severity="warning", timeout=8)
        return Against(
            f"from {what} to what is here",
            resources=snapshot.resources,
            options=snapshot.options,
            is_cluster=snapshot.setting is not None,
        )
