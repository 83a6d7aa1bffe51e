"""In a large cluster the panel is filled beside the event loop, and shows the same."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from lbtui.tui.views import resource_view
from tests.support.manifests import write_cluster
from tests.tui.console import Console, open_console


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_cluster(tmp_path / "cluster")


def titled(console: Console, name: str) -> bool:
    return name in console.bar("side-title")


async def walk(console: Console) -> list[str]:
    """What the panel says of each resource of three views."""
    found = []
    for key in "136":
        await console.press(key)
        for _ in range(2):
            name = str(console.app.main.selected_ref)
            await console.until(partial(titled, console, name), f"{name} in the panel")
            found.append(f"{name}\n{console.details()}")
            await console.press("down")
    return found


async def test_the_panel_follows_the_cursor_and_the_view_all_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_console(folder) as console:
        small = await walk(console)
    monkeypatch.setattr(resource_view, "MANY_RESOURCES", 1)
    async with open_console(folder) as console:
        assert await walk(console) == small
    assert any("route" in one for one in small)
