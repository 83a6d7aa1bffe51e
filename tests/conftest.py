"""What every test may ask for."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command import Lbtui
from tests.support.environment import private_environment


def pytest_configure() -> None:
    """Take Ctrl-C back where the run was started in the background, with the signal ignored.

    Programs that the tests start would ignore it too.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


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
