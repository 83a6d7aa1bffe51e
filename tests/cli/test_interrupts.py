"""Ctrl-C in any command, once or many times over: code 130, and not a word of Python's."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command import COMMAND, Lbtui
from tests.support.polling import wait_until

STORM_SECONDS = 20.0


def storm(process: subprocess.Popen[str], pause: float = 0.0) -> None:
    """Send SIGINT over and over until the process has ended.

    Without a pause the second one surely hits the ending of the first.
    """
    deadline = time.monotonic() + STORM_SECONDS
    while process.poll() is None:
        if time.monotonic() > deadline:
            process.kill()
            pytest.fail("it goes on")
        process.send_signal(signal.SIGINT)
        time.sleep(pause)


def start(lbtui: Lbtui, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(lbtui.environment),
        text=True,
    )


def reading(lbtui: Lbtui) -> subprocess.Popen[str]:
    """A command in the middle of its standard input."""
    command = start(lbtui, "lint", "-")
    assert command.stdin is not None
    command.stdin.write("# a comment\n" * 20_000)  # more than a pipe holds: it is reading now
    command.stdin.flush()
    return command


def watching(lbtui: Lbtui) -> subprocess.Popen[str]:
    """A command inside its event loop, connected to a speaker."""
    assert lbtui("speaker", "start").returncode == 0
    command = start(lbtui, "sessions", "--watch", "-o", "json")
    assert command.stdout is not None
    assert json.loads(command.stdout.readline())["running"] is True
    return command


@pytest.mark.parametrize("begin", [reading, watching])
def test_interrupted_again_and_again_is_130(
    lbtui: Lbtui, begin: Callable[[Lbtui], subprocess.Popen[str]]
) -> None:
    for _ in range(3):
        with begin(lbtui) as command:
            storm(command)
            assert command.returncode == 130
            assert command.stderr is not None
            assert command.stderr.read() == ""


def test_a_speaker_that_is_interrupted_again_and_again_stops_clean(
    lbtui: Lbtui, tmp_path: Path
) -> None:
    socket = Path(lbtui.environment["HOME"]) / "own.sock"
    words = ("speaker", "run", "--socket", str(socket), "--state", str(tmp_path / "state"))
    with start(lbtui, *words) as speaker:
        wait_until(socket.exists, "the control socket")
        storm(speaker, 0.005)  # asyncio complains of more than it can note down
        assert speaker.returncode == 0
        assert speaker.stderr is not None
        assert "Traceback" not in speaker.stderr.read()
    assert not socket.exists()
