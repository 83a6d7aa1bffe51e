"""What a real router has in its table after the speaker announced it."""

from __future__ import annotations

import pytest

from tests.interop.conftest import SESSION, Lab, Pair
from tests.interop.routers.base import SeenRoute
from tests.interop.routers.bird import Bird
from tests.interop.routers.frr import Frr
from tests.speaker.running import change

COMMUNITIES = ("64512:100", "65535:65282")
LARGE = ("64512:1:2", "4200000000:4294967295:0")


IPV4 = ("198.51.100.10/32", "203.0.113.0/24", "192.0.2.8", "192.0.2.9")
IPV6 = ("2001:db8:1::10/128", "2001:db8:2::/48", "2001:db8::8", "2001:db8::9")


def expected(
    pair: Pair,
    prefix: str,
    next_hop: str,
    local_pref: int | None = None,
    communities: tuple[str, ...] = (),
    large_communities: tuple[str, ...] = (),
) -> SeenRoute:
    """What a router must have: AS path and LOCAL_PREF follow the kind of session."""
    is_ibgp = pair.setup.is_ibgp
    path = () if is_ibgp else (pair.setup.peer_asn,)
    local_pref = local_pref if is_ibgp else None
    return SeenRoute(prefix, next_hop, path, local_pref, communities, large_communities)


@pytest.mark.parametrize("is_ibgp", [True, False], ids=["iBGP", "eBGP"])
@pytest.mark.parametrize("family", ["ipv4", "ipv6"])
async def test_attributes_arrive_change_and_are_withdrawn(
    lab: Lab, family: str, is_ibgp: bool
) -> None:
    host, network, hop, other_hop = IPV4 if family == "ipv4" else IPV6
    async with lab.pair(lab.setup(is_ibgp=is_ibgp)) as pair:
        first = {
            "prefix": host,
            "nextHop": hop,
            "localPref": 200,
            "communities": COMMUNITIES,
            "largeCommunities": LARGE,
        }
        second = {"prefix": network, "nextHop": hop, "localPref": 50}
        await pair.announce(first, second)
        await pair.established()
        seen_second = expected(pair, network, hop, 50)
        await pair.sees(expected(pair, host, hop, 200, COMMUNITIES, LARGE), seen_second)

        changed = {
            "prefix": host,
            "nextHop": other_hop,
            "localPref": 300,
            "communities": ["64512:7"],
        }
        await pair.announce(changed, second)
        seen_changed = expected(pair, host, other_hop, 300, ("64512:7",))
        await pair.sees(seen_changed, seen_second)

        await pair.announce(changed)
        await pair.sees(seen_changed)
        await pair.announce()
        await pair.sees()
        found = await pair.established()
        assert found["establishedCount"] == 1


@pytest.mark.parametrize("is_ibgp", [True, False], ids=["iBGP", "eBGP"])
@pytest.mark.parametrize("transport", ["ipv4", "ipv6"])
async def test_next_hop_is_the_session_s_own_address(
    lab: Lab, namespace: tuple[str, ...], transport: str, is_ibgp: bool
) -> None:
    ours, theirs = ("192.0.2.1", "192.0.2.2")
    if transport == "ipv6":
        ours, theirs = ("2001:db8::1", "2001:db8::2")
    setup = lab.setup(is_ibgp=is_ibgp, address=theirs, peer_address=ours, prefix=namespace)
    async with lab.pair(setup) as pair:
        own, other = ("198.51.100.10/32", "2001:db8:1::10/128")
        other_hop = "2001:db8::1"
        if transport == "ipv6":
            own, other, other_hop = other, own, "192.0.2.1"
        await pair.announce(
            {"prefix": own, "localPref": 100},
            {"prefix": other, "nextHop": other_hop, "localPref": 100},
        )
        await pair.established()
        await pair.sees(expected(pair, own, ours, 100), expected(pair, other, other_hop, 100))


