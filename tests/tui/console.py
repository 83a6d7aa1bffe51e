"""A console on a real folder of manifests, driven by keys, with waits that have a deadline."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from lbtui.adapters.file_store import FileStore
from lbtui.tui.app import LbtuiApp
from lbtui.tui.preferences import Preferences
from lbtui.tui.widgets.bars import Bar
from lbtui.tui.widgets.line_panel import LinePanel

DEADLINE_SECONDS = 60.0


class Console:
    """The application under test, and what a user sees of it."""

    def __init__(self, app: LbtuiApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot

    async def until(self, look: Callable[[], Any], what: str) -> None:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not look():
            assert time.monotonic() < deadline, f"{what}\n{self.screen_text()}"
            await self.pilot.pause(0.01)

    async def settled(self) -> None:
        await self.until(
            lambda: self.app.state.load_error or self.app.state.is_current, "nothing worked out"
        )
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        await self.press(*text)

    async def shows(self, text: str) -> None:
        await self.until(lambda: text in self.screen_text(), f"{text!r} is not on screen")

    async def dialog(self, name: str) -> None:
        await self.until(
            lambda: type(self.app.screen).__name__ == name and self.app.screen.is_mounted,
            f"no {name}",
        )
        await self.pilot.pause()

    async def main(self) -> None:
        """Back on the main screen, and what the answer led to is done."""
        await self.until(lambda: not self.app.is_asking, "still in a dialog, or at work after it")
        await self.settled()

    def screen_text(self) -> str:
        """Every line of the terminal."""
        screen = self.app.screen
        lines = screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip) for strip in lines)

    def bar(self, name: str) -> str:
        return self.app.main.query_one(f"#{name}", Bar).text

    def details(self) -> str:
        return self.app.main.query_one("#details", LinePanel).text


@asynccontextmanager
async def open_console(
    folder: Path, size: tuple[int, int] = (120, 36), **given: Any
) -> AsyncIterator[Console]:
    """Open `folder` with ports and preferences as given; ready when its routes are known."""
    names = {one.name for one in fields(Preferences)} & given.keys()
    preferences = Preferences(**{name: given.pop(name) for name in names})
    app = LbtuiApp(store=FileStore([str(folder)]), preferences=preferences, **given)
    async with app.run_test(size=size, notifications=True) as pilot:
        console = Console(app, pilot)
        await console.settled()
        yield console
        await asyncio.sleep(0)
