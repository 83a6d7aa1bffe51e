"""What the API server refuses, as exceptions with words for the user."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from lbtui.ports import StoreError


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason for a refusal, with the field it is about."""

    reason: str
    field: str
    """Path without a leading dot; empty if the server names none."""
    message: str


class ApiError(StoreError):
    """A request that the API server answered with a code of 400 or more (meta/v1 Status)."""

    def __init__(
        self,
        code: int,
        reason: str,
        message: str,
        causes: Sequence[Cause] = (),
        retry_after: float | None = None,
        next_token: str = "",
    ) -> None:
        """Take the parts of the Status."""
        super().__init__(message)
        self.code = code
        self.reason = reason
        """Such as NotFound, Conflict, Expired; empty if the server gives none."""
        self.causes = tuple(causes)
        self.retry_after = retry_after
        """Seconds to wait, if the server says."""
        self.next_token = next_token
        """A fresh continue token, with reason Expired of a list."""

    @property
    def is_expired(self) -> bool:
        """Whether a resourceVersion or a continue token is too old."""
        return self.code == 410 or self.reason in ("Expired", "Gone")

    @property
    def is_worth_retrying(self) -> bool:
        """Whether the same request may succeed later."""
        return self.code in (408, 429, 500, 502, 503, 504) or self.retry_after is not None


class UnreachableError(StoreError):
    """The API server could not be reached, or did not answer in time."""


def error_of(code: int, body: bytes, headers: Mapping[str, str] | None = None) -> ApiError:
    """The error for an answer; a body that is no Status is told as it is, shortened."""
    try:
        status = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        status = None
    if isinstance(status, dict) and status.get("kind") == "Status":
        return error_of_status(status, code, headers)
    text = body[:200].decode("utf-8", "replace").strip() or f"HTTP {code}"
    reason = {401: "Unauthorized", 403: "Forbidden", 404: "NotFound"}.get(code, "")
    return ApiError(code, reason, text, (), _retry_after(headers, {}))


def error_of_status(
    status: Mapping[str, Any], code: int = 0, headers: Mapping[str, str] | None = None
) -> ApiError:
    """The error for a Status body, also of a watch's ERROR event."""
    details = status.get("details")
    details = details if isinstance(details, dict) else {}
    found = details.get("causes")
    causes = [
        Cause(
            str(cause.get("reason", "")),
            _field(cause.get("field")),
            str(cause.get("message", "")),
        )
        for cause in (found if isinstance(found, list) else ())
        if isinstance(cause, dict)
    ]
    metadata = status.get("metadata")
    token = metadata.get("continue", "") if isinstance(metadata, dict) else ""
    return ApiError(
        code or int(status.get("code") or 0),
        str(status.get("reason") or ""),
        str(status.get("message") or f"HTTP {code}"),
        causes,
        _retry_after(headers, details),
        str(token),
    )


def _field(value: Any) -> str:
    text = value if isinstance(value, str) else ""
    return "" if text == "<nil>" else text.removeprefix(".")


def _retry_after(headers: Mapping[str, str] | None, details: Mapping[str, Any]) -> float | None:
    said = (headers or {}).get("Retry-After") or details.get("retryAfterSeconds")
    try:
        return float(said) if said else None
    except (TypeError, ValueError):
        return None
