"""What routers do with the routes while the speaker is away: killed, or stopped either way."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.interop.conftest import SESSION, Lab, Pair
from tests.interop.routers.base import SeenRoute, until
from tests.interop.routers.bird import Bird
from tests.interop.routers.frr import Frr
from tests.interop.routers.gobgp import GoBgp

KEEPERS = pytest.mark.parametrize(
    "router_kind", [Bird, Frr, GoBgp], indirect=True, ids=["BIRD", "FRR", "GoBGP"]
)
"""ExaBGP has no table in which it could keep them."""
ROUTES = (
    {"prefix": "198.51.100.10/32", "nextHop": "192.0.2.8"},
    {"prefix": "2001:db8:1::10/128", "nextHop": "2001:db8::8"},
)
SEEN = (
    SeenRoute("198.51.100.10/32", "192.0.2.8", (64512,)),
    SeenRoute("2001:db8:1::10/128", "2001:db8::8", (64512,)),
)
PREFIXES = tuple(route.prefix for route in SEEN)


@asynccontextmanager
async def announced(lab: Lab) -> AsyncIterator[tuple[Pair, Bird | Frr | GoBgp]]:
    """Both routes in the router's table, and graceful restart agreed on."""
    setup = lab.setup(graceful_restart=True, hold_time=30)
    async with lab.pair(setup, gracefulRestart=True, gracefulRestartTime=60) as pair:
        await pair.announce(*ROUTES)
        found = await pair.established()
        await pair.sees(*SEEN)
        assert found["gracefulRestart"]["peerRestartTime"] is not None
        assert found["gracefulRestart"]["restarted"] is False
        assert isinstance(pair.router, Bird | Frr | GoBgp)
        yield pair, pair.router


async def kept(pair: Pair, router: Bird | Frr | GoBgp) -> None:
    """The router has no session any more, and both routes."""

    async def look() -> bool:
        return await router.session_count() == 0 and await router.stale() == PREFIXES

    await until(look, "the router to keep the routes as stale", explain=pair.logs)


async def back(pair: Pair, router: Bird | Frr | GoBgp) -> None:
    """The session is up again, and the routes were there at every look meanwhile."""
    looks: list[tuple[str, ...]] = []

    async def watch() -> None:
        while True:
            looks.append(tuple(route.prefix for route in await router.routes()))

    async def is_fresh() -> bool:
        return await router.stale() == ()

    watching = asyncio.create_task(watch())
    try:
        await pair.speaker.start()
        found = await pair.established()
        await until(is_fresh, "the routes to be fresh", explain=pair.logs)
        await pair.sees(*SEEN)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    assert len(looks) > 1
    assert set(looks) == {PREFIXES}
    assert found["gracefulRestart"]["restarted"] is True


@KEEPERS
async def test_killed_speaker_comes_back_and_the_routes_never_went(lab: Lab) -> None:
    async with announced(lab) as (pair, router):
        await pair.speaker.stop(signal.SIGKILL)
        await kept(pair, router)
        await back(pair, router)


@KEEPERS
async def test_stop_that_keeps_routes_leaves_them_with_the_router(lab: Lab) -> None:
    async with announced(lab) as (pair, router):
        answer = await pair.speaker.call("POST", "/v1/stop", {"keepRoutes": True})
        assert answer.status == 202
        assert await pair.speaker.wait() == 0
        await kept(pair, router)
        await pair.speaker.stop()
        await back(pair, router)


@KEEPERS
async def test_stop_for_good_takes_the_routes_along(lab: Lab) -> None:
    """Where both say that a NOTIFICATION keeps routes, it is a hard reset."""
    async with announced(lab) as (pair, router):
        assert await pair.speaker.stop() == 0

        async def look() -> bool:
            return await router.session_count() == 0 and await router.routes() == ()

        await until(look, "the router to drop the routes", explain=pair.logs)
        await pair.speaker.start()
        found = await pair.established()
        await pair.sees(*SEEN)
        assert found["gracefulRestart"]["restarted"] is False


@KEEPERS
async def test_reset_keeps_what_may_be_kept_and_comes_back(lab: Lab) -> None:
    async with announced(lab) as (pair, _):
        answer = await pair.speaker.call("POST", "/v1/sessions/node-a/router/reset")
        assert answer.status == 200
        found = await pair.speaker.until_session(
            SESSION, lambda found: found["establishedCount"] == 2
        )
        await pair.sees(*SEEN)
        assert "Cease: Administrative Reset" in {step["reason"] for step in found["history"]}
        assert found["droppedCount"] == 1
