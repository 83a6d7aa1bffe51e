"""From the octets of a `PUT /v1/config` to a WantedState, or everything that is wrong with them.

Types are msgspec's business, meaning is `checks`'. Knows no socket, session or file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec

from speaker.api import ConfigDocument, ErrorDetail, Route, SessionConfig, SpeakerConfig
from speaker.control.checks import check_document, check_routes, check_session, check_speaker
from speaker.control.route_texts import read_routes, write_routes
from speaker.daemon.wanted import NOTHING, WantedState
from speaker.errors import DocumentError
from speaker.rib.adj_rib_out import RouteSet

T = TypeVar("T")
_AT = re.compile(r"^(?P<message>.*?)(?: - at `\$(?P<path>[^`]*)`)?$", re.DOTALL)
_JSON_TYPES = {dict: "object", list: "array", str: "str", int: "int", float: "float", bool: "bool"}


def read_document(data: bytes, before: WantedState = NOTHING) -> WantedState:
    """Read and check a whole wanted state. Slow for large route sets: call it off the loop.

    Args:
        data: the JSON text, UTF-8.
        before: equal route sets are taken over from there; of the others the difference is
            worked out already.

    Raises:
        DocumentError: `malformed` when it is not JSON, else `invalid`, with every problem found;
            paths are like `speakers[0].sessions[2].port`.
    """
    document = _decode(data)
    problems = list(check_document(document))
    route_sets: dict[str, RouteSet] = {}
    for name, routes in document.route_sets.items():
        try:
            route_sets[name] = read_routes(routes)
        except ValueError:
            problems += check_routes(f"routeSets[{name!r}]", routes)
    if len(problems) or len(route_sets) < len(document.route_sets):
        raise DocumentError("invalid", "the document cannot be applied", problems)
    for name, known in before.route_sets.items():
        if name in route_sets:
            route_sets[name] = route_sets[name].succeed(known)
    return WantedState.of(document.generation, document.speakers, route_sets)


def _decode(data: bytes) -> ConfigDocument:
    try:
        try:
            return msgspec.json.decode(data, type=ConfigDocument)
        except msgspec.ValidationError as error:  # raised before the end was read
            problems = _piecewise(msgspec.json.decode(data)) or [located("", error)]
            raise DocumentError("invalid", "the document has wrong types", problems) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DocumentError("malformed", f"the body is not JSON: {error}") from None


def write_document(wanted: WantedState) -> ConfigDocument:
    """The document that `wanted` could have been read from. Slow for large route sets."""
    route_sets = {name: write_routes(routes) for name, routes in wanted.route_sets.items()}
    return ConfigDocument(wanted.generation, wanted.speakers, route_sets)


def encode_document(wanted: WantedState) -> bytes:
    """The same as JSON, passwords included, for the user's own disk."""
    return msgspec.json.encode(write_document(wanted))


def masked(document: ConfigDocument) -> ConfigDocument:
    """The same with each password replaced by `"***"`."""
    replace = msgspec.structs.replace
    speakers = []
    for speaker in document.speakers:
        sessions = tuple(
            session if session.password is None else replace(session, password="***")
            for session in speaker.sessions
        )
        speakers.append(replace(speaker, sessions=sessions))
    return replace(document, speakers=tuple(speakers))


def _piecewise(raw: Any) -> list[ErrorDetail]:
    """Judge every object of a document by itself: msgspec stops at the first problem."""
    found: list[ErrorDetail] = []
    if not isinstance(raw, dict):
        return found
    rest = {**raw, "speakers": [], "routeSets": {}}
    _convert({key: rest[key] for key in rest if key in raw}, ConfigDocument, "", found)
    for at, speaker in _items(raw.get("speakers", []), "speakers", found):
        _judge_speaker(at, speaker, found)
    sets = raw.get("routeSets", {})
    if not isinstance(sets, dict):
        found.append(_wrong_type("routeSets", "object", sets))
        return found
    for name, routes in sets.items():
        place = f"routeSets[{name!r}]"
        for at, item in _items(routes, place, found):
            route = _convert(item, Route, at, found)
            if route is not None:
                found += check_routes(place, [route], first=int(at[len(place) + 1 : -1]))
    return found


def _judge_speaker(at: str, raw: Any, found: list[ErrorDetail]) -> None:
    if not isinstance(raw, dict):
        found.append(_wrong_type(at, "object", raw))
        return
    rest = {**raw, "sessions": []} if "sessions" in raw else raw
    speaker = _convert(rest, SpeakerConfig, at, found)
    if speaker is not None:
        found += check_speaker(at, speaker)
    for place, item in _items(raw.get("sessions", []), f"{at}.sessions", found):
        session = _convert(item, SessionConfig, place, found)
        if session is not None:
            found += check_session(place, session)


def _items(value: Any, at: str, found: list[ErrorDetail]) -> Iterator[tuple[str, Any]]:
    if not isinstance(value, list):
        found.append(_wrong_type(at, "array", value))
        return
    for number, item in enumerate(value):
        yield f"{at}[{number}]", item


def _convert(value: Any, kind: type[T], at: str, found: list[ErrorDetail]) -> T | None:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        found.append(located(at, error))
        return None


def located(at: str, error: msgspec.ValidationError) -> ErrorDetail:
    """What msgspec says, with its path behind `at`."""
    match = _AT.match(str(error))
    path = (match["path"] or "") if match else ""
    message = match["message"] if match else str(error)
    return ErrorDetail(f"{at}{path}".removeprefix("."), message)


def _wrong_type(at: str, wanted: str, value: object) -> ErrorDetail:
    got = _JSON_TYPES.get(type(value), "null")
    return ErrorDetail(at, f"Expected `{wanted}`, got `{got}`")
