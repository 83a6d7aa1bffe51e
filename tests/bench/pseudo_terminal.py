"""Time a program from outside: from exec until it has painted, in a pseudo-terminal of its own."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PAINT_OCTETS = 200
"""Fewer than this are mode switches and questions to the terminal, not a picture."""
LIMIT_SECONDS = 30.0
ESCAPE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])")
ANSWERS = {
    b"\x1b[c": b"\x1b[?62;22c",  # primary device attributes: a VT220 with colour
    b"\x1b[6n": b"\x1b[1;1R",  # where the cursor is
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",  # synchronised output: known, off
}
"""What a terminal answers to the questions that programs ask when they start."""


@dataclass(frozen=True)
class Painting:
    """Seconds from exec."""

    first: float
    """Until the first picture."""
    ready: float
    """Until the awaited text had been drawn."""


def time_painting(
    command: Sequence[str],
    environment: Mapping[str, str],
    awaited: str,
    size: tuple[int, int] = (120, 40),
) -> Painting:
    """Start `command`, wait until `awaited` has been drawn, end it.

    Raises RuntimeError if it ends or 30 seconds pass before that.
    """
    columns, rows = size
    variables = dict(environment) | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    start = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvpe(command[0], list(command), variables)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    try:
        return _watch(terminal, awaited.encode(), start)
    finally:
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)
        os.close(terminal)


def _watch(terminal: int, awaited: bytes, start: float) -> Painting:
    drawn, first = bytearray(), 0.0
    while time.perf_counter() - start < LIMIT_SECONDS:
        if not select.select([terminal], [], [], 0.5)[0]:
            continue
        try:
            data = os.read(terminal, 65536)
        except OSError:  # Linux reports a closed terminal as an input/output error
            break
        now = time.perf_counter() - start
        for question, answer in ANSWERS.items():
            if question in data:
                os.write(terminal, answer)
        drawn += data
        if not first and len(drawn) > PAINT_OCTETS:
            first = now
        if awaited in ESCAPE.sub(b"", bytes(drawn)):
            return Painting(first or now, now)
    raise RuntimeError(f"{awaited!r} was not drawn; the end of it all: {bytes(drawn[-300:])!r}")
