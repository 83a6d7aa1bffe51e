"""Find and read the files of a source: a file, a folder tree, or standard input."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator, Sequence
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


def read_sources(sources: Sequence[str]) -> Found:
    """Read all files, each once. Raises StoreError for a named source that cannot be read."""
    files: list[SourceFile] = []
    diagnostics: list[Diagnostic] = []
    seen: set[str] = set()
    for source in sources:
        if source == STANDARD_INPUT:
            files.append(SourceFile(STANDARD_INPUT, sys.stdin.buffer.read(), None))
        elif os.path.isdir(source):
            _read_folder(source, files, diagnostics, seen)
        elif _is_new(source, seen):
            files.append(_read_named(source))
    return Found(tuple(files), tuple(diagnostics))


def stamp_of(path: str) -> Stamp:
    """The stamp of a file on disk now, symlinks followed. Raises OSError."""
    status = os.stat(path)
    return Stamp(status.st_ino, status.st_size, status.st_mtime_ns)


def file_changed(file: SourceFile) -> bool:
    """Whether the file on disk is probably no longer what was read."""
    if file.stamp is None:
        return False
    try:
        return stamp_of(file.name) != file.stamp
    except OSError:
        return True


def reason_of(error: OSError) -> str:
    """The system's own words for an error, without number and path."""
    return (error.strerror or str(error)).lower()


def _read_folder(
    source: str, files: list[SourceFile], diagnostics: list[Diagnostic], seen: set[str]
) -> None:
    paths = list(_manifest_paths(source, diagnostics))
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


def _manifest_paths(folder: str, diagnostics: list[Diagnostic]) -> Iterator[str]:
    """All manifests below a folder in order of name; hidden folders such as .git left out."""

    def refuse(error: OSError) -> None:
        diagnostics.append(_unreadable(str(error.filename), error))

    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
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
