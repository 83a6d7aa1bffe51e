"""The control API over HTTP: requests in, calls of the daemon, documents out. Holds no state."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import msgspec
from aiohttp import web

from speaker.api import ActionDocument, SessionsDocument, SessionStatus, StopDocument
from speaker.control import metrics, report
from speaker.control.access import MAX_SUBSCRIBERS, Access
from speaker.control.answers import answer_errors, error_answer, json_answer, name_version
from speaker.control.documents import masked, write_document
from speaker.control.requests import decode, read_body, split_path, whole_id, whole_number
from speaker.daemon.daemon import Daemon
from speaker.daemon.peering import Peering
from speaker.daemon.usage import process_figures
from speaker.daemon.wanted import WantedState
from speaker.errors import StateError, UnknownSessionError

MAX_BODY = 256 * 1024 * 1024
"""Octets of a request; a route takes about 100."""
SESSIONS_AT_ONCE = 25
"""Reported in one go, about a millisecond."""
MAX_PAGE, DEFAULT_PAGE = 10000, 1000
"""Routes of one answer."""


class ControlServer:
    """The API's handlers around one daemon."""

    def __init__(
        self, daemon: Daemon, max_body: int = MAX_BODY, token: bytes | None = None
    ) -> None:
        """Serve `daemon`; requests of more than `max_body` octets are refused.

        Over TCP only callers that show `token` are served.
        """
        self._daemon = daemon
        self.access = Access(token)
        self._sockets: set[web.WebSocketResponse] = set()
        self.app = web.Application(
            client_max_size=max_body, middlewares=[answer_errors, self.access.guard]
        )
        self.app.add_routes(
            [
                web.put("/v1/config", self._put_config),
                web.get("/v1/config", self._get_config),
                web.patch("/v1/route-sets/{id}", self._patch_route_set),
                web.get("/v1/status", self._get_status),
                web.get("/v1/sessions", self._get_sessions),
                web.get("/v1/sessions/{rest:.+}", self._get_session),
                web.post("/v1/sessions/{rest:.+}", self._post_session),
                web.get("/v1/events", self._get_events),
                web.post("/v1/stop", self._post_stop),
                web.get("/metrics", self._get_metrics),
            ]
        )
        self.app.on_response_prepare.append(name_version)
        self.app.on_shutdown.append(self._close_sockets)

    # ---- wanted --------------------------------------------------------------------------------

    async def _put_config(self, request: web.Request) -> web.Response:
        return json_answer(await self._daemon.apply(await read_body(request)))

    async def _get_config(self, request: web.Request) -> web.Response:
        return json_answer(await asyncio.to_thread(_masked, self._daemon.wanted))

    async def _patch_route_set(self, request: web.Request) -> web.Response:
        data = await read_body(request)
        return json_answer(await self._daemon.change_routes(request.match_info["id"], data))

    async def _post_session(self, request: web.Request) -> web.Response:
        session_id, action = split_path(request)
        if action not in ("reset", "enable", "disable"):
            raise web.HTTPNotFound(text=f"there is no action {action!r}")
        data = await read_body(request)
        reason = decode(data, ActionDocument).reason if data else ""
        if action == "reset":
            peering = self._daemon.reset(session_id, reason)
        else:
            peering = await self._daemon.enable(session_id, action == "enable", reason)
        return json_answer(report.session_status(peering, self._daemon.clock))

    async def _post_stop(self, request: web.Request) -> web.Response:
        data = await read_body(request)
        asked = decode(data, StopDocument) if data else StopDocument()
        self._daemon.leave(keep_routes=asked.keep_routes)
        return json_answer(self._daemon.status(), status=202)

    # ---- observed ------------------------------------------------------------------------------

    async def _get_status(self, request: web.Request) -> web.Response:
        return json_answer(self._daemon.status())

    async def _get_sessions(self, request: web.Request) -> web.Response:
        return json_answer(SessionsDocument(await self._all_sessions()))

    async def _get_metrics(self, request: web.Request) -> web.Response:
        sessions = await self._all_sessions()
        figures = (self._daemon.status(), sessions, process_figures())
        # Off the loop: for 500 sessions it takes 50 ms, and no keepalive may wait for it.
        text = await asyncio.to_thread(metrics.exposition, *figures)
        return web.Response(body=text.encode(), headers={"Content-Type": metrics.CONTENT_TYPE})

    async def _all_sessions(self) -> tuple[SessionStatus, ...]:
        """Every session, a few at a time: no keepalive waits for a thousand of them."""
        found: list[SessionStatus] = []
        for peering in self._daemon.peerings():
            found.append(report.session_status(peering, self._daemon.clock))
            if len(found) % SESSIONS_AT_ONCE == 0:
                await asyncio.sleep(0)
        return tuple(found)

    async def _get_session(self, request: web.Request) -> web.Response:
        whole = whole_id(request)
        pages = {"advertised": report.advertised, "received": _received}
        session_id, table = split_path(request)
        try:
            peering = self._daemon.find(whole)
        except UnknownSessionError:
            if table not in pages:
                raise
            return self._routes(request, session_id, pages[table])
        return json_answer(report.session_status(peering, self._daemon.clock))

    def _routes(
        self,
        request: web.Request,
        session_id: str,
        read: Callable[[Peering, str | None, int], Any],
    ) -> web.Response:
        peering = self._daemon.find(session_id)
        limit = whole_number(request, "limit", DEFAULT_PAGE)
        if not 1 <= limit <= MAX_PAGE:
            raise web.HTTPBadRequest(text=f"limit must be 1 to {MAX_PAGE}")
        try:
            return json_answer(read(peering, request.query.get("after"), limit))
        except ValueError as error:
            raise web.HTTPBadRequest(text=f"after: {error}") from None

    async def _get_events(self, request: web.Request) -> web.StreamResponse:
        since = whole_number(request, "since", None)
        if len(self._sockets) >= MAX_SUBSCRIBERS:
            message = f"{MAX_SUBSCRIBERS} event streams are open, no more are served"
            return error_answer("too-many-subscribers", message)
        socket = web.WebSocketResponse(heartbeat=30.0)
        await socket.prepare(request)
        self._sockets.add(socket)
        try:
            await self._stream(socket, since)
        finally:
            self._sockets.discard(socket)
        return socket

    async def _stream(self, socket: web.WebSocketResponse, since: int | None) -> None:
        sender = asyncio.ensure_future(self._send_events(socket, since))
        try:
            async for _ in socket:  # answers pings and sees the end; clients have nothing to say
                pass
        finally:
            sender.cancel()
            await asyncio.gather(sender, return_exceptions=True)

    async def _send_events(self, socket: web.WebSocketResponse, since: int | None) -> None:
        async with contextlib.aclosing(self._daemon.follow(since)) as events:
            async for data in events:
                await socket.send_str(data.decode())

    async def _close_sockets(self, app: web.Application) -> None:
        for socket in tuple(self._sockets):
            await socket.close(code=1001, message=b"the speaker stops")


def _masked(wanted: WantedState) -> msgspec.Raw:
    """Off the loop: the routes are written out, and there may be many."""
    return msgspec.Raw(msgspec.json.encode(masked(write_document(wanted))))


def _received(peering: Peering, after: str | None, limit: int) -> Any:
    if not peering.wanted.config.keep_received:
        raise StateError("this session only counts received routes; see keepReceived")
    return report.received(peering, after, limit)
