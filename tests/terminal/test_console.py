"""The console in a real terminal: the demo, odd sizes, keys in a burst, and every way to end."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from tests.support.command import COMMAND, Lbtui
from tests.support.manifests import write_cluster, write_loopback_cluster
from tests.terminal.conftest import OpenConsole

DEMO = "--demo"
VIEWS = {
    "1": "Address pools",
    "2": "peers",
    "3": "advertisements",
    "4": "NO_ADVERTISE",
    "5": "shop/storefront",
    "6": "worker-a1",
    "7": "198.51.100.10/32",
    "8": "Established",
    "9": "Findings",
}


def test_the_demos_sessions_come_up_and_every_view_shows_something(console: OpenConsole) -> None:
    terminal = console(DEMO)
    terminal.wait_for("spine-1")
    terminal.wait_for(r"sessions (\d+)/\1 Established")
    for key, text in VIEWS.items():
        terminal.press(key)
        terminal.wait_for(text)
    terminal.press("q")
    assert terminal.exit_code() == 0


def test_the_demo_leaves_nothing_behind(console: OpenConsole, environment: dict[str, str]) -> None:
    temporary = Path(environment["HOME"]) / "tmp"
    temporary.mkdir()
    environment["TMPDIR"] = str(temporary)
    terminal = console(DEMO)
    terminal.wait_for(r"sessions (\d+)/\1 Established")
    assert list(temporary.glob("lbtui-demo-*"))
    terminal.press("q")
    assert terminal.exit_code() == 0
    assert "Unclosed" not in terminal.transcript()
    assert not list(temporary.iterdir())
    assert not processes_that_name(str(temporary))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_demo_in_good_order(
    console: OpenConsole, environment: dict[str, str], number: signal.Signals
) -> None:
    temporary = Path(environment["HOME"]) / "tmp"
    temporary.mkdir()
    environment["TMPDIR"] = str(temporary)
    terminal = console(DEMO)
    terminal.wait_for("speaker running")
    os.kill(terminal.pid, number)
    assert terminal.exit_code() == 128 + number
    assert not list(temporary.iterdir())
    assert not processes_that_name(str(temporary))


def processes_that_name(text: str) -> list[str]:
    """Command lines of running processes with `text` in them."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = file.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        found += [line] if text in line else []
    return found


def test_a_terminal_of_20_by_5_loses_nothing(console: OpenConsole, tmp_path: Path) -> None:
    write_cluster(tmp_path / "cluster")
    terminal = console("cluster", size=(20, 5))
    screen = terminal.wait_for("Too small")
    assert all(len(line) <= 20 for line in screen.splitlines())
    terminal.press("3")
    terminal.resize(80, 24)
    terminal.wait_for("^▌local ")
    terminal.press("e")
    terminal.wait_for("Edit BGPAdvertisement/local")
    terminal.press(*["Down"] * 4, "2")
    terminal.wait_for("localPref +1002 ")
    terminal.resize(20, 5)
    terminal.wait_for("^ 1002")
    terminal.resize(200, 60)
    terminal.wait_for("localPref +1002 ")
    terminal.press("Enter")
    terminal.wait_for("modified 1")


def test_the_picture_follows_the_window(console: OpenConsole, tmp_path: Path) -> None:
    write_cluster(tmp_path / "cluster")
    terminal = console("cluster")
    terminal.wait_for("public")
    for columns, rows in ((80, 24), (40, 10), (200, 60)):
        terminal.resize(columns, rows)
        terminal.wait_for("^▌public")
    terminal.wait_for("Address pools.*▏")
    terminal.wait_for("2 routes to 2 peers")
    terminal.press("q")
    assert terminal.exit_code() == 0


def test_keys_in_one_burst_land_where_they_were_meant(console: OpenConsole, tmp_path: Path) -> None:
    write_cluster(tmp_path / "cluster")
    terminal = console("cluster")
    terminal.wait_for("public")
    terminal.press("3")
    terminal.wait_for("^▌local ")
    terminal.press("e")
    terminal.wait_for("Edit BGPAdvertisement/local")
    terminal.press("Down", "Down", "Down", "Down", "BSpace", "2", "Down", "Home", "x", "Up", "Up")
    terminal.wait_for("^▌aggregationLengthV6 +128 ")
    screen = terminal.wait_for("^ localPref +102 ")
    assert " communities             xNO_ADVERTISE, large:64512:1:10 " in screen


