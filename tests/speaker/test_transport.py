"""What one peer does costs no other session anything; peers by hand over real TCP."""

from __future__ import annotations

import asyncio
import os
import socket

import pytest

from speaker.codec.framing import KEEPALIVE, MARKER, MessageType
from tests.speaker.conftest import Lab
from tests.speaker.raw_peer import listen, messages, raw_peer
from tests.speaker.running import Json, SpeakerProcess, document, session, until

NOTIFICATION = MessageType.NOTIFICATION


def toward(listener: socket.socket, **fields: object) -> Json:
    """A session that dials `listener`."""
    address, port = listener.getsockname()
    return session("node-a/raw", **{"address": address, "port": port, "holdTime": 90, **fields})


MANY = 20000


def bulky_routes() -> list[Json]:
    """Each with attributes of its own: together more than the socket's buffers hold."""
    communities = [f"64512:{number}" for number in range(45)]
    return [
        {
            "prefix": f"2001:db8::{number:x}/128",
            "nextHop": "2001:db8::1",
            "communities": communities,
            "largeCommunities": [f"64512:0:{number}"],
        }
        for number in range(MANY)
    ]


async def test_peer_that_reads_nothing_delays_nobody(lab: Lab) -> None:
    await lab.tor.put(document([lab.tor_session()], name="tor", router_id="192.0.2.2"))
    with listen("127.0.51.5") as listener:
        both = [toward(listener), lab.session(holdTime=3, routeSet="few")]
        few = [{"prefix": "198.51.100.1/32"}]
        await lab.speaker.put(document(both, {"rs": [], "few": few}))
        async with raw_peer(listener):
            await lab.speaker.established("node-a/raw")
            await lab.tor.received("tor/node-a", 1)
            many = bulky_routes()
            await lab.speaker.put(document(both, {"rs": many, "few": few}))
            before = await lab.tor.session("tor/node-a")
            enough = before["received"]["keepalive"] + 4
            after = await lab.tor.until_session(
                "tor/node-a", lambda found: found["received"]["keepalive"] >= enough
            )
            assert (after["since"], after["state"]) == (before["since"], "Established")
            stalled = await lab.speaker.session("node-a/raw")
            assert stalled["state"] == "Established"
            assert stalled["prefixes"]["ipv6"]["pending"] > 0
            assert (await lab.speaker.get("/v1/status"))["generationReached"] == 1
            # Even so a change for the other one goes out, and the process ends when told.
            few = [{"prefix": "198.51.100.2/32"}, {"prefix": "198.51.100.3/32"}]
            await lab.speaker.put(document(both, {"rs": many, "few": few}))
            await lab.tor.received("tor/node-a", 2)
            assert await lab.speaker.stop() == 0


async def test_generation_is_reached_when_a_slow_peer_reads_again(speaker: SpeakerProcess) -> None:
    with listen("127.0.51.5") as listener:
        await speaker.put(document([toward(listener)]))
        async with raw_peer(listener) as peer:
            await speaker.established("node-a/raw")
            status = await speaker.put(document([toward(listener)], {"rs": bulky_routes()}))
            assert (status["generationAccepted"], status["generationReached"]) == (2, 1)

            async def look() -> bool:
                await peer.read(1 << 20)
                return bool((await speaker.get("/v1/status"))["generationReached"] == 2)

            await until(look, "generation 2", explain=lambda: speaker.log)
            found = await speaker.session("node-a/raw")
            assert found["prefixes"]["ipv6"]["advertised"] == MANY


@pytest.mark.parametrize(
    ("data", "code", "subcode"),
    [
        pytest.param(bytes(19), 1, 1, id="marker"),
        pytest.param(MARKER + b"\x00\x12\x02", 1, 2, id="length"),
        pytest.param(MARKER + b"\x00\x13\x09", 1, 3, id="type"),
        pytest.param(MARKER + b"\x00\x1d\x01" + bytes(10), 5, 3, id="second-open"),
    ],
)
async def test_peer_gets_the_notification_although_more_was_on_its_way(
    speaker: SpeakerProcess, data: bytes, code: int, subcode: int
) -> None:
    with listen("127.0.51.5") as listener:
        await speaker.put(document([toward(listener)]))
        async with raw_peer(listener) as peer:
            await speaker.established("node-a/raw")
            await peer.send(data + KEEPALIVE * 5000)
            kind, body = (await messages(peer))[-1]
            assert (kind, body[0], body[1]) == (NOTIFICATION, code, subcode)
        found = await speaker.session("node-a/raw")
        assert found["lastError"]["direction"] == "sent"
        assert (found["lastError"]["code"], found["lastError"]["subcode"]) == (code, subcode)


async def test_stopped_speaker_says_goodbye(speaker: SpeakerProcess) -> None:
    with listen("127.0.51.5") as listener:
        await speaker.put(document([toward(listener)]))
        async with raw_peer(listener) as peer:
            await speaker.established("node-a/raw")
            ending = asyncio.create_task(speaker.stop())
            kind, body = (await messages(peer))[-1]
            assert (kind, body[:2]) == (NOTIFICATION, b"\x06\x02")
        assert await ending == 0


async def test_connection_of_no_session_is_closed(lab: Lab) -> None:
    await lab.tor.put(document([lab.tor_session()], name="tor", router_id="192.0.2.2"))
    loop = asyncio.get_running_loop()
    with socket.socket() as stranger:
        stranger.setblocking(False)
        stranger.bind(("127.0.51.66", 0))
        await loop.sock_connect(stranger, ("127.0.51.2", lab.port))
        async with asyncio.timeout(5):
            try:
                assert await loop.sock_recv(stranger, 100) == b""
            except ConnectionResetError:
                pass
    assert "127.0.51.66" in lab.tor.log


async def test_peer_that_dials_a_thousand_times_leaves_nothing_behind(lab: Lab) -> None:
    await lab.connect({"prefix": "198.51.100.1/32"})
    before = await lab.tor.session("tor/node-a")
    loop = asyncio.get_running_loop()
    descriptors = open_files(lab.tor.pid)
    for _ in range(1000):
        with socket.socket() as peer:
            peer.setblocking(False)
            peer.bind(("127.0.51.1", 0))
            await loop.sock_connect(peer, ("127.0.51.2", lab.port))

    async def look() -> bool:
        return open_files(lab.tor.pid) <= descriptors

    await until(look, "the descriptors to be closed")
    after = await lab.tor.session("tor/node-a")
    assert (after["since"], after["state"]) == (before["since"], "Established")


def open_files(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))
