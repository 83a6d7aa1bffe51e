"""Which changes of the wanted state a peer may notice: nothing that its OPENs do not show."""

from __future__ import annotations

import pytest

from tests.speaker.conformance.octets import REFRESH, UPDATE, refresh
from tests.speaker.conformance.peer import UP, Place
from tests.speaker.running import Json, document

ROUTES = {"rs": [{"prefix": "198.51.100.1/32", "nextHop": "192.0.2.9"}]}
LIVE: list[tuple[Json, Json]] = [
    ({}, {"keepaliveTime": 1}),
    ({"keepaliveTime": 1}, {}),
    ({}, {"connectTime": 77}),
    ({}, {"delayOpenTime": 5}),
    ({}, {"passive": False}),
    ({}, {"port": 4}),
    ({}, {"peerAsn": None, "dynamicAsn": "external"}),
    ({"peerAsn": None, "dynamicAsn": "external"}, {}),
    ({}, {"ebgpMultiHop": True}),
    ({"ebgpMultiHop": True}, {}),
    ({}, {"routerId": "192.0.2.1"}),
    ({}, {"interface": "lo"}),
    ({}, {"sourceAddress": None}),
    ({"families": ["ipv4", "ipv6"]}, {"families": ["ipv6", "ipv4"]}),
    ({}, {"gracefulRestartTime": 60}),
    ({}, {"bfd": {}}),
    ({"bfd": {}}, {"bfd": {"transmitInterval": 0.5, "detectMultiplier": 9}}),
    ({"bfd": {}}, {}),
]
"""Fields before and after."""
RESETS: list[Json] = [
    {"localAsn": 64600},
    {"holdTime": 30},
    {"families": ["ipv4", "ipv6"]},
    {"gracefulRestart": True},
    {"routerId": "192.0.2.9"},
    {"keepReceived": True},
    {"password": "secret"},
    {"peerAsn": 64999},
    {"peerAsn": None, "dynamicAsn": "internal"},
]


@pytest.mark.parametrize(("before", "after"), LIVE, ids=str)
async def test_a_change_that_the_peer_cannot_see_keeps_the_session(
    here: Place, before: Json, after: Json
) -> None:
    await here.speaker.put(document([here.session("node-a/peer", **before)], ROUTES))
    async with here.dialled() as peer:
        await peer.routes(1)
        await here.speaker.put(document([here.session("node-a/peer", **after)], ROUTES))
        peer.seen.clear()
        peer.write(refresh())
        await peer.next_of(UPDATE)
        assert {kind for kind, _ in peer.seen} <= {UPDATE, 4, REFRESH}
        row = await here.speaker.session("node-a/peer")
    assert (row["state"], row["establishedCount"], row["droppedCount"]) == (UP, 1, 0)
    assert row["keepaliveTime"] == after.get("keepaliveTime", 3)
    assert (row["bfd"] is None) == ("bfd" not in after)
    assert row["passive"] == after.get("passive", True)


@pytest.mark.parametrize("after", RESETS, ids=str)
async def test_a_change_of_what_was_agreed_resets_that_session_alone(
    here: Place, after: Json
) -> None:
    other = "127.0.52.3"
    stays = here.session("node-a/other", address=other)
    await here.speaker.put(document([here.session(), stays], ROUTES))
    async with here.dialled() as peer, here.dialled(source=other) as witness:
        await peer.routes(1)
        await witness.routes(1)
        await here.speaker.put(document([here.session("node-a/peer", **after), stays], ROUTES))
        assert await peer.ending() == "0606"
        witness.write(refresh())
        await witness.next_of(UPDATE)
        reasons = [
            step["reason"] for step in (await here.speaker.session("node-a/peer"))["history"]
        ]
        assert any(next(iter(after)) in reason for reason in reasons), reasons


async def test_a_change_of_times_holds_for_the_running_session(here: Place) -> None:
    """The next KEEPALIVE comes after the new time, the next one too."""
    await here.speaker.put(document([here.session("node-a/peer", holdTime=90)], ROUTES))
    async with here.dialled() as peer:
        await peer.routes(1)
        wanted = here.session("node-a/peer", holdTime=90, keepaliveTime=1)
        await here.speaker.put(document([wanted], ROUTES))
        for _ in range(2):
            await peer.next_of(4)
