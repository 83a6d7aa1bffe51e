"""`f` in the findings view: a finding's edit as a step that can be undone."""

from __future__ import annotations

from pathlib import Path

from lbtui.core.objects.resources import BGPAdvertisement
from tests.support.manifests import edit, write_cluster
from tests.tui.console import Console, open_console


def peers_of(console: Console, name: str) -> tuple[str, ...]:
    found = console.app.state.history.current.all(BGPAdvertisement)
    return next(one.spec.peers for one in found if one.name == name)


async def test_f_makes_the_edit_and_u_takes_it_back(tmp_path: Path) -> None:
    folder = write_cluster(tmp_path / "cluster")
    edit(folder / "advertisements.yaml", "peers: [tor]", "peers: [tore]")
    async with open_console(folder) as console:
        await console.press("9")
        await console.shows("unknown-peer")
        await console.shows("f makes the edit, u takes it back.")
        await console.press("f")
        await console.until(lambda: peers_of(console, "local") == ("tor",), "not mended")
        assert console.app.state.history.undo_label.startswith("set spec.peers[0]")
        await console.press("u")
        await console.until(lambda: peers_of(console, "local") == ("tore",), "not taken back")


async def test_f_says_so_where_nothing_can_be_mended(tmp_path: Path) -> None:
    folder = write_cluster(tmp_path / "cluster")
    async with open_console(folder) as console:
        await console.press("2")
        await console.press("f")
        await console.until(lambda: not console.app.state.history.is_modified, "modified")
        assert not console.app.state.history.can_undo


async def test_a_misspelled_field_is_renamed_in_the_file_and_can_be_taken_back(
    tmp_path: Path,
) -> None:
    folder = write_cluster(tmp_path / "cluster")
    file = folder / "advertisements.yaml"
    edit(file, "  localPref: 100 ", "  localpref: 100 ")
    wrong = file.read_text()
    async with open_console(folder) as console:
        await console.press("9")
        await console.shows("localpref-spelling")
        await console.press("f")
        await console.until(lambda: console.app.state.history.is_modified, "not mended")
        await console.until(lambda: "modified 1" in console.bar("title"), "not counted")
        await console.until(lambda: "localpref-spelling" not in console.screen_text(), "still told")
        await console.press("u")
        await console.shows("localpref-spelling")
        assert not console.app.state.history.is_modified
        await console.press("f")
        await console.until(lambda: console.app.state.history.is_modified, "not mended again")
        await console.press("s")
        await console.dialog("ReviewDialog")
        await console.shows("+   localPref: ")
        await console.press("s")
        await console.main()
        await console.until(lambda: not console.app.state.history.is_modified, "not saved")
    assert file.read_text() == wrong.replace("localpref", "localPref")
