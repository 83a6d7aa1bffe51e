from __future__ import annotations

from pathlib import Path

import pytest

from lbtui.tui.theme import DEFAULT, load_themes, shipped_folder
from tests.support.manifests import write_cluster
from tests.tui.console import open_console

SHIPPED = {"lbtui-dark", "lbtui-light", "high-contrast", "colour-blind", "mono"}
GOOD = 'name: dusk\nprimary: "#336699"\n'
BAD = [
    pytest.param("name: [\n", "no valid YAML at line", id="yaml"),
    pytest.param("- a\n", "must be a mapping", id="list"),
    pytest.param("name: x\n", "primary is missing", id="missing"),
    pytest.param(GOOD + "warning: bluish\n", "warning: 'bluish' is no colour", id="colour"),
    pytest.param(GOOD + "colour: red\n", "unknown entry colour", id="unknown"),
    pytest.param(GOOD + "dark: perhaps\n", "dark must be true or false", id="dark"),
]


def test_shipped_themes_load_without_a_problem() -> None:
    loaded = load_themes()
    assert not loaded.problems
    assert {theme.name for theme in loaded.themes} >= SHIPPED
    assert len(list(shipped_folder().glob("*.yaml"))) >= 4


@pytest.mark.parametrize(("text", "problem"), BAD)
def test_bad_theme_is_told_and_the_others_load(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    (tmp_path / "dusk.yaml").write_text(GOOD)
    loaded = load_themes([tmp_path])
    assert len(loaded.problems) == 1
    assert "bad.yaml" in loaded.problems[0] and problem in loaded.problems[0]
    assert {theme.name for theme in loaded.themes} >= SHIPPED | {"dusk"}


def test_theme_that_is_no_text_or_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "folder.yaml").mkdir()
    assert len(load_themes([tmp_path]).problems) == 2


async def test_users_theme_is_shown_and_the_choice_is_kept(tmp_path: Path) -> None:
    folder = write_cluster(tmp_path / "cluster")
    themes = tmp_path / "themes"
    themes.mkdir()
    (themes / "dusk.yaml").write_text(GOOD)
    kept: list[str] = []
    async with open_console(
        folder, theme="dusk", theme_folders=[themes], save_theme=kept.append
    ) as console:
        assert console.app.theme == "dusk"
        await console.press("colon")
        await console.dialog("Palette")
        await console.type("theme mono")
        await console.press("enter")
        await console.until(lambda: console.app.theme == "mono", "theme not changed")
        assert kept == ["mono"]


async def test_unknown_theme_is_told_and_the_default_is_used(tmp_path: Path) -> None:
    async with open_console(write_cluster(tmp_path / "cluster"), theme="pink") as console:
        await console.shows("There is no theme pink")
        assert console.app.theme == DEFAULT
