"""Sessions with real routers that are killed, stopped, dialled from both sides, and come back."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.interop.conftest import SESSION, Lab, Pair
from tests.interop.routers.base import CONNECT_RETRY, SeenRoute, until
from tests.interop.routers.gobgp import GoBgp
from tests.speaker.running import Json, document

ROUTE = {"prefix": "198.51.100.10/32", "nextHop": "192.0.2.8"}
SEEN = SeenRoute("198.51.100.10/32", "192.0.2.8", (64512,))


async def announced(pair: Pair) -> None:
    """One route, seen by the router."""
    await pair.announce(ROUTE)
    await pair.established()
    await pair.sees(SEEN)


async def router_lost_the_session(pair: Pair) -> None:
    async def look() -> bool:
        return await pair.router.session_count() == 0 and not await pair.router.routes()

    await until(look, "the router to drop session and routes", explain=pair.logs)


async def test_router_killed_and_started_again_gets_its_routes(lab: Lab) -> None:
    async with lab.pair(lab.setup()) as pair:
        await announced(pair)
        await pair.router.stop(signal.SIGKILL)
        await pair.speaker.until_session(SESSION, lambda found: found["droppedCount"] == 1)
        await pair.router.start()
        found = await pair.established()
        await pair.sees(SEEN)
        assert found["establishedCount"] == 2
        assert found["lastError"]["direction"] == "local"


async def test_speaker_killed_is_resumed_from_disk(lab: Lab) -> None:
    async with lab.pair(lab.setup()) as pair:
        await announced(pair)
        await pair.speaker.stop(signal.SIGKILL)
        await router_lost_the_session(pair)
        await pair.speaker.start()
        await pair.established()
        await pair.sees(SEEN)


async def test_speaker_stopped_tells_the_router(lab: Lab) -> None:
    async with lab.pair(lab.setup()) as pair:
        await announced(pair)
        assert await pair.speaker.stop() == 0
        await router_lost_the_session(pair)
        await pair.speaker.start()
        await pair.established()
        await pair.sees(SEEN)


def _has_received_keepalives_since(before: Json) -> Callable[[Json], bool]:
    enough = before["received"]["keepalive"] + 2
    return lambda found: bool(found["received"]["keepalive"] >= enough)


@pytest.mark.parametrize("router_id", ["192.0.2.1", "198.51.100.1"], ids=["lower", "higher"])
async def test_both_sides_dial_and_one_session_stands(lab: Lab, router_id: str) -> None:
    setup = lab.setup(hold_time=3)
    async with lab.pair(setup, listenPort=setup.peer_port) as pair:
        # Asleep, the router accepts our connection and cannot answer; its own dial falls due in
        # the meantime, so that it finds both when it wakes up.
        pair.router.signal(signal.SIGSTOP)
        try:
            wanted = document([pair.session()], {"rs": [ROUTE]}, router_id=router_id)
            await pair.speaker.put(wanted)
            await pair.speaker.in_state(SESSION, "OpenSent")
            await asyncio.sleep(CONNECT_RETRY + 0.2)
        finally:
            pair.router.signal(signal.SIGCONT)
        await pair.established()
        await pair.sees(SEEN)
        # It stays so: a collision that was resolved wrongly would tear it down again.
        before = await pair.speaker.session(SESSION)
        await pair.speaker.until_session(SESSION, _has_received_keepalives_since(before))
        after = await pair.established()
        assert after["since"] == before["since"]
        assert after["establishedCount"] == before["establishedCount"]


async def test_router_dials_a_passive_speaker(lab: Lab) -> None:
    setup = lab.setup()
    async with lab.pair(setup, passive=True, listenPort=setup.peer_port) as pair:
        await announced(pair)
        found = await pair.speaker.session(SESSION)
        assert found["openedBy"] == "peer"
        assert found["localPort"] == setup.peer_port


async def test_speaker_dials_a_passive_router(lab: Lab) -> None:
    async with lab.pair(replace(lab.setup(), is_passive=True)) as pair:
        await announced(pair)
        assert (await pair.speaker.session(SESSION))["openedBy"] == "local"


async def test_disabled_session_is_gone_until_enabled(lab: Lab) -> None:
    async with lab.pair(lab.setup()) as pair:
        await announced(pair)
        body = {"reason": "maintenance of rack 4"}
        answer = await pair.speaker.call("POST", "/v1/sessions/node-a/router/disable", body)
        assert (answer.body["enabled"], answer.body["state"]) == (False, "Idle")
        await router_lost_the_session(pair)
        answer = await pair.speaker.call("POST", "/v1/sessions/node-a/router/enable")
        assert answer.body["enabled"] is True
        await pair.established()
        await pair.sees(SEEN)


async def test_silent_router_is_noticed_by_the_hold_timer(lab: Lab) -> None:
    async with lab.pair(replace(lab.setup(), hold_time=3)) as pair:
        await announced(pair)
        pair.router.signal(signal.SIGSTOP)
        try:
            found = await pair.speaker.until_session(
                SESSION, lambda found: found["droppedCount"] == 1
            )
        finally:
            pair.router.signal(signal.SIGCONT)
        assert (found["lastError"]["code"], found["lastError"]["direction"]) == (4, "sent")
        await pair.established()
        await pair.sees(SEEN)


async def test_router_restarted_with_another_as_is_refused(lab: Lab) -> None:
    async with lab.pair(lab.setup(), peerAsn=64999) as pair:
        await pair.announce(ROUTE)
        found = await pair.speaker.until_session(
            SESSION, lambda found: (found["lastError"] or {}).get("code") == 2
        )
        assert found["establishedCount"] == 0
        assert found["lastError"]["subcode"] == 2


@pytest.mark.parametrize("router_kind", [GoBgp], indirect=True, ids=["GoBGP"])
async def test_ipv6_loopback_carries_both_families(lab: Lab) -> None:
    """The others refuse a peer on an address of their own, and a host has one ::1."""
    setup = replace(lab.setup(), address="::1", peer_address="::1")
    async with lab.pair(setup) as pair:
        await pair.announce(ROUTE, {"prefix": "2001:db8:1::10/128", "nextHop": "2001:db8::8"})
        await pair.established()
        await pair.sees(SEEN, SeenRoute("2001:db8:1::10/128", "2001:db8::8", (64512,)))
