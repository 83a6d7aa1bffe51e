from __future__ import annotations

from pathlib import Path

import pytest

from lbtui.adapters.file_store import FileStore
from tests.support.manifests import edit, write_cluster
from tests.tui.console import Console, open_console


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_cluster(tmp_path / "cluster")


async def compared(console: Console, what: str) -> str:
    """The list title, after `:compare WHAT` was typed."""
    await console.press(":")
    await console.dialog("Palette")
    await console.type(f"compare {what}")
    await console.press("enter")
    await console.until(lambda: "Comparison" in console.bar("list-title"), "no comparison")
    view = console.app.main.view
    await console.until(lambda: view.found is not None, "not worked out")  # type: ignore[attr-defined]
    await console.pilot.pause()
    return console.bar("list-title")


async def test_another_folder_is_compared_by_what_is_sent(folder: Path, tmp_path: Path) -> None:
    other = write_cluster(tmp_path / "other")
    edit(other / "services.yaml", "198.51.100.10", "198.51.100.11")
    async with open_console(folder, read_source=lambda name: FileStore([name]).load()) as console:
        title = await compared(console, str(other))
        assert (
            "1 resource, routes: 2 added, 2 withdrawn" in title or "1 added, 1 withdrawn" in title
        )
        text = console.screen_text()
        assert "+ added" in text and "198.51.100.10/32" in text
        assert "- withdrawn" in text and "198.51.100.11/32" in text


async def test_a_back_end_that_refuses_the_configuration_says_why(folder: Path) -> None:
    async with open_console(folder) as console:
        assert "routes: 2 withdrawn" in await compared(console, "native")
        await console.shows("✖ refused")
        keys = console.app.main.view.table.rows
        assert console.app.main.view.select(keys.key(1))
        await console.until(lambda: "at spec.communities[1]" in console.details(), "where it is")
        await console.press("enter")
        await console.until(
            lambda: console.app.main.view.name_in_commands == "advertisements", "the resource"
        )


async def test_the_same_folder_and_the_saved_state_differ_in_nothing(folder: Path) -> None:
    async with open_console(folder, read_source=lambda name: FileStore([name]).load()) as console:
        assert "0 resources, routes: none differs" in await compared(console, str(folder))
        assert "0 resources, routes: none differs" in await compared(console, "saved")
        await console.shows("Nothing differs.")


async def test_a_folder_that_is_not_there_is_said(folder: Path, tmp_path: Path) -> None:
    async with open_console(folder, read_source=lambda name: FileStore([name]).load()) as console:
        await console.press(":")
        await console.dialog("Palette")
        await console.type(f"compare {tmp_path}/none")
        await console.press("enter")
        await console.until(
            lambda: any("none" in note.message for note in console.app._notifications), "not said"
        )
        assert "Comparison" not in console.bar("list-title")


async def test_nodes_that_refuse_what_is_new_keep_what_they_send(
    folder: Path, tmp_path: Path
) -> None:
    other = write_cluster(tmp_path / "other")
    edit(folder / "advertisements.yaml", "large:64512:1:10", "no-such-alias")
    async with open_console(folder, read_source=lambda name: FileStore([name]).load()) as console:
        assert "1 resource, routes: none differs" in await compared(console, str(other))
        text = console.screen_text()
        assert "refused" in text and "spec.communities" in text
        assert console.app.main.view.select(("kept", "unknown-alias"))
        await console.until(
            lambda: "There the configuration before stays in force" in console.details(),
            "not said what stays",
        )


async def test_it_asks_with_what_and_q_leaves_the_question(folder: Path) -> None:
    async with open_console(folder) as console:
        await console.press(":")
        await console.dialog("Palette")
        await console.type("compare")
        await console.press("enter")
        await console.dialog("ChoiceDialog")
        await console.shows("native")
        await console.press("q")
        await console.main()
        assert console.app.is_running and "Comparison" not in console.bar("list-title")
