"""The Journal in files: one for each console, locked while it runs, so that a dead one is known."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from lbtui.adapters.file_sources import reason_of
from lbtui.adapters.paths import make_private
from lbtui.ports import LeftBehind, StoreError

_KEPT, _LOCK, _UNFINISHED, _ASIDE = ".json", ".lock", ".tmp", ".unreadable"


class FileJournal:
    """Edits of one source, in a private folder."""

    def __init__(self, folder: Path, identity: Sequence[str]) -> None:
        """`identity` says which source it is: real paths, or a cluster. Nothing is made yet."""
        self._folder = folder
        self._key = hashlib.sha256("\0".join(sorted(identity)).encode()).hexdigest()[:20]
        self._own = f"{self._key}-{secrets.token_hex(4)}"
        self._locks: dict[str, int] = {}
        """Name → open lock file, of what belongs to this console."""

    def write(self, text: bytes) -> None:
        """See `Journal.write`; it is on the disk when this returns."""
        try:
            make_private(self._folder)
            if self._own not in self._locks:
                self._lock(self._own)
            unfinished = self._path(self._own, _UNFINISHED)
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            with open(os.open(unfinished, flags, 0o600), "wb") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(unfinished, self._path(self._own, _KEPT))
        except OSError as error:
            raise StoreError(f"{self._folder}: {reason_of(error)}.") from None

    def clear(self) -> None:
        """See `Journal.clear`."""
        self._remove(self._own)

    def left_behind(self) -> Sequence[LeftBehind]:
        """See `Journal.left_behind`."""
        found = []
        try:
            names = sorted(path.stem for path in self._folder.glob(f"{self._key}-*{_KEPT}"))
        except OSError as error:
            raise StoreError(f"{self._folder}: {reason_of(error)}.") from None
        for name in names:
            if name in self._locks:
                continue
            try:
                if not self._lock(name):
                    continue
                path = self._path(name, _KEPT)
                found.append(LeftBehind(name, path.read_bytes(), path.stat().st_mtime))
            except FileNotFoundError:
                self._remove(name)  # another console took it meanwhile
            except OSError as error:
                raise StoreError(f"{self._folder}: {reason_of(error)}.") from None
        return sorted(found, key=lambda left: left.when, reverse=True)

    def discard(self, left: LeftBehind) -> None:
        """See `Journal.discard`."""
        self._remove(left.name)

    def release(self, left: LeftBehind) -> None:
        """See `Journal.release`."""
        self._unlock(left.name)

    def set_aside(self, left: LeftBehind) -> str:
        """See `Journal.set_aside`."""
        aside = self._path(left.name, _ASIDE)
        with contextlib.suppress(OSError):
            os.replace(self._path(left.name, _KEPT), aside)
        self._remove(left.name)
        return str(aside)

    def _path(self, name: str, suffix: str) -> Path:
        return self._folder / f"{name}{suffix}"

    def _lock(self, name: str) -> bool:
        """Claim a name; False if a console that runs has it. The system frees it with us."""
        handle = os.open(self._path(name, _LOCK), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        except BaseException:
            os.close(handle)
            raise
        self._locks[name] = handle
        return True

    def _unlock(self, name: str) -> None:
        handle = self._locks.pop(name, None)
        if handle is not None:
            os.close(handle)

    def _remove(self, name: str) -> None:
        if name not in self._locks:
            return
        for suffix in (_KEPT, _UNFINISHED, _LOCK):
            with contextlib.suppress(OSError):
                self._path(name, suffix).unlink()
        self._unlock(name)
