from __future__ import annotations

from pathlib import Path

import pytest

from lbtui.tui.finding_names import Fit, fitter
from tests.support.manifests import write_cluster
from tests.tui.console import Console, open_console


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_cluster(tmp_path / "cluster")


async def command(console: Console, text: str) -> None:
    await console.press("colon")
    await console.dialog("Palette")
    await console.type(text)
    await console.press("enter")
    await console.main()


async def test_any_object_is_found_by_name_or_by_its_letters(folder: Path) -> None:
    async with open_console(folder) as console:
        for typed, view, name in (
            ("xternl", "advertisements", "external"),
            ("ndb", "nodes", "node-b"),
            ("t/web", "services", "web"),
        ):
            await command(console, typed)
            assert console.app.main.view.name_in_commands == view
            ref = console.app.main.selected_ref
            assert ref is not None and ref.name == name


async def test_a_view_with_a_filter(folder: Path) -> None:
    async with open_console(folder) as console:
        await command(console, "bgppeers ebgp")
        assert console.app.main.view.name_in_commands == "peers"
        assert console.app.main.view.filter_text == "ebgp"
        assert console.app.main.view.table.shown_count == 1


async def test_back_and_forth_keep_filter_and_row(folder: Path) -> None:
    async with open_console(folder) as console:
        await console.press("2", "down")
        await command(console, "routes tor")
        await console.press("5")
        await console.press("left_square_bracket")
        assert console.app.main.view.name_in_commands == "routes"
        assert console.app.main.view.filter_text == "tor"
        await console.press("left_square_bracket")
        ref = console.app.main.selected_ref
        assert ref is not None and ref.name == "edge"
        await console.press("right_square_bracket", "right_square_bracket")
        assert console.app.main.view.name_in_commands == "services"
        await console.press("right_square_bracket")
        assert console.app.main.view.name_in_commands == "services"
        await console.press("minus")
        assert console.app.main.view.name_in_commands == "routes"
        await console.press("minus")
        assert console.app.main.view.name_in_commands == "services"


FITS = [
    ("tor", "tor", Fit.SAME),
    ("TO", "tor", Fit.BEGINS),
    ("or", "tor", Fit.CONTAINS),
    ("peer tor", "tor-a", Fit.ALL_WORDS),
    ("ta", "tor-a", Fit.LETTERS),
    ("at", "tor-a", None),
    ("a.", "tor-a", None),
]


@pytest.mark.parametrize(("typed", "name", "expected"), FITS)
def test_fit(typed: str, name: str, expected: Fit | None) -> None:
    assert fitter(typed)(name, "bgppeer") == expected
