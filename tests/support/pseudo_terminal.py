"""A program in a pseudo-terminal: what it draws, when, and how many octets that takes.

Unlike in `tests/support/terminal.py` the octets themselves are at hand, to be counted and timed.
"""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.cells import Cells

LIMIT_SECONDS = 60.0
KEYS = {
    "down": b"\x1b[B",
    "up": b"\x1b[A",
    "pagedown": b"\x1b[6~",
    "end": b"\x1b[F",
    "home": b"\x1b[H",
    "enter": b"\r",
    "escape": b"\x1b",
    "backspace": b"\x7f",
}
"""What a terminal sends for keys that are not characters."""
ANSWERS = {
    b"\x1b[c": b"\x1b[?62;22c",  # primary device attributes: a VT220 with colour
    b"\x1b[6n": b"\x1b[1;1R",  # where the cursor is
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",  # synchronised output: known, off
}
"""What a terminal answers to the questions that programs ask when they start."""


INCOMPLETE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*)?$")
"""An escape sequence of which the end was not read yet."""


@dataclass(frozen=True)
class Reaction:
    """What followed a key."""

    first: float
    """Seconds until the first octet; 0 if none came."""
    last: float
    """Seconds until the last octet before it was quiet."""
    drawn: bytes

    @property
    def octets(self) -> int:
        """How many were drawn."""
        return len(self.drawn)


class PseudoTerminal:
    """The terminal's end of the line. Whoever uses it has to read: it answers while reading."""

    def __init__(self, descriptor: int, pid: int, started: float, size: tuple[int, int]) -> None:
        """See `open_pseudo_terminal`."""
        self._cells = Cells(*size)
        self._unread = b""
        self._decode = codecs.getincrementaldecoder("utf-8")(errors="replace").decode
        self._descriptor = descriptor
        self.pid = pid
        self.started = started
        """By time.perf_counter, just before exec."""
        self.is_closed = False
        """Whether the program ended."""
        self.octets = 0
        """How many were drawn so far."""

    def send(self, *keys: str) -> None:
        """Press keys, by the names in KEYS, or type text."""
        os.write(self._descriptor, b"".join(KEYS.get(key, key.encode()) for key in keys))

    def read(self, seconds: float) -> bytes:
        """What is drawn next; empty after `seconds` without anything, or when it is closed."""
        if not select.select([self._descriptor], [], [], max(seconds, 0))[0]:
            return b""
        try:
            data = os.read(self._descriptor, 65536)
        except OSError:  # Linux reports a closed terminal as an input/output error
            self.is_closed = True
            return b""
        for question, answer in ANSWERS.items():
            if question in data:
                os.write(self._descriptor, answer)
        self.octets += len(data)
        self._unread += data
        return data

    @property
    def screen(self) -> str:
        """What is to be seen now, line by line."""
        cut = INCOMPLETE.search(self._unread)
        end = cut.start() if cut else len(self._unread)
        self._cells.write(self._decode(self._unread[:end]))
        self._unread = self._unread[end:]
        return self._cells.text

    def wait_for(self, text: str, seconds: float = LIMIT_SECONDS) -> float:
        """Read until `text` is on screen; the time.perf_counter then.

        Raises AssertionError if that does not happen.
        """
        return self._wait(lambda: text in self.screen, text, seconds)

    def wait_for_octets(self, count: int, seconds: float = LIMIT_SECONDS) -> float:
        """Read until more than `count` octets were drawn; the time then. Raises AssertionError."""
        return self._wait(lambda: self.octets > count, f"{count} octets", seconds)

    def wait_for_screen(self, text: str, seconds: float = LIMIT_SECONDS / 3) -> float:
        """Read until just this is on screen; the time then. Raises AssertionError."""
        return self._wait(lambda: self.screen == text, f"screen\n{text}", seconds)

    def resize(self, columns: int, rows: int) -> None:
        """Set the size in characters; the program gets SIGWINCH."""
        fcntl.ioctl(self._descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._cells.resize(columns, rows)

    def _wait(self, is_so: Callable[[], bool], what: str, seconds: float) -> float:
        deadline = time.perf_counter() + seconds
        while True:
            now = time.perf_counter()
            if is_so():
                return now
            assert now < deadline and not self.is_closed, f"no {what}:\n{self.screen}"
            self.read(0.1)

    def quiet(self, seconds: float = 0.25) -> bytes:
        """Read until nothing came for so long; what came before."""
        drawn = b""
        while data := self.read(seconds):
            drawn += data
        return drawn

    def press(self, *keys: str, settle: float = 0.25) -> Reaction:
        """Press keys and read until it is quiet for `settle` seconds."""
        start = time.perf_counter()
        first = last = 0.0
        drawn = b""
        self.send(*keys)
        while data := self.read(settle):
            last = time.perf_counter() - start
            first = first or last
            drawn += data
        return Reaction(first, last, drawn)

    # ---- the process -------------------------------------------------------------------------

    def processor_seconds(self) -> float:
        """Processor time of the program so far, its children's not included."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_mib(self) -> float:
        """Memory that the program holds now."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(r"VmRSS:\s*(\d+) kB", status)
        assert found, status
        return int(found[1]) / 1024


@contextmanager
def open_pseudo_terminal(
    command: Sequence[str],
    environment: Mapping[str, str],
    size: tuple[int, int] = (120, 40),
    folder: Path | None = None,
) -> Iterator[PseudoTerminal]:
    """Run `command` in a pseudo-terminal of `size` columns and rows; it is ended afterwards."""
    variables = {"TERM": "xterm-256color", "COLORTERM": "truecolor"} | dict(environment)
    started = time.perf_counter()
    pid, descriptor = pty.fork()
    if pid == 0:
        if folder is not None:
            os.chdir(folder)
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        os.execvpe(command[0], list(command), variables)
    terminal = PseudoTerminal(descriptor, pid, started, size)
    try:
        yield terminal
    finally:
        _end(terminal, pid)
        os.close(descriptor)


def _end(terminal: PseudoTerminal, pid: int) -> None:
    """Ask the program to end and read on meanwhile: it may have to draw before it can."""
    deadline = time.perf_counter() + LIMIT_SECONDS / 4
    os.kill(pid, signal.SIGTERM)
    while os.waitpid(pid, os.WNOHANG)[0] == 0:
        if time.perf_counter() > deadline:
            os.kill(pid, signal.SIGKILL)
        terminal.read(0.05)
