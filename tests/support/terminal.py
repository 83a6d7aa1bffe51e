"""A program in a real terminal (tmux), looked at and typed to as a person would."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.support.polling import wait_until

DEFAULT_SIZE = (120, 40)
SETTINGS = """\
set -g default-terminal screen-256color
set -g remain-on-exit on
set -g status off
set -s escape-time 0
set -s set-clipboard on
"""


class Terminal:
    """One tmux server with one window; `screen` is what a person would see now."""

    def __init__(self, socket: Path) -> None:
        """Use the tmux server behind `socket`; see `open_terminal`."""
        self._socket = socket

    def _tmux(self, *words: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", str(self._socket), *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        assert done.returncode == 0, f"tmux {words[0]}: {done.stderr}"
        return done.stdout

    def screen(self) -> str:
        """The text on the screen, lines without trailing blanks."""
        return self._tmux("capture-pane", "-p")

    def transcript(self) -> str:
        """Everything there was on the screen, also what has scrolled off; long lines joined."""
        return self._tmux("capture-pane", "-p", "-J", "-S", "-")

    def coloured_screen(self) -> str:
        """The text with its escape sequences, for colours and reverse video."""
        return self._tmux("capture-pane", "-p", "-e")

    def clipboard(self) -> str:
        """What programs in it have put on the clipboard last; empty if nothing."""
        return self._tmux("show-buffer") if self._tmux("list-buffers") else ""

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names: "Down", "Enter", "Escape", "C-r", "x"."""
        self._tmux("send-keys", *keys)

    def type(self, text: str) -> None:
        """Type text as it stands."""
        self._tmux("send-keys", "-l", text)

    def wait_for(self, pattern: str, seconds: float = 60.0) -> str:
        """The screen, once it has a match of the regular expression `pattern`."""
        return self._wait(pattern, True, seconds)

    def wait_until_gone(self, pattern: str, seconds: float = 60.0) -> str:
        """The screen, once it has no match of `pattern` any more."""
        return self._wait(pattern, False, seconds)

    def _wait(self, pattern: str, is_wanted: bool, seconds: float) -> str:
        expression, shown = re.compile(pattern, re.MULTILINE), ""

        def look() -> str:
            nonlocal shown
            shown = self.screen()
            return shown if bool(expression.search(shown)) is is_wanted else ""

        try:
            return wait_until(look, pattern, seconds)
        except AssertionError:
            word = "appear on" if is_wanted else "go from"
            raise AssertionError(f"{pattern!r} did not {word} the screen:\n{shown}") from None

    def resize(self, columns: int, rows: int) -> None:
        """Give the window another size; the program gets SIGWINCH."""
        self._tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def scribble(self, octets: bytes) -> None:
        """Write to the terminal behind the program's back, as `wall` and line noise do."""
        Path(self._tmux("display-message", "-p", "#{pane_tty}").strip()).write_bytes(octets)

    def exit_code(self, seconds: float = 60.0) -> int:
        """Wait for the program to end; its exit code."""

        def look() -> str:
            is_dead, _, code = self._tmux(
                "display-message", "-p", "#{pane_dead} #{pane_dead_status}"
            ).partition(" ")
            if is_dead == "1" and not code.strip():
                # tmux 3.3 may overlook that a child ended until another one does.
                self._tmux("run-shell", "true")
            return code.strip()

        try:
            return int(wait_until(look, "the program ends", seconds))
        except AssertionError:
            raise AssertionError(f"the program goes on:\n{self.transcript()}") from None

    def run_again(self) -> None:
        """Start the same command in the same window, once more; what still runs there is killed."""
        self._tmux("respawn-pane", "-k")

    @property
    def pid(self) -> int:
        """Process id of the program."""
        return int(self._tmux("display-message", "-p", "#{pane_pid}"))

    @property
    def is_asleep(self) -> bool:
        """Whether no thread of the program has the processor, or waits for it."""
        try:
            stats = [one.read_text() for one in Path(f"/proc/{self.pid}/task").glob("*/stat")]
        except OSError:  # a thread that ends just now
            return False
        return all(stat.rpartition(")")[2].split()[0] == "S" for stat in stats)


@contextmanager
def open_terminal(
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    folder: Path,
    size: tuple[int, int] = DEFAULT_SIZE,
) -> Iterator[Terminal]:
    """Run `command` in a new terminal of `size` columns and rows; it is closed at the end."""
    home = Path(environment["HOME"])
    (home / "tmux.conf").write_text(SETTINGS)
    socket = home / "tmux"
    tmux = ["tmux", "-S", str(socket), "-f", str(home / "tmux.conf")]
    columns, rows = (str(number) for number in size)
    start = ["new-session", "-d", "-x", columns, "-y", rows, "-c", str(folder)]
    subprocess.run(
        [*tmux, *start, f"exec {shlex.join(command)}"],
        env=dict(environment),
        check=True,
        timeout=30,
    )
    try:
        yield Terminal(socket)
    finally:
        subprocess.run([*tmux, "kill-server"], check=False, timeout=30, capture_output=True)
