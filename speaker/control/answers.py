"""What the control API answers with: documents, errors as documents, the version's header."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable

import msgspec
from aiohttp import web

from speaker.api import API_HEADER, API_VERSION, ErrorBody, ErrorDetail, ErrorDocument
from speaker.control.calls import ERRORS
from speaker.daemon.logs import line
from speaker.errors import (
    DocumentError,
    StateError,
    StorageError,
    UnknownRouteSetError,
    UnknownSessionError,
)

log = logging.getLogger("speaker.control.server")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def json_answer(document: object, status: int = 200) -> web.Response:
    """A document."""
    return web.Response(
        body=msgspec.json.encode(document), status=status, content_type="application/json"
    )


def error_answer(code: str, message: str, details: Iterable[ErrorDetail] = ()) -> web.Response:
    """An error of `calls.ERRORS`."""
    body = ErrorDocument(ErrorBody(code, message, tuple(details)))
    return json_answer(body, ERRORS[code].status)


async def name_version(request: web.Request, response: web.StreamResponse) -> None:
    """Put the API's version on every answer."""
    response.headers[API_HEADER] = str(API_VERSION)


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every failure as an ErrorDocument; what nobody foresaw is logged and answered as 500."""
    asked = request.headers.get(API_HEADER, str(API_VERSION))
    if asked != str(API_VERSION):
        message = f"this is version {API_VERSION} of the API, not {asked!r}"
        return error_answer("api-version", message)
    try:
        return await handler(request)
    except DocumentError as error:
        return error_answer(error.code, error.message, error.details)
    except UnknownSessionError as error:
        return error_answer("unknown-session", str(error))
    except UnknownRouteSetError as error:
        return error_answer("unknown-route-set", str(error))
    except StateError as error:
        return error_answer("wrong-state", str(error))
    except StorageError as error:
        log.error(line(str(error)))
        return error_answer("storage", str(error))
    except web.HTTPException as error:
        return _http_error(error)
    except Exception:
        log.exception(line("request failed", method=request.method, path=request.path))
        return error_answer("internal", "the speaker failed to answer; its log says why")


def _http_error(error: web.HTTPException) -> web.Response:
    """Aiohttp's own errors are named by the status's words, e.g. `not-found`."""
    code = str(error.reason).lower().replace(" ", "-")
    if code not in ERRORS:  # of a request that aiohttp could make nothing of
        code = "bad-request"
    answer = error_answer(code, error.text or str(error.reason))
    if isinstance(error, web.HTTPMethodNotAllowed):
        answer.headers["Allow"] = ", ".join(sorted(error.allowed_methods))
    return answer
