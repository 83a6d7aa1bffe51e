"""Shows what a cluster tells of itself, edits on top, from the first reading on."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from typing import TYPE_CHECKING

from lbtui.ports import LiveStore, PortError
from lbtui.tui import workspace
from lbtui.tui.following import named

if TYPE_CHECKING:
    from lbtui.ports import Snapshot
    from lbtui.tui.app import LbtuiApp

REST_SECONDS = 30.0
"""After which it is looked without being told of anything."""
PATIENCE_SECONDS = 0.5
"""Between two looks whether the user is done with a dialog."""
GATHER_SECONDS = 0.1
"""At least so long one state is shown."""
FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS = 1.0, 30.0


async def read_first(app: LbtuiApp, store: LiveStore) -> Snapshot:
    """The first snapshot, tried until there is one; meanwhile it is said what is wrong."""
    pause = FIRST_RETRY_SECONDS
    while True:
        try:
            return await store.load()
        except PortError as error:
            seconds = pause * random.uniform(1.0, 1.5)  # or all consoles come back at once
            text = f"{error} Tried again every {pause:.0f} s."
            app.change(replace(app.state, load_error=text))
        await asyncio.sleep(seconds)
        pause = min(pause * 2, LAST_RETRY_SECONDS)


class LiveFollowing:
    """Takes in every change that clashes with no edit; of others the user is told once."""

    def __init__(self, app: LbtuiApp, store: LiveStore) -> None:
        """Follow the store of one app."""
        self._app, self._store = app, store
        self._waiting: Snapshot | None = None
        """What could not be taken in yet."""

    async def run(self) -> None:
        """Follow for ever, once something was read."""
        while self._app.state.snapshot is None:
            await asyncio.sleep(GATHER_SECONDS)
        while True:
            is_waiting = self._waiting is not None
            await self._store.stirred(PATIENCE_SECONDS if is_waiting else REST_SECONDS)
            await self._take_notice()
            await asyncio.sleep(GATHER_SECONDS)

    async def _take_notice(self) -> None:
        app, snapshot = self._app, self._store.known()
        before = app.state.snapshot
        if before is None or snapshot is before:
            self._waiting = None
            return
        if snapshot.outages != before.outages:
            # At once, whatever else the user does: what is shown is old, or fresh again.
            self._show_outages(before, snapshot)
        if snapshot.setting != before.setting:
            self._show_permissions(snapshot)
        if app.is_asking:
            self._waiting = snapshot
            return
        if self._clashes(snapshot):
            await self._tell_of_clash(snapshot)
            return
        names = tuple(await self._store.changed())
        self._waiting = None
        self._store.take(snapshot)
        app.change(workspace.rebased(app.state, snapshot))
        if names:
            app.notify(f"{named(names)} changed in the cluster.", timeout=4)

    def _show_outages(self, before: Snapshot, snapshot: Snapshot) -> None:
        was = [one for one in before.outages if one.is_stale]
        app = self._app
        shown = replace(before, outages=snapshot.outages, diagnostics=snapshot.diagnostics)
        app.change(replace(app.state, snapshot=shown))
        away = [one for one in snapshot.outages if one.is_stale]
        if away and not was:
            app.notify(f"Shown as last known: {away[0].message}", severity="warning", timeout=8)
        elif was and not away:
            app.notify("The cluster answers again; what is shown is of now.", timeout=4)

    def _show_permissions(self, snapshot: Snapshot) -> None:
        """What may be written may have become less or more."""
        app, state = self._app, self._app.state
        if state.snapshot is None:
            return
        read_only = state.read_only if app.preferences.is_read_only else self._store.read_only
        shown = replace(state.snapshot, setting=snapshot.setting)
        app.change(replace(state, snapshot=shown, read_only=read_only))
        if read_only and not state.read_only:
            text = f"Your edits are kept, but cannot be saved now: {read_only}."
            app.notify(text, severity="warning", timeout=8)
        elif state.read_only and not read_only:
            app.notify("You may change MetalLB's objects here again.", timeout=4)

    def _clashes(self, snapshot: Snapshot) -> bool:
        state = self._app.state
        if not state.history.is_modified:
            return False
        found = workspace.merged(state, snapshot)
        return bool(found.clashes or found.unread)

    async def _tell_of_clash(self, snapshot: Snapshot) -> None:
        app, is_new = self._app, self._waiting is not snapshot
        self._waiting = snapshot
        names = tuple(await self._store.changed())
        if not is_new or names == app.state.changed_outside:
            return
        app.change(replace(app.state, changed_outside=names))
        app.notify(
            f"{named(names)} changed in the cluster what you edited, too. R brings both together.",
            severity="warning",
            timeout=8,
        )
