"""One line an event, as logfmt or JSON, to stderr or a file that rotates.

Whatever a peer or a caller sent stands between quotes, escaped: it can neither begin a line of
its own nor reach a terminal as a control sequence. Secrets are never passed to a logger.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import time
from dataclasses import dataclass
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, Final, Literal

from speaker.errors import StartError

Form = Literal["logfmt", "json"]

LOG_OCTETS: Final = 10 * 1024 * 1024
"""A log file is set aside when it has grown to this."""
LOGS_KEPT: Final = 5
"""Of those set aside, `FILE.1` being the newest."""
_PLAIN = re.compile(r"[!#-<>-\[\]-~]+")
"""What needs no quotes: ASCII that is printed, but for blank, quote, equals and backslash."""


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, and its particulars."""

    what: str
    fields: dict[str, object]

    def __str__(self) -> str:
        """As logfmt, without time and level."""
        return _logfmt({"msg": self.what, **self.fields})


def line(what: str, **fields: object) -> Event:
    """An event for a logger; fields that are None are left out."""
    return Event(what, {name: value for name, value in fields.items() if value is not None})


def set_up(path: Path | None, form: Form = "logfmt") -> None:
    """Send the process's log to `path`, or to stderr. Raises StartError."""
    logging.raiseExceptions = False  # a closed terminal must not fill itself with tracebacks
    handler: logging.Handler
    if path is None:
        handler = logging.StreamHandler(sys.stderr)
    else:
        try:
            handler = _PrivateFile(path, maxBytes=LOG_OCTETS, backupCount=LOGS_KEPT)
        except OSError as error:
            raise StartError(f"cannot write the log {path}: {error.strerror}") from None
    handler.setFormatter(_OneLine(form))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    # aiohttp tells of every request that is no HTTP, with its octets; the caller is answered.
    logging.getLogger("aiohttp").setLevel(logging.CRITICAL)


class _PrivateFile(RotatingFileHandler):
    """A log that only the user reads."""

    def _open(self) -> TextIOWrapper:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        descriptor = os.open(self.baseFilename, flags, 0o600)
        return open(descriptor, "a", encoding="utf-8")


class _OneLine(logging.Formatter):
    """A traceback, which only a bug can cause, is a field like any other."""

    def __init__(self, form: Form) -> None:
        """Write lines of this form."""
        super().__init__()
        self._form = form

    def format(self, record: logging.LogRecord) -> str:
        seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        fields: dict[str, object] = {
            "time": f"{seconds}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
        }
        if isinstance(record.msg, Event):
            fields |= {"msg": record.msg.what, **record.msg.fields}
        else:
            fields["msg"] = record.getMessage()
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        return _logfmt(fields) if self._form == "logfmt" else json.dumps(fields, default=str)


def _logfmt(fields: dict[str, Any]) -> str:
    return " ".join(f"{name}={_value(value)}" for name, value in fields.items())


def _value(value: object) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if _PLAIN.fullmatch(text) else json.dumps(text)  # which escapes all but ASCII
