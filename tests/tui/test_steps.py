"""The list of steps, and duplicates."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.manifests import write_cluster
from tests.tui.console import open_console
from tests.tui.test_editing import open_form, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_cluster(tmp_path / "cluster")


async def test_steps_are_listed_and_gone_to_both_ways(folder: Path) -> None:
    async with open_console(folder, (80, 24)) as console:
        await console.press("U")
        await console.shows("Nothing was edited yet")
        for value in ("200", "300"):
            await open_form(console)
            await write(console, "localPref", value)
            await console.press("enter")
            await console.main()
        await console.press("1", "d")
        await console.dialog("ConsequencesDialog")
        await console.press("d")
        await console.main()
        await console.press("U")
        await console.dialog("StepsDialog")
        await console.shows("Steps: 3 of 3 done")
        await console.shows("delete IPAddressPool/public")
        await console.shows("as it was opened")
        await console.press("down", "down", "down", "enter")
        await console.main()
        assert not console.app.state.history.is_modified
        await console.press("U")
        await console.dialog("StepsDialog")
        assert console.screen_text().count("undone") == 3
        await console.press("up", "up", "enter")
        await console.main()
        await console.press("3")
        await console.until(lambda: "100 → 300" in console.details(), "not at the second step")
        assert console.app.state.history.position == 2
        await console.press("U")
        await console.dialog("StepsDialog")
        await console.press("up", "escape")
        await console.main()
        assert console.app.state.history.position == 2


async def test_duplicate_is_a_new_resource_with_a_name_of_its_own(folder: Path) -> None:
    async with open_console(folder) as console:
        await console.press("3", "C")
        await console.dialog("FormScreen")
        await console.shows("Duplicate of BGPAdvertisement/local")
        await write(console, "localPref", "200")
        await console.press("enter")
        await console.main()
        ref = console.app.main.selected_ref
        assert ref is not None and ref.name == "local-2"
        assert console.app.state.history.undo_label == "make BGPAdvertisement/local-2"
