"""The review before a save, and what others do to the files meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from lbtui.core.editing.edit import delete_resource, set_field
from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
from lbtui.ports import FileChange
from lbtui.tui import following, workspace
from tests.support.manifests import edit, write_cluster
from tests.tui.console import Console, open_console

LOCAL = ResourceRef("BGPAdvertisement", "metallb-system", "local")
TOR = ResourceRef("BGPPeer", "metallb-system", "tor")
PUBLIC = ResourceRef("IPAddressPool", "metallb-system", "public")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_cluster(tmp_path / "cluster")


@pytest.fixture
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at the files ten times a second, however slow the machine, so that no test waits."""
    monkeypatch.setattr(following, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(following, "LONGEST_SECONDS", 0.1)


@pytest.fixture
def _seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    """Never look before something is saved."""
    monkeypatch.setattr(following, "LOOK_SECONDS", 1e6)


def stage(console: Console, ref: ResourceRef, path: str, value: Any) -> None:
    """An edit, as the form makes it."""
    app = console.app
    resource: Any = app.state.history.current.get(ref)
    edited = set_field(resource, path, value).resource
    assert edited is not None
    resources = app.state.history.current.with_resource(ref, edited)
    app.change(workspace.edited(app.state, f"set {path}", resources))


def pref(folder: Path) -> str:
    text = (folder / "advertisements.yaml").read_text()
    return next(line for line in text.splitlines() if "localPref" in line)


async def test_the_review_shows_text_routes_and_findings(folder: Path) -> None:
    async with open_console(folder) as console:
        stage(console, LOCAL, "spec.peers", ["nobody"])
        await console.press("s")
        await console.dialog("ReviewDialog")
        await console.shows("1 file, +1 -1 lines")
        await console.shows("-   peers: [tor]")
        await console.shows("+   peers: [nobody]")
        await console.shows("tor  +0 added  -1 withdrawn  ~0 changed")
        await console.shows("3 new")
        await console.press("n", "n", "n")
        await console.shows("- 198.51.100.10/32")
        await console.press("escape")
        await console.main()
        assert console.app.state.history.is_modified
    assert "nobody" not in (folder / "advertisements.yaml").read_text()


async def test_the_review_fits_a_small_terminal(folder: Path) -> None:
    async with open_console(folder, size=(80, 24)) as console:
        stage(console, LOCAL, "spec.localPref", 200)
        await console.press("s")
        await console.dialog("ReviewDialog")
        await console.shows("tor  +0 added  -0 withdrawn  ~1 changed")
        await console.shows("+   localPref: 200   # the other site sends 90")
        assert "s save  esc back" in console.screen_text()


async def test_what_is_worked_out_while_the_review_opens_is_shown_in_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_console(folder) as console:
        store = console.app.store
        was_changed, changes = store.changed, store.changes

        async def edited_first() -> bool:
            await was_changed()
            stage(console, PUBLIC, "spec.avoidBuggyIPs", True)
            return False

        async def known_first(new: ResourceSet) -> Sequence[FileChange]:
            await console.until(lambda: not console.app.compiler.is_busy, "still at work")
            return await changes(new)

        stage(console, LOCAL, "spec.localPref", 200)
        await console.settled()
        monkeypatch.setattr(store, "changed", edited_first)
        monkeypatch.setattr(store, "changes", known_first)
        await console.press("s")
        await console.dialog("ReviewDialog")
        await console.shows("tor  +0 added  -0 withdrawn  ~1 changed")


async def test_the_review_says_where_the_new_is_refused(folder: Path) -> None:
    async with open_console(folder) as console:
        stage(console, LOCAL, "spec.communities", ("no-such-alias",))
        await console.press("s")
        await console.dialog("ReviewDialog")
        await console.shows("refused on all 2 nodes")
        await console.shows("goes on sending what it sends now until it restarts")


async def test_a_changed_password_shows_as_changed_and_no_more(folder: Path) -> None:
    edit(
        folder / "peers.yaml", "peerAddress: 192.0.2.1", "peerAddress: 192.0.2.1\n  password: old1"
    )
    async with open_console(folder) as console:
        stage(console, TOR, "spec.password", "new2")
        await console.press("s")
        await console.dialog("ReviewDialog")
        await console.shows("-   password: ***")
        await console.shows("+   password: *** (changed)")
        assert "old1" not in console.screen_text() and "new2" not in console.screen_text()
        await console.press("s")
        await console.main()
    assert "password: new2" in (folder / "peers.yaml").read_text()


@pytest.mark.usefixtures("_seldom")
async def test_changes_of_both_sides_are_saved_with_their_comments(folder: Path) -> None:
    file = folder / "advertisements.yaml"
    async with open_console(folder) as console:
        stage(console, LOCAL, "spec.localPref", 200)
        edit(file, "aggregationLength: 24", "# as the carrier wants it\n  aggregationLength: 25")
        await console.press("s")
        await console.dialog("ReviewDialog")
        await console.shows("1 file, +1 -1 lines")
        await console.press("s")
        await console.main()
        assert not console.app.state.history.is_modified
        await console.press("u")
        await console.until(
            lambda: console.app.state.history.undo_label == "", "the step is still there"
        )
    text = file.read_text()
    assert "# as the carrier wants it\n  aggregationLength: 25" in text
    assert "localPref: 200   # the other site sends 90" in text


@pytest.mark.parametrize(("key", "kept"), [("m", 200), ("t", 300)])
@pytest.mark.usefixtures("_seldom")
async def test_one_field_changed_twice_is_chosen(folder: Path, key: str, kept: int) -> None:
    file = folder / "advertisements.yaml"
    async with open_console(folder) as console:
        stage(console, LOCAL, "spec.localPref", 200)
        stage(console, PUBLIC, "spec.autoAssign", False)
        edit(file, "localPref: 100 ", "localPref: 300 ")
        await console.press("s")
        await console.dialog("ClashDialog")
        for text in ("spec.localPref", "200", "300", "100", "1 to choose"):
            await console.shows(text)
        await console.press("enter")
        assert type(console.app.screen).__name__ == "ClashDialog", "a choice is needed"
        await console.press(key, "enter")
        await console.dialog("ReviewDialog")
        await console.press("s")
        await console.main()
        assert not console.app.state.history.is_modified
    assert pref(folder) == f"  localPref: {kept}   # the other site sends 90"
    assert "autoAssign: false" in (folder / "pools.yaml").read_text()


@pytest.mark.usefixtures("_seldom")
async def test_escape_from_a_choice_merges_nothing_and_keeps_all(folder: Path) -> None:
    file = folder / "advertisements.yaml"
    async with open_console(folder) as console:
        stage(console, LOCAL, "spec.localPref", 200)
        edit(file, "localPref: 100 ", "localPref: 300 ")
        for _ in range(2):
            await console.press("s")
            await console.dialog("ClashDialog")
            await console.press("escape")
            await console.main()
            assert console.app.state.history.is_modified
    assert "localPref: 300 " in file.read_text()


@pytest.mark.usefixtures("_seldom")
async def test_deleted_here_and_changed_there_shows_the_whole_resource(folder: Path) -> None:
    async with open_console(folder) as console:
        app = console.app
        without = delete_resource(app.state.history.current, LOCAL)
        app.change(workspace.edited(app.state, "delete", without))
        edit(folder / "advertisements.yaml", "localPref: 100 ", "localPref: 300 ")
        await console.press("s")
        await console.dialog("ClashDialog")
        for text in ("all of it", "deleted here", "localPref: 300"):
            await console.shows(text)
        await console.press("m", "enter")
        await console.dialog("ReviewDialog")
        await console.press("s")
        await console.main()
    assert "name: local" not in (folder / "advertisements.yaml").read_text()
    assert "name: external" in (folder / "advertisements.yaml").read_text()


@pytest.mark.usefixtures("_often")
async def test_without_edits_a_change_is_on_screen_by_itself(folder: Path) -> None:
    async with open_console(folder) as console:
        await console.press("3")
        edit(folder / "advertisements.yaml", "localPref: 100 ", "localPref: 300 ")
        await console.until(lambda: "300" in console.details(), "the change is not shown")
        (folder / "more.yaml").write_text(
            (folder / "pools.yaml").read_text().replace("public", "second")
        )
        await console.press("1")
        await console.shows("second")
        (folder / "more.yaml").unlink()
        await console.until(lambda: "second" not in console.details(), "it is still shown")
        assert not console.app.state.history.can_undo
        assert "changed outside" not in console.bar("title")


@pytest.mark.usefixtures("_often")
async def test_with_edits_a_change_is_told_and_merged_when_asked(folder: Path) -> None:
    async with open_console(folder) as console:
        stage(console, LOCAL, "spec.localPref", 200)
        edit(folder / "advertisements.yaml", "aggregationLength: 24", "aggregationLength: 25")
        await console.until(lambda: "changed outside" in console.bar("title"), "not told")
        await console.press("R")
        await console.until(lambda: "changed outside" not in console.bar("title"), "still told")
        await console.main()
        assert console.app.state.history.is_modified
        await console.press("u")
        await console.until(lambda: not console.app.state.history.is_modified, "undo took theirs")


@pytest.mark.usefixtures("_seldom")
async def test_what_cannot_be_read_now_stops_the_save(folder: Path) -> None:
    file = folder / "advertisements.yaml"
    async with open_console(folder) as console:
        stage(console, LOCAL, "spec.localPref", 200)
        whole = file.read_text()
        broken = whole.replace("  localPref: 100", "<<<<<<< HEAD\n  localPref: 100")
        file.write_text(broken)
        await console.press("s")
        await console.dialog("ChoiceDialog")
        await console.shows("conflict markers")
        await console.press("escape")
        await console.main()
        assert file.read_text() == broken
        file.write_text(whole)
        await console.press("s")
        await console.dialog("ReviewDialog")
        await console.press("s")
        await console.main()
    assert pref(folder) == "  localPref: 200   # the other site sends 90"


@pytest.mark.usefixtures("_seldom")
async def test_clashes_in_several_files_are_chosen_in_one_list_each_for_itself(
    folder: Path,
) -> None:
    async with open_console(folder) as console:
        stage(console, LOCAL, "spec.localPref", 200)
        stage(console, PUBLIC, "spec.addresses", ["203.0.113.0/25"])
        stage(console, TOR, "spec.peerPort", 1790)
        edit(folder / "advertisements.yaml", "localPref: 100 ", "localPref: 300 ")
        edit(folder / "pools.yaml", "198.51.100.0/24", "198.51.100.0/25")
        edit(folder / "peers.yaml", "peerAddress: 192.0.2.2", "peerAddress: 192.0.2.3")
        await console.press("s")
        await console.dialog("ClashDialog")
        await console.shows("2 to choose")
        await console.press("m")
        await console.shows("1 to choose")
        await console.press("t", "enter")
        await console.dialog("ReviewDialog")
        await console.press("s")
        await console.main()
        assert not console.app.state.history.is_modified
    assert pref(folder) == "  localPref: 200   # the other site sends 90", "mine"
    assert "198.51.100.0/25" in (folder / "pools.yaml").read_text(), "theirs"
    peers = (folder / "peers.yaml").read_text()
    assert "peerPort: 1790" in peers and "peerAddress: 192.0.2.3" in peers
