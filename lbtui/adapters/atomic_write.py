"""Replace files so that each holds its old or its new octets, whatever happens meanwhile."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from lbtui.ports import StoreError

_NEW_FILE_MODE = 0o666


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A file written beside the one that it will replace."""

    name: str
    target: str
    temporary: str
    in_place: bytes | None = None
    """What to write into the file itself, which has other names (hard links) to keep."""


def write_files(
    contents: Mapping[str, bytes], before_rename: Callable[[], None] = lambda: None
) -> None:
    """Write each path's octets: all beside their targets first, then rename one by one.

    Links are followed, mode, owner and attributes kept. A file with several names (hard links) is
    written in place, its new octets whole beside it until that is done. `before_rename` may still
    raise. Raises StoreError; then nothing was changed, or exactly the files that the message names.
    """
    prepared: list[_Prepared] = []
    try:
        for name, data in contents.items():
            prepared.append(_prepare(name, data))
        before_rename()
        _rename_all(prepared)
    finally:
        for file in prepared:
            with contextlib.suppress(OSError):
                os.unlink(file.temporary)  # gone already if it was renamed


def _prepare(name: str, data: bytes) -> _Prepared:
    target = os.path.realpath(name)
    folder, base = os.path.split(target)
    if os.path.exists(target) and not os.access(target, os.W_OK):
        raise StoreError(f"{name} is write-protected; nothing was saved. Allow writing: chmod u+w")
    with _explained(name):
        handle, temporary = tempfile.mkstemp(prefix=f".{base[:100]}.", suffix=".tmp", dir=folder)
    try:
        with _explained(name):
            with open(handle, "wb") as stream:
                stream.write(data)
                stream.flush()
                _take_over_attributes(target, temporary)
                os.fsync(stream.fileno())
    except BaseException:
        os.unlink(temporary)
        raise
    has_names = os.path.exists(target) and os.stat(target).st_nlink > 1
    return _Prepared(name, target, temporary, data if has_names else None)


def _take_over_attributes(target: str, temporary: str) -> None:
    """Mode, owner, extended attributes of the file to be replaced; the time is the present."""
    if not os.path.exists(target):
        os.chmod(temporary, _NEW_FILE_MODE & ~_umask())
        return
    status = os.stat(target)
    if (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
        with contextlib.suppress(PermissionError):
            os.chown(temporary, status.st_uid, status.st_gid)
    shutil.copystat(target, temporary)
    os.utime(temporary)


def _rename_all(prepared: list[_Prepared]) -> None:
    done: list[str] = []
    for file in prepared:
        try:
            if file.in_place is None:
                os.replace(file.temporary, file.target)
            else:
                _overwrite(file.target, file.in_place)
        except OSError as error:
            outcome = f"saved before it: {', '.join(done)}" if done else "nothing was saved"
            reason = (error.strerror or str(error)).lower()
            raise StoreError(f"{file.name} cannot be replaced: {reason}; {outcome}.") from None
        done.append(file.name)
    for folder in {os.path.dirname(file.target) for file in prepared}:
        _sync_folder(folder)


def _overwrite(target: str, data: bytes) -> None:
    """Write into the file itself; if that fails half-way, put back what was there."""
    with open(target, "r+b", buffering=0) as stream:
        old = stream.read()
        try:
            _put(stream, data)
        except OSError:
            _put(stream, old)
            raise


def _put(stream: io.FileIO, data: bytes) -> None:
    stream.seek(0)
    left = memoryview(data)
    while left:
        left = left[stream.write(left) :]
    stream.truncate()
    os.fsync(stream.fileno())


def _sync_folder(folder: str) -> None:
    """Make the renames last; some file systems cannot, and then have nothing to say."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def _explained(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason, remedy = _explain(error, os.path.dirname(os.path.realpath(name)))
        raise StoreError(f"{name}: {reason}; nothing was saved. {remedy}") from None


def _explain(error: OSError, folder: str) -> tuple[str, str]:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "the disk is full", f"Make room for {folder}, then save again."
    if error.errno == errno.EROFS:
        return "the file system is read-only", "Save to a copy somewhere else."
    if error.errno in (errno.EACCES, errno.EPERM):
        return "you may not write there", f"Check the permissions with: ls -ld {folder}"
    if error.errno == errno.ENOENT:
        return "its folder is no longer there", f"Make it again: mkdir -p {folder}"
    return (error.strerror or str(error)).lower(), "Correct that, then save again."


def _umask() -> int:
    """The process's umask, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
