"""The state folder: one process at a time, the last accepted document, which sessions are off.

Changes to the document are in a journal beside it. Every other write is a temporary file beside
its target, fsync, rename: a power cut leaves the old content or the new one.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import time
from pathlib import Path

import msgspec

from speaker.control.changes import replay
from speaker.control.documents import read_document
from speaker.daemon.folders import make_private_folder
from speaker.daemon.journal import Journal
from speaker.daemon.logs import line
from speaker.daemon.seal import digest, sealed, unsealed
from speaker.daemon.wanted import WantedState
from speaker.errors import DocumentError, StartError, StorageError

log = logging.getLogger("speaker.daemon.state")

_DOCUMENT, _DISABLED, _LOCK = "config.json", "disabled.json", "speaker.lock"
_GOODBYE = "goodbye"
"""There from a stop that told the peers until the next start."""
_JOURNAL = "changes.journal"
_TEMPORARY = ".new"
_LEAST_TO_COMPACT = 1 << 20
"""Octets of the journal below which it is not worth writing the document anew."""


class StateFolder:
    """A folder that this process owns until `close`."""

    def __init__(self, path: Path) -> None:
        """Take the folder, making it if need be. Raises StartError, e.g. if another has it."""
        self.path = path
        make_private_folder(path)
        self._lock = self._take_lock()
        self._journal = Journal(path / _JOURNAL)
        self._base, self._base_octets = digest(b""), 0
        for left in path.glob(f".*{_TEMPORARY}"):  # by a process that was killed while writing
            left.unlink(missing_ok=True)

    def close(self) -> None:
        """Let another process have it."""
        self._journal.close()
        os.close(self._lock)

    def load(self) -> WantedState | None:
        """The state accepted last; None without one, or when it is broken (then set aside)."""
        data = self._read(_DOCUMENT)
        if data is None:
            return None
        try:
            document = unsealed(data)
            wanted = read_document(document)
        except DocumentError as error:
            first = error.details[0] if error.details else None
            where = f" at {first.path}: {first.message}" if first else ""
            self._set_aside(_DOCUMENT, f"{error.message}{where}")
            return None
        self._base, self._base_octets = digest(document), len(document)
        return self._with_changes(wanted)

    def _with_changes(self, wanted: WantedState) -> WantedState:
        """Make the journal's changes to the document read from disk."""
        try:
            entries, surplus = self._journal.read(self._base)
            if surplus and not self._journal.octets:
                self._set_aside(_JOURNAL, "it has changes to another document than is there")
            elif surplus:
                why = f"the last {surplus} octets are no change that was acknowledged"
                log.warning(line("journal cut short", file=self.path / _JOURNAL, why=why))
                self._journal.cut()
        except OSError as error:
            path = self.path / _JOURNAL
            raise StartError(f"cannot read {path}: {error.strerror}") from None
        try:
            return replay(wanted, entries)
        except DocumentError as error:
            self._set_aside(_JOURNAL, error.message)
            return wanted

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
        document = document.rstrip()
        self._write(_DOCUMENT, sealed(document))
        self._base, self._base_octets = digest(document), len(document)
        with contextlib.suppress(OSError):  # what is left of it belongs to another document
            self._journal.remove()

    def append(self, entry: bytes) -> None:
        """Put a change to that document on disk. Raises StorageError; then it is not there."""
        self._journal.append(self._base, entry)

    @property
    def is_compaction_due(self) -> bool:
        """Whether the changes take more room than the document, so that it had better be saved."""
        return self._journal.octets > max(_LEAST_TO_COMPACT, self._base_octets)

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
