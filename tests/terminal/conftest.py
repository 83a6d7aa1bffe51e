"""The console in a real terminal."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.command import COMMAND
from tests.support.terminal import DEFAULT_SIZE, Terminal, open_terminal

OpenConsole = Callable[..., Terminal]


@pytest.fixture
def console(environment: dict[str, str], tmp_path: Path) -> Iterator[OpenConsole]:
    """Opens `lbtui` with arguments in a terminal of its own, which closes after the test."""
    if shutil.which("tmux") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("tmux is not installed")
        pytest.skip("tmux is not installed")
    with ExitStack() as stack:

        def open_console(
            *words: str, size: tuple[int, int] = DEFAULT_SIZE, command: tuple[str, ...] = COMMAND
        ) -> Terminal:
            line = [*_alone("--demo" in words), *command, *words]
            return stack.enter_context(open_terminal(line, environment, folder=tmp_path, size=size))

        yield open_console


def _alone(is_demo: bool) -> list[str]:
    """A network of its own for the demo, whose addresses and port are always the same."""
    if not is_demo or os.geteuid() != 0 or shutil.which("unshare") is None:
        return []
    script = 'ip link set lo up && exec "$@"'
    return ["unshare", "--net", "sh", "-c", script, sys.argv[0]]
