"""The control API of a real process over its real socket."""

from __future__ import annotations

import asyncio
import json
import stat
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web

from speaker.api import ErrorDocument, SessionConfig
from speaker.control.server import ControlServer
from speaker.daemon.clock import Clock
from speaker.daemon.daemon import Daemon
from tests.speaker.conftest import Lab
from tests.speaker.running import Answer, SpeakerProcess, document, session

SECRET = "correct-horse-battery"


def problem(answer: Answer, status: int, code: str) -> ErrorDocument:
    """Check that an answer is an error, and give its document."""
    assert answer.status == status, answer
    assert answer.headers["X-Lbtui-Api"] == "1"
    found = msgspec.convert(answer.body, ErrorDocument)
    assert found.error.code == code
    assert found.error.message
    return found


async def test_every_answer_names_the_version(speaker: SpeakerProcess) -> None:
    answer = await speaker.call("GET", "/v1/status")
    assert answer.headers["X-Lbtui-Api"] == "1"
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.body["pid"] == speaker.pid
    assert answer.body["generationAccepted"] == 0
    assert answer.body["sessions"]["Established"] == 0


async def test_other_version_is_refused(speaker: SpeakerProcess) -> None:
    answer = await speaker.call("GET", "/v1/status", headers={"X-Lbtui-Api": "2"})
    problem(answer, 400, "api-version")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        pytest.param("GET", "/v1/nothing", 404, "not-found", id="unknown-path"),
        pytest.param("GET", "/v1/sessions/a/b", 404, "unknown-session", id="unknown-session"),
        pytest.param("POST", "/v1/sessions/a/reset", 404, "unknown-session", id="reset-unknown"),
        pytest.param("POST", "/v1/sessions/a/boil", 404, "not-found", id="unknown-action"),
        pytest.param("DELETE", "/v1/config", 405, "method-not-allowed", id="wrong-method"),
        pytest.param("GET", "/v1/events?since=x", 400, "bad-request", id="since-no-number"),
    ],
)
async def test_wrong_requests_are_answered_as_documents(
    speaker: SpeakerProcess, method: str, path: str, status: int, code: str
) -> None:
    problem(await speaker.call(method, path), status, code)


@pytest.mark.parametrize("body", [b"", b"{", b"nonsense", b"\xff\xfe", b'{"generation": 1} x'])
async def test_body_that_is_not_json_is_400(speaker: SpeakerProcess, body: bytes) -> None:
    answer = await speaker.call(
        "PUT", "/v1/config", body, headers={"Content-Type": "application/json"}
    )
    problem(answer, 400, "malformed")


async def test_other_media_type_is_415(speaker: SpeakerProcess) -> None:
    answer = await speaker.call(
        "PUT", "/v1/config", b"generation: 1", headers={"Content-Type": "application/yaml"}
    )
    problem(answer, 415, "unsupported-media-type")


async def test_body_past_the_limit_is_413(tmp_path: Path) -> None:
    daemon = Daemon(Clock(asyncio.get_running_loop()), None)
    runner = web.AppRunner(ControlServer(daemon, max_body=1000).app)
    await runner.setup()
    client = SpeakerProcess(tmp_path)
    client.socket.parent.mkdir()
    try:
        await web.UnixSite(runner, str(client.socket)).start()
        wanted = document([], {"rs": [{"prefix": f"198.51.100.{n}/32"} for n in range(100)]})
        problem(await client.call("PUT", "/v1/config", wanted), 413, "request-entity-too-large")
        assert (await client.get("/v1/config"))["generation"] == 0
        await client.put(document([]))
    finally:
        await client.http.close()
        await runner.cleanup()
        await daemon.close()


async def test_generation_that_is_not_newer_is_409(speaker: SpeakerProcess) -> None:
    wanted = {**document([]), "generation": 7}
    assert (await speaker.call("PUT", "/v1/config", wanted)).status == 200
    for generation in (7, 6, 0):
        answer = await speaker.call("PUT", "/v1/config", {**wanted, "generation": generation})
        problem(answer, 409, "stale")
    assert (await speaker.get("/v1/config"))["generation"] == 7


