"""Sessions over link-local addresses: with a scope, or with whoever is on the link."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.interop.conftest import SESSION, Lab
from tests.interop.link import INTERFACE, Link
from tests.interop.routers.base import SeenRoute
from tests.interop.routers.bird import Bird
from tests.interop.routers.frr_suite import FrrSuite

ROUTES = [{"prefix": "198.51.100.10/32"}, {"prefix": "2001:db8:100::10/128"}]


@pytest.mark.parametrize("router_kind", [FrrSuite], indirect=True)
async def test_unnumbered_with_frr(lab: Lab, link: Link) -> None:
    setup = replace(link.setup(6), interface=INTERFACE)
    fields = {"address": "", "sourceAddress": None, "interface": INTERFACE, "ebgpMultiHop": False}
    async with lab.pair(setup, link.speaker.prefix, **fields) as pair:
        await pair.announce(*ROUTES)
        found = await pair.established()
        assert found["address"] == f"{link.router.link_local}%{INTERFACE}"
        assert found["localAddress"] == link.speaker.link_local
        hop = link.speaker.link_local
        await pair.sees(
            SeenRoute("198.51.100.10/32", hop, (64512,)),
            SeenRoute("2001:db8:100::10/128", hop, (64512,)),
        )


@pytest.mark.parametrize("router_kind", [Bird], indirect=True)
@pytest.mark.parametrize("dials", ["speaker", "router"])
async def test_link_local_addresses_with_a_scope(lab: Lab, link: Link, dials: str) -> None:
    is_passive = dials == "router"
    setup = replace(
        link.setup(6, is_passive=not is_passive),
        address=link.router.link_local,
        peer_address=link.speaker.link_local,
        interface=INTERFACE,
    )
    fields = {
        "address": f"{link.router.link_local}%{INTERFACE}",
        "sourceAddress": f"{link.speaker.link_local}%{INTERFACE}",
        "passive": is_passive,
        "listenPort": setup.peer_port if is_passive else None,
        "ebgpMultiHop": False,
    }
    async with lab.pair(setup, link.speaker.prefix, **fields) as pair:
        await pair.announce(ROUTES[1])
        found = await pair.established()
        assert found["openedBy"] == ("peer" if is_passive else "local")
        hop = link.speaker.link_local
        await pair.sees(SeenRoute("2001:db8:100::10/128", hop, (64512,)))


@pytest.mark.parametrize("router_kind", [Bird], indirect=True)
async def test_whoever_dials_over_the_link_is_the_neighbour(lab: Lab, link: Link) -> None:
    setup = replace(
        link.setup(6),
        address=link.router.link_local,
        peer_address=link.speaker.link_local,
        interface=INTERFACE,
    )
    fields = {
        "address": "",
        "sourceAddress": None,
        "interface": INTERFACE,
        "passive": True,
        "listenPort": setup.peer_port,
        "ebgpMultiHop": False,
    }
    async with lab.pair(setup, link.speaker.prefix, **fields) as pair:
        await pair.announce(ROUTES[1])
        await pair.established()
        found = await pair.speaker.session(SESSION)
        assert found["address"] == f"{link.router.link_local}%{INTERFACE}"
