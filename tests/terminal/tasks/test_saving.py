"""Saving without fear, in a real terminal: kill -9 and come back, and a colleague at work."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from tests.support.manifests import edit, write_cluster
from tests.support.polling import wait_until
from tests.support.terminal import Terminal
from tests.terminal.conftest import OpenConsole

EIGHTY = (80, 24)


def set_local_pref(terminal: Terminal, digits: str) -> None:
    """Open the form of the first advertisement and write another local preference."""
    terminal.press("3")
    terminal.wait_for("^▌local ")
    terminal.press("e")
    terminal.wait_for("Edit BGPAdvertisement/local")
    terminal.press(*["Down"] * 4, "C-x")
    terminal.type(digits)
    terminal.wait_for(rf"localPref +{digits} ")
    terminal.press("Enter")
    terminal.wait_for("modified 1")


def test_killed_and_come_back(
    console: OpenConsole, tmp_path: Path, environment: dict[str, str]
) -> None:
    folder = write_cluster(tmp_path / "cluster")
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    terminal = console("cluster", size=EIGHTY)
    terminal.wait_for("public")
    set_local_pref(terminal, "200")
    kept = Path(environment["XDG_STATE_HOME"]) / "lbtui" / "journal"
    wait_for_file(kept)
    os.kill(terminal.pid, signal.SIGKILL)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before

    terminal.run_again()
    terminal.wait_for("Restore edits that were not saved")
    terminal.wait_for("spec.localPref +100 → 200")
    terminal.press("r")
    terminal.wait_for("modified 1")
    terminal.press("s")
    terminal.wait_for(r"\+ +localPref: 200 +# the other site sends 90")
    terminal.press("s")
    terminal.wait_until_gone("modified 1")
    terminal.press("q")
    assert terminal.exit_code() == 0
    assert "localPref: 200   # the other site" in (folder / "advertisements.yaml").read_text()
    assert list(kept.iterdir()) == []


def wait_for_file(folder: Path) -> None:
    wait_until(lambda: folder.exists() and list(folder.glob("*.json")), "the journal", 5)


def test_a_colleagues_change_is_seen_chosen_and_merged(
    console: OpenConsole, tmp_path: Path
) -> None:
    folder = write_cluster(tmp_path / "cluster")
    file = folder / "advertisements.yaml"
    terminal = console("cluster", size=EIGHTY)
    terminal.wait_for("public")
    set_local_pref(terminal, "200")
    edit(file, "localPref: 100 ", "localPref: 300 ")
    edit(file, "aggregationLength: 24", "aggregationLength: 25  # agreed with the carrier")
    terminal.wait_for("changed outside")
    terminal.press("s")
    terminal.wait_for("1 changed here and outside")
    terminal.wait_for("choose +BGPAdvertisement/local +spec.localPref")
    terminal.press("m", "Enter")
    terminal.wait_for(r"- +localPref: 300")
    terminal.wait_for(r"\+ +localPref: 200")
    terminal.press("s")
    terminal.wait_until_gone("modified 1")
    text = file.read_text()
    assert "localPref: 200   # the other site sends 90" in text
    assert "aggregationLength: 25  # agreed with the carrier" in text
