"""One line an event: `TIME LEVEL what happened key=value ...`, to stderr or a file."""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from pathlib import Path

from speaker.errors import StartError

_PLAIN = re.compile(r"[^\s\"=]+")


def line(what: str, **fields: object) -> str:
    """Text and fields on one line; what a peer or a user sent cannot break out of its quotes."""
    shown = (f"{name}={_value(value)}" for name, value in fields.items() if value is not None)
    return " ".join((what, *shown))


def set_up(path: Path | None) -> None:
    """Send the package's log to `path`, or to stderr. Raises StartError."""
    logging.raiseExceptions = False  # a closed terminal must not fill itself with tracebacks
    handler: logging.Handler
    if path is None:
        handler = logging.StreamHandler(sys.stderr)
    else:
        try:
            handler = logging.FileHandler(path, encoding="utf-8")
        except OSError as error:
            raise StartError(f"cannot write the log {path}: {error.strerror}") from None
    handler.setFormatter(_OneLine())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    logging.getLogger("asyncio").setLevel(logging.ERROR)


class _OneLine(logging.Formatter):
    """A traceback, which only a bug can cause, is folded into the line of its message."""

    def format(self, record: logging.LogRecord) -> str:
        seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        text = record.getMessage().replace("\n", " | ")
        if record.exc_info:
            text = line(text, traceback=self.formatException(record.exc_info))
        return f"{seconds}.{int(record.msecs):03d}Z {record.levelname.lower()} {text}"


def _value(value: object) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if _PLAIN.fullmatch(text) else json.dumps(text)
