"""The last resort: an unexpected error becomes a sentence and a log, never a traceback."""

from __future__ import annotations

import os
import sys
import tempfile
import time
import traceback
from pathlib import Path

from lbtui.cli.exits import FAILURE


def report(error: Exception) -> int:
    """Say what happened and where the details are; the exit code."""
    print(f"lbtui: {_describe(error)}", file=sys.stderr)
    return FAILURE


def _describe(error: Exception) -> str:
    from lbtui.ports import PortError

    if isinstance(error, PortError):
        return str(error)
    kind = type(error).__name__
    log = _write_log(error)
    where = f"the details are in {log}" if log else "and no log could be written"
    return f"something unexpected went wrong ({kind}: {error}); {where}"


def _write_log(error: Exception) -> Path | None:
    """Append the traceback, without the variables' values, to a log that only the user reads."""
    from lbtui.adapters.paths import console_log

    text = "".join(traceback.format_exception(error))
    entry = f"{time.strftime('%Y-%m-%dT%H:%M:%S%z')} unexpected error\n{text}\n"
    for log in (console_log(), Path(tempfile.gettempdir()) / f"lbtui-{os.getuid()}" / "lbtui.log"):
        try:
            log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
            with open(os.open(log, flags, 0o600), "a", encoding="utf-8") as file:
                file.write(entry)
        except OSError:
            continue
        return log
    return None
