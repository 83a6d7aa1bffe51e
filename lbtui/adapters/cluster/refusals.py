"""What the API server and MetalLB's webhooks say to a change, brought to the field it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lbtui.adapters.cluster.changes import Action, Change
from lbtui.adapters.cluster.errors import ApiError, Cause
from lbtui.core.diagnostics import Diagnostic, Severity
from lbtui.core.lint.wording import listed
from lbtui.core.objects.field_path import join
from lbtui.core.objects.resource_set import ResourceRef

REFUSED = "server-refuses"
WARNED = "server-warns"
UNCERTAIN = "server-cannot-judge"
IMMUTABLE = "field-immutable"
_RECREATE = "Delete it and make it anew; what depends on it is gone in between."
_TOGETHER = (
    "It is judged beside the others as they are now: where only all of them together are right, "
    "delete them, save, and make them anew."
)
_IMMUTABLE = re.compile(r"immutable|(?:can|may|must)\s?not be (?:changed|updated)", re.IGNORECASE)
_DENIED = re.compile(r'admission webhook "(?P<name>[^"]+)" denied the request: (?P<why>.*)', re.S)
_UNANSWERED = re.compile(r'failed calling webhook "(?P<name>[^"]+)"')
_UNTRIABLE = re.compile(r"does not support dry run", re.IGNORECASE)
_UNKNOWN_FIELD = re.compile(r'unknown field "(?P<path>[^"]+)"')
_PASSWORD = re.compile(r"\bpassword\b", re.IGNORECASE)


def findings_of(
    change: Change, error: ApiError, *, is_alone: bool = True
) -> tuple[Diagnostic, ...]:
    """The refusal of a change that was tried, as findings; one for each field it names.

    A webhook judges by what is there now. If the change waits for others, these may be what it
    misses, and its refusal is only a warning. `is_alone`: no other object of its kind changes.
    """
    causes = [cause for cause in error.causes if cause.field]
    if causes:
        return tuple(_of_cause(change, cause) for cause in causes)
    text = _without_secret(_plain(error), change)
    if _UNTRIABLE.search(text):
        return (_finding(change, f"it cannot be tried: {text}", code=UNCERTAIN),)
    denied = _DENIED.search(text)
    if denied is None:
        return (_finding(change, text, _named_field(text), _remedy(error)),)
    path = field_in(change.after or change.before or {}, denied["why"])
    hook, why = _webhook(denied["name"]), denied["why"]
    if not change.waits_for:
        fix = None if is_alone else _TOGETHER
        return (_finding(change, f"{hook} refuses it: {why}", path, fix),)
    blind = f"{hook}, which does not see yet that {listed(change.waits_for)} changes first, says:"
    return (_finding(change, f"{blind} {why}", path, code=UNCERTAIN),)


def of_second(change: Change) -> Diagnostic:
    """Two objects of one name: a folder can hold them, a cluster cannot."""
    return _finding(change, "there is another one of this name; a cluster takes only one")


def is_conflict(change: Change, error: ApiError) -> bool:
    """Whether somebody else changed, made or deleted the object since it was read."""
    if error.code == 409:
        return not change.is_recreation or error.reason == "Conflict"
    return error.code == 404 and change.action is Action.UPDATE and not _is_unknown_kind(error)


def warning(ref: ResourceRef, text: str) -> Diagnostic:
    """A Warning header of an answer."""
    return Diagnostic(Severity.WARNING, WARNED, text, ref, _named_field(text))


def in_words(change: Change, error: Exception) -> str:
    """The refusal of one change for a message, without secrets."""
    if isinstance(error, ApiError):
        fix = _remedy(error)
        text = _without_secret(_plain(error), change)
        return f"{text.rstrip('.')}. {fix}" if fix else text
    return str(error)


def field_in(manifest: Mapping[str, Any], text: str) -> str:
    """The field of the object's spec whose value a message quotes; "" if it is not certain.

    Among several the one with the longest value: "198.51.100.0/24" says more than "24".
    """
    found: dict[str, list[str]] = {}
    for path, value in _leaves(manifest.get("spec"), "spec"):
        if len(value) > 1 and re.search(rf"(?<![\w.:/-]){re.escape(value)}(?![\w.:/-])", text):
            found.setdefault(value, []).append(path)
    longest = max(found, key=len, default="")
    paths = found.get(longest, [])
    return paths[0] if len(paths) == 1 else ""


def _of_cause(change: Change, cause: Cause) -> Diagnostic:
    text = _without_secret(cause.message, change)
    if _IMMUTABLE.search(text) and change.action is Action.UPDATE:
        return _finding(change, text, cause.field, _RECREATE, IMMUTABLE)
    return _finding(change, text, cause.field)


def _finding(
    change: Change, text: str, path: str = "", fix: str | None = None, code: str = REFUSED
) -> Diagnostic:
    severity = Severity.WARNING if code == UNCERTAIN else Severity.ERROR
    return Diagnostic(severity, code, text, change.ref, path, fix)


def _is_unknown_kind(error: ApiError) -> bool:
    """Whether the server does not serve the kind at all: it answers without a Status."""
    return error.code == 404 and "page not found" in str(error)


def _webhook(name: str) -> str:
    return "MetalLB's webhook" if name.endswith(".metallb.io") else f"the webhook {name}"


def _plain(error: ApiError) -> str:
    """The message; where the server's says little, in other words."""
    if _is_unknown_kind(error):
        return "the cluster does not have this kind; its MetalLB may be older"
    unanswered = _UNANSWERED.search(str(error))
    if unanswered is None:
        return str(error)
    return (
        f"the webhook {unanswered['name']} does not answer, and without it the API server takes no "
        "change"
    )


def _remedy(error: ApiError) -> str | None:
    if _UNANSWERED.search(str(error)):
        return "See whether MetalLB's controller runs: it serves the webhook."
    if error.code == 403 and "admission webhook" not in str(error):
        return "Ask for permission to change it."
    if error.code == 409:
        return "Somebody changed it since it was read: look at theirs first."
    return None


def _named_field(text: str) -> str:
    found = _UNKNOWN_FIELD.search(text)
    return found["path"] if found else ""


def _without_secret(text: str, change: Change) -> str:
    """The text without the object's password: a server quotes what it refuses."""
    for manifest in (change.before, change.after):
        secret = ((manifest or {}).get("spec") or {}).get("password")
        if isinstance(secret, str) and secret:
            text = text.replace(secret, "***")
    return text


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if not _PASSWORD.fullmatch(name):
                yield from _leaves(inner, join(path, name))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _leaves(inner, join(path, at))
    elif value is not None and not isinstance(value, bool):
        yield path, str(value)
