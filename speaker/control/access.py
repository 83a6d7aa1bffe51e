"""Who may call the control API, and how much at once.

A Unix socket is guarded by its folder; a caller over TCP has to show the token. Limits keep a
caller that is broken or slow from taking what the sessions need.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import socket

from aiohttp import web

from speaker.control.answers import Handler, error_answer

MAX_REQUESTS = 64
"""Being served at the same time, event streams apart."""
MAX_CONNECTIONS = 256
"""Open at the same time, event streams included."""
MAX_SUBSCRIBERS = 64
"""Of the event stream."""
TCP_REQUESTS_PER_SECOND, TCP_BURST = 100.0, 200.0
FIRST_REQUEST_SECONDS = 10.0
"""How long a connection may stay without a whole request."""
BODY_SECONDS = 60.0
"""How long a request's body may take to come."""


class Access:
    """The guard in front of every handler."""

    def __init__(self, token: bytes | None) -> None:
        """Ask callers over TCP for `token`; None lets none of them in."""
        self._digest = None if token is None else hashlib.sha256(token).digest()
        self._serving = 0
        self._allowance, self._counted_at = TCP_BURST, 0.0
        self._silent: set[asyncio.BaseProtocol] = set()
        """Connections without a request so far."""

    @web.middleware
    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse callers without the token and what is too much; pass on the rest."""
        self._silent.discard(request.protocol)
        if _is_tcp(request):
            if not self._takes_tcp_request():
                return _too_many("more requests than the speaker answers; ask less often")
            if not self._is_authorized(request.headers.get("Authorization", "")):
                answer = error_answer("unauthorized", "give the speaker's token as bearer token")
                answer.headers["WWW-Authenticate"] = 'Bearer realm="lbtui speaker"'
                answer.force_close()  # a body that nobody asked for is not read
                return answer
        if request.path == "/v1/events":  # these stay; they are counted by their handler
            return await handler(request)
        if self._serving >= MAX_REQUESTS:
            return _too_many(f"{MAX_REQUESTS} requests are being served; ask again")
        self._serving += 1
        try:
            return await handler(request)
        finally:
            self._serving -= 1

    def watch_connection(self, protocol: asyncio.BaseProtocol) -> None:
        """Close a connection that does not come up with a request in time."""

        def look() -> None:
            transport = getattr(protocol, "transport", None)
            if protocol in self._silent and transport is not None:
                transport.abort()
            self._silent.discard(protocol)

        self._silent.add(protocol)
        asyncio.get_running_loop().call_later(FIRST_REQUEST_SECONDS, look)

    def _is_authorized(self, header: str) -> bool:
        scheme, _, shown = header.partition(" ")
        if self._digest is None or scheme.lower() != "bearer":
            return False
        digest = hashlib.sha256(shown.strip().encode(errors="replace")).digest()
        return hmac.compare_digest(digest, self._digest)  # takes as long wherever they differ

    def _takes_tcp_request(self) -> bool:
        now = asyncio.get_running_loop().time()
        gained = (now - self._counted_at) * TCP_REQUESTS_PER_SECOND
        self._allowance, self._counted_at = min(TCP_BURST, self._allowance + gained), now
        if self._allowance < 1:
            return False
        self._allowance -= 1
        return True


def _is_tcp(request: web.Request) -> bool:
    sock = request.get_extra_info("socket")
    return sock is None or sock.family != socket.AF_UNIX


def _too_many(message: str) -> web.Response:
    answer = error_answer("too-many-requests", message)
    answer.headers["Retry-After"] = "1"
    return answer
