"""A terminal that goes away without a word."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import termios
import time
from pathlib import Path

from tests.support.command import COMMAND
from tests.support.manifests import write_cluster

UNFLUSHED = 120
"""Python's own exit code where standard output is gone at the end."""


def test_a_terminal_that_is_gone_ends_the_console(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """No SIGHUP comes where the terminal does not control the process, as after `setsid`."""
    write_cluster(tmp_path / "cluster")
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    console = subprocess.Popen(
        [*COMMAND, str(tmp_path / "cluster")],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**environment, "TERM": "xterm-256color"},
        start_new_session=True,
    )
    os.close(theirs)
    try:
        _read_until(ours, b"not running")
        os.close(ours)
        assert console.wait(20) in (128 + signal.SIGHUP, UNFLUSHED)
    finally:
        console.kill()
        console.wait()


def _read_until(terminal: int, *texts: bytes) -> None:
    seen, deadline = b"", time.monotonic() + 30
    while not any(text in seen for text in texts):
        left = deadline - time.monotonic()
        assert left > 0 and select.select([terminal], [], [], left)[0], seen
        seen += os.read(terminal, 65536)
