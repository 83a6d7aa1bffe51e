"""Every view at three sizes, held against what it looked like when somebody looked at it last.

`LBTUI_RENEW_SNAPSHOTS=1 pytest tests/terminal/test_snapshots.py` writes them anew; look at the
difference before you commit it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import lbtui.adapters.demo as demo
from tests.support.command import COMMAND
from tests.support.pseudo_terminal import PseudoTerminal, open_pseudo_terminal

FOLDER = Path(__file__).parent / "snapshots"
SIZES = ((80, 24), (120, 36), (200, 60))
VIEWS = {
    "overview": ("0", "Overview"),
    "pools": ("1", "Address pools"),
    "peers": ("2", "BGP peers"),
    "advertisements": ("3", "BGP advertisements"),
    "aliases": ("4", "Community aliases"),
    "services": ("5", "Services"),
    "nodes": ("6", "Nodes"),
    "routes": ("7", "Routes"),
    "sessions": ("8", "Sessions"),
    "findings": ("9", "Findings"),
    "matrix": ("m", "Nodes by peers"),
    "topology": ("t", "Topology"),
    "log": ("L", "Log"),
    "changes": ("=", "Changes"),
}


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_every_view_looks_as_before(
    environment: dict[str, str], tmp_path: Path, size: tuple[int, int]
) -> None:
    cluster = tmp_path / "cluster"
    cluster.mkdir()
    for file in sorted(Path(demo.__file__).parent.glob("*.yaml")):
        (cluster / file.name).write_bytes(file.read_bytes())
    command = (*COMMAND, "cluster")
    with open_pseudo_terminal(command, environment, size, tmp_path) as terminal:
        terminal.wait_for("3 warnings")
        seen = "".join(_shown(terminal, name) for name in VIEWS)
    file = FOLDER / f"{size[0]}x{size[1]}.txt"
    if os.environ.get("LBTUI_RENEW_SNAPSHOTS"):
        FOLDER.mkdir(exist_ok=True)
        file.write_text(seen)
    assert seen.splitlines() == file.read_text().splitlines()


def _shown(terminal: PseudoTerminal, name: str) -> str:
    """A view once it does not change any more, under its name."""
    key, heading = VIEWS[name]
    terminal.send(key)
    terminal.wait_for(f" {heading}  ")
    terminal.quiet(0.6)
    lines = (line.rstrip() for line in terminal.screen.splitlines())
    return f"==== {name}\n" + "\n".join(lines) + "\n"
