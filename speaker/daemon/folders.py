"""Folders and sockets that hold what is nobody else's business: made private, checked if found."""

from __future__ import annotations

import errno
import os
import socket
import stat
from pathlib import Path

from speaker.errors import StartError

_MAX_SOCKET_PATH = 107
"""Octets, sun_path less its NUL."""


def make_private_folder(path: Path) -> None:
    """Make `path` with mode 0700, or see that nobody else can replace what is in it.

    Raises:
        StartError: it is somebody else's, others may write to it, or it cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=0o700, exist_ok=True)
        found = path.stat()
    except OSError as error:
        raise StartError(f"cannot make the folder {path}: {error.strerror}") from None
    if found.st_uid not in (os.geteuid(), 0):
        raise StartError(f"the folder {path} belongs to user {found.st_uid}, not to you")
    if found.st_mode & 0o022 and not found.st_mode & stat.S_ISVTX:
        raise StartError(f"others may write to the folder {path}; run: chmod 700 {path}")


def control_socket(path: Path) -> socket.socket:
    """A listening Unix socket of mode 0600; one that nobody serves any more is replaced.

    Raises:
        StartError: another process answers there, the file is no socket or somebody else's, or
            the path is too long.
    """
    if len(os.fsencode(path)) > _MAX_SOCKET_PATH:
        raise StartError(f"the socket path {path} is longer than {_MAX_SOCKET_PATH} octets")
    make_private_folder(path.parent)
    _remove_stale(path)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        sock.bind(str(path))
        sock.listen(128)
        sock.setblocking(False)
    except OSError as error:
        sock.close()
        raise StartError(f"cannot listen on {path}: {error.strerror}") from None
    finally:
        os.umask(before)
    return sock


def _remove_stale(path: Path) -> None:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    except OSError as error:
        raise StartError(f"cannot look at {path}: {error.strerror}") from None
    if not stat.S_ISSOCK(found.st_mode):
        raise StartError(f"{path} exists and is not a socket; remove it, or give another --socket")
    if found.st_uid != os.geteuid():
        raise StartError(f"the socket {path} belongs to user {found.st_uid}, not to you")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(2.0)
        code = probe.connect_ex(str(path))
    if code not in (errno.ECONNREFUSED, errno.ENOENT):
        raise StartError(f"a process already answers on {path}; stop it, or give another --socket")
    path.unlink(missing_ok=True)