BROKEN = document(
    [
        session("node-a/tor-a", address="192.0.2.256", routeSet="missing", holdTime=2),
        session("node-a/tor-a", address="192.0.2.1", peerAsn=None, keepaliveTime=60, families=[]),
        session("node-a/tor-b", address="::", dynamicAsn="external", sourceAddress="2001:db8::1"),
        session("node-a/tor-c", address="192.0.2.9", password="é" * 41, listenPort=1790),
        session("node-a/tor-d", address="192.0.2.9", sourceAddress="2001:db8::1", routerId="::1"),
        session("", address="192.0.2.9", connectTime=0, holdTime=3.5),
        session("a/x", address="192.0.2.1", ttlSecurity=True, ebgpMultiHop=True, password=""),
        session(
            "a/y",
            address="192.0.2.9",
            sourceAddress="192.0.2.1",
            listenPort=1790,
            password=SECRET,
        ),
    ],
    {
        "rs": [
            {"prefix": "198.51.100.1/24"},
            {"prefix": "198.51.100.0/33"},
            {"prefix": "198.51.100.0"},
            {"prefix": "2001:db8::/32", "nextHop": "192.0.2.1"},
            {"prefix": "203.0.113.0/24", "communities": ["65536:1", "no-export"]},
            {"prefix": "203.0.113.0/24", "largeCommunities": ["1:2"]},
            {"prefix": "192.0.2.0/24", "nextHop": "router"},
        ]
    },
    router_id="0.0.0.0",
)

AT = "speakers[0].sessions"
EXPECTED = [
    "speakers[0].routerId",
    f"{AT}[0].address",
    f"{AT}[0].holdTime",
    f"{AT}[0].routeSet",
    f"{AT}[1].peerAsn",
    f"{AT}[1].families",
    f"{AT}[1].keepaliveTime",
    f"{AT}[1].id",
    f"{AT}[2].dynamicAsn",
    f"{AT}[2].address",
    f"{AT}[3].password",
    f"{AT}[4].routerId",
    f"{AT}[4].sourceAddress",
    f"{AT}[5].id",
    f"{AT}[5].peer",
    f"{AT}[5].holdTime",
    f"{AT}[5].connectTime",
    f"{AT}[6].password",
    f"{AT}[6].ttlSecurity",
    f"{AT}[7].password",
    "routeSets['rs'][0].prefix",
    "routeSets['rs'][1].prefix",
    "routeSets['rs'][2].prefix",
    "routeSets['rs'][3].nextHop",
    "routeSets['rs'][4].communities[0]",
    "routeSets['rs'][4].communities[1]",
    "routeSets['rs'][5].prefix",
    "routeSets['rs'][5].largeCommunities[0]",
    "routeSets['rs'][6].nextHop",
]


async def test_every_problem_is_told_and_nothing_is_applied(speaker: SpeakerProcess) -> None:
    await speaker.put(document([]))
    before = (speaker.state / "config.json").read_bytes()
    answer = await speaker.call("PUT", "/v1/config", {**BROKEN, "generation": 2})
    found = problem(answer, 422, "invalid").error.details
    assert sorted(detail.path for detail in found) == sorted(EXPECTED)
    assert all(detail.message for detail in found)
    assert SECRET not in json.dumps(answer.body)
    assert (await speaker.get("/v1/config"))["generation"] == 1
    assert (await speaker.get("/v1/sessions"))["sessions"] == []
    assert (speaker.state / "config.json").read_bytes() == before


async def test_every_wrong_type_is_told(speaker: SpeakerProcess) -> None:
    wanted: dict[str, Any] = document(
        [
            session("node-a/tor-a", address="192.0.2.1", port="179"),
            session("node-a/tor-b", address=5, password=SECRET),
            session("node-a/tor-c", address="192.0.2.1", holdTime=2),
        ],
        {"rs": [{"prefix": 5}, {"prefix": "198.51.100.0/24", "localPref": -1}]},
    )
    wanted["generation"] = "one"
    found = problem(await speaker.call("PUT", "/v1/config", wanted), 422, "invalid").error.details
    assert sorted(detail.path for detail in found) == [
        "generation",
        "routeSets['rs'][0].prefix",
        "routeSets['rs'][1].localPref",
        f"{AT}[0].port",
        f"{AT}[1].address",
        f"{AT}[2].holdTime",
    ]


@pytest.mark.parametrize("body", [[], None, 5, {}, {"generation": 1, "speakers": 3}])
async def test_other_json_is_422(speaker: SpeakerProcess, body: Any) -> None:
    data = json.dumps(body).encode()
    answer = await speaker.call("PUT", "/v1/config", data)
    assert problem(answer, 422, "invalid").error.details


async def test_two_sessions_that_accept_the_same_connections_are_refused(
    speaker: SpeakerProcess,
) -> None:
    fields = {"address": "127.0.51.9", "listenPort": 1790}
    wanted = document([session("a/x", **fields), session("b/x", **fields)])
    answer = await speaker.call("PUT", "/v1/config", wanted)
    (detail,) = problem(answer, 422, "invalid").error.details
    assert detail.path == f"{AT}[1].listenPort"


