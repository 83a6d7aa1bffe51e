"""BFD with FRR's bfdd and BIRD's own, over a link of two hosts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.interop.conftest import SESSION, Lab, Pair
from tests.interop.link import INTERFACE, Link
from tests.interop.routers.base import SeenRoute, until
from tests.interop.routers.bird import Bird
from tests.interop.routers.frr_suite import FrrSuite

ROUTE = {"prefix": "198.51.100.10/32", "nextHop": "192.0.2.1"}
SEEN = SeenRoute("198.51.100.10/32", "192.0.2.1", (64512,))
BFD = {"transmitInterval": 0.1, "receiveInterval": 0.1, "detectMultiplier": 10}

both = pytest.mark.parametrize("router_kind", [Bird, FrrSuite], indirect=True)


def is_up(session: dict[str, Any]) -> bool:
    return bool(session["state"] == "Established" and session["bfd"]["state"] == "Up")


@asynccontextmanager
async def watched(lab: Lab, link: Link, family: int, **fields: Any) -> AsyncIterator[Pair]:
    """A session with BFD, both up."""
    setup = link.setup(family, has_bfd=True)
    bfd = {**BFD, **fields}
    async with lab.pair(setup, link.speaker.prefix, ebgpMultiHop=False, bfd=bfd) as pair:
        await pair.announce(ROUTE)
        await pair.speaker.until_session(SESSION, is_up)
        await until(pair.router.is_bfd_up, "the router's BFD", explain=pair.logs)  # type: ignore[attr-defined]
        yield pair


@both
@pytest.mark.parametrize("family", [4, 6])
async def test_up_with_the_intervals_of_both(lab: Lab, link: Link, family: int) -> None:
    async with watched(lab, link, family) as pair:
        found = (await pair.speaker.session(SESSION))["bfd"]
        assert found["remoteState"] == "Up"
        assert found["localAddress"] == link.speaker.address(family)
        # After the poll sequence both ends have left the slow start of one second.
        found = await pair.speaker.until_session(
            SESSION, lambda seen: seen["bfd"]["transmitInterval"] == 0.1
        )
        assert found["bfd"]["detectionTime"] == pytest.approx(1.0)
        # FRR may begin its own session anew once, when BGP over IPv6 has told it the addresses.
        most = 1 if family == 6 and isinstance(pair.router, FrrSuite) else 0
        assert found["bfd"]["downs"] <= most


@both
async def test_cut_cable_ends_the_session_long_before_its_hold_time(lab: Lab, link: Link) -> None:
    async with watched(lab, link, 4) as pair:
        link.router.run("ip", "link", "set", INTERFACE, "down")
        found = await pair.speaker.until_session(SESSION, lambda seen: seen["state"] == "Idle")
        assert found["bfd"]["reason"] == "control detection time expired"
        assert found["enabled"] is True
        assert "held until it is up" in found["lastError"]["text"]
        assert "BFD down: control detection time expired" in found["history"][-1]["reason"]
        link.router.run("ip", "link", "set", INTERFACE, "up")
        await pair.speaker.until_session(SESSION, is_up)
        await pair.established()
        await pair.sees(SEEN)


@both
async def test_stopped_on_purpose_is_no_failure(lab: Lab, link: Link) -> None:
    async with watched(lab, link, 4) as pair:
        path = f"/v1/sessions/{SESSION}"
        await pair.speaker.call("POST", f"{path}/disable", {"reason": "maintenance"})
        found = await pair.speaker.session(SESSION)
        assert (found["state"], found["bfd"]) == ("Idle", None)
        await pair.speaker.call("POST", f"{path}/enable")
        await pair.speaker.until_session(SESSION, is_up)
        await pair.sees(SEEN)


@both
async def test_passive_mode_waits_for_the_router(lab: Lab, link: Link) -> None:
    async with watched(lab, link, 4, passiveMode=True):
        pass
