"""Every call of the control API, and every error it may answer with. Data only.

The server implements them, `openapi` writes them down, tests hold all three together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec

from speaker import api


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """An error code, stable for scripts."""

    status: int
    """Of HTTP."""
    meaning: str


ERRORS: Final = {
    "bad-request": ErrorKind(400, "a parameter of the query is not what it must be"),
    "malformed": ErrorKind(400, "the body is not JSON"),
    "api-version": ErrorKind(400, "the request asks for another version of the API"),
    "unauthorized": ErrorKind(401, "the bearer token is missing or wrong (TCP only)"),
    "not-found": ErrorKind(404, "there is no such call"),
    "unknown-session": ErrorKind(404, "no session has this id"),
    "unknown-route-set": ErrorKind(404, "the wanted state has no route set of this name"),
    "method-not-allowed": ErrorKind(405, "the call exists under other methods, see `Allow`"),
    "request-timeout": ErrorKind(408, "the body did not come in time"),
    "stale": ErrorKind(409, "the generation is not newer than the accepted one"),
    "wrong-state": ErrorKind(409, "the session cannot do this now"),
    "request-entity-too-large": ErrorKind(413, "the body is larger than the speaker takes"),
    "unsupported-media-type": ErrorKind(415, "the body is not said to be JSON"),
    "invalid": ErrorKind(422, "the document cannot be applied; `details` lists all that is wrong"),
    "too-many-requests": ErrorKind(429, "more requests at once than the speaker serves"),
    "internal": ErrorKind(500, "a bug of the speaker; its log says more"),
    "too-many-subscribers": ErrorKind(503, "as many event streams are open as may be"),
    "storage": ErrorKind(507, "the state could not be put on disk; nothing was changed"),
}

ANYWHERE: Final = ("api-version", "unauthorized", "too-many-requests", "internal")
"""Errors that any call may answer with."""
_BODY: Final = (
    "malformed",
    "request-timeout",
    "request-entity-too-large",
    "unsupported-media-type",
    "invalid",
)


@dataclass(frozen=True, slots=True)
class Call:
    """One call: what it takes, what it answers with."""

    name: str
    method: str
    path: str
    does: str
    """In a sentence."""
    tells: str
    """What a good answer means."""
    answer: type[msgspec.Struct] | str
    """A document, or the media type of a text."""
    parameters: tuple[str, ...] = ()
    body: type[msgspec.Struct] | None = None
    is_body_needed: bool = True
    errors: tuple[str, ...] = ANYWHERE
    status: int = 200


CALLS: Final = (
    Call(
        "putConfig",
        "PUT",
        "/v1/config",
        "Replace the whole wanted state; equal sessions are left alone, routes are sent by "
        "difference, and what a session cannot take while up resets that session only.",
        "Accepted, on disk and in force.",
        api.StatusDocument,
        body=api.ConfigDocument,
        errors=(*ANYWHERE, *_BODY, "stale", "storage"),
    ),
    Call(
        "getConfig",
        "GET",
        "/v1/config",
        "Read the wanted state accepted last.",
        "The document, each password as `***`.",
        api.ConfigDocument,
    ),
    Call(
        "patchRouteSet",
        "PATCH",
        "/v1/route-sets/{id}",
        "Change some routes of one route set; the same as `PUT` of the whole state with the change "
        "made, but it costs what the change costs.",
        "Accepted, on disk and in force.",
        api.StatusDocument,
        ("id",),
        api.RouteSetChange,
        errors=(*ANYWHERE, *_BODY, "unknown-route-set", "stale", "storage"),
    ),
    Call(
        "getStatus",
        "GET",
        "/v1/status",
        "Ask how the process is.",
        "The process as a whole.",
        api.StatusDocument,
    ),
    Call(
        "getSessions",
        "GET",
        "/v1/sessions",
        "Read every session.",
        "Every session, in the order of the wanted state.",
        api.SessionsDocument,
    ),
    Call(
        "getSession",
        "GET",
        "/v1/sessions/{id}",
        "Read one session.",
        "Everything known about it.",
        api.SessionStatus,
        ("id",),
        errors=(*ANYWHERE, "unknown-session"),
    ),
    Call(
        "getAdvertised",
        "GET",
        "/v1/sessions/{id}/advertised",
        "Read the Adj-RIB-Out, by family, network and length.",
        "A page of what was sent, and what is pending; empty while the session is down.",
        api.RoutesDocument,
        ("id", "limit", "after"),
        errors=(*ANYWHERE, "bad-request", "unknown-session"),
    ),
    Call(
        "getReceived",
        "GET",
        "/v1/sessions/{id}/received",
        "Read the Adj-RIB-In of a session that keeps one (`keepReceived`).",
        "A page of what the peer announced.",
        api.RoutesDocument,
        ("id", "limit", "after"),
        errors=(*ANYWHERE, "bad-request", "unknown-session", "wrong-state"),
    ),
    *(
        Call(
            f"{verb}Session",
            "POST",
            f"/v1/sessions/{{id}}/{verb}",
            does,
            "The session as it is now.",
            api.SessionStatus,
            ("id",),
            api.ActionDocument,
            is_body_needed=False,
            errors=(*ANYWHERE, *_BODY, "unknown-session", *more),
        )
        for verb, does, more in (
            ("reset", "Close the session with a Cease and open it again.", ("wrong-state",)),
            ("enable", "Let a session run that was held down.", ("storage",)),
            ("disable", "Close the session and hold it down until enabled.", ("storage",)),
        )
    ),
    Call(
        "stop",
        "POST",
        "/v1/stop",
        "End the process: with a Cease to every peer, or leaving the routes with those that agreed "
        "on graceful restart.",
        "It is about to end; the status as it still is.",
        api.StatusDocument,
        body=api.StopDocument,
        is_body_needed=False,
        errors=(*ANYWHERE, *_BODY),
        status=202,
    ),
    Call(
        "followEvents",
        "GET",
        "/v1/events",
        "Open a WebSocket: a snapshot first, then changes of state at once and numbers at most "
        "once a second.",
        "Each text message of the WebSocket is an Event.",
        api.Event,
        ("since",),
        errors=(*ANYWHERE, "bad-request", "too-many-subscribers"),
        status=101,
    ),
    Call(
        "getMetrics",
        "GET",
        "/metrics",
        "Read figures for Prometheus, under MetalLB's names where it has one.",
        "Text format 0.0.4.",
        "text/plain",
    ),
)
