"""Answers of the API server that are not objects: Status bodies, as a real one words them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from tests.cluster.apiserver.kinds import Kind

Causes = Sequence[Mapping[str, str]]


class Refused(Exception):
    """A request that gets a Status with a code of 400 or more."""

    def __init__(
        self,
        code: int,
        reason: str,
        message: str,
        details: Mapping[str, Any] | None = None,
        retry_after: int | None = None,
        next_token: str = "",
    ) -> None:
        """Take what the Status will hold."""
        super().__init__(message)
        self.code = code
        self.retry_after = retry_after
        self.body: dict[str, Any] = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {"continue": next_token} if next_token else {},
            "status": "Failure",
            "message": message,
            **({"reason": reason} if reason else {}),
            **({"details": dict(details)} if details else {}),
            "code": code,
        }

    def response(self) -> web.Response:
        """The answer on the wire."""
        headers = {"Retry-After": str(self.retry_after)} if self.retry_after else {}
        return web.json_response(self.body, status=self.code, headers=headers)


def not_found(kind: Kind, name: str) -> Refused:
    """There is no such object."""
    return Refused(
        404,
        "NotFound",
        f'{kind.resource} "{name}" not found',
        {"name": name, "group": kind.group, "kind": kind.plural},
    )


def already_exists(kind: Kind, name: str) -> Refused:
    """A create of what is there."""
    return Refused(
        409,
        "AlreadyExists",
        f'{kind.resource} "{name}" already exists',
        {"name": name, "group": kind.group, "kind": kind.plural},
    )


def stale(kind: Kind, name: str) -> Refused:
    """A change of an older version than there is."""
    return Refused(
        409,
        "Conflict",
        f'Operation cannot be fulfilled on {kind.resource} "{name}": the object has been modified; '
        "please apply your changes to the latest version and try again",
        {"name": name, "group": kind.group, "kind": kind.plural},
    )


def owned_by_others(owners: Mapping[str, str]) -> Refused:
    """An apply of fields (path with a leading dot → manager) that belong to others."""
    causes = [
        {"reason": "FieldManagerConflict", "message": f'conflict with "{owner}"', "field": path}
        for path, owner in owners.items()
    ]
    noun = "conflict" if len(causes) == 1 else "conflicts"
    first = next(iter(owners.items()))
    return Refused(
        409,
        "Conflict",
        f'Apply failed with {len(causes)} {noun}: conflict with "{first[1]}": {first[0]}',
        {"causes": causes},
    )


def invalid(kind: Kind, name: str, causes: Causes) -> Refused:
    """An object that its schema does not allow."""
    texts = ", ".join(f"{cause['field']}: {cause['message']}" for cause in causes)
    body = texts if len(causes) == 1 else f"[{texts}]"
    return Refused(
        422,
        "Invalid",
        f'{kind.name}.{kind.group} "{name}" is invalid: {body}',
        {"name": name, "group": kind.group, "kind": kind.name, "causes": list(causes)},
    )


def forbidden(kind: Kind, user: str, verb: str, namespace: str, name: str = "") -> Refused:
    """A request that no rule allows."""
    where = f' in the namespace "{namespace}"' if namespace else " at the cluster scope"
    named = f' "{name}"' if name else ""
    return Refused(
        403,
        "Forbidden",
        f'{kind.resource}{named} is forbidden: User "{user}" cannot {verb} resource '
        f'"{kind.plural}" in API group "{kind.group}"{where}',
        {"group": kind.group, "kind": kind.plural, **({"name": name} if name else {})},
    )


def unauthorized() -> Refused:
    """Credentials that mean nobody."""
    return Refused(401, "Unauthorized", "Unauthorized")


def expired(message: str, next_token: str = "") -> Refused:
    """A version or token that the server has forgotten."""
    return Refused(410, "Expired", message, next_token=next_token)


def busy(seconds: int, message: str = "storage is (re)initializing") -> Refused:
    """Come back later."""
    return Refused(429, "TooManyRequests", message, {"retryAfterSeconds": seconds}, seconds)
