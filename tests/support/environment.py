"""A home of its own for each test, so that no test meets the user's settings, state or speaker."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
KEPT = ("PATH", "TMPDIR", "SSL_CERT_FILE")
"""Variables a test takes over from whoever runs it."""


def welcomed(environment: dict[str, str]) -> Path:
    """The file by which the console knows that it was opened before."""
    return Path(environment["XDG_STATE_HOME"]) / "lbtui" / "welcomed"


@contextmanager
def private_environment() -> Iterator[dict[str, str]]:
    """Environment variables of a user whose home has nothing of ours but that the console was seen.

    The home is removed at the end. Its path is short: that of a Unix socket has 107 octets at most.
    """
    home = Path(tempfile.mkdtemp(prefix="lbtui-"))
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    environment |= {"HOME": str(home), "LANG": "C.UTF-8", "PYTHONPATH": str(CHECKOUT)}
    for variable in ("CONFIG_HOME", "STATE_HOME", "CACHE_HOME", "DATA_HOME", "RUNTIME_DIR"):
        folder = home / variable.lower()
        folder.mkdir(mode=0o700)
        environment[f"XDG_{variable}"] = str(folder)
    (home / "state_home" / "lbtui").mkdir(mode=0o700)
    welcomed(environment).touch()
    try:
        yield environment
    finally:
        shutil.rmtree(home, ignore_errors=True)
