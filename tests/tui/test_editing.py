from __future__ import annotations

import difflib
from pathlib import Path

import pytest
from textual.widgets import Input

from lbtui.core.objects.resource_set import ResourceRef
from tests.support.manifests import write_cluster
from tests.tui.console import Console, open_console


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_cluster(tmp_path / "cluster")


async def open_form(console: Console, view: str = "3") -> None:
    await console.press(view)
    await console.press("e")
    await console.dialog("FormScreen")


async def move_to(console: Console, label: str) -> None:
    table = console.app.screen.query_one("LineTable")
    labels = [str(table.rows.cells(i)[0]) for i in table.order]  # type: ignore[attr-defined]
    here = labels.index(label)
    at = table._cursor  # type: ignore[attr-defined]
    await console.press(*(["down"] * (here - at) if here > at else ["up"] * (at - here)))


async def write(console: Console, label: str, text: str) -> None:
    await move_to(console, label)
    await console.press("ctrl+x")
    await console.type(text)


async def test_preview_follows_the_form_before_anything_is_accepted(folder: Path) -> None:
    async with open_console(folder) as console:
        await open_form(console)
        await write(console, "localPref", "200")
        await console.shows("changed localPref 100 → 200")
        assert not console.app.state.history.is_modified
        await console.press("escape")
        await console.dialog("ChoiceDialog")
        await console.press("d")
        await console.main()
        assert not console.app.state.history.is_modified


async def test_accepted_edit_marks_resource_route_and_title(folder: Path) -> None:
    async with open_console(folder) as console:
        await open_form(console)
        await write(console, "localPref", "200")
        await console.press("enter")
        await console.main()
        await console.shows("~ edited")
        await console.until(lambda: "100 → 200" in console.details(), "routes not marked")
        assert "modified 1" in console.bar("title")
        await console.press("u")
        await console.until(lambda: "as saved" in console.details(), "undo has no effect")
        assert "modified" not in console.bar("title")
        await console.press("ctrl+r")
        await console.until(lambda: "100 → 200" in console.details(), "redo has no effect")


async def test_save_changes_one_line_of_one_file(folder: Path) -> None:
    before = {file.name: file.read_text() for file in folder.iterdir()}
    async with open_console(folder) as console:
        await open_form(console)
        await write(console, "localPref", "200")
        await console.press("ctrl+s")
        await console.main()
        await console.press("s")
        await console.dialog("ReviewDialog")
        await console.shows("advertisements.yaml")
        await console.shows("+   localPref: 200   # the other site sends 90")
        await console.shows("tor  +0 added  -0 withdrawn  ~1 changed")
        await console.press("s")
        await console.main()
        assert not console.app.state.history.is_modified
    after = {file.name: file.read_text() for file in folder.iterdir()}
    changed = [name for name in before if before[name] != after[name]]
    assert changed == ["advertisements.yaml"]
    lines = list(
        difflib.ndiff(
            before["advertisements.yaml"].splitlines(), after["advertisements.yaml"].splitlines()
        )
    )
    assert [text for text in lines if text[0] in "+-"] == [
        "-   localPref: 100   # the other site sends 90",
        "+   localPref: 200   # the other site sends 90",
    ]


async def test_wrong_text_is_told_at_its_field_and_not_accepted(folder: Path) -> None:
    async with open_console(folder) as console:
        await open_form(console, "2")
        await write(console, "peerPort", "99999")
        await console.shows("99999 is out of range")
        await console.press("enter")
        await console.shows("1 problem")
        assert type(console.app.screen).__name__ == "FormScreen"
        await write(console, "peerPort", "1790")
        await console.press("enter")
        await console.main()
        await console.shows("192.0.2.1:1790")


async def test_name_is_picked_from_what_there_is(folder: Path) -> None:
    async with open_console(folder) as console:
        await open_form(console)
        await move_to(console, "peers")
        await console.press("tab")
        await console.dialog("Picker")
        await console.shows("192.0.2.2, AS 64600")
        await console.press("space", "enter")
        await console.dialog("FormScreen")
        await console.shows("  tor, edge")
        await console.press("enter")
        await console.main()
        await console.until(lambda: "edge" in console.details(), "route to edge not shown")
        assert "+ added" in console.details()


async def test_booleans_change_by_space(folder: Path) -> None:
    async with open_console(folder) as console:
        await open_form(console, "1")
        await move_to(console, "autoAssign")
        await console.press("space")
        await console.shows("false")
        await console.press("enter")
        await console.main()
        await console.shows("on request")


async def test_alias_is_added_and_removed_as_a_line(folder: Path) -> None:
    async with open_console(folder) as console:
        await open_form(console, "4")
        await move_to(console, "communities[1]")
        await console.type("NO_EXPORT = 65535:65281")
        await console.press("enter")
        await console.main()
        await console.shows("65535:65281")
        assert console.app.main.view.table.shown_count == 2


