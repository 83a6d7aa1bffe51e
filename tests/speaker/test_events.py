"""The event stream: a picture first, then everything in order, and resumable."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from speaker.api import Event
from speaker.control.access import MAX_SUBSCRIBERS
from speaker.control.events import RING_EVENTS, EventLog
from tests.speaker.conftest import Lab
from tests.speaker.running import Json, SpeakerProcess, document, session

ONE = {"prefix": "198.51.100.1/32"}


class Stream:
    """Events as they come."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self.seen: list[Json] = []

    async def next(self) -> Json:
        event: Json = json.loads(await self._socket.receive_str(timeout=10))
        self.seen.append(event)
        return event

    async def until(self, kind: str, session_id: str = "", **fields: object) -> Json:
        """Read on to an event of a kind; with fields, to one whose session has them."""
        while True:
            event = await self.next()
            if event["type"] != kind:
                continue
            if not session_id:
                return event
            for found in event["sessions"]:
                if found["id"] == session_id and fields.items() <= found.items():
                    return event


@asynccontextmanager
async def stream(speaker: SpeakerProcess, since: int | None = None) -> AsyncIterator[Stream]:
    query = "" if since is None else f"?since={since}"
    async with speaker.http.ws_connect(f"http://speaker/v1/events{query}") as socket:
        yield Stream(socket)


async def test_snapshot_comes_first_then_changes_in_order(lab: Lab) -> None:
    async with stream(lab.speaker) as events:
        first = await events.next()
        assert first["type"] == "snapshot"
        assert first["status"]["generationAccepted"] == 0
        await lab.connect(ONE)
        await events.until("session", "node-a/tor", state="Established")
        numbers = [event["seq"] for event in events.seen]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        states = [
            found["state"]
            for event in events.seen
            if event["type"] == "session"
            for found in event["sessions"]
        ]
        assert states[0] == "Idle"
        assert states[-1] == "Established"
        assert any(
            event["type"] == "status" and event["status"]["generationAccepted"] == 1
            for event in events.seen
        )
        moved = await events.until("counters", "node-a/tor")
        assert moved["sessions"][0]["prefixes"]["ipv4"]["advertised"] == 1
        await lab.speaker.put(document([]))
        removed = await events.until("removed")
        assert removed["removed"] == ["node-a/tor"]
        status = await events.until("status")
        assert status["status"]["generationAccepted"] == 2


async def test_stream_resumes_where_it_broke_off(lab: Lab) -> None:
    async with stream(lab.speaker) as events:
        seen = (await events.next())["seq"]
    await lab.connect(ONE)
    async with stream(lab.speaker, seen) as events:
        await events.until("session", "node-a/tor", state="Established")
    assert events.seen[0]["type"] != "snapshot"
    assert events.seen[0]["seq"] == seen + 1


async def test_numbers_that_moved_while_nobody_watched_are_told(lab: Lab) -> None:
    await lab.connect()
    async with stream(lab.speaker) as events:
        seen = (await events.next())["seq"]
    await lab.speaker.put(document([lab.session()], {"rs": [ONE]}))
    await lab.tor.received("tor/node-a", 1)
    async with stream(lab.speaker, seen) as events:
        event = await events.until("counters", "node-a/tor")
        assert event["sessions"][0]["prefixes"]["ipv4"]["advertised"] == 1


@pytest.mark.parametrize("since", [0, 1, 10**17], ids=["zero", "long-ago", "never-was"])
async def test_unknown_number_gets_a_new_snapshot(speaker: SpeakerProcess, since: int) -> None:
    async with stream(speaker, since) as events:
        assert (await events.next())["type"] == "snapshot"


async def test_number_of_an_earlier_process_gets_a_new_snapshot(speaker: SpeakerProcess) -> None:
    async with stream(speaker) as events:
        seen = (await events.next())["seq"]
    await speaker.stop()
    await speaker.start()
    await speaker.put(document([session("a/x", address="127.0.51.8")]))
    async with stream(speaker, seen) as events:
        assert (await events.next())["type"] == "snapshot"


async def test_stop_closes_the_stream(speaker: SpeakerProcess) -> None:
    async with speaker.http.ws_connect("http://speaker/v1/events") as socket:
        await socket.receive_str(timeout=10)
        os.kill(speaker.pid, signal.SIGTERM)
        message = await socket.receive(timeout=10)
        assert message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)
    assert await speaker.stop() == 0


async def test_subscriber_that_fell_behind_gets_a_new_snapshot() -> None:
    log = EventLog(lambda number: Event("snapshot", number), 1000)
    slow, fast = log.follow(None), log.follow(None)
    assert json.loads(await anext(slow)) == {"type": "snapshot", "seq": 1000}
    await anext(fast)
    for number in range(RING_EVENTS + 1):
        log.publish(Event("removed", 0, removed=(str(number),)))
        assert json.loads(await anext(fast))["removed"] == [str(number)]
    assert json.loads(await anext(slow)) == {"type": "snapshot", "seq": log.last}
    log.publish(Event("removed", 0, removed=("last",)))
    assert json.loads(await anext(slow))["removed"] == ["last"]
    await slow.aclose()
    await fast.aclose()
    assert not log.is_watched


async def test_more_subscribers_than_the_limit_are_refused(speaker: SpeakerProcess) -> None:
    url = "http://speaker/v1/events"
    connector = aiohttp.UnixConnector(str(speaker.socket), limit=0)
    async with aiohttp.ClientSession(connector=connector) as http:
        sockets = [await http.ws_connect(url) for _ in range(MAX_SUBSCRIBERS)]
        async with http.get(url) as answer:
            assert answer.status == 503
            assert (await answer.json())["error"]["code"] == "too-many-subscribers"
        assert (await speaker.call("GET", "/v1/status")).status == 200
        await sockets[0].close()
        again = await http.ws_connect(url)
        assert json.loads(await again.receive_str(timeout=10))["type"] == "snapshot"
        for socket in (*sockets, again):
            await socket.close()
