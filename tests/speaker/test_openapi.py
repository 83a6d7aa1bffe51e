"""The OpenAPI file against the server: every route, every field of real answers, every error."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import aiohttp
import jsonschema
import pytest

from speaker.control import openapi
from speaker.control.calls import CALLS, ERRORS
from speaker.control.server import ControlServer
from speaker.daemon.clock import Clock
from speaker.daemon.daemon import Daemon
from tests.speaker.conftest import Lab
from tests.speaker.running import Answer, Json, SpeakerProcess, document, session

ONE = {"prefix": "198.51.100.1/32", "communities": ["64512:1"], "largeCommunities": ["64512:1:2"]}
FILE: Json = json.loads(openapi.FILE.read_text(encoding="utf-8"))
TOR = "/v1/sessions/node-a%2Ftor"


def test_file_is_the_one_made_from_the_documents() -> None:
    assert openapi.FILE.read_text(encoding="utf-8") == openapi.text(), (
        "run: python -m speaker.control.openapi"
    )


def test_every_reference_leads_somewhere_and_every_schema_is_one() -> None:
    references = re.findall(r'"\$ref": "#/([^"]+)"', openapi.FILE.read_text(encoding="utf-8"))
    assert len(references) > 50
    for reference in references:
        at: Any = FILE
        for word in reference.split("/"):
            at = at[word]
    for schema in FILE["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_words_below_the_fields_are_in_the_file() -> None:
    described = [
        field
        for schema in FILE["components"]["schemas"].values()
        for field, of_field in schema["properties"].items()
        if "description" in of_field
    ]
    assert len(described) > 30
    for schema in FILE["components"]["schemas"].values():
        assert schema["description"]


async def test_every_route_of_the_server_is_described() -> None:
    """Ids may hold slashes, so the server takes whatever follows /v1/sessions/ apart itself."""
    server = ControlServer(Daemon(Clock(asyncio.get_running_loop()), None))
    served = {
        (route.method, route.resource.canonical.replace("{rest}", "{id}"))
        for route in server.app.router.routes()
        if route.method != "HEAD" and route.resource is not None
    }
    described = {
        (method.upper(), re.sub(r"\{id\}/\w+$", "{id}", path))
        for path, calls in FILE["paths"].items()
        for method in calls
    }
    assert served == described
    assert {(call.method, call.path) for call in CALLS} == {
        (method.upper(), path) for path, calls in FILE["paths"].items() for method in calls
    }


def strict(schema: Json) -> Json:
    """The schema, refusing fields that it does not name."""
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
    components = json.loads(json.dumps(FILE["components"]))
    for of_document in components["schemas"].values():
        of_document["additionalProperties"] = False
    return {**whole, "components": components}


def check(answer: Answer, method: str, path: str) -> Any:
    """Hold an answer against what the file says of the call; its body."""
    responses = FILE["paths"][path][method.lower()]["responses"]
    assert str(answer.status) in responses, f"{method} {path}: {answer.status} is not described"
    schema = responses[str(answer.status)]["content"]["application/json"]["schema"]
    jsonschema.validate(answer.body, strict(schema))
    assert answer.headers["X-Lbtui-Api"] == "1"
    return answer.body


async def test_real_answers_are_as_described(lab: Lab) -> None:
    await lab.connect(ONE, {"prefix": "2001:db8::1/128", "nextHop": "2001:db8::2"})
    speaker = lab.speaker

    async def ask(method: str, path: str, real: str, body: Any = None) -> Any:
        return check(await speaker.call(method, real, body), method, path)

    rows = (await ask("GET", "/v1/sessions", "/v1/sessions"))["sessions"]
    assert rows[0]["history"] and rows[0]["capabilitiesReceived"]
    await ask("GET", "/v1/status", "/v1/status")
    await ask("GET", "/v1/config", "/v1/config")
    await ask("GET", "/v1/sessions/{id}", TOR)
    sent = await ask("GET", "/v1/sessions/{id}/advertised", f"{TOR}/advertised?limit=1")
    assert len(sent["routes"]) == 1 and sent["next"]
    far = await lab.tor.call("GET", "/v1/sessions/tor%2Fnode-a/received")
    assert len(check(far, "GET", "/v1/sessions/{id}/received")["routes"]) >= 1
    for verb in ("reset", "disable", "enable"):
        row = await ask("POST", f"/v1/sessions/{{id}}/{verb}", f"{TOR}/{verb}", {"reason": "test"})
        assert row["history"]
    down = await lab.tor.session("tor/node-a")
    assert down["lastError"]["text"] == "test"
    jsonschema.validate(down, strict({"$ref": "#/components/schemas/SessionStatus"}))
    answer = await speaker.call("PUT", "/v1/config", {**document([]), "generation": 99})
    check(answer, "PUT", "/v1/config")


async def test_real_events_are_as_described(lab: Lab) -> None:
    event = strict({"$ref": "#/components/schemas/Event"})
    seen: set[str] = set()
    async with lab.speaker.http.ws_connect("http://speaker/v1/events") as socket:
        await lab.connect(ONE)
        while seen != {"snapshot", "session", "counters", "removed", "status"}:
            found = json.loads(await socket.receive_str(timeout=10))
            jsonschema.validate(found, event)
            seen.add(found["type"])
            if found["type"] == "counters":
                await lab.speaker.put(document([]))


BAD = {**document([session("a/x", address="nowhere")]), "generation": 5}
STALE = {**document([]), "generation": 0}
ADVERTISED = "/v1/sessions/a%2Fx/advertised"
REFUSALS = (
    ("PUT", "/v1/config", "/v1/config", b"{", "malformed"),
    ("PUT", "/v1/config", "/v1/config", BAD, "invalid"),
    ("PUT", "/v1/config", "/v1/config", STALE, "stale"),
    ("GET", "/v1/sessions/{id}", "/v1/sessions/no", None, "unknown-session"),
    ("GET", "/v1/sessions/{id}/advertised", f"{ADVERTISED}?limit=0", None, "bad-request"),
    ("GET", "/v1/sessions/{id}/advertised", f"{ADVERTISED}?limit=x", None, "bad-request"),
    ("GET", "/v1/sessions/{id}/received", "/v1/sessions/a%2Fx/received", None, "wrong-state"),
    ("POST", "/v1/sessions/{id}/reset", "/v1/sessions/a%2Fx/reset", b"[]", "invalid"),
    ("GET", "/v1/events", "/v1/events?since=-1", None, "bad-request"),
)
"""Method, path in the file, path asked for, body, code of the answer."""


@pytest.fixture
async def idle(speaker: SpeakerProcess) -> SpeakerProcess:
    """A speaker with one session that leads nowhere."""
    await speaker.put(document([session("a/x", address="127.0.51.8")], {"rs": [ONE]}))
    return speaker


async def test_refusals_are_as_described(idle: SpeakerProcess) -> None:
    for method, path, real, body, code in REFUSALS:
        answer = await idle.call(method, real, body)
        assert answer.status == ERRORS[code].status, (method, real, answer)
        assert check(answer, method, path)["error"]["code"] == code


async def test_errors_have_one_meaning_each_and_are_all_used(idle: SpeakerProcess) -> None:
    used = {code for call in CALLS for code in call.errors}
    # The two that belong to no call: paths and methods that are none.
    assert used | {"not-found", "method-not-allowed"} == set(ERRORS)
    async with idle.http.delete("http://speaker/v1/config") as response:
        assert response.status == 405
        assert response.headers["Allow"] == "GET, HEAD, PUT"
    async with idle.http.get("http://speaker/v2/") as response:
        assert response.status == 404
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await idle.http.ws_connect("http://speaker/v1/events?since=x")
