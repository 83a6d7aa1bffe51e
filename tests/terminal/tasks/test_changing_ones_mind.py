"""Undo, redo, deleting what is used, leaving with something unsaved."""

from __future__ import annotations

from pathlib import Path

from tests.support.manifests import write_cluster
from tests.terminal.conftest import OpenConsole
from tests.terminal.tasks.forms import accept, go_to_field, write


def test_ten_steps_are_undone_and_some_done_again(console: OpenConsole, tmp_path: Path) -> None:
    """An afternoon of trying out values ends where it began, or nearly."""
    folder = write_cluster(tmp_path / "cluster")
    before = (folder / "advertisements.yaml").read_bytes()
    terminal = console("cluster", size=(80, 24))
    terminal.wait_for("public")
    terminal.press("3")
    terminal.wait_for("^▌local ")
    for step in range(10):
        go_to_field(terminal, "localPref", "Edit BGPAdvertisement/local")
        write(terminal, str(200 + step))
        accept(terminal)
    terminal.press("U")
    terminal.wait_for("Steps: 10 of 10 done")
    terminal.press("End")
    terminal.wait_for("▌0 +saved")
    terminal.press("Enter")
    terminal.wait_until_gone("modified 1")
    terminal.wait_for("^▌local +public +tor +all +100")
    terminal.press(*["C-r"] * 3)
    terminal.wait_for("^▌local +public +tor +all +202")
    terminal.press(*["u"] * 3)
    terminal.wait_until_gone("modified 1")
    terminal.press("q")
    assert terminal.exit_code() == 0
    assert (folder / "advertisements.yaml").read_bytes() == before


def test_a_used_pool_is_deleted_and_taken_back(console: OpenConsole, tmp_path: Path) -> None:
    """What would go is shown first: who names it, and each route."""
    write_cluster(tmp_path / "cluster")
    terminal = console("cluster")
    terminal.wait_for("public")
    terminal.press("1", "d")
    terminal.wait_for("Delete IPAddressPool/public")
    screen = terminal.wait_for("2 routes withdrawn")
    for text in ("BGPAdvertisement/local", "BGPAdvertisement/external", "- 198.51.100.0/24"):
        assert text in screen
    terminal.press("Escape")
    terminal.wait_until_gone("2 routes withdrawn")
    terminal.wait_for("^▌public ")
    terminal.press("d")
    terminal.wait_for("2 routes withdrawn")
    terminal.press("d")
    terminal.wait_for("Address pools +0")
    terminal.press("u")
    terminal.wait_for("^▌public ")
    terminal.wait_until_gone("modified")


def test_leaving_asks_before_anything_is_lost(console: OpenConsole, tmp_path: Path) -> None:
    """`q` with an edit that is not saved: stay, save first, or drop it."""
    folder = write_cluster(tmp_path / "cluster")
    file = folder / "advertisements.yaml"
    terminal = console("cluster", size=(80, 24))
    terminal.wait_for("public")
    terminal.press("3")
    terminal.wait_for("^▌local ")
    go_to_field(terminal, "localPref", "Edit BGPAdvertisement/local")
    write(terminal, "200")
    accept(terminal)
    terminal.press("q")
    terminal.wait_for("Quit with unsaved changes")
    terminal.wait_for("spec.localPref +100 → 200")
    terminal.press("Escape")
    terminal.wait_until_gone("Quit with")
    assert "localPref: 100 " in file.read_text()
    terminal.press("q")
    terminal.wait_for("Quit with unsaved changes")
    terminal.press("s")
    terminal.wait_for("Save to ")
    terminal.press("s")
    assert terminal.exit_code() == 0
    assert "localPref: 200   # the other site" in file.read_text()
