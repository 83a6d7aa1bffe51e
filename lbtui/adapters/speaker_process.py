"""Starting the speaker as a process of its own, and ending it. Talks to the system only."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

from lbtui.ports import SpeakerError

LOG_TAIL_OCTETS = 4096
"""How much of the log's end is read for its last line."""


class SpeakerProcess:
    """The command line of one speaker, and the child if this process started it."""

    def __init__(self, socket: Path, state: Path, log: Path, exit_with: int | None = None) -> None:
        """Say where it listens, keeps its state and writes its log; nothing is started.

        Args:
            socket: of the control API.
            state: folder of the state it resumes.
            log: it writes its log there, and what else it prints; made with mode 0600.
            exit_with: id of the process it must not outlive; None: it outlives everybody.
        """
        self.socket, self.state, self.log, self._exit_with = socket, state, log, exit_with
        self._child: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """What is run; -P keeps the current folder's modules out."""
        words = [sys.executable, "-P", "-m", "speaker", "run"]
        words += ["--socket", str(self.socket), "--state", str(self.state)]
        words += ["--log", str(self.log)]
        if self._exit_with is not None:
            words += ["--exit-with", str(self._exit_with)]
        return words

    def spawn(self) -> None:
        """Start it detached: own session, no terminal, so that a lost SSH connection ends nothing.

        Raises SpeakerError when it cannot even be started.
        """
        try:
            for folder in (self.socket.parent, self.state, self.log.parent):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise SpeakerError(
                f"cannot start the speaker: {error.filename}: {error.strerror}"
            ) from None
        try:
            self._child = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**os.environ, "PYTHONPATH": _module_path()},
            )
        except OSError as error:
            raise SpeakerError(
                f"cannot start the speaker: {sys.executable}: {error.strerror}"
            ) from None
        finally:
            os.close(log)

    def exit_code(self) -> int | None:
        """How the child ended; None while it runs, or when there is none. Reaps it."""
        return self._child.poll() if self._child is not None else None

    def end_child(self, seconds: float) -> None:
        """Ask the child to stop, also one that does not answer yet, and wait; kill it after that.

        Does nothing if this process started none.
        """
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()
            try:
                self._child.wait(seconds)
            except subprocess.TimeoutExpired:
                self._child.kill()
                self._child.wait()

    def last_log_line(self) -> str:
        """The last line it wrote that is not empty, or "" if it wrote none."""
        try:
            with self.log.open("rb") as log:
                log.seek(max(0, log.seek(0, os.SEEK_END) - LOG_TAIL_OCTETS))
                lines = log.read().decode(errors="replace").split("\n")
        except OSError:
            return ""
        return next((line.strip() for line in reversed(lines) if line.strip()), "")

    async def terminate(self, pid: int, seconds: float) -> None:
        """End process `pid` by SIGTERM and wait for it, whoever started it.

        Raises SpeakerError if it is not ours to end, or not gone after `seconds`.
        """
        try:
            watched = os.pidfd_open(pid)
        except ProcessLookupError:
            return
        except OSError as error:
            raise SpeakerError(f"cannot stop the speaker ({pid}): {error.strerror}") from None
        try:
            signal.pidfd_send_signal(watched, signal.SIGTERM)
            async with asyncio.timeout(seconds):
                await _readable(watched)
        except ProcessLookupError:
            pass
        except TimeoutError:
            raise SpeakerError(
                f"the speaker ({pid}) has not ended after {seconds:g} s; see {self.log}"
            ) from None
        except OSError as error:
            raise SpeakerError(f"cannot stop the speaker ({pid}): {error.strerror}") from None
        finally:
            os.close(watched)
            self.exit_code()


async def _readable(descriptor: int) -> None:
    """Return when the descriptor can be read; a process descriptor can once the process ended."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_reader(descriptor, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(descriptor)


def _module_path() -> str:
    """Our own module path for the child, so that it runs the package that this process runs."""
    return os.pathsep.join(os.path.abspath(entry) for entry in sys.path)
