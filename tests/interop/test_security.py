"""TCP-MD5 (RFC 2385) and GTSM (RFC 5082) with real routers, over a link of two hosts."""

from __future__ import annotations

import pytest

from speaker.network.options import md5_problem
from tests.interop.conftest import SESSION, Lab, Pair
from tests.interop.link import Link
from tests.interop.routers.base import SeenRoute
from tests.interop.routers.bird import Bird
from tests.interop.routers.frr import Frr
from tests.interop.routers.gobgp import GoBgp
from tests.speaker.running import document

ROUTE = {"prefix": "198.51.100.10/32", "nextHop": "192.0.2.1"}
SEEN = SeenRoute("198.51.100.10/32", "192.0.2.1", (64512,))
KEY, OTHER_KEY = "correct-horse", "battery-staple"
NO_ANSWER = "no answer, maybe an MD5 mismatch"

md5 = pytest.mark.skipif(bool(md5_problem()), reason=md5_problem() or "TCP-MD5 works")


async def told_of_silence(pair: Pair) -> None:
    """The session says what may be wrong, and does not show the key."""
    found = await pair.speaker.until_session(
        SESSION, lambda seen: (seen["lastError"] or {}).get("text") == NO_ANSWER
    )
    assert found["state"] in ("Connect", "Active")
    assert found["password"] is True
    assert KEY not in str(found) + pair.speaker.log


@md5
@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("dials", ["speaker", "router"])
async def test_session_with_a_password(lab: Lab, link: Link, family: int, dials: str) -> None:
    is_passive = dials == "router"
    setup = link.setup(family, password=KEY, is_passive=not is_passive)
    fields = {"passive": is_passive, "listenPort": setup.peer_port if is_passive else None}
    async with lab.pair(setup, link.speaker.prefix, **fields) as pair:
        await pair.announce(ROUTE)
        found = await pair.established()
        await pair.sees(SEEN)
        assert found["openedBy"] == ("peer" if is_passive else "local")
        assert found["password"] is True


@md5
@pytest.mark.parametrize("router_kind", [Bird], indirect=True)
@pytest.mark.parametrize("router_key", [OTHER_KEY, None])
@pytest.mark.parametrize("dials", ["speaker", "router"])
async def test_wrong_or_missing_key_is_no_answer(
    lab: Lab, link: Link, router_key: str | None, dials: str
) -> None:
    is_passive = dials == "router"
    setup = link.setup(4, password=router_key, is_passive=not is_passive)
    fields = {"passive": is_passive, "listenPort": setup.peer_port if is_passive else None}
    async with lab.pair(setup, link.speaker.prefix, password=KEY, **fields) as pair:
        await pair.announce(ROUTE)
        await told_of_silence(pair)


@md5
@pytest.mark.parametrize(
    ("router_kind", "dials"),
    [(Bird, "speaker"), (Bird, "router"), (Frr, "speaker"), (GoBgp, "speaker")],
    indirect=["router_kind"],
)
async def test_changed_key_resets_that_session_and_works_at_once(
    lab: Lab, link: Link, dials: str
) -> None:
    is_passive = dials == "router"
    setup = link.setup(4, password=KEY, is_passive=not is_passive)
    fields = {"passive": is_passive, "listenPort": setup.peer_port if is_passive else None}
    async with lab.pair(setup, link.speaker.prefix, **fields) as pair:
        await pair.announce(ROUTE)
        await pair.established()
        wanted = {**pair.session(), "password": OTHER_KEY}
        await pair.speaker.put(document([wanted], {"rs": [ROUTE]}))
        found = await pair.speaker.until_session(SESSION, lambda seen: seen["droppedCount"] == 1)
        assert found["lastError"]["text"] == "parameters changed: password"
        await told_of_silence(pair)
        await pair.announce(ROUTE)  # the router's key again
        found = await pair.established()
        await pair.sees(SEEN)
        assert found["establishedCount"] == 2


@pytest.mark.parametrize("router_kind", [Bird, Frr], indirect=True)
@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("dials", ["speaker", "router"])
async def test_ttl_security(lab: Lab, link: Link, family: int, dials: str) -> None:
    is_passive = dials == "router"
    setup = link.setup(family, ttl_security=True, is_passive=not is_passive)
    fields = {"passive": is_passive, "listenPort": setup.peer_port if is_passive else None}
    async with lab.pair(setup, link.speaker.prefix, **fields) as pair:
        await pair.announce(ROUTE)
        await pair.established()
        await pair.sees(SEEN)
