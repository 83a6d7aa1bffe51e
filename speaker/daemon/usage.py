"""What the process takes of the host, as the kernel counts it."""

from __future__ import annotations

import os
import time
from pathlib import Path

from speaker.control.metrics import ProcessFigures

_PAGE = os.sysconf("SC_PAGE_SIZE")


def process_figures() -> ProcessFigures:
    """Read them now; 0 for what a kernel without /proc does not tell."""
    return ProcessFigures(time.process_time(), _resident_octets(), _open_files())


def _resident_octets() -> int:
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE
    except (OSError, ValueError, IndexError):
        return 0


def _open_files() -> int:
    try:
        return len(os.listdir("/proc/self/fd")) - 1  # less the listing's own
    except OSError:
        return 0
