"""What is sent to the terminal: little, and enough."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.cells import NEVER_WRITTEN, Cells, Shown
from tests.support.command import COMMAND
from tests.support.manifests import write_cluster
from tests.support.polling import wait_until
from tests.support.pseudo_terminal import PseudoTerminal, open_pseudo_terminal
from tests.support.terminal import Terminal
from tests.terminal.conftest import OpenConsole


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_cluster(tmp_path / "cluster")


def seen(terminal: Terminal) -> list[list[Shown]]:
    """The screen with its colours, lines without blanks at their end: tmux forgets some of them."""
    lines = terminal.coloured_screen().splitlines()
    cells = Cells(400, len(lines))
    for y, line in enumerate(lines, 1):
        cells.write(f"\x1b[{y};1H{line}")
    return [trimmed(row) for row in cells.shown]


def trimmed(row: list[Shown]) -> list[Shown]:
    """Without the cells at its end that are blank or were never written."""
    end = len(row)
    while end and (row[end - 1][0] == " " or row[end - 1] == NEVER_WRITTEN):
        end -= 1
    return row[:end]


def still(terminal: Terminal) -> list[list[Shown]]:
    """The same once it has not changed for half a second: the panel waits for the last key.

    Nor may the console have anything to do meanwhile: on a busy machine it waits for its turn.
    """
    looks: list[list[list[Shown]]] = []

    def is_still() -> bool:
        looks.append(seen(terminal))
        is_same = len(looks) > 10 and all(look == looks[-1] for look in looks[-10:])
        return is_same and terminal.is_asleep

    wait_until(is_still, "the screen is still")
    return looks[-1]


WALKS = {
    "a row": (("2", "Down"), "^▌edge"),
    "a part of another view": (("7", "Down", "Down", "b"), "Routes  peer tor"),
    "a view without its panel": (("9", "p"), "No findings"),
    "its panel again": (("p", "6"), "node-a .*▏"),
    "sorted": (("3", "o"), "↑"),
    "a filter": (("/", "l", "o", "c"), "filter loc  1 of 2"),
    "a filter that stays": (("Enter",), "filter loc  1 of 2"),
    "a form over it": (("e",), "▏ Preview"),
}


def test_redrawing_everything_changes_nothing(console: OpenConsole, folder: Path) -> None:
    terminal = console(str(folder))
    terminal.wait_for("no findings")
    for name, (keys, text) in WALKS.items():
        terminal.press(*keys)
        terminal.wait_for(text)
        before = still(terminal)
        terminal.press("C-l")
        wait_until(lambda: seen(terminal) == before, name)  # noqa: B023


def test_noise_on_the_screen_goes_by_redrawing(console: OpenConsole, folder: Path) -> None:
    terminal = console(str(folder))
    terminal.wait_for("no findings")
    before = still(terminal)
    terminal.scribble(b"\x1b7\x1b[12;20HBroadcast message\x1b8")
    terminal.wait_for("Broadcast message")
    terminal.press("C-l")
    wait_until(lambda: seen(terminal) == before, "the picture as it was")


def test_a_window_that_shrank_and_grew_back_is_whole(console: OpenConsole, folder: Path) -> None:
    terminal = console(str(folder))
    terminal.wait_for("no findings")
    still(terminal)
    before = terminal.screen()  # without colours: tmux forgets some of trailing blanks
    for columns in (119, 80, 300, 40, 120):
        terminal.resize(columns, 40)
    wait_until(lambda: terminal.screen() == before, "the same picture as before")


@pytest.fixture
def drawn(environment: dict[str, str], folder: Path) -> Iterator[PseudoTerminal]:
    """The console on a cluster, all worked out and still."""
    with ExitStack() as stack:
        command = (*COMMAND, str(folder))
        terminal = stack.enter_context(open_pseudo_terminal(command, environment))
        terminal.wait_for("no findings")
        terminal.quiet()
        yield terminal


def test_octets_of_keys_are_few(drawn: PseudoTerminal) -> None:
    assert 0 < drawn.press("7").octets < 8_000, "a view"
    assert 0 < drawn.press("down").octets < 1_500, "a row, and the panel beside it"
    assert drawn.press("up").octets > 0
    assert drawn.press("up").octets == 0, "there is no row above the first"
    assert 0 < drawn.press("/").octets < 1_500, "the filter opens"
    assert 0 < drawn.press("1").octets < 3_000, "a letter of a filter"


def test_nothing_is_sent_while_nothing_happens(drawn: PseudoTerminal) -> None:
    assert drawn.read(2.0) == b""
