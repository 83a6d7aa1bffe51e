"""A network of its own for each process that runs tests beside others.

Tests use fixed loopback addresses (the demo's routers, the worked example); in a network of its
own a process meets nobody there.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess

_CLONE_NEWNET = 0x40000000  # linux/sched.h


def can_be_alone() -> bool:
    """Whether this machine lets a process have a network of its own."""
    if os.geteuid() != 0 or not (shutil.which("ip") and shutil.which("unshare")):
        return False
    tried = subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False)
    return tried.returncode == 0


def be_alone() -> None:
    """Leave the network; nothing but an empty loopback interface is in reach afterwards."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"no network of its own for the tests: {os.strerror(number)}")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def machine_network() -> tuple[str, ...]:
    """What to put before a command that needs the machine's network, to fetch packages."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return ()
    return ("nsenter", f"--net=/proc/{os.getppid()}/ns/net")