async def test_password_is_never_shown(speaker: SpeakerProcess) -> None:
    fields = {"address": "127.0.51.9", "sourceAddress": "127.0.51.8", "password": SECRET}
    wanted = document([session("a/x", **fields, port=1)])
    await speaker.put(wanted)
    assert (await speaker.session("a/x"))["password"] is True
    shown = [await speaker.get(path) for path in ("/v1/config", "/v1/sessions", "/v1/status")]
    assert shown[0]["speakers"][0]["sessions"][0]["password"] == "***"
    async with speaker.http.get("http://speaker/metrics") as response:
        shown.append(await response.text())
    async with speaker.http.ws_connect("http://speaker/v1/events") as events:
        shown.append(await events.receive_str())
    assert SECRET not in json.dumps(shown)
    assert SECRET not in speaker.log
    assert SECRET not in Path(f"/proc/{speaker.pid}/cmdline").read_text()
    kept = speaker.state / "config.json"
    assert SECRET in kept.read_text()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    config = msgspec.convert(wanted["speakers"][0]["sessions"][0], SessionConfig)
    assert config.password == SECRET
    assert SECRET not in repr(config)
    assert "***" in repr(config)


async def test_config_is_given_back_as_it_was_accepted(lab: Lab) -> None:
    route = {"prefix": "198.51.100.10/32", "localPref": 100, "communities": ["65535:65282"]}
    wanted = document([lab.session()], {"rs": [route], "unused": []})
    await lab.speaker.put(wanted)
    assert await lab.speaker.get("/v1/config") == wanted


async def test_session_ids_may_be_encoded_or_plain(lab: Lab) -> None:
    await lab.connect({"prefix": "198.51.100.10/32"})
    for path in ("node-a/tor", "node-a%2Ftor", "node%2Da%2ftor"):
        assert (await lab.speaker.get(f"/v1/sessions/{path}"))["id"] == "node-a/tor"
        (route,) = (await lab.speaker.get(f"/v1/sessions/{path}/advertised"))["routes"]
        assert route["prefix"] == "198.51.100.10/32"


async def test_session_named_like_a_table_is_found(speaker: SpeakerProcess) -> None:
    names = ("node-a/advertised", "node-a/reset", "node-a/ü %/x")
    sessions = [session(n, address=f"127.0.51.{i}") for i, n in enumerate(names, 10)]
    await speaker.put(document(sessions))
    for name in names:
        assert (await speaker.session(name))["id"] == name
    assert (await speaker.get("/v1/sessions/node-a/advertised"))["id"] == "node-a/advertised"
    assert (await speaker.get("/v1/sessions/node-a/advertised/advertised"))["routes"] == []
    answer = await speaker.call("POST", "/v1/sessions/node-a%2Freset/reset")
    assert (answer.status, answer.body["id"]) == (200, "node-a/reset")


async def test_advertised_routes_come_in_pages(lab: Lab) -> None:
    routes = [{"prefix": f"198.51.100.{number}/32"} for number in range(25)]
    await lab.connect(*routes)
    seen, after = [], ""
    for _ in range(10):
        page = await lab.speaker.get(f"/v1/sessions/node-a/tor/advertised?limit=10{after}")
        seen += [route["prefix"] for route in page["routes"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert seen == [route["prefix"] for route in routes]
    assert page["withdrawing"] == []
    for query in ("limit=0", "limit=10001", "limit=-1", "limit=x", "after=nonsense"):
        answer = await lab.speaker.call("GET", f"/v1/sessions/node-a/tor/advertised?{query}")
        problem(answer, 400, "bad-request")


async def test_received_routes_are_kept_only_when_asked_for(lab: Lab) -> None:
    await lab.connect({"prefix": "198.51.100.10/32", "communities": ["64512:5"]})
    answer = await lab.speaker.call("GET", "/v1/sessions/node-a/tor/received")
    problem(answer, 409, "wrong-state")
    (route,) = await lab.tor.received("tor/node-a", 1)
    assert route == {
        "prefix": "198.51.100.10/32",
        "nextHop": "127.0.51.1",
        "localPref": None,
        "communities": ["64512:5"],
        "largeCommunities": [],
        "asPath": [64512],
        "pending": False,
    }


async def test_session_tells_what_it_knows(lab: Lab) -> None:
    found = await lab.connect({"prefix": "198.51.100.10/32"}, gracefulRestart=True)
    assert found["openedBy"] == "local"
    assert (found["localAddress"], found["address"]) == lab.addresses()
    assert found["peerPort"] == found["port"] == lab.port
    assert found["peerRouterId"] == "192.0.2.2"
    assert found["holdTime"] == 9
    assert found["keepaliveTime"] == 3
    assert found["families"] == ["ipv4", "ipv6"]
    assert any("graceful restart" in text for text in found["capabilitiesSent"])
    assert not any("graceful" in text for text in found["capabilitiesReceived"])
    assert found["history"][-1]["after"] == "Established"
    assert found["password"] is False
    found = await lab.speaker.session("node-a/tor")
    assert found["prefixes"]["ipv4"]["advertised"] == 1
    assert found["prefixes"]["ipv4"]["pending"] == 0
