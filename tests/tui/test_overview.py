from __future__ import annotations

from pathlib import Path

import pytest

from lbtui.tui.answer_view import AnswerView
from tests.support.manifests import edit, write_cluster
from tests.tui.console import Console, open_console


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_cluster(tmp_path / "cluster")


async def overview(console: Console) -> AnswerView[object]:
    await console.press("0")
    view = console.app.main.view
    assert isinstance(view, AnswerView)
    await console.until(lambda: view.found is not None and len(view.table.rows), "no overview")
    return view


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=str)
async def test_health_at_a_glance(folder: Path, size: tuple[int, int]) -> None:
    edit(folder / "peers.yaml", "peerASN: 64600", "peerASN: 64600\n  holdTime: 2s")
    async with open_console(folder, size=size) as console:
        await overview(console)
        await console.shows("1 error")
        for text in ("Findings", "Services", "Sessions", "Pools", "✖ error", "public", "256 IPv4"):
            assert text in console.screen_text()


async def test_lines_lead_to_what_they_count_and_back(folder: Path) -> None:
    edit(folder / "peers.yaml", "peerASN: 64600", "peerASN: 64600\n  holdTime: 2s")
    async with open_console(folder) as console:
        view = await overview(console)
        assert view.select(("Findings", "error"))
        await console.press("enter")
        assert console.app.main.view.name_in_commands == "findings"
        assert console.app.main.view.filter_text == "severity=error"
        assert console.app.main.view.table.shown_count == 1
        assert "Overview › Findings" in console.bar("list-title")  # noqa: RUF001
        await console.press("escape", "escape")
        assert console.app.main.view is view
        assert view.selected_key == ("Findings", "error")
        assert view.select(("Pools", "public"))
        await console.press("enter")
        assert console.app.main.selected_ref is not None
        assert console.app.main.selected_ref.name == "public"


async def test_overview_follows_edits(folder: Path) -> None:
    async with open_console(folder) as console:
        view = await overview(console)
        assert view.select(("Services", "several"))
        await console.press("3", "d")
        await console.dialog("ConsequencesDialog")
        await console.press("d")
        await console.main()
        await overview(console)
        await console.press("3", "home", "d")
        await console.dialog("ConsequencesDialog")
        await console.press("d")
        await console.main()
        await overview(console)
        await console.shows("no path")
        assert "1 service without a path" in console.bar("list-title")


async def test_services_of_a_pool_that_is_full_are_found(folder: Path) -> None:
    edit(folder / "pools.yaml", "198.51.100.0/24", "198.51.100.10/32")
    async with open_console(folder) as console:
        view = await overview(console)
        await console.shows("100%")
        await console.press("exclamation_mark")
        assert view.filter_text == "is=faulty"
        assert "public" in console.screen_text()
        await console.press("exclamation_mark")
        assert view.filter_text == ""
