"""Editing a manifest as text inside the console."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input, TextArea

from lbtui.adapters.external_editor import ExternalEditor
from lbtui.adapters.journal import FileJournal
from lbtui.core.objects.resource_set import ResourceRef
from tests.support.manifests import write_cluster
from tests.tui.console import Console, open_console


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_cluster(tmp_path / "cluster")


@pytest.fixture
def editor(tmp_path: Path) -> ExternalEditor:
    return ExternalEditor(tmp_path / "drafts")


async def open_text(console: Console, *keys: str) -> TextArea:
    await console.press(*keys, "y")
    await console.dialog("ManifestTextScreen")
    return console.app.screen.query_one(TextArea)


def replace_in(area: TextArea, old: str, new: str) -> None:
    """Type over a part of the text, as one edit."""
    assert area.text.count(old) == 1
    before = area.text.split(old)[0].split("\n")
    row, column = len(before) - 1, len(before[-1])
    area.replace(new, (row, column), (row, column + len(old)))


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_preview_follows_the_text_and_the_edit_keeps_the_files_comments(
    folder: Path, editor: ExternalEditor, size: tuple[int, int]
) -> None:
    async with open_console(folder, size, editor=editor) as console:
        area = await open_text(console, "3")
        await console.shows("1 route to 1 peer, as saved")
        replace_in(area, "localPref: 100", "localPref: 200")
        await console.shows("100 → 200")
        assert not console.app.state.history.is_modified
        await console.press("ctrl+s")
        await console.main()
        assert console.app.state.history.undo_label == "edit BGPAdvertisement/local"
        await console.press("s")
        await console.dialog("ReviewDialog")
        await console.press("s")
        await console.main()
    assert "  localPref: 200   # the other site sends 90" in (
        folder / "advertisements.yaml"
    ).read_text("utf-8")


async def test_wrong_text_is_told_at_its_line_and_stays(
    folder: Path, editor: ExternalEditor
) -> None:
    async with open_console(folder, editor=editor) as console:
        area = await open_text(console, "2", "down")
        replace_in(area, "peerASN: 64600", "peerASN: -1")
        line = area.text.split("peerASN")[0].count("\n") + 1
        await console.shows(f"line {line}: ")
        await console.shows("cannot be accepted yet")
        area.move_cursor((0, 0))
        await console.press("ctrl+s")
        assert area.cursor_location[0] == line - 1
        replace_in(area, "peerASN: -1", "peerASN: [")
        await console.shows("✖ line")
        await console.press("escape")
        await console.dialog("ChoiceDialog")
        await console.press("escape")
        await console.dialog("ManifestTextScreen")
        assert "peerASN: [" in area.text
        replace_in(area, "peerASN: [", "peerASN: 64601")
        await console.shows("edited, not accepted yet")
        await console.press("ctrl+s")
        await console.main()
        await console.shows("64601")


async def test_accept_waits_for_what_was_typed_last(folder: Path, editor: ExternalEditor) -> None:
    async with open_console(folder, editor=editor) as console:
        area = await open_text(console, "3")
        replace_in(area, "localPref: 100", "localPref: 300")
        await console.pilot.press("ctrl+s")
        await console.main()
        await console.until(lambda: "100 → 300" in console.details(), "an older text was taken")


async def test_new_name_is_followed_by_what_names_it(folder: Path, editor: ExternalEditor) -> None:
    async with open_console(folder, editor=editor) as console:
        area = await open_text(console, "1")
        replace_in(area, "name: public", "name: street")
        await console.shows("edited, not accepted yet")
        await console.press("ctrl+s")
        await console.main()
        ref = ResourceRef("IPAddressPool", "metallb-system", "street")
        assert console.app.main.selected_ref == ref
        label = console.app.state.history.undo_label
        assert label == "edit IPAddressPool/public, renamed to street, followed by 2 others"
        await console.press("u")
        await console.main()
        assert not console.app.state.history.is_modified


async def test_password_is_not_in_the_text_and_not_lost(
    folder: Path, editor: ExternalEditor
) -> None:
    peers = folder / "peers.yaml"
    text = peers.read_text("utf-8")
    peers.write_text(
        text.replace("  peerAddress: 192.0.2.2", "  peerAddress: 192.0.2.2\n  password: fortytwo")
    )
    async with open_console(folder, editor=editor) as console:
        area = await open_text(console, "2", "down")
        assert "name: edge" in area.text and "fortytwo" not in area.text
        await console.shows("Not shown, and kept unless you write it: spec.password")
        replace_in(area, "peerASN: 64600", "peerASN: 64601")
        await console.shows("edited, not accepted yet")
        await console.press("ctrl+s")
        await console.main()
        await console.press("s")
        await console.dialog("ReviewDialog")
        await console.press("s")
        await console.main()
    assert "password: fortytwo" in peers.read_text("utf-8")
    assert "peerASN: 64601" in peers.read_text("utf-8")


async def test_a_resource_of_any_kind_is_made_from_a_text(
    folder: Path, editor: ExternalEditor
) -> None:
    async with open_console(folder, editor=editor) as console:
        await console.press("1", "N")
        await console.dialog("ManifestTextScreen")
        area = console.app.screen.query_one(TextArea)
        assert "kind: IPAddressPool" in area.text and "name: new-pool" in area.text
        replace_in(area, "name: new-pool", "name: public")
        await console.shows("There is already a IPAddressPool public.")
        area.text = (
            "apiVersion: metallb.io/v1beta1\nkind: BFDProfile\nmetadata:\n  name: fast\n"
            "spec:\n  receiveInterval: 5\n"
        )
        await console.shows("line 6: ")
        replace_in(area, "receiveInterval: 5", "receiveInterval: 50")
        await console.shows("edited, not accepted yet")
        await console.press("ctrl+s")
        await console.main()
        assert console.app.state.history.undo_label == "make BFDProfile/fast"
        assert console.app.main.view.name_in_commands == "bfd"


async def save(console: Console) -> None:
    await console.press("s")
    await console.dialog("ReviewDialog")
    await console.press("s")
    await console.main()


async def test_the_files_own_text_is_edited_comments_too_and_undone(
    folder: Path, editor: ExternalEditor
) -> None:
    file = folder / "advertisements.yaml"
    before = file.read_text("utf-8")
    async with open_console(folder, editor=editor) as console:
        area = await open_text(console, "3")
        assert area.text == before.split("---\n")[0], "its own text, comments and all"
        replace_in(area, "the other site sends 90", "agreed in May")
        await console.shows("edited, not accepted yet")
        await console.press("ctrl+s")
        await console.main()
        assert "modified 1" in console.bar("title")
        await console.press("e")
        await console.dialog("FormScreen")
        console.app.screen.query_one(Input).value = "public, other"
        await console.press("enter")
        await console.main()
        area = await open_text(console)
        assert "ipAddressPools: [public, other]" in area.text and "agreed in May" in area.text
        await console.press("escape")
        await console.main()
        await save(console)
        assert file.read_text("utf-8") == before.replace(
            "the other site sends 90", "agreed in May"
        ).replace("[public]\n  localPref", "[public, other]\n  localPref")
        await console.press("u", "u")
        await console.main()
        await save(console)
        assert not console.app.state.history.is_modified
    assert file.read_text("utf-8") == before


async def test_comments_outlive_the_console(
    folder: Path, editor: ExternalEditor, tmp_path: Path
) -> None:
    for is_first in (True, False):
        journal = FileJournal(tmp_path / "journal", ["the source"])
        async with open_console(folder, editor=editor, journal=journal) as console:
            if is_first:
                area = await open_text(console, "1")
                replace_in(area, "Bought in 2019.", "Bought in 2019, paid.")
                await console.shows("edited, not accepted yet")
                await console.press("ctrl+s")
                await console.main()
            else:
                await console.dialog("ChoiceDialog")
                await console.shows("comments or layout of IPAddressPool/public")
                await console.press("r")
                await console.main()
                await save(console)
        for name in list(journal._locks):
            journal._unlock(name)
    assert "# Bought in 2019, paid.\n" in (folder / "pools.yaml").read_text("utf-8")
