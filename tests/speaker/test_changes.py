"""`PATCH /v1/route-sets/{id}`: the peer has what a change says, and a restart finds it."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
from typing import Any

import pytest

from tests.speaker.conftest import Lab
from tests.speaker.running import RS, Json, SpeakerProcess, change, document


def hosts(*numbers: int, **fields: Any) -> list[Json]:
    return [{"prefix": f"198.51.100.{number}/32", **fields} for number in numbers]


def sort_key(route: Json) -> str:
    return str(route["prefix"])


async def test_peer_has_what_a_put_of_the_whole_would_have_given_it(lab: Lab) -> None:
    """The other speaker reads back; then the whole is put, and nothing is sent."""
    tagged = {"communities": ["64512:7"]}
    await lab.connect(*hosts(*range(1, 31)))
    answer = await change(
        lab.speaker,
        announce=[*hosts(5, 6, **tagged), *hosts(200)],
        withdraw=["198.51.100.7/32", "198.51.100.8/32", "203.0.113.0/24"],
    )
    assert answer.status == 200, answer
    assert answer.body["generationAccepted"] == lab.speaker.generation
    routes = await lab.tor.received("tor/node-a", 29)
    found = {route["prefix"]: tuple(route["communities"]) for route in routes}
    expected = {host["prefix"]: () for host in hosts(*range(1, 7), *range(9, 31), 200)}
    expected |= {host["prefix"]: ("64512:7",) for host in hosts(5, 6)}
    assert found == expected

    sent = (await lab.speaker.session("node-a/tor"))["sent"]["update"]
    whole = [*hosts(*range(1, 5), *range(9, 31), 200), *hosts(5, 6, **tagged)]
    config = await lab.speaker.get("/v1/config")
    assert sorted(config["routeSets"]["rs"], key=sort_key) == sorted(whole, key=sort_key)
    assert config["generation"] == lab.speaker.generation
    await lab.speaker.put(document([lab.session()], {"rs": whole}))
    assert (await lab.speaker.session("node-a/tor"))["sent"]["update"] == sent


async def test_change_costs_one_update_of_each_kind(lab: Lab) -> None:
    await lab.connect(*hosts(*range(1, 101)))
    sent = (await lab.speaker.session("node-a/tor"))["sent"]["update"]
    await change(lab.speaker, announce=hosts(200, 201), withdraw=["198.51.100.1/32"])
    await lab.tor.received("tor/node-a", 101)
    assert (await lab.speaker.session("node-a/tor"))["sent"]["update"] == sent + 2
    await change(lab.speaker, announce=hosts(200), withdraw=["198.51.100.1/32"])
    status = await lab.speaker.get("/v1/status")
    assert status["generationAccepted"] == status["generationReached"] == lab.speaker.generation
    assert (await lab.speaker.session("node-a/tor"))["sent"]["update"] == sent + 2


BAD: list[tuple[Json, int, str, list[str]]] = [
    ({"generation": 1}, 409, "stale", []),
    ({"announce": 3}, 422, "invalid", ["announce"]),
    ({"announce": hosts(1, 1)}, 422, "invalid", ["announce[1].prefix"]),
    (
        {"announce": hosts(300), "withdraw": ["198.51.100.1", "x"]},
        422,
        "invalid",
        ["announce[0].prefix", "withdraw[0]", "withdraw[1]"],
    ),
    ({"announce": hosts(1), "withdraw": ["198.51.100.1/32"]}, 422, "invalid", ["withdraw[0]"]),
    (
        {"announce": hosts(1, communities=["65536:1"])},
        422,
        "invalid",
        ["announce[0].communities[0]"],
    ),
]


async def test_wrong_changes_change_nothing(speaker: SpeakerProcess) -> None:
    await speaker.put(document([], {"rs": hosts(1, 2)}))
    for body, status, code, paths in BAD:
        answer = await speaker.call("PATCH", RS, {"generation": 2, **body})
        assert (answer.status, answer.body["error"]["code"]) == (status, code), body
        assert [detail["path"] for detail in answer.body["error"]["details"]] == paths
    unknown = await speaker.call("PATCH", "/v1/route-sets/none", {"generation": 2})
    assert (unknown.status, unknown.body["error"]["code"]) == (404, "unknown-route-set")
    malformed = await speaker.call("PATCH", RS, b"{")
    assert (malformed.status, malformed.body["error"]["code"]) == (400, "malformed")
    config = await speaker.get("/v1/config")
    assert (config["generation"], config["routeSets"]["rs"]) == (1, hosts(1, 2))


async def test_names_may_hold_anything(speaker: SpeakerProcess) -> None:
    await speaker.put(document([], {"a/b ü": []}))
    answer = await change(speaker, "/v1/route-sets/a%2Fb%20%C3%BC", announce=hosts(1))
    assert answer.status == 200, answer
    assert (await speaker.get("/v1/config"))["routeSets"] == {"a/b ü": hosts(1)}


async def test_changes_survive_kills_at_any_moment(speaker: SpeakerProcess) -> None:
    """The state after a kill is the acknowledged one, or the one being made."""
    await speaker.put(document([], {"rs": hosts(1)}))
    for _ in range(4):
        for _ in range(3):
            assert (await change(speaker, announce=hosts(speaker.generation + 1))).status == 200
        acknowledged = speaker.generation
        last = asyncio.create_task(change(speaker, announce=hosts(acknowledged + 1)))
        await asyncio.sleep(random.uniform(0, 0.01))
        os.kill(speaker.pid, signal.SIGKILL)
        await asyncio.gather(last, return_exceptions=True)
        await speaker.stop(signal.SIGKILL)
        await speaker.start()
        config = await speaker.get("/v1/config")
        speaker.generation = config["generation"]
        assert speaker.generation in (acknowledged, acknowledged + 1)
        wanted = {route["prefix"] for route in hosts(1, *range(2, speaker.generation + 1))}
        assert {route["prefix"] for route in config["routeSets"]["rs"]} == wanted


async def test_torn_journal_loses_the_torn_change_only(speaker: SpeakerProcess) -> None:
    await speaker.put(document([], {"rs": hosts(1)}))
    await change(speaker, announce=hosts(2))
    await change(speaker, withdraw=["198.51.100.1/32"])
    await speaker.stop(signal.SIGKILL)
    journal = speaker.state / "changes.journal"
    assert journal.stat().st_mode & 0o777 == 0o600
    journal.write_bytes(journal.read_bytes()[:-5])
    await speaker.start()
    config = await speaker.get("/v1/config")
    assert (config["generation"], config["routeSets"]["rs"]) == (2, hosts(1, 2))
    assert "journal cut short" in speaker.log
    speaker.generation = 2
    assert (await change(speaker, announce=hosts(3))).status == 200


@pytest.mark.parametrize("is_there", [True, False], ids=["another", "none"])
async def test_journal_of_another_document_is_set_aside(
    speaker: SpeakerProcess, is_there: bool
) -> None:
    await speaker.put(document([], {"rs": hosts(1)}))
    await change(speaker, announce=hosts(2))
    await speaker.stop()
    path = speaker.state / "config.json"
    path.write_text(json.dumps(document([], {"rs": hosts(9)})))
    if not is_there:
        path.unlink()
    await speaker.start()
    assert (await speaker.get("/v1/config"))["generation"] == int(is_there)
    speaker.generation = 1
    await speaker.put(document([], {"rs": hosts(4)}))
    await change(speaker, announce=hosts(5))
    await speaker.stop()
    await speaker.start()
    assert (await speaker.get("/v1/config"))["routeSets"]["rs"] == hosts(4, 5)


async def test_long_journal_becomes_a_document(speaker: SpeakerProcess) -> None:
    """Past a MiB the changes are written out, and only the document is left."""
    await speaker.put(document([], {"rs": []}))
    many = [
        {"prefix": f"10.0.{number >> 8}.{number & 255}/32", "communities": ["64512:1"] * 20}
        for number in range(2000)
    ]
    journal = speaker.state / "changes.journal"
    for _ in range(3):
        assert (await change(speaker, announce=many)).status == 200
    assert (await change(speaker, withdraw=["10.0.0.0/32"])).status == 200
    assert not journal.exists() or journal.stat().st_size < 1 << 20
    await speaker.stop(signal.SIGKILL)
    await speaker.start()
    config = await speaker.get("/v1/config")
    assert config["generation"] == speaker.generation
    assert len(config["routeSets"]["rs"]) == 1999
