"""In a large cluster the panel is filled beside the event loop, and shows the same."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from lbtui.tui import route_counts
from lbtui.tui.views import resource_details, resource_view
from tests.support.demo_copy import copy_demo
from tests.support.manifests import write_cluster
from tests.tui.console import Console, open_console
from tests.tui.test_editing import open_form, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_cluster(tmp_path / "cluster")


def titled(console: Console, name: str) -> bool:
    return name in console.bar("side-title")


async def walk(console: Console) -> list[str]:
    """What the panel says of each resource of three views."""
    found = []
    for key in "1346":
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


async def test_a_draft_shows_what_all_edits_change_and_the_panel_its_own_routes_once_counted(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(route_counts, "QUICK_COUNT", 0)
    async with open_console(folder) as console:
        await open_form(console)
        await write(console, "localPref", "200")
        await console.shows("All unsaved edits together")
        await console.shows("tor  +0 -0 ~1")
        await console.shows("~ 198.51.100.10/32")
        await console.press("enter")
        await console.main()
        await console.until(lambda: "100 → 200" in console.details(), "its own routes, marked")
        monkeypatch.setattr(resource_details, "MOST_MARKED", 0)
        await console.press("4", "3")
        await console.shows("All unsaved edits together")


async def test_unchanged_routes_are_counted_and_only_the_first_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = copy_demo(tmp_path / "demo")
    async with open_console(folder) as console:
        small = await walk(console)
    monkeypatch.setattr(route_counts, "QUICK_COUNT", 0)
    async with open_console(folder) as console:
        await console.until(lambda: console.app.state.route_counts, "routes counted")
        assert await walk(console) == small
        monkeypatch.setattr(resource_details, "MOST_ROWS", 1)
        await console.press("4", "1")
        await console.shows("the first 1 route")
        await console.shows("more: 7 shows all")