def test_keys_wait_for_the_dialog_that_they_are_meant_for(
    console: OpenConsole, tmp_path: Path
) -> None:
    write_cluster(tmp_path / "cluster")
    terminal = console("cluster")
    terminal.wait_for("public")
    terminal.press("1", "y", "End", *" until2031")  # of these n, u and t are commands in a list
    terminal.wait_for("# Bought in 2019. until2031")
    terminal.press("Escape")
    terminal.wait_for("Leave the text")
    terminal.press("d")
    terminal.wait_until_gone("until2031")


def test_the_speaker_killed_is_told_and_found_again(
    console: OpenConsole, lbtui: Lbtui, tmp_path: Path
) -> None:
    write_loopback_cluster(tmp_path / "cluster")
    terminal = console("cluster")
    terminal.wait_for("public")
    terminal.wait_for("speaker not running")
    terminal.press("A")
    terminal.wait_for(r"\[x\] +node-a")
    terminal.wait_for("opens 1 session")  # nothing is applied before it says so
    terminal.press("A")
    terminal.wait_for("speaker running")
    pid = lbtui.json("speaker", "status", "-o", "json")["pid"]
    os.kill(pid, signal.SIGKILL)
    terminal.wait_for("lost")
    assert lbtui("speaker", "start").returncode == 0
    new = lbtui.json("speaker", "status", "-o", "json")
    assert new["pid"] != pid
    assert new["generation"]["accepted"] == 1, "the accepted state was resumed"
    terminal.wait_for(rf"speaker running, pid {new['pid']}")
    terminal.press("q")
    assert terminal.exit_code() == 0
    assert lbtui.json("speaker", "status", "-o", "json")["pid"] == new["pid"]


def test_manifests_from_standard_input_are_shown_and_not_saved(
    console: OpenConsole, tmp_path: Path
) -> None:
    folder = write_cluster(tmp_path / "cluster")
    everything = tmp_path / "everything"
    everything.write_text("---\n".join(file.read_text() for file in folder.iterdir()))
    script = f"cat everything | {' '.join(COMMAND)} -"
    terminal = console(command=("sh", "-c", script))
    terminal.wait_for("standard input")
    terminal.wait_for("public")
    terminal.press("2")
    terminal.wait_for("tor|edge")
    terminal.press("q")
    assert terminal.exit_code() == 0


def test_a_folder_that_cannot_be_judged_opens_with_its_findings(
    console: OpenConsole, tmp_path: Path
) -> None:
    folder = write_cluster(tmp_path / "cluster")
    (folder / "broken.yaml").write_text("a: [1\nb: 2\n")
    terminal = console("cluster")
    terminal.wait_for("public")
    terminal.wait_for("1 error")
    terminal.press("9")
    terminal.wait_for("broken.yaml")


def test_an_unknown_theme_is_told(console: OpenConsole, tmp_path: Path) -> None:
    write_cluster(tmp_path / "cluster")
    terminal = console("cluster", "--theme", "nonesuch")
    terminal.wait_for("There is no theme nonesuch")


def test_an_unexpected_error_leaves_a_sentence_and_no_traceback(
    console: OpenConsole, tmp_path: Path
) -> None:
    write_cluster(tmp_path / "cluster")
    script = tmp_path / "planted.py"
    script.write_text(
        "import sys\n"
        "from lbtui.tui.app import LbtuiApp\n"
        "def action_undo(app): secret = 'hunter2'; raise ZeroDivisionError('planted')\n"
        "LbtuiApp.action_undo = action_undo\n"
        "from lbtui.cli import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    terminal = console("cluster", command=(sys.executable, str(script)))
    terminal.wait_for("public")
    terminal.press("u")
    assert terminal.exit_code() == 2
    words = terminal.transcript()
    assert "something unexpected went wrong (ZeroDivisionError: planted)" in words
    assert "Traceback" not in words
    assert "hunter2" not in words
