"""What every test may ask for."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command import Lbtui
from tests.support.environment import private_environment
from tests.support.network import be_alone, can_be_alone

PROCESSES_PER_CORE, MOST_PROCESSES = 2, 4
"""Test processes side by side: most of their time they wait for a router or a terminal."""


def pytest_configure(config: pytest.Config) -> None:
    """Give each of several test processes a network of its own.

    Ctrl-C is taken back where the run was started in the background, with the signal ignored:
    programs that the tests start would ignore it too.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(config, "workerinput"):
        be_alone()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """How many processes `--numprocesses auto` means: 0 is this one."""
    if not can_be_alone():
        return 0
    return min(PROCESSES_PER_CORE * (os.cpu_count() or 1), MOST_PROCESSES)


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    """Environment variables of a user with a home of their own; their speaker ends with it."""
    with private_environment() as variables:
        yield variables
        if (Path(variables["XDG_RUNTIME_DIR"]) / "lbtui" / "speaker.sock").exists():
            Lbtui(variables, Path(variables["HOME"]))("speaker", "stop")


@pytest.fixture
def lbtui(environment: dict[str, str], tmp_path: Path) -> Lbtui:
    """The command `lbtui`, run in an empty folder by a user with an empty home."""
    return Lbtui(environment, tmp_path)
