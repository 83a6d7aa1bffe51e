"""Standard output that is closed, full, no longer read, or a terminal without Unicode."""

import os
import sys


def prepare() -> None:
    """Let characters that a terminal's encoding lacks become escapes instead of an error.

    A stream that was closed before the start (`>&-`) becomes one that leads nowhere.
    """
    sys.stdout = sys.stdout or open(os.devnull, "w")
    sys.stderr = sys.stderr or open(os.devnull, "w")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def silence() -> None:
    """Send what may still be written to nowhere: nobody reads it any more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