async def test_new_resource_is_complete_before_it_is_accepted(folder: Path) -> None:
    async with open_console(folder) as console:
        await console.press("1", "n")
        await console.dialog("FormScreen")
        await console.press("enter")
        assert type(console.app.screen).__name__ == "FormScreen"
        await write(console, "name", "second")
        await write(console, "addresses", "203.0.113.0/28")
        await console.press("enter")
        await console.main()
        await console.shows("+ new")
        assert console.app.main.selected_ref == ResourceRef(
            "IPAddressPool", "metallb-system", "second"
        )


async def test_delete_shows_who_loses_which_route(folder: Path) -> None:
    async with open_console(folder) as console:
        await console.press("2", "d")
        await console.dialog("ConsequencesDialog")
        await console.shows("1 route withdrawn")
        assert "BGPAdvertisement/local  spec.peers[0]" in console.screen_text()
        assert "198.51.100.10/32" in console.screen_text()
        await console.press("escape")
        await console.main()
        assert not console.app.state.history.is_modified
        await console.press("d")
        await console.dialog("ConsequencesDialog")
        await console.press("d")
        await console.main()
        await console.shows("- deleted")


async def test_quit_asks_when_something_is_not_saved(folder: Path) -> None:
    async with open_console(folder) as console:
        await open_form(console)
        await write(console, "localPref", "200")
        await console.press("enter")
        await console.main()
        await console.press("q")
        await console.dialog("ChoiceDialog")
        await console.shows("spec.localPref  100 → 200")
        await console.press("escape")
        await console.main()
        assert console.app.is_running
        await console.press("q")
        await console.dialog("ChoiceDialog")
        await console.press("d")
        await console.until(lambda: console.app._exit, "still running")


async def test_read_only_console_saves_nothing(folder: Path) -> None:
    before = (folder / "advertisements.yaml").read_text()
    async with open_console(folder, is_read_only=True) as console:
        assert "read-only" in console.bar("title")
        await open_form(console)
        await write(console, "localPref", "200")
        await console.press("enter")
        await console.main()
        await console.press("s")
        await console.dialog("ChoiceDialog")
        await console.shows("opened read-only")
    assert (folder / "advertisements.yaml").read_text() == before


async def test_failed_save_says_why_and_keeps_the_edits(folder: Path) -> None:
    async with open_console(folder) as console:
        await open_form(console)
        await write(console, "localPref", "200")
        await console.press("enter")
        await console.main()
        (folder / "advertisements.yaml").unlink()
        (folder / "advertisements.yaml").mkdir()
        await console.press("s")
        await console.until(
            lambda: (
                "advertisements.yaml" in console.screen_text()
                and "Save to" not in console.screen_text()
            ),
            "nothing said",
        )
        await console.press("escape")
        await console.main()
        assert console.app.state.history.is_modified
        assert "modified 1" in console.bar("title")


async def test_idle_console_writes_nothing(folder: Path) -> None:
    async with open_console(folder) as console:
        await console.pilot.pause(0.3)
        written: list[str] = []
        driver = console.app._driver
        assert driver is not None
        display = console.app._display
        console.app._display = (  # type: ignore[method-assign]
            lambda *what: written.append("paint") or display(*what)  # type: ignore[func-returns-value]
        )
        await console.pilot.pause(1.5)
        assert written == []
        await console.press("down")
        await console.press("2")
        assert written


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_form_says_beside_a_field_what_its_text_means(
    folder: Path, size: tuple[int, int]
) -> None:
    async with open_console(folder, size) as console:
        await open_form(console, "1")
        await write(console, "addresses", "198.51.100.0/24, 203.0.113.0/25")
        await console.shows("384 addresses: 198.51.100.0/24, 203.0.113.0/25")
        await console.type(", 198.51.100.0/25")
        await console.shows("overlaps 198.51.100.0/24 in this pool")
        await console.type("9")
        await console.shows("'198.51.100.0/259' is not a CIDR")
        assert "in this pool" not in console.screen_text()


async def test_a_renamed_alias_is_followed_and_a_deletion_shows_who_uses_it(folder: Path) -> None:
    async with open_console(folder) as console:
        await console.press("4", "e")
        await console.dialog("FormScreen")
        console.app.screen.query_one(Input).value = "stay-inside = 65535:65282"
        await console.press("enter")
        await console.main()
        label = "edit Community/well-known, followed by 1 other"
        assert console.app.state.history.undo_label == label
        await console.press("s")
        await console.dialog("ReviewDialog")
        await console.shows("2 files, +2 -2 lines")
        await console.shows("+   - stay-inside")
        await console.press("escape")
        await console.main()
        await console.press("d")
        await console.dialog("ConsequencesDialog")
        await console.shows("BGPAdvertisement/local  spec.communities[0]")
