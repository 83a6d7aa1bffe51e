"""HTTP over a speaker's control socket, for measurements: one connection, no asyncio."""

from __future__ import annotations

import http.client
import socket
from pathlib import Path


class Channel(http.client.HTTPConnection):
    """One connection that stays open."""

    def __init__(self, path: Path) -> None:
        super().__init__("speaker")
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(str(self._path))

    def send_json(self, method: str, path: str, body: str | None = None) -> None:
        """Send a request; `getresponse` is the caller's."""
        self.request(method, path, body, {"Content-Type": "application/json"})

    def call(self, method: str, path: str, body: str | None = None) -> bytes:
        """Send a request and read the answer. Raises RuntimeError unless it is a 200."""
        self.send_json(method, path, body)
        answer = self.getresponse()
        found = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{method} {path}: {answer.status} {found[:300]!r}")
        return found
