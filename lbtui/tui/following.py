"""Follows what others do to the source: notices it, and brings edits and their changes together."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from lbtui.ports import PortError
from lbtui.tui import workspace
from lbtui.tui.dialogs.choice import tell

if TYPE_CHECKING:
    from lbtui.core.objects.resource_set import ResourceRef
    from lbtui.ports import Snapshot
    from lbtui.tui.app import LbtuiApp

LOOK_SECONDS = 2.0
"""Between two looks at the source."""
LEAST_IDLE = 300
"""How many times as long as a look takes the console waits before the next."""
LONGEST_SECONDS = 10.0
"""Between two looks, however long one took: on a busy machine that says little of its cost."""


class Following:
    """Looks at the source now and then; merges, and asks only where both changed one thing."""

    def __init__(self, app: LbtuiApp) -> None:
        """Follow the store of one app."""
        self._app = app

    async def run(self) -> None:
        """Look for ever. Without edits a change is read at once, with edits it is told."""
        pause = LOOK_SECONDS
        while True:
            await asyncio.sleep(pause)
            if self._app.state.snapshot is None:
                continue
            started = time.monotonic()
            names = await self._changed()
            taken = time.monotonic() - started  # the look alone: a reading is no habit
            pause = max(LOOK_SECONDS, min(taken * LEAST_IDLE, LONGEST_SECONDS))
            if names is not None:
                await self._take_notice(names)

    async def _changed(self) -> tuple[str, ...] | None:
        """What is not as it was read; None if that cannot be seen: a save will say why."""
        try:
            return tuple(await self._app.store.changed())
        except PortError:
            return None

    async def _take_notice(self, names: tuple[str, ...]) -> None:
        app = self._app
        if names != app.state.changed_outside:
            app.change(replace(app.state, changed_outside=names))
            if names and app.state.history.is_modified:
                app.notify(
                    f"{named(names)} changed meanwhile. R reads it again and keeps your edits.",
                    severity="warning",
                    timeout=6,
                )
        if names and not app.state.history.is_modified and not app.is_asking:
            await self._read_quietly(names)

    async def _read_quietly(self, names: tuple[str, ...]) -> None:
        """Show what is there now, unless the user began to do something meanwhile."""
        app = self._app
        try:
            snapshot = await app.store.look()
        except PortError:
            return
        if app.is_asking or app.state.history.is_modified:
            return
        self._take(snapshot, {})
        app.notify(f"{named(names)} changed and was read again.", timeout=4)

    async def catch_up(self) -> bool:
        """Read what is there now and put the edits on top; whether that was done.

        Where both changed one thing, the user chooses.
        """
        from lbtui.tui.dialogs.clashes import ClashDialog

        app = self._app
        try:
            snapshot = await app.store.look()
        except PortError as error:
            await tell(app, "Not read", str(error), "Your edits are kept here.")
            return False
        found = workspace.merged(app.state, snapshot)
        if found.unread:
            await tell(app, "Cannot be merged yet", *_unread_words(found.unread, snapshot))
            return False
        choices: workspace.Choices = {}
        if found.clashes:
            chosen = await app.push_screen_wait(ClashDialog(found.clashes))
            if chosen is None:
                return False
            choices = chosen
        self._take(snapshot, choices)
        return True

    def _take(self, snapshot: Snapshot, choices: workspace.Choices) -> None:
        self._app.store.take(snapshot)
        self._app.change(workspace.rebased(self._app.state, snapshot, choices))


def named(names: tuple[str, ...]) -> str:
    """A few of the names, and how many more."""
    shown = ", ".join(names[:3])
    return f"{shown} and {len(names) - 3} more" if len(names) > 3 else shown


def _unread_words(refs: tuple[ResourceRef, ...], snapshot: Snapshot) -> list[str]:
    problems = [one for one in snapshot.diagnostics if one.severity == "error" and one.place]
    return [
        f"You edited {', '.join(map(str, refs))}, and what is there now cannot be read:",
        *(f"  {one.place}: {one.message}" for one in problems[:5]),
        "Mend that first, then save again. Your edits are kept here; nothing was written.",
    ]
