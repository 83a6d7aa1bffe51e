"""Draw every picture in this folder from the running console on the demo: `make screenshots`."""

from __future__ import annotations

import argparse
import asyncio
import html
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

from textual.pilot import Pilot

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from lbtui.cli import console
from lbtui.cli.guarded_app import GuardedApp

FOLDER = Path(__file__).parent
SIZE = (120, 34)
DEADLINE_SECONDS = 40.0
TEXT = re.compile(
    r'<text class="(?P<style>[^"]*)" x="(?P<x>[^"]*)" y="(?P<y>[^"]*)" '
    r'textLength="(?P<width>[^"]*)" clip-path="(?P<clip>[^"]*)">(?P<text>[^<]*)</text>'
)
PHRASE = re.compile(r"[^\xa0]+(?:\xa0[^\xa0]+)*")
"""Words with single blanks between them."""
FONT_FACE = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
"""Fonts from the net, which a picture in a README must not ask for."""

VIEWS = {
    "overview": "0",
    "pools": "1",
    "peers": "2",
    "advertisements": "3",
    "aliases": "4",
    "services": "5",
    "nodes": "6",
    "routes": "7",
    "sessions": "8",
    "findings": "9",
    "matrix": "m",
    "topology": "t",
    "log": "L",
}


THEMES = ("lbtui-dark", "lbtui-light", "high-contrast", "colour-blind", "mono")


class Camera:
    """Presses keys and takes pictures."""

    def __init__(self, app: GuardedApp, pilot: Pilot[None]) -> None:
        self._app, self._pilot = app, pilot

    async def until(self, look: Callable[[], bool], what: str) -> None:
        """Wait for something; ends the program with `what` if it does not come."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not look():
            if time.monotonic() > deadline:
                sys.exit(f"no pictures: waited {DEADLINE_SECONDS:g} s for {what}")
            await self._pilot.pause(0.05)

    async def press(self, *keys: str) -> None:
        """Press keys and let everything that follows be drawn."""
        for key in keys:
            await self._pilot.press(key)
            await self._pilot.pause(0.1)
        await self.until(lambda: self._app.state.is_current, "the routes")
        await self._pilot.pause(0.3)

    def take(self, name: str) -> None:
        """Write the screen as it is now."""
        svg = FONT_FACE.sub("", self._app.export_screenshot(title="lbtui"))
        svg = TEXT.sub(place_phrases, svg)
        (FOLDER / f"{name}.svg").write_text(svg)
        print(f"{name}.svg")


def place_phrases(found: re.Match[str]) -> str:
    """Give each phrase its own place: not every viewer keeps several blanks."""
    text = html.unescape(found["text"])
    cell = float(found["width"]) / len(text)
    return "".join(
        f'<text class="{found["style"]}" x="{float(found["x"]) + phrase.start() * cell:g}" '
        f'y="{found["y"]}" textLength="{len(phrase[0]) * cell:g}" clip-path="{found["clip"]}">'
        f"{html.escape(phrase[0])}</text>"
        for phrase in PHRASE.finditer(text)
    )


async def draw(app: GuardedApp) -> None:
    """All pictures, one after the other."""
    async with app.run_test(size=SIZE) as pilot:
        camera = Camera(app, pilot)
        await camera.until(lambda: all_established(app), "the demo's sessions")
        for name, key in VIEWS.items():
            await camera.press(key)
            camera.take(name)
        await camera.press("5", "x")
        camera.take("explain")
        await camera.press("6", "space", "space", "w")
        camera.take("whatif")
        await camera.press("7", "question_mark")
        camera.take("help")
        await camera.press("escape", "3", "e", *["down"] * 4, *["backspace"] * 3, *"250")
        camera.take("edit")
        await camera.press("enter", "equals_sign")
        camera.take("changes")
        await camera.press("A")
        camera.take("apply")
        await camera.press("escape", "s")
        camera.take("save")
        await camera.press("escape")
        await camera.press("7")
        for theme in THEMES:
            app.theme = theme
            await camera.press("down")
            camera.take(f"theme-{theme}")


def all_established(app: GuardedApp) -> bool:
    """Whether every session of the demo is up and has sent its routes."""
    sessions = app.state.speaker.sessions
    counts = [count for row in sessions for count in row.families.values()]
    return (
        bool(sessions)
        and all(row.state == "Established" for row in sessions)
        and all(count.advertised == count.desired for count in counts)
    )


def main() -> None:
    """Open the demo without a terminal, draw, put everything away."""
    parser = argparse.ArgumentParser()
    console.configure(parser)
    opened = console.open_console(parser.parse_args(["--demo"]))
    try:
        asyncio.run(draw(opened.app))
    finally:
        opened.close()


if __name__ == "__main__":
    main()
