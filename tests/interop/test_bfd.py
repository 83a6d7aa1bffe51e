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
from tests.speaker.exposition import parse

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


async def metrics_say_so(pair: Pair) -> None:
    """The figures of the API, under MetalLB's names; a second page, for packets come meanwhile."""
    async with pair.speaker.http.get("http://speaker/metrics") as answer:
        families = parse(await answer.text())
    found = (await pair.speaker.session(SESSION))["bfd"]
    key = frozenset({("peer", pair.setup.address)})
    told = {
        name.removeprefix("metallb_bfd_"): (family.kind, family.samples[key])
        for name, family in families.items()
        if name.startswith("metallb_bfd_")
    }
    assert told["session_up"] == ("gauge", 1)
    assert told["session_up_events"] == ("counter", found["ups"])
    assert told["session_down_events"] == ("counter", found["downs"])
    assert told["zebra_notifications"] == ("counter", found["ups"] + found["downs"])
    assert told["echo_packet_input"] == told["echo_packet_output"] == ("counter", 0)
    assert 0 < told["control_packet_input"][1] <= found["packetsReceived"]
    assert 0 < told["control_packet_output"][1] <= found["packetsSent"]
    assert len(told) == 8


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
        await metrics_say_so(pair)
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
