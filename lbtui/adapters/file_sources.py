"""Find and read the files of a source: a file, a folder tree, or standard input."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lbtui.core.diagnostics import Diagnostic, Place, Severity
from lbtui.ports import StoreError

STANDARD_INPUT = "-"
NEW_FILE = "lbtui.yaml"
"""Where new resources go in a folder without manifests."""
_SUFFIXES = (".yaml", ".yml")


class Stamp(NamedTuple):
    """What tells cheaply that a file on disk is another one than the one read."""

    inode: int
    size: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file as it was read."""

    name: str
    """As the user would name it: the source, and the way inside the folder."""
    data: bytes
    stamp: Stamp | None
    """None if it cannot be written back: standard input, a pipe."""


class Found(NamedTuple):
    """All files of all sources."""

    files: tuple[SourceFile, ...]
    diagnostics: tuple[Diagnostic, ...]
    folders: Mapping[str, int] = {}
    """When each folder was changed last, in ns, as it was just before it was searched."""
    names: frozenset[str] = frozenset()
    """Every file found, those that could not be read included."""


def read_sources(sources: Sequence[str]) -> Found:
    """Read all files, each once. Raises StoreError for a named source that cannot be read."""
    files: list[SourceFile] = []
    diagnostics: list[Diagnostic] = []
    seen: set[str] = set()
    folders: dict[str, int] = {}
    for source in sources:
        if source == STANDARD_INPUT:
            files.append(SourceFile(STANDARD_INPUT, sys.stdin.buffer.read(), None))
        elif os.path.isdir(source):
            _read_folder(source, files, diagnostics, seen, folders)
        elif _is_new(source, seen):
            files.append(_read_named(source))
    return Found(tuple(files), tuple(diagnostics), folders, frozenset(seen))


def manifests_below(sources: Sequence[str], folders: dict[str, int]) -> frozenset[str]:
    """Real paths of the manifests in those sources that are folders; fills `folders` anew."""
    found = (
        os.path.realpath(path)
        for source in sources
        if os.path.isdir(source)
        for path in _manifest_paths(source, [], folders)
    )
    return frozenset(found)


def stamp_of(path: str) -> Stamp:
    """The stamp of a file on disk now, symlinks followed. Raises OSError."""
    status = os.stat(path)
    return Stamp(status.st_ino, status.st_size, status.st_mtime_ns)


def folder_time(path: str) -> int:
    """When names came or went in a folder last, in ns; 0 if it is not there."""
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0


def reason_of(error: OSError) -> str:
    """The system's own words for an error, without number and path."""
    return (error.strerror or str(error)).lower()


def _read_folder(
    source: str,
    files: list[SourceFile],
    diagnostics: list[Diagnostic],
    seen: set[str],
    folders: dict[str, int],
) -> None:
    paths = list(_manifest_paths(source, diagnostics, folders))
    for path in paths:
        if not _is_new(path, seen):
            continue
        try:
            files.append(_read(path))
        except OSError as error:
            diagnostics.append(_unreadable(path, error))
    if not paths and not diagnostics:
        diagnostics.append(
            Diagnostic(
                Severity.INFO,
                "empty-folder",
                f"{source} holds no .yaml or .yml file; what you add goes to "
                f"{os.path.join(source, NEW_FILE)}.",
                place=Place(source, 0),
            )
        )


def _manifest_paths(
    folder: str, diagnostics: list[Diagnostic], times: dict[str, int]
) -> Iterator[str]:
    """All manifests below a folder in order of name; hidden folders such as .git left out.

    The time of each folder's last change goes to `times` before its names are read.
    """

    def refuse(error: OSError) -> None:
        diagnostics.append(_unreadable(str(error.filename), error))

    times[folder] = folder_time(folder)
    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in folders:
            path = os.path.join(parent, name)
            times[path] = folder_time(path)
        for name in sorted(names):
            path = os.path.join(parent, name)
            is_hidden = name.startswith(".")
            if name.endswith(_SUFFIXES) and not is_hidden and not _is_special(path):
                yield path


def _is_special(path: str) -> bool:
    """Whether it is a folder, pipe or device; a link that leads nowhere is not, but an error."""
    return os.path.exists(path) and not os.path.isfile(path)


def _is_new(path: str, seen: set[str]) -> bool:
    real = os.path.realpath(path)
    if real in seen:
        return False
    seen.add(real)
    return True


def _read_named(path: str) -> SourceFile:
    try:
        return _read(path)
    except FileNotFoundError:
        raise StoreError(f"{path}: there is no such file or folder. Check the path.") from None
    except PermissionError:
        raise StoreError(
            f"{path}: you may not read it. Check its permissions with: ls -l {path}"
        ) from None
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {reason_of(error)}.") from None


def _read(path: str) -> SourceFile:
    """Read a file; a pipe (process substitution) is read, but cannot be written back."""
    with open(path, "rb") as stream:
        status = os.fstat(stream.fileno())
        data = stream.read()
    if not stat.S_ISREG(status.st_mode):
        return SourceFile(path, data, None)
    return SourceFile(path, data, Stamp(status.st_ino, status.st_size, status.st_mtime_ns))


def _unreadable(path: str, error: OSError) -> Diagnostic:
    return Diagnostic(
        Severity.ERROR,
        "unreadable-file",
        f"{path} cannot be read: {reason_of(error)}; what it holds is missing here.",
        fix="Make it readable, or move it away.",
        place=Place(path, 0),
    )
