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


@contextmanager
def private_environment() -> Iterator[dict[str, str]]:
    """Environment variables of a user with an empty home; the home is removed at the end.

    The home's path is short, because the path of a Unix socket may have 107 octets only.
    """
    home = Path(tempfile.mkdtemp(prefix="lbtui-"))
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    environment |= {"HOME": str(home), "LANG": "C.UTF-8", "PYTHONPATH": str(CHECKOUT)}
    for variable in ("CONFIG_HOME", "STATE_HOME", "CACHE_HOME", "DATA_HOME", "RUNTIME_DIR"):
        folder = home / variable.lower()
        folder.mkdir(mode=0o700)
        environment[f"XDG_{variable}"] = str(folder)
    try:
        yield environment
    finally:
        shutil.rmtree(home, ignore_errors=True)
