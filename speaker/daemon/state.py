"""The state folder: one process at a time, the last accepted document, which sessions are off.

Every write is a temporary file beside its target, fsync, rename: a power cut leaves the old
content or the new one.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import time
from pathlib import Path

import msgspec

from speaker.control.documents import read_document
from speaker.daemon.folders import make_private_folder
from speaker.daemon.logs import line
from speaker.daemon.wanted import WantedState
from speaker.errors import DocumentError, StartError, StorageError

log = logging.getLogger("speaker.daemon.state")

_DOCUMENT, _DISABLED, _LOCK = "config.json", "disabled.json", "speaker.lock"
_GOODBYE = "goodbye"
"""There from a stop that told the peers until the next start."""
_TEMPORARY = ".new"


class StateFolder:
    """A folder that this process owns until `close`."""

    def __init__(self, path: Path) -> None:
        """Take the folder, making it if need be. Raises StartError, e.g. if another has it."""
        self.path = path
        make_private_folder(path)
        self._lock = self._take_lock()
        for left in path.glob(f".*{_TEMPORARY}"):  # by a process that was killed while writing
            left.unlink(missing_ok=True)

    def close(self) -> None:
        """Let another process have it."""
        os.close(self._lock)

    def load(self) -> WantedState | None:
        """The state accepted last; None without one, or when it is broken (then set aside)."""
        data = self._read(_DOCUMENT)
        if data is None:
            return None
        try:
            return read_document(data)
        except DocumentError as error:
            first = error.details[0] if error.details else None
            where = f" at {first.path}: {first.message}" if first else ""
            self._set_aside(_DOCUMENT, f"{error.message}{where}")
            return None

    def load_disabled(self) -> frozenset[str]:
        """Ids of sessions that were held down by hand."""
        data = self._read(_DISABLED)
        if data is None:
            return frozenset()
        try:
            return msgspec.json.decode(data, type=frozenset[str])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            self._set_aside(_DISABLED, str(error))
            return frozenset()

    def save(self, document: bytes) -> None:
        """Put a checked document on disk. Raises StorageError; then the old one is still there."""
        self._write(_DOCUMENT, document)

    def save_disabled(self, ids: frozenset[str]) -> None:
        """Put the ids on disk. Raises StorageError."""
        self._write(_DISABLED, msgspec.json.encode(sorted(ids)))

    def leave_goodbye(self) -> None:
        """Note that the peers were told of the stop: none of them has our routes any more."""
        try:
            self._write(_GOODBYE, b"")
        except StorageError as error:  # the next start then says it restarted: no harm
            log.warning(line(str(error)))

    def take_goodbye(self) -> bool:
        """Whether that was noted at the last stop; it is forgotten by this."""
        try:
            (self.path / _GOODBYE).unlink()
        except OSError:
            return False
        return True

    def _take_lock(self) -> int:
        path = self.path / _LOCK
        try:
            lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise StartError(f"cannot open {path}: {error.strerror}") from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            owner = os.read(lock, 32).decode("ascii", "replace").strip()
            os.close(lock)
            raise StartError(
                f"the state folder {self.path} is in use by another speaker, pid {owner or '?'}; "
                "stop it, or give another folder with --state"
            ) from None
        os.ftruncate(lock, 0)
        os.write(lock, f"{os.getpid()}\n".encode())
        return lock

    def _read(self, name: str) -> bytes | None:
        path = self.path / name
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StartError(f"cannot read {path}: {error.strerror}") from None

    def _set_aside(self, name: str, why: str) -> None:
        path = self.path / name
        aside = self.path / f"{name}.broken-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"
        try:
            path.replace(aside)
        except OSError as error:
            raise StartError(f"cannot move the broken {path} aside: {error.strerror}") from None
        log.error(line("broken state set aside, starting without it", file=aside, why=why))

    def _write(self, name: str, data: bytes) -> None:
        path = self.path / name
        temporary = self.path / f".{name}{_TEMPORARY}"
        try:
            _write_through(temporary, data)
            temporary.replace(path)
            folder = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise StorageError(
                f"cannot write {path}: {error.strerror}; nothing was changed"
            ) from None


def _write_through(path: Path, data: bytes) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(file, view) :]
        os.fsync(file)
    finally:
        os.close(file)
