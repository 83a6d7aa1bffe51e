"""What is agreed on with real routers: short AS numbers, long messages, words at the end."""

from __future__ import annotations

import pytest

from tests.interop.conftest import SESSION, Lab
from tests.interop.routers.base import SeenRoute, until
from tests.interop.routers.bird import Bird
from tests.interop.routers.exabgp import ExaBgp
from tests.interop.routers.frr import Frr
from tests.interop.routers.gobgp import GoBgp

AS_TRANS = 23456
ROUTE = {"prefix": "198.51.100.10/32", "nextHop": "192.0.2.8"}
TALKERS = pytest.mark.parametrize(
    "router_kind", [Bird, Frr, GoBgp], indirect=True, ids=["BIRD", "FRR", "GoBGP"]
)


@pytest.mark.parametrize("router_kind", [ExaBgp], indirect=True, ids=["ExaBGP"])
async def test_router_with_two_octet_as_numbers_learns_the_long_path(lab: Lab) -> None:
    """AS_PATH says AS_TRANS, AS4_PATH the truth (RFC 6793); the router puts both together."""
    setup = lab.setup(peer_asn=AS_TRANS, options="asn4 disable;")
    async with lab.pair(setup, localAsn=4200000000) as pair:
        await pair.announce(ROUTE)
        found = await pair.established()
        assert not any("4-octet" in words for words in found["capabilitiesReceived"])
        await pair.sees(SeenRoute("198.51.100.10/32", "192.0.2.8", (4200000000,)))


@pytest.mark.parametrize("router_kind", [Bird], indirect=True, ids=["BIRD"])
@pytest.mark.parametrize("switch", ["on", "off"])
async def test_long_messages_carry_what_takes_several(lab: Lab, switch: str) -> None:
    prefixes = [f"198.51.{third}.{last}/32" for third in range(96, 104) for last in range(250)]
    setup = lab.setup(options=f"enable extended messages {switch};", families=("ipv4",))
    async with lab.pair(setup, families=["ipv4"]) as pair:
        await pair.announce(*({"prefix": one, "nextHop": "192.0.2.8"} for one in prefixes))
        await pair.established()
        await pair.sees(*(SeenRoute(one, "192.0.2.8", (64512,)) for one in prefixes))
        found = await pair.speaker.session(SESSION)
        # 2,000 prefixes of 5 octets, and End-of-RIB.
        assert found["sent"]["update"] == (2 if switch == "on" else 4)
        assert ("extended message" in found["capabilitiesReceived"]) is (switch == "on")


@TALKERS
async def test_our_words_at_the_end_reach_the_router(lab: Lab) -> None:
    async with lab.pair(lab.setup()) as pair:
        await pair.announce(ROUTE)
        await pair.established()
        body = {"reason": "maintenance of rack 4"}
        await pair.speaker.call("POST", "/v1/sessions/node-a/router/disable", body)
        router = pair.router
        assert isinstance(router, Bird | Frr | GoBgp)

        async def look() -> bool:
            return "maintenance of rack 4" in await router.last_error()

        await until(look, "the text", explain=pair.logs)


@TALKERS
async def test_the_router_s_words_at_the_end_reach_us(lab: Lab) -> None:
    async with lab.pair(lab.setup()) as pair:
        await pair.announce(ROUTE)
        await pair.established()
        assert isinstance(pair.router, Bird | Frr | GoBgp)
        await pair.router.shut_down("back at noon")
        found = await pair.speaker.until_session(
            SESSION, lambda found: (found["lastError"] or {}).get("direction") == "received"
        )
        error = found["lastError"]
        assert (error["code"], error["subcode"], error["text"]) == (6, 2, "back at noon")
