"""The journal's files: whole, private, each console's own, and found when it is dead."""

from __future__ import annotations

import os
import resource
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from lbtui.adapters.journal import FileJournal
from lbtui.ports import StoreError

WRITER = """
import os, signal, sys
from pathlib import Path
from lbtui.adapters.journal import FileJournal
journal = FileJournal(Path(sys.argv[1]), sys.argv[2:])
journal.write(b"first")
journal.write(b"second")
print("written", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "journal"


def writer(folder: Path, *identity: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), *identity],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None and process.stdout.readline() == "written\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_what_a_killed_console_kept_is_found_once(folder: Path) -> None:
    end(writer(folder, "/b", "/a"))
    journal = FileJournal(folder, ["/a", "/b"])
    (left,) = journal.left_behind()
    assert left.text == b"second"
    assert FileJournal(folder, ["/a", "/b"]).left_behind() == [], "it is claimed"
    assert FileJournal(folder, ["/a"]).left_behind() == [], "another source"
    journal.release(left)
    (again,) = FileJournal(folder, ["/a", "/b"]).left_behind()
    assert again == left


def test_what_is_discarded_leaves_nothing(folder: Path) -> None:
    end(writer(folder, "/a"))
    journal = FileJournal(folder, ["/a"])
    journal.discard(journal.left_behind()[0])
    assert list(folder.iterdir()) == []


def test_a_running_consoles_journal_is_left_alone(folder: Path) -> None:
    other = writer(folder, "/a")
    try:
        journal = FileJournal(folder, ["/a"])
        assert journal.left_behind() == []
        journal.write(b"mine")
        journal.clear()
        assert len(list(folder.glob("*.json"))) == 1, "the other's"
    finally:
        end(other)
    assert [left.text for left in journal.left_behind()] == [b"second"]


def test_it_is_private_whatever_the_umask(folder: Path) -> None:
    old = os.umask(0)
    try:
        FileJournal(folder, ["/a"]).write(b"x")
    finally:
        os.umask(old)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()] == [0o600] * 2


def test_a_full_disk_is_told_and_what_was_kept_stays(folder: Path) -> None:
    journal = FileJournal(folder, ["/a"])
    journal.write(b"kept")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(StoreError, match=r"journal: .*too large"):
            journal.write(b"x" * 4000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [file.read_bytes() for file in folder.glob("*.json")] == [b"kept"]


def test_a_place_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "journal").write_text("a file")
    with pytest.raises(StoreError, match="journal"):
        FileJournal(tmp_path / "journal", ["/a"]).write(b"x")


def test_what_cannot_be_read_is_set_aside(folder: Path) -> None:
    end(writer(folder, "/a"))
    journal = FileJournal(folder, ["/a"])
    aside = journal.set_aside(journal.left_behind()[0])
    assert Path(aside).read_bytes() == b"second"
    assert FileJournal(folder, ["/a"]).left_behind() == []
