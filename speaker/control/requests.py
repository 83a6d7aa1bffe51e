"""Reading requests: path, query, body; what is wrong with them is an error of the API."""

from __future__ import annotations

import asyncio
from typing import TypeVar
from urllib.parse import unquote

import msgspec
from aiohttp import web

from speaker.api import ErrorDetail
from speaker.control.access import BODY_SECONDS
from speaker.errors import DocumentError

T = TypeVar("T")

_BODY_TYPES = ("application/json", "application/octet-stream", "application/x-www-form-urlencoded")
"""The latter two are what clients say that were told nothing (aiohttp's default, curl's)."""


def whole_id(request: web.Request) -> str:
    """All that follows /v1/sessions/, as an id."""
    return unquote(_rest(request))


def _rest(request: web.Request) -> str:
    """What follows /v1/sessions/, still percent-encoded: an encoded slash belongs to an id."""
    return request.rel_url.raw_path.removeprefix("/v1/sessions/")


def split_path(request: web.Request) -> tuple[str, str]:
    """The id and the last word of /v1/sessions/{id}/{word}."""
    session_id, _, last = _rest(request).rpartition("/")
    return unquote(session_id), last


async def read_body(request: web.Request) -> bytes:
    """The whole body. Raises HTTPException if it is not said to be JSON, too large or too slow."""
    kind = request.content_type
    if request.body_exists and kind not in _BODY_TYPES and not kind.endswith("+json"):
        raise web.HTTPUnsupportedMediaType(text=f"application/json is wanted, not {kind}")
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await request.read()
    except TimeoutError:
        text = f"the body did not come within {BODY_SECONDS:g} s"
        raise web.HTTPRequestTimeout(text=text) from None


def decode(data: bytes, kind: type[T]) -> T:
    """A small document. Raises DocumentError."""
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.ValidationError as error:
        raise DocumentError("invalid", str(error), [ErrorDetail("", str(error))]) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DocumentError("malformed", f"the body is not JSON: {error}") from None


def whole_number(request: web.Request, name: str, default: T) -> int | T:
    """A parameter of the query. Raises HTTPException if it is there and no number."""
    text = request.query.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise web.HTTPBadRequest(text=f"{name} must be a whole number")
    return int(text)
