"""Bodies of single calls, and of answers that refuse one."""

from __future__ import annotations

from speaker.api.base import Document


class StopDocument(Document, frozen=True):
    """Body of `POST /v1/stop`."""

    keep_routes: bool = False
    """Leave the routes with peers that agreed on graceful restart; the others get a Cease."""


class ActionDocument(Document, frozen=True):
    """Body of `POST …/reset|enable|disable`."""

    reason: str = ""


class ErrorDetail(Document, frozen=True):
    """One thing that is wrong with a request."""

    path: str
    message: str


class ErrorBody(Document, frozen=True):
    """What went wrong."""

    code: str
    message: str
    details: tuple[ErrorDetail, ...] = ()


class ErrorDocument(Document, frozen=True):
    """Body of every answer that is not 2xx."""

    error: ErrorBody
