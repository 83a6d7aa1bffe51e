from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.manifests import write_cluster
from tests.tui.console import open_console

SIZES = [(20, 5), (1, 1), (40, 10), (60, 16), (80, 24), (120, 36), (200, 60)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_cluster(tmp_path / "cluster")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_view_and_dialog_opens_at_any_size(folder: Path, size: tuple[int, int]) -> None:
    async with open_console(folder, size=size) as console:
        for number in "0123456789":
            await console.press(number)
        await console.press("3", "e")
        await console.dialog("FormScreen")
        await console.press("down", "down", "escape")
        await console.main()
        for key, name in (("colon", "Palette"), ("question_mark", "ReadingDialog")):
            await console.press(key)
            await console.dialog(name)
            await console.press("escape")
            await console.main()
        await console.press("d")
        await console.dialog("ConsequencesDialog")
        await console.press("escape")
        await console.main()
        assert len(console.screen_text().splitlines()) == size[1]


async def test_small_terminal_says_so_and_growing_brings_all_back(folder: Path) -> None:
    async with open_console(folder, size=(120, 36)) as console:
        await console.press("2", "down", "slash")
        await console.type("192")
        await console.press("enter")
        key = console.app.main.view.selected_key
        await console.pilot.resize_terminal(20, 5)
        await console.shows("Too small")
        await console.shows("20x5")
        await console.pilot.resize_terminal(120, 36)
        await console.shows("BGP peers")
        assert console.app.main.view.selected_key == key
        assert console.app.main.view.filter_text == "192"


async def test_panel_stands_beside_below_or_away(folder: Path) -> None:
    async with open_console(folder, size=(120, 36)) as console:
        side, left = console.app.main.query_one("#side"), console.app.main.query_one("#list")
        assert side.region.x >= left.region.right
        await console.pilot.resize_terminal(80, 24)
        await console.until(lambda: side.region.y >= left.region.bottom, "panel is not below")
        await console.pilot.resize_terminal(80, 16)
        await console.until(lambda: not side.display, "panel is still there")
        await console.press("p")
        await console.until(lambda: side.display, "p does not bring it back")
        await console.shows("2 routes to 2 peers")


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=str)
async def test_keys_and_tabs_fit(folder: Path, size: tuple[int, int]) -> None:
    async with open_console(folder, size=size) as console:
        tabs, keys = console.screen_text().splitlines()[1], console.screen_text().splitlines()[-1]
        assert [number for number in "0123456789" if f" {number} " not in tabs] == []
        for label in ("Home", "Advs", "Find") if size[0] < 100 else ("Overview", "Findings"):
            assert label in tabs
        for key in ("e edit", "s save", "? help"):
            assert key in keys


async def test_form_keeps_its_text_when_the_terminal_is_resized(folder: Path) -> None:
    async with open_console(folder, size=(120, 36)) as console:
        await console.press("3", "e")
        await console.dialog("FormScreen")
        await console.type(", more")
        await console.pilot.resize_terminal(80, 24)
        await console.shows("public, more")
        await console.pilot.resize_terminal(20, 5)
        await console.pilot.resize_terminal(120, 36)
        await console.shows("public, more")


async def test_wide_shows_every_column_in_full_over_the_whole_width(folder: Path) -> None:
    async with open_console(folder, size=(80, 24)) as console:
        await console.press("7")
        await console.until(lambda: console.app.main.view.table.shown_count == 2, "no routes")
        assert "Next hop" not in console.screen_text()
        await console.press("ctrl+w")
        await console.until(lambda: not console.app.main.has_side, "the panel is still there")
        await console.shows("Next hop")
        assert "default/web" not in console.screen_text()
        await console.press("greater_than_sign", "greater_than_sign", "greater_than_sign")
        await console.shows("65535:65282 NO_ADVERTISE, 64512:1:10")
        await console.press("greater_than_sign", "greater_than_sign")
        await console.shows("default/web")
        assert "198.51.100.10/32" in console.screen_text()
        await console.press("1", "7")
        await console.shows("default/web")
        await console.press("ctrl+w")
        await console.until(lambda: console.app.main.has_side, "the panel is not back")
