"""The description of the control API: one table of its calls, and the file made from it.

`python -m speaker.control.openapi` writes `speaker/openapi.json`. Documents come from
`speaker.api`, their words from its docstrings, so that nothing is said twice. A test compares the
file with this module, and both with what a real process answers.
"""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from speaker import __version__, api
from speaker.control.calls import CALLS, ERRORS, Call

FILE: Final = Path(__file__).parents[1] / "openapi.json"
_REFERENCE = "#/components/schemas/{name}"
_JSON = "application/json"
_PARAMETERS: Final[Mapping[str, dict[str, Any]]] = {
    "id": {
        "in": "path",
        "required": True,
        "description": "A session's id; percent-encode its slash.",
        "schema": {"type": "string", "minLength": 1},
        "example": "node-a/tor-a",
    },
    "name": {
        "in": "path",
        "required": True,
        "description": "A route set's name.",
        "schema": {"type": "string", "minLength": 1},
    },
    "limit": {
        "in": "query",
        "description": "Routes of one answer.",
        "schema": {"type": "integer", "minimum": 1, "maximum": 10000, "default": 1000},
    },
    "after": {
        "in": "query",
        "description": "Begin behind this prefix: `next` of the answer before.",
        "schema": {"type": "string"},
        "example": "198.51.100.7/32",
    },
    "since": {
        "in": "query",
        "description": "Go on behind the event of this number instead of with a snapshot.",
        "schema": {"type": "integer", "minimum": 0},
    },
}


def describe() -> dict[str, Any]:
    """The OpenAPI 3.1 document."""
    paths: dict[str, Any] = {}
    for call in CALLS:
        paths.setdefault(call.path, {})[call.method.lower()] = _operation(call)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "lbtui speaker",
            "version": f"{api.API_VERSION}",
            "summary": "Control of an advertise-only BGP speaker: wanted state in, observed out.",
            "description": "Served on a Unix socket of the user's own, and on TCP where asked "
            f"for, then with a bearer token. Every answer has `{api.API_HEADER}`. Durations are "
            "seconds, instants seconds since the epoch.",
            "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "the socket given by --socket, or --listen"}],
        "security": [{}, {"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas(),
            "headers": {
                "version": {
                    "description": "Version of the API.",
                    "required": True,
                    "schema": {"const": str(api.API_VERSION)},
                }
            },
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The text of the file given by --token-file; TCP only.",
                }
            },
        },
        "x-version": __version__,
    }


def _operation(call: Call) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": call.name,
        "summary": call.does,
        "responses": {str(call.status): _answer(call)},
    }
    if call.parameters:
        operation["parameters"] = [{"name": n, **_PARAMETERS[n]} for n in call.parameters]
    if call.body is not None:
        operation["requestBody"] = {
            "required": call.is_body_needed,
            "content": {_JSON: {"schema": _reference(call.body)}},
        }
    for status, codes in _by_status(call).items():
        operation["responses"][status] = {
            "description": "; ".join(f"`{code}`: {ERRORS[code].meaning}" for code in codes),
            "headers": _headers(),
            "content": {_JSON: {"schema": _error_schema(codes)}},
        }
    return operation


def _answer(call: Call) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if isinstance(call.answer, str):
        content = {call.answer: {"schema": {"type": "string"}}}
    else:
        content = {_JSON: {"schema": _reference(call.answer)}}
    return {"description": call.tells, "headers": _headers(), "content": content}


def _by_status(call: Call) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code in call.errors:
        found.setdefault(str(ERRORS[code].status), []).append(code)
    return dict(sorted(found.items()))


def _error_schema(codes: list[str]) -> dict[str, Any]:
    """An error document with one of these codes."""
    code = {"properties": {"code": {"enum": codes}}}
    return {"allOf": [_reference(api.ErrorDocument), {"properties": {"error": code}}]}


def _headers() -> dict[str, Any]:
    return {api.API_HEADER: {"$ref": "#/components/headers/version"}}


def _reference(kind: type[msgspec.Struct]) -> dict[str, str]:
    return {"$ref": _REFERENCE.format(name=kind.__name__)}


# ---- documents ---------------------------------------------------------------------------------


def schemas() -> dict[str, Any]:
    """JSON schema of every document, with the words that stand below each field."""
    kinds: set[type[msgspec.Struct]] = {api.ErrorDocument}
    for call in CALLS:
        kinds |= {kind for kind in (call.body, call.answer) if isinstance(kind, type)}
    types = sorted(kinds, key=lambda kind: kind.__name__)
    _, components = msgspec.json.schema_components(types, ref_template=_REFERENCE)
    words = dict(_field_words())
    for name, schema in components.items():
        for field, of_field in schema.get("properties", {}).items():
            if text := words.get((name, field)):
                of_field["description"] = text
    return dict(sorted(components.items()))


def _field_words() -> Iterator[tuple[tuple[str, str], str]]:
    """(struct, field as in JSON) and the docstring below the field."""
    modules = (api.wanted, api.observed, api.calls)
    for node in (node for module in modules for node in ast.parse(inspect.getsource(module)).body):
        if not isinstance(node, ast.ClassDef):
            continue
        kind = getattr(api, node.name)
        names = dict(zip(kind.__struct_fields__, kind.__struct_encode_fields__, strict=True))
        for field, below in zip(node.body, node.body[1:], strict=False):
            if (
                isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and isinstance(below, ast.Expr)
                and isinstance(below.value, ast.Constant)
                and isinstance(below.value.value, str)
            ):
                yield (node.name, names[field.target.id]), inspect.cleandoc(below.value.value)


def text() -> str:
    """The file's content."""
    return json.dumps(describe(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
