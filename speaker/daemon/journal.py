"""Changes made to the document since it was written: one a line, beside it.

A line is <CRC-32 of the rest: 8 hex digits> <space> <JSON>. The first one names the document that
the others change, by its digest: lines that belong to another one are never applied. A line that
is cut short or damaged ends the journal; a power cut can only do that to one that was not yet
acknowledged.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from speaker.errors import StorageError


class _Header(msgspec.Struct, frozen=True):
    base: str


class Journal:
    """The file; appended to by one process."""

    def __init__(self, path: Path) -> None:
        """Open nothing yet."""
        self._path = path
        self._file: int | None = None
        self.octets = 0
        """Its length."""

    def read(self, base: str) -> tuple[list[bytes], int]:
        """Entries made to the document `base`, oldest first, and how many octets make no sense.

        Those are to be cut off, see `cut`, before anything is appended. Raises OSError.
        """
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return [], 0
        entries, self.octets = [], 0
        for entry in _entries(data):
            self.octets += len(entry) + 10
            entries.append(entry)
        if not entries or entries[0] != _header(base):
            self.octets = 0
            return [], len(data)
        return entries[1:], len(data) - self.octets

    def cut(self) -> None:
        """Leave only what `read` understood. Raises OSError."""
        os.truncate(self._path, self.octets)

    def append(self, base: str, entry: bytes) -> None:
        """Put an entry on disk. Raises StorageError; then the journal is what it was."""
        try:
            if self._file is None:
                flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
                self._file = os.open(self._path, flags, 0o600)
            lines = _line(entry) if self.octets else _line(_header(base)) + _line(entry)
            try:
                _write(self._file, lines)
            except OSError:
                os.ftruncate(self._file, self.octets)
                raise
        except OSError as error:
            reason = f"cannot write {self._path}: {error.strerror}; nothing was changed"
            raise StorageError(reason) from None
        self.octets += len(lines)

    def remove(self) -> None:
        """Forget it: another document was written. Raises OSError."""
        self.close()
        self.octets = 0
        self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """Give the file back."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _write(file: int, lines: bytes) -> None:
    view = memoryview(lines)
    while view:
        view = view[os.write(file, view) :]
    os.fdatasync(file)


def _header(base: str) -> bytes:
    return msgspec.json.encode(_Header(base))


def _line(entry: bytes) -> bytes:
    return b"%08x %b\n" % (zlib.crc32(entry), entry)


def _entries(data: bytes) -> Iterator[bytes]:
    """What stands in whole lines, up to the first that is not right."""
    for line in data.splitlines(keepends=True):
        entry = line[9:-1]
        if line != _line(entry):
            return
        yield entry