async def test_thousand_routes_arrive_and_go(lab: Lab) -> None:
    prefixes = [f"198.51.{third}.{last}/32" for third in range(96, 100) for last in range(250)]
    async with lab.pair(lab.setup()) as pair:
        await pair.announce(*({"prefix": one, "nextHop": "192.0.2.8"} for one in prefixes))
        await pair.established()
        await pair.sees(*(expected(pair, one, "192.0.2.8") for one in prefixes))
        found = await pair.speaker.session(SESSION)
        assert found["prefixes"]["ipv4"]["advertised"] == len(prefixes)
        assert found["sent"]["update"] < 20
        await pair.announce({"prefix": prefixes[7], "nextHop": "192.0.2.8"})
        await pair.sees(expected(pair, prefixes[7], "192.0.2.8"))


async def test_one_route_is_changed_added_and_withdrawn_by_a_partial_change(lab: Lab) -> None:
    prefixes = [f"198.51.100.{number}/32" for number in range(20)]
    async with lab.pair(lab.setup(is_ibgp=True)) as pair:
        await pair.announce(*({"prefix": one, "nextHop": "192.0.2.8"} for one in prefixes))
        await pair.established()
        rest = [expected(pair, one, "192.0.2.8", 100) for one in prefixes[2:]]
        one, two = (expected(pair, prefix, "192.0.2.8", 100) for prefix in prefixes[:2])
        await pair.sees(one, two, *rest)
        before = await pair.speaker.session(SESSION)
        answer = await change(
            pair.speaker,
            announce=[
                {"prefix": prefixes[0], "nextHop": "192.0.2.8", "localPref": 300},
                {"prefix": "203.0.113.0/24", "nextHop": "192.0.2.9", "communities": ["64512:7"]},
            ],
            withdraw=[prefixes[1]],
        )
        assert answer.status == 200
        changed = expected(pair, prefixes[0], "192.0.2.8", 300)
        added = expected(pair, "203.0.113.0/24", "192.0.2.9", 100, ("64512:7",))
        await pair.sees(changed, added, *rest)
        after = await pair.speaker.session(SESSION)
        assert after["since"] == before["since"]
        assert after["sent"]["update"] - before["sent"]["update"] <= 3


async def test_as_number_of_four_octets_is_in_the_path(lab: Lab) -> None:
    async with lab.pair(lab.setup(peer_asn=4200000000, asn=4200000001)) as pair:
        await pair.announce({"prefix": "198.51.100.10/32", "nextHop": "192.0.2.8"})
        await pair.established()
        await pair.sees(expected(pair, "198.51.100.10/32", "192.0.2.8"))


async def test_as_number_is_learned_from_the_router(lab: Lab) -> None:
    setup = lab.setup()
    async with lab.pair(setup, peerAsn=None, dynamicAsn="external") as pair:
        await pair.announce({"prefix": "198.51.100.10/32", "nextHop": "192.0.2.8"})
        found = await pair.established()
        assert found["peerAsn"] == setup.asn
        await pair.sees(expected(pair, "198.51.100.10/32", "192.0.2.8"))


@pytest.mark.parametrize("router_kind", [Bird, Frr], indirect=True, ids=["BIRD", "FRR"])
async def test_router_that_asks_again_gets_everything_again(lab: Lab) -> None:
    """GoBGP never asks: its soft reset goes through what it has kept."""
    async with lab.pair(lab.setup()) as pair:
        routes = [
            {"prefix": "198.51.100.10/32", "nextHop": "192.0.2.8"},
            {"prefix": "2001:db8:1::10/128", "nextHop": "2001:db8::8"},
        ]
        seen = [
            expected(pair, "198.51.100.10/32", "192.0.2.8"),
            expected(pair, "2001:db8:1::10/128", "2001:db8::8"),
        ]
        await pair.announce(*routes)
        await pair.established()
        await pair.sees(*seen)
        before = await pair.speaker.session(SESSION)
        assert isinstance(pair.router, Bird | Frr)
        await pair.router.ask_again()
        after = await pair.speaker.until_session(
            SESSION, lambda found: found["received"]["routeRefresh"] >= 2
        )
        await pair.sees(*seen)
        assert after["sent"]["update"] - before["sent"]["update"] >= 2
        assert after["establishedCount"] == 1
