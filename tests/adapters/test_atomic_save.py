"""A save that fails, or is killed, leaves every file whole."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import resource
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from lbtui.adapters.atomic_write import write_files
from lbtui.ports import StoreError

NOBODY = 65534
OLD = {"a.yaml": b"old a\n", "b.yaml": b"old b\n"}
NEW = {"a.yaml": b"new a, longer\n", "b.yaml": b"new b, longer\n"}
KILLED_AT_EVENT = """
import os, signal, sys
from lbtui.adapters.atomic_write import write_files

folder, event, count = sys.argv[1], sys.argv[2], int(sys.argv[3])

def kill(name, arguments):
    global count
    if name == event and any(folder in str(part) for part in arguments):
        count -= 1
        if count == 0:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(kill)
write_files({folder + "/a.yaml": b"new a, longer\\n", folder + "/b.yaml": b"new b, longer\\n"})
print("done")
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return fill(tmp_path)


def fill(folder: Path) -> Path:
    for name, data in OLD.items():
        (folder / name).write_bytes(data)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def in_folder(folder: Path, files: dict[str, bytes]) -> dict[str, bytes]:
    return {str(folder / name): data for name, data in files.items()}


def test_all_files_are_written(folder: Path) -> None:
    write_files(in_folder(folder, NEW))
    assert contents(folder) == NEW


def test_mode_time_and_link_are_kept(folder: Path) -> None:
    target = folder / "a.yaml"
    target.chmod(0o640)
    os.utime(target, (1_000_000, 1_000_000))
    (folder / "links").mkdir()
    link = folder / "links" / "a.yaml"
    link.symlink_to("../a.yaml")
    write_files({str(link): NEW["a.yaml"]})
    assert link.is_symlink() and os.readlink(link) == "../a.yaml"
    assert target.read_bytes() == NEW["a.yaml"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert target.stat().st_mtime > 1_000_000, "make and editors must see that it changed"
    assert [path.name for path in (folder / "links").iterdir()] == ["a.yaml"]


def test_hard_links_are_kept(folder: Path) -> None:
    (folder / "sub").mkdir()
    other = folder / "sub" / "other.yaml"
    os.link(folder / "a.yaml", other)
    (folder / "a.yaml").chmod(0o640)
    for data in (NEW["a.yaml"], b"short\n"):
        write_files(in_folder(folder, {"a.yaml": data, "b.yaml": data}))
        assert other.read_bytes() == (folder / "a.yaml").read_bytes() == data
        assert other.stat().st_ino == (folder / "a.yaml").stat().st_ino
    assert stat.S_IMODE(other.stat().st_mode) == 0o640
    assert sorted(contents(folder)) == ["a.yaml", "b.yaml"], "no temporary file is left"


def test_a_hard_link_that_cannot_grow_keeps_what_it_had(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    with small_disk(tmp_path / "disk") as disk:
        (disk / "a.yaml").write_bytes(b"o" * 20_000)
        os.link(disk / "a.yaml", disk / "b.yaml")
        with pytest.raises(StoreError):
            write_files({str(disk / "a.yaml"): b"n" * 40_000})
        assert contents(disk) == {"a.yaml": b"o" * 20_000, "b.yaml": b"o" * 20_000}


def test_a_new_file_has_the_usual_mode(tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    write_files({str(tmp_path / "new.yaml"): b"x\n"})
    assert (tmp_path / "new.yaml").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_a_second_look_can_still_stop_it(folder: Path) -> None:
    def refuse() -> None:
        assert len(contents(folder)) == 4, "both are written beside their targets by now"
        raise StoreError("changed meanwhile")

    with pytest.raises(StoreError, match="meanwhile"):
        write_files(in_folder(folder, NEW), refuse)
    assert contents(folder) == OLD


def test_a_folder_that_went_away_is_named(tmp_path: Path) -> None:
    file = tmp_path / "gone" / "a.yaml"
    with pytest.raises(StoreError, match="no longer there") as caught:
        write_files({str(file): b"x"})
    assert str(file) in str(caught.value)


def test_a_file_too_large_for_the_limit_changes_nothing(folder: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(StoreError, match="disk is full") as caught:
            write_files({**in_folder(folder, NEW), str(folder / "b.yaml"): b"x" * 8192})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert str(folder / "b.yaml") in str(caught.value)
    assert contents(folder) == OLD, "the first file was not touched, no temporary file is left"


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A real file system of 64 KiB; needs root."""
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "lbtui-test", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode != 0:
        pytest.skip("mounting a file system is not allowed here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "other").mkdir()
    other = fill(tmp_path / "other")
    with small_disk(tmp_path / "disk") as disk:
        fill(disk)
        files = {str(other / "a.yaml"): b"new\n", str(disk / "b.yaml"): b"x" * 100_000}
        with pytest.raises(StoreError, match="disk is full") as caught:
            write_files(files)
        assert str(disk / "b.yaml") in str(caught.value)
        assert contents(disk) == OLD
        assert contents(other) == OLD, "several files are saved all or none"


def write_without_rights(file: Path, answer: Connection) -> None:
    """In a process of its own: give up root if we are it, write, tell what was said."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setuid(NOBODY)
    try:
        write_files({str(file): b"new"})
    except StoreError as error:
        answer.send(str(error))
    else:
        answer.send("written")


@pytest.mark.parametrize(
    ("mode_of_file", "mode_of_folder", "words"),
    [
        pytest.param(0o444, 0o777, "write-protected", id="file"),
        pytest.param(0o666, 0o555, "may not write", id="folder"),
        pytest.param(0o666, 0o777, "written", id="neither"),
    ],
)
def test_write_protection_is_respected(mode_of_file: int, mode_of_folder: int, words: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        folder = Path(name) / "folder"
        folder.mkdir()
        file = folder / "a.yaml"
        file.write_bytes(b"old")
        file.chmod(mode_of_file)
        folder.chmod(mode_of_folder)
        ours, theirs = multiprocessing.Pipe()
        process = multiprocessing.get_context("fork").Process(
            target=write_without_rights, args=(file, theirs)
        )
        process.start()
        assert ours.poll(30)
        said = ours.recv()
        process.join()
        folder.chmod(0o755)
        assert words in said
        is_written = words == "written"
        assert is_written or str(file) in said
        assert contents(folder) == {"a.yaml": b"new" if is_written else b"old"}


@pytest.mark.parametrize(
    ("event", "count", "expected"),
    [
        pytest.param("open", 1, {**OLD}, id="before-anything"),
        pytest.param("os.rename", 1, {**OLD}, id="before-the-first-rename"),
        pytest.param(
            "os.rename", 2, {**OLD, "a.yaml": NEW["a.yaml"]}, id="between-the-two-renames"
        ),
    ],
)
def test_killed_in_mid_save_every_file_is_old_or_new(
    folder: Path, event: str, count: int, expected: dict[str, bytes]
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED_AT_EVENT, str(folder), event, str(count)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    found = contents(folder)
    assert {name: found[name] for name in OLD} == expected
    assert all(name.endswith(".tmp") and name.startswith(".") for name in found.keys() - OLD)


def test_the_killing_script_saves_when_it_is_not_killed(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED_AT_EVENT, str(folder), "os.rename", "99"],
        capture_output=True,
        text=True,
    )
    assert done.stdout == "done\n", done.stderr
    assert contents(folder) == NEW
