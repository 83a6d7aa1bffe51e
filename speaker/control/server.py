"""The control API over HTTP: requests in, calls of the daemon, documents out. Holds no state."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from urllib.parse import unquote

import msgspec
from aiohttp import web

from speaker.api import (
    API_HEADER,
    API_VERSION,
    ActionDocument,
    ErrorBody,
    ErrorDetail,
    ErrorDocument,
    SessionsDocument,
    SessionStatus,
)
from speaker.control import metrics, report
from speaker.control.documents import masked
from speaker.daemon.daemon import Daemon
from speaker.daemon.logs import line
from speaker.daemon.peering import Peering
from speaker.daemon.usage import process_figures
from speaker.errors import DocumentError, StateError, StorageError, UnknownSessionError

log = logging.getLogger("speaker.control.server")

T = TypeVar("T")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

MAX_BODY = 256 * 1024 * 1024
"""Octets of a request; a route takes about 100."""
SESSIONS_AT_ONCE = 25
"""Reported in one go, about a millisecond."""
MAX_PAGE, DEFAULT_PAGE = 10000, 1000
"""Routes of one answer."""
_BODY_TYPES = ("application/json", "application/octet-stream", "application/x-www-form-urlencoded")
"""The latter two are what clients say that were told nothing (aiohttp's default, curl's)."""
_STATUS = {"malformed": 400, "invalid": 422, "stale": 409}


class ControlServer:
    """The API's handlers around one daemon."""

    def __init__(self, daemon: Daemon, max_body: int = MAX_BODY) -> None:
        """Serve `daemon`; requests of more than `max_body` octets are refused."""
        self._daemon = daemon
        self._sockets: set[web.WebSocketResponse] = set()
        self.app = web.Application(client_max_size=max_body, middlewares=[_answer_errors])
        self.app.add_routes(
            [
                web.put("/v1/config", self._put_config),
                web.get("/v1/config", self._get_config),
                web.get("/v1/status", self._get_status),
                web.get("/v1/sessions", self._get_sessions),
                web.get("/v1/sessions/{rest:.+}", self._get_session),
                web.post("/v1/sessions/{rest:.+}", self._post_session),
                web.get("/v1/events", self._get_events),
                web.get("/metrics", self._get_metrics),
            ]
        )
        self.app.on_response_prepare.append(_name_version)
        self.app.on_shutdown.append(self._close_sockets)

    # ---- wanted --------------------------------------------------------------------------------

    async def _put_config(self, request: web.Request) -> web.Response:
        return _json(await self._daemon.apply(await _body(request)))

    async def _get_config(self, request: web.Request) -> web.Response:
        return _json(masked(self._daemon.document))

    async def _post_session(self, request: web.Request) -> web.Response:
        session_id, action = _split(request)
        if action not in ("reset", "enable", "disable"):
            raise web.HTTPNotFound(text=f"there is no action {action!r}")
        data = await _body(request)
        reason = _decode(data, ActionDocument).reason if data else ""
        if action == "reset":
            peering = self._daemon.reset(session_id, reason)
        else:
            peering = await self._daemon.enable(session_id, action == "enable", reason)
        return _json(report.session_status(peering, self._daemon.clock))

    # ---- observed ------------------------------------------------------------------------------

    async def _get_status(self, request: web.Request) -> web.Response:
        return _json(self._daemon.status())

    async def _get_sessions(self, request: web.Request) -> web.Response:
        return _json(SessionsDocument(await self._all_sessions()))

    async def _get_metrics(self, request: web.Request) -> web.Response:
        sessions = await self._all_sessions()
        text = metrics.exposition(self._daemon.status(), sessions, process_figures())
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
        whole = unquote(_rest(request))
        pages = {"advertised": report.advertised, "received": _received}
        session_id, table = _split(request)
        try:
            peering = self._daemon.find(whole)
        except UnknownSessionError:
            if table not in pages:
                raise
            return self._routes(request, session_id, pages[table])
        return _json(report.session_status(peering, self._daemon.clock))

    def _routes(
        self,
        request: web.Request,
        session_id: str,
        read: Callable[[Peering, str | None, int], Any],
    ) -> web.Response:
        peering = self._daemon.find(session_id)
        limit = _integer(request, "limit", DEFAULT_PAGE)
        if not 1 <= limit <= MAX_PAGE:
            raise web.HTTPBadRequest(text=f"limit must be 1 to {MAX_PAGE}")
        try:
            return _json(read(peering, request.query.get("after"), limit))
        except ValueError as error:
            raise web.HTTPBadRequest(text=f"after: {error}") from None

    async def _get_events(self, request: web.Request) -> web.WebSocketResponse:
        since = _integer(request, "since", None)
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


def _received(peering: Peering, after: str | None, limit: int) -> Any:
    if not peering.wanted.config.keep_received:
        raise StateError("this session only counts received routes; see keepReceived")
    return report.received(peering, after, limit)


# ---- requests ----------------------------------------------------------------------------------


def _rest(request: web.Request) -> str:
    """What follows /v1/sessions/, still percent-encoded: an encoded slash belongs to an id."""
    return request.rel_url.raw_path.removeprefix("/v1/sessions/")


def _split(request: web.Request) -> tuple[str, str]:
    session_id, _, last = _rest(request).rpartition("/")
    return unquote(session_id), last


async def _body(request: web.Request) -> bytes:
    kind = request.content_type
    if request.body_exists and kind not in _BODY_TYPES and not kind.endswith("+json"):
        raise web.HTTPUnsupportedMediaType(text=f"application/json is wanted, not {kind}")
    return await request.read()


def _decode(data: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.ValidationError as error:
        raise DocumentError("invalid", str(error), [ErrorDetail("", str(error))]) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DocumentError("malformed", f"the body is not JSON: {error}") from None


def _integer(request: web.Request, name: str, default: T) -> int | T:
    text = request.query.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise web.HTTPBadRequest(text=f"{name} must be a whole number")
    return int(text)


# ---- answers -----------------------------------------------------------------------------------


def _json(document: object, status: int = 200) -> web.Response:
    return web.Response(
        body=msgspec.json.encode(document), status=status, content_type="application/json"
    )


def _error(status: int, code: str, message: str, details: Any = ()) -> web.Response:
    return _json(ErrorDocument(ErrorBody(code, message, tuple(details))), status)


async def _name_version(request: web.Request, response: web.StreamResponse) -> None:
    response.headers[API_HEADER] = str(API_VERSION)


@web.middleware
async def _answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every failure as an ErrorDocument; what nobody foresaw is logged and answered as 500."""
    asked = request.headers.get(API_HEADER, str(API_VERSION))
    if asked != str(API_VERSION):
        return _error(400, "api-version", f"this is version {API_VERSION} of the API, not {asked}")
    try:
        return await handler(request)
    except DocumentError as error:
        return _error(_STATUS[error.code], error.code, error.message, error.details)
    except UnknownSessionError as error:
        return _error(404, "unknown-session", str(error))
    except StateError as error:
        return _error(409, "wrong-state", str(error))
    except StorageError as error:
        log.error(line(str(error)))
        return _error(507, "storage", str(error))
    except web.HTTPException as error:
        answer = _error(error.status, _code(error), error.text or error.reason)
        if isinstance(error, web.HTTPMethodNotAllowed):
            answer.headers["Allow"] = ", ".join(sorted(error.allowed_methods))
        return answer
    except Exception:
        log.exception(line("request failed", method=request.method, path=request.path))
        return _error(500, "internal", "the speaker failed to answer; its log says why")


def _code(error: web.HTTPException) -> str:
    return str(error.reason).lower().replace(" ", "-")
