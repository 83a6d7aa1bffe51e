"""The console where it is used: over SSH, until the line is cut."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.command import COMMAND
from tests.support.manifests import write_cluster
from tests.support.polling import wait_until
from tests.support.ports import free_port
from tests.terminal.conftest import OpenConsole

PROGRAMS = ("sshd", "ssh", "ssh-keygen")
SETTINGS = """\
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
PidFile {folder}/pid
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
"""


@dataclass(frozen=True)
class SshServer:
    """An sshd of this test's own, with keys that are thrown away."""

    command: tuple[str, ...]
    """Up to the command to run there."""

    def line(self, command: tuple[str, ...], environment: dict[str, str], folder: Path) -> str:
        """What the other side's shell is to run."""
        variables = [f"{name}={value}" for name, value in environment.items()]
        return f"cd {shlex.quote(str(folder))} && exec env {shlex.join([*variables, *command])}"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SshServer]:
    absent = [name for name in PROGRAMS if not _program(name)]
    if absent or os.geteuid() != 0:
        pytest.skip(f"needs root and {', '.join(absent) or 'nothing else'}")
    folder = tmp_path / "ssh"
    folder.mkdir()
    for name in ("host", "user"):
        subprocess.run(
            [_program("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", folder / name],
            check=True,
        )
    (folder / "config").write_text(SETTINGS.format(folder=folder))
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    port = str(free_port("127.0.0.1"))
    sshd = subprocess.Popen(
        [_program("sshd"), "-D", "-e", "-f", folder / "config", "-p", port],
        stderr=(folder / "log").open("wb"),
    )
    command = (
        *("ssh", "-p", port, "-i", str(folder / "user"), "-F", "none"),
        *("-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"),
        *("-o", "LogLevel=ERROR", "-o", "BatchMode=yes"),
        "root@127.0.0.1",
    )
    try:
        _await_login(command, sshd, folder / "log")
        yield SshServer((command[0], "-tt", *command[1:]))
    finally:
        sshd.kill()
        sshd.wait()


def _program(name: str) -> str:
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") or ""


def _await_login(command: tuple[str, ...], sshd: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until one can log in; where this machine's policy forbids it, the test is skipped."""

    def look() -> str:
        done = subprocess.run([*command, "true"], capture_output=True, text=True, timeout=20)
        is_refused = "Connection refused" in done.stderr and sshd.poll() is None
        return "" if is_refused else f"{done.returncode} {done.stderr}{log.read_text()}"

    answer = wait_until(look, "sshd answers", 20)
    if not answer.startswith("0 "):
        pytest.skip(f"nobody can log in here: {answer}")


def test_edited_over_ssh_cut_off_and_come_back(
    console: OpenConsole, server: SshServer, environment: dict[str, str], tmp_path: Path
) -> None:
    folder = write_cluster(tmp_path / "cluster")
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    line = server.line((*COMMAND, "cluster"), environment, tmp_path)
    terminal = console(line, command=server.command, size=(80, 24))
    terminal.wait_for("public")
    terminal.press("3")
    terminal.wait_for("^▌local ")
    terminal.press("e")
    terminal.wait_for("Edit BGPAdvertisement/local")
    terminal.press(*["Down"] * 4, "C-x")
    terminal.type("200")
    terminal.wait_for(r"localPref +200 ")
    terminal.press("Enter")
    terminal.wait_for("modified 1")
    journal = Path(environment["XDG_STATE_HOME"]) / "lbtui" / "journal"
    wait_until(lambda: list(journal.glob("*.json")), "the journal", 20)

    os.kill(terminal.pid, signal.SIGKILL)
    wait_until(lambda: not _consoles(folder.parent), "the console ends with its line", 20)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before

    terminal.run_again()
    terminal.wait_for("Restore edits that were not saved")
    terminal.press("r")
    terminal.wait_for("modified 1")
    terminal.press("u")
    terminal.wait_until_gone("modified 1")
    terminal.press("q")
    assert terminal.exit_code() == 0


def _consoles(folder: Path) -> list[str]:
    """Process ids of consoles whose working folder it is."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            is_here = (process / "cwd").readlink() == folder
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        found += [process.name] if is_here and b"lbtui" in words else []
    return found
