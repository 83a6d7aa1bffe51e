"""Terminals with less: no Unicode, few colours or none, any size, any change of size."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.command import COMMAND
from tests.support.manifests import write_cluster
from tests.support.pseudo_terminal import open_pseudo_terminal

SHADE = re.compile(rb"[34]8;2;([0-9]+);([0-9]+);([0-9]+)")
RICH_COLOR = re.compile(rb"\x1b\[[0-9;]*\b[34]8;[25];")
KINDS = [
    pytest.param({}, False, id="truecolor"),
    pytest.param({"TERM": "linux", "COLORTERM": ""}, True, id="linux-console"),
    pytest.param({"TERM": "vt100", "COLORTERM": ""}, True, id="vt100"),
    pytest.param({"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0"}, True, id="no-utf-8"),
    pytest.param({"NO_COLOR": "1"}, False, id="no-colour"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_cluster(tmp_path / "cluster")


@pytest.mark.parametrize(("variables", "is_ascii"), KINDS)
def test_every_view_is_drawn(
    environment: dict[str, str], folder: Path, variables: dict[str, str], is_ascii: bool
) -> None:
    command = (*COMMAND, str(folder))
    with open_pseudo_terminal(command, environment | variables, (100, 30)) as terminal:
        terminal.wait_for("no findings")
        drawn = terminal.quiet()
        for key, text in (
            ("0", "several paths"),
            ("3", "BGP advertisements"),
            ("x", "Explain BGPAdvertisement/local"),
            ("2", "iBGP"),
            ("w", "Without peer/tor"),
            ("7", "198.51.100.10/32"),
            ("e", ""),
        ):
            drawn += terminal.press(key).drawn
            terminal.wait_for(text)
        assert terminal.screen.isascii() is is_ascii
        assert len(drawn) > 1_000
        if "NO_COLOR" in variables:
            shades = SHADE.findall(drawn)
            assert shades
            assert all(red == green == blue for red, green, blue in shades), "greys only"
        if variables.get("TERM") == "linux":
            assert not RICH_COLOR.search(drawn), "16 colours"


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (300, 100)])
def test_a_storm_of_resizes_ends_in_a_whole_picture(
    environment: dict[str, str], folder: Path, size: tuple[int, int]
) -> None:
    command = (*COMMAND, str(folder))
    with open_pseudo_terminal(command, environment, size) as terminal:
        terminal.wait_for("no findings")
        terminal.press("7")
        terminal.wait_for("198.51.100.10/32")
        terminal.quiet()
        before = terminal.screen
        for step in range(30):
            terminal.resize(20 + (37 * step) % 280, 5 + (13 * step) % 95)
            terminal.read(0.005)
        terminal.resize(*size)
        terminal.wait_for_screen(before)
