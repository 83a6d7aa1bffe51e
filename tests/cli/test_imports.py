"""What each command loads: start-up must not pay for what is not used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command import Lbtui
from tests.support.manifests import write_cluster

HEAVY = {"aiohttp", "asyncio", "kubernetes", "msgspec", "netaddr", "rich", "textual", "yaml"}
PROGRAM = """
import sys
from lbtui.cli import main
code = main(sys.argv[1:])
print(*sorted(sys.modules), file=sys.stderr)
sys.exit(code)
"""
FIRST_SCREEN = """
import asyncio, sys
from lbtui.cli import console
from lbtui.cli.arguments import make_parser
from lbtui.cli.main import COMMANDS
parser = make_parser("console", COMMANDS)
console.configure(parser)
opened = console.open_console(parser.parse_args(sys.argv[1:]))
async def paint():
    app = opened.app
    app._begin = lambda: None  # what comes after the first paint
    async with app.run_test() as pilot:
        await pilot.pause()
asyncio.run(paint())
opened.close()
print(*sorted(sys.modules), file=sys.stderr)
"""


def loaded(lbtui: Lbtui, program: str, *words: str) -> set[str]:
    """Top-level modules in memory after `program` has run."""
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        capture_output=True,
        text=True,
        env=dict(lbtui.environment),
        cwd=lbtui.folder,
        check=True,
    )
    modules = {name.split(".")[0] for name in done.stderr.splitlines()[-1].split()}
    assert "lbtui" in modules
    return modules


def test_version_loads_nothing_heavy(lbtui: Lbtui) -> None:
    modules = loaded(lbtui, PROGRAM, "--version")
    assert not modules & (HEAVY | {"argparse", "speaker"})


def test_help_loads_nothing_heavy(lbtui: Lbtui) -> None:
    program = PROGRAM.replace("code = main", "code = 0; main")
    assert not loaded(lbtui, program, "--help") & (HEAVY - {"asyncio"})


@pytest.mark.parametrize("command", ["lint", "preview"])
def test_printing_loads_no_screens_and_no_network(
    lbtui: Lbtui, tmp_path: Path, command: str
) -> None:
    write_cluster(tmp_path / "cluster")
    modules = loaded(lbtui, PROGRAM, command, "cluster")
    assert not modules & {"aiohttp", "kubernetes", "rich", "textual"}


@pytest.mark.parametrize("words", [("--demo",), ("cluster",)], ids=["demo", "folder"])
def test_the_first_screen_loads_no_network_and_no_cluster_client(
    lbtui: Lbtui, tmp_path: Path, words: tuple[str, ...]
) -> None:
    write_cluster(tmp_path / "cluster")
    modules = loaded(lbtui, FIRST_SCREEN, *words)
    assert "textual" in modules
    assert not modules & {"aiohttp", "kubernetes", "netaddr"}
