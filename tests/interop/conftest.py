"""A speaker process and a real router, each on a loopback address of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from tests.interop.link import Link, joined
from tests.interop.routers.base import Router, SeenRoute, Setup, missing, until
from tests.interop.routers.bird import Bird
from tests.interop.routers.exabgp import ExaBgp
from tests.interop.routers.frr import Frr
from tests.interop.routers.gobgp import GoBgp
from tests.speaker.running import Json, SpeakerProcess, document, session
from tests.support.ports import free_port

ROUTERS: tuple[type[Router], ...] = (Bird, Frr, GoBgp, ExaBgp)
SESSION = "node-a/router"
LOCAL_ASN = 64512


@pytest.fixture(params=ROUTERS, ids=lambda kind: kind.name)
def router_kind(request: pytest.FixtureRequest) -> type[Router]:
    """Each router in turn; skipped where it is not installed, but never in CI."""
    kind: type[Router] = request.param
    absent = missing(kind.programs)
    if absent and os.environ.get("CI") == "true":
        pytest.fail(f"{kind.name} is not installed: no {absent}")
    if absent:
        pytest.skip(f"{kind.name} is not installed: no {absent}")
    return kind


@dataclass(slots=True)
class Pair:
    """The speaker and the router, with one session between them."""

    speaker: SpeakerProcess
    router: Router
    setup: Setup
    fields: Json = field(default_factory=dict)
    """Of the speaker's session, beside what `setup` says."""

    def session(self) -> Json:
        """The speaker's end."""
        setup = self.setup
        return session(
            SESSION,
            **{
                "localAsn": setup.peer_asn,
                "peerAsn": setup.asn,
                "address": setup.address,
                "port": setup.port,
                "sourceAddress": setup.peer_address,
                "ebgpMultiHop": not setup.ttl_security,
                **({"ttlSecurity": True} if setup.ttl_security else {}),
                **({"password": setup.password} if setup.password else {}),
                **self.fields,
            },
        )

    async def announce(self, *routes: Json) -> None:
        """Make these the wanted routes."""
        await self.speaker.put(document([self.session()], {"rs": routes}))

    async def established(self) -> Json:
        """Both ends say so, and have one connection."""
        found = await self.speaker.established(SESSION)
        await until(self.router.is_established, "the router's session", explain=self.logs)
        return found

    async def sees(self, *routes: SeenRoute) -> None:
        """Wait until the router's table is exactly this."""
        seen: list[SeenRoute] = []

        async def look() -> bool:
            seen[:] = await self.router.routes()
            return seen == sorted(routes)

        def explain() -> str:
            shown = "\n".join(map(str, seen))
            return f"wanted {sorted(routes)}\nseen\n{shown}\n{self.logs()}"

        await until(look, "the routes", explain=explain)

    def logs(self) -> str:
        return f"--- router\n{self.router.log}\n--- speaker\n{self.speaker.log}"


class Lab:
    """Makes pairs."""

    def __init__(self, folder: Path, kind: type[Router], third: Iterator[int]) -> None:
        self._folder, self._kind, self._third = folder, kind, third

    def setup(self, *, is_ibgp: bool = False, **fields: Any) -> Setup:
        """Two addresses of 127/8 that no other test uses."""
        third = next(self._third)
        address, peer = f"127.0.{third}.2", f"127.0.{third}.1"
        setup = Setup(
            address=address,
            port=free_port(address),
            asn=LOCAL_ASN if is_ibgp else LOCAL_ASN + 1,
            peer_address=peer,
            peer_port=free_port(peer),
            peer_asn=LOCAL_ASN,
        )
        return replace(setup, **fields)

    @asynccontextmanager
    async def pair(
        self, setup: Setup, prefix: tuple[str, ...] | None = None, **fields: Any
    ) -> AsyncIterator[Pair]:
        """Both running, the router first; the speaker has no configuration yet.

        The speaker runs behind `prefix`, else where the router does.
        """
        folder = self._folder / "router"
        folder.mkdir()
        router = self._kind(folder, setup)
        speaker = SpeakerProcess(self._folder, prefix=setup.prefix if prefix is None else prefix)
        try:
            await router.start()
            await speaker.start()
            yield Pair(speaker, router, setup, fields)
        finally:
            await speaker.stop()
            await router.stop()
        assert "traceback" not in speaker.log, speaker.log


@pytest.fixture
def link() -> Iterator[Link]:
    """Two network namespaces joined by a cable."""
    if os.geteuid() != 0 or missing(("ip",)):
        pytest.skip("making network namespaces needs root and `ip`")
    with joined() as made:
        yield made


@pytest.fixture
def namespace() -> Iterator[tuple[str, ...]]:
    """What to put before a command to run it in a network namespace with the addresses
    192.0.2.1, .2 and 2001:db8::1, ::2: routers refuse next hops of 127/8.
    """
    if os.geteuid() != 0 or missing(("ip",)):
        pytest.skip("making a network namespace needs root and `ip`")
    name = f"lbtui-test-{os.getpid()}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        inside = ("ip", "netns", "exec", name)
        for address in ("192.0.2.1/32", "192.0.2.2/32", "2001:db8::1/128", "2001:db8::2/128"):
            subprocess.run([*inside, "ip", "address", "add", address, "dev", "lo"], check=True)
        subprocess.run([*inside, "ip", "link", "set", "lo", "up"], check=True)
        yield inside
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=True)


_thirds = iter(range(100, 250))


@pytest.fixture
def lab(tmp_path: Path, router_kind: type[Router]) -> Lab:
    return Lab(tmp_path, router_kind, _thirds)
