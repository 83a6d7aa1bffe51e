"""What the console says to somebody who opens it for the first time."""

from __future__ import annotations

from pathlib import Path

from tests.support.environment import welcomed
from tests.support.manifests import write_cluster
from tests.terminal.conftest import OpenConsole


def test_the_first_run_says_where_to_begin_and_no_other(
    console: OpenConsole, environment: dict[str, str], tmp_path: Path
) -> None:
    write_cluster(tmp_path / "cluster")
    welcomed(environment).unlink()
    terminal = console("cluster", size=(80, 24))
    terminal.wait_for("Welcome")
    terminal.wait_until_gone("Welcome")
    terminal.press("q")
    assert terminal.exit_code() == 0
    terminal.run_again()
    terminal.wait_for("no findings")
    assert "Welcome" not in terminal.screen()


def test_a_state_folder_that_cannot_be_made_is_no_trouble(
    console: OpenConsole, environment: dict[str, str], tmp_path: Path
) -> None:
    write_cluster(tmp_path / "cluster")
    (tmp_path / "file").touch()
    environment["XDG_STATE_HOME"] = str(tmp_path / "file")
    terminal = console("cluster", size=(80, 24))
    terminal.wait_for("no findings")
    assert "Welcome" not in terminal.screen()
