"""What the console is told from outside: by the store, by the speaker, by the demo's lab."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from lbtui.ports import (
    LiveStore,
    PortError,
    Snapshot,
    Speaker,
    SpeakerView,
    Store,
    TellingStore,
)
from lbtui.tui import workspace
from lbtui.tui.facts import FactFinding
from lbtui.tui.live_following import LiveFollowing, read_first
from lbtui.tui.pacing import Paced
from lbtui.tui.speaker_log import SpeakerLog

if TYPE_CHECKING:
    from lbtui.tui.app import LbtuiApp

LOOK_SECONDS = 0.1
"""Between two looks how far a reading has come."""


class Feeds:
    """Starts everything that brings news, and turns news into states."""

    def __init__(self, app: LbtuiApp) -> None:
        """Feed one app; nothing is asked yet."""
        self._app = app
        self._is_reading = False

    def begin(self) -> None:
        """Read the store, then hear of changes; talk to the speaker meanwhile."""
        app, store = self._app, self._app.store
        app.spawn(self.read())
        if isinstance(store, LiveStore):
            app.spawn(LiveFollowing(app, store).run())
            app.spawn(FactFinding(app, store).run())
        else:
            app.spawn(app.following.run())
        if app.speaker is not None:
            app.spawn(self._follow_speaker(app.speaker))
        if app.lab is not None:
            app.spawn(self._follow_lab(app.lab))
            app.spawn(app.start_lab())

    async def end(self) -> None:
        """Hear no more of a cluster."""
        if isinstance(self._app.store, LiveStore):
            await self._app.store.close()

    async def read(self) -> None:
        """Read the store for the first time, or once more where that failed."""
        if not self._is_reading:
            self._is_reading = True
            try:
                await self._read()
            finally:
                self._is_reading = False

    async def _read(self) -> None:
        app, store = self._app, self._app.store
        try:
            if isinstance(store, LiveStore):
                snapshot = await read_first(app, store)
            else:
                snapshot = await self._load(store)
        except PortError as error:
            app.change(replace(app.state, load_error=str(error)))
            return
        if snapshot.setting is not None:
            app.namespace = snapshot.setting.namespace
        read_only = app.state.read_only or store.read_only
        app.change(replace(workspace.loaded(app.state, snapshot), read_only=read_only))
        app.spawn(app.journaling.offer())

    async def _load(self, store: Store) -> Snapshot:
        """Load a store; what takes long can be looked at while it goes on."""
        loading = asyncio.ensure_future(store.load())
        try:
            while isinstance(store, TellingStore) and not loading.done():
                await asyncio.wait((loading,), timeout=LOOK_SECONDS)
                reading, state = store.reading, self._app.state
                if not loading.done() and reading is not None and reading is not state.reading:
                    self._app.change(workspace.being_read(state, reading))
            return await loading
        finally:
            loading.cancel()

    async def _follow_speaker(self, speaker: Speaker) -> None:
        app, log = self._app, SpeakerLog()
        paced = Paced[SpeakerLog](
            lambda log: app.change(replace(app.state, speaker=log.last, events=log.events))
        )
        async for view in speaker.watch():
            log = log.after(view, time.time())
            paced.put(log)

    async def _follow_lab(self, lab: Speaker) -> None:
        app = self._app
        paced = Paced[SpeakerView](lambda view: app.change(replace(app.state, lab=view)))
        async for view in lab.watch():
            paced.put(view)
