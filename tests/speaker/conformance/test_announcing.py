"""What the speaker sends, octet by octet: RFC 4271 section 5, 4724, 4760, 6793, 8092, 8654."""

from __future__ import annotations

import asyncio
import signal

import pytest

from tests.speaker.conformance.octets import (
    ALIVE,
    EXTENDED_MESSAGE,
    MP_IPV4,
    MP_IPV6,
    UPDATE,
    USUAL,
    Said,
    four_octet_as,
    opening,
    read_update,
    restart,
)
from tests.speaker.conformance.peer import SENT, UP, Place
from tests.speaker.running import Json, document

V4 = {"prefix": "198.51.100.0/25", "nextHop": "192.0.2.9", "localPref": 300}
V6 = {"prefix": "2001:db8:1::/48", "nextHop": "2001:db8::9"}
TAGS = {"communities": ["65535:0", "64512:7"], "largeCommunities": ["64512:1:2", "64512:0:9"]}
BIG = 4200000001
FINAL = ["198.51.100.4/32", "198.51.100.5/32"]


def both(asn: int = 64513) -> bytes:
    return opening(MP_IPV4, MP_IPV6, four_octet_as(asn), asn=asn)


CASES: list[tuple[str, Json, bytes, dict[int, str]]] = [
    ("eBGP", {}, both(), {1: "00", 2: "02010000fc00"}),
    ("iBGP", {"peerAsn": 64512}, both(64512), {1: "00", 2: "", 5: "0000012c"}),
    ("4-octet AS", {"localAsn": BIG}, both(), {1: "00", 2: "0201fa56ea01"}),
    (
        "4-octet AS, old peer",
        {"localAsn": BIG},
        opening(MP_IPV4, MP_IPV6),
        {1: "00", 2: "02015ba0", 17: "0201fa56ea01"},
    ),
    ("old peer", {}, opening(MP_IPV4, MP_IPV6), {1: "00", 2: "0201fc00"}),
    ("65535, old peer", {"localAsn": 65535}, opening(MP_IPV4, MP_IPV6), {1: "00", 2: "0201ffff"}),
]


@pytest.mark.parametrize(
    ("fields", "hello", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
async def test_attributes_of_a_route(
    here: Place, fields: Json, hello: bytes, expected: dict[int, str]
) -> None:
    wanted = here.session("node-a/peer", families=["ipv4", "ipv6"], **fields)
    await here.speaker.put(document([wanted], {"rs": [{**V4, **TAGS}, {**V6, **TAGS}]}))
    async with here.dialled(UP, hello) as peer:
        said = await peer.routes(2)
    found = {one.announced[0]: one for one in said if one.announced}
    tags = {8: "fc000007ffff0000", 32: "0000fc00000000000000000900" + "00fc000000000100000002"}
    four = {**expected, 3: "c0000209", **tags}
    assert {code: v.hex() for code, v in found["198.51.100.0/25"].attributes.items()} == four
    reach = "00020110" + "20010db8" + "00" * 11 + "09" + "00" + "30" + "20010db80001"
    six = {**expected, 14: reach, **tags}
    if 5 in six:
        six[5] = "00000064"
    assert {code: v.hex() for code, v in found["2001:db8:1::/48"].attributes.items()} == six


@pytest.mark.parametrize("is_extended", [False, True])
async def test_no_message_is_longer_than_was_agreed(here: Place, is_extended: bool) -> None:
    routes = [
        {"prefix": f"198.18.{n >> 8}.{n & 255}/32", "nextHop": "192.0.2.9"} for n in range(20_000)
    ]
    await here.speaker.put(document([here.session()], {"rs": routes}))
    hello = opening(*USUAL, *([EXTENDED_MESSAGE] if is_extended else []))
    async with here.dialled(UP, hello) as peer:
        said = await peer.routes()
        sizes = [len(body) + 19 for kind, body in peer.seen if kind == UPDATE]
    assert sum(len(one.announced) for one in said) == len(routes)
    assert said[-1].is_end_of_rib and not any(one.is_end_of_rib for one in said[:-1])
    assert 4096 < max(sizes) <= 65535 if is_extended else max(sizes) <= 4096


async def test_a_peer_without_multiprotocol_gets_ipv4_alone(here: Place) -> None:
    wanted = here.session(families=["ipv4", "ipv6"])
    await here.speaker.put(document([wanted], {"rs": [V4, V6]}))
    async with here.dialled(UP, opening(parameters="00")) as peer:
        said = await peer.routes()
        assert [one.announced for one in said] == [("198.51.100.0/25",), ()]
        assert 14 not in said[0].attributes
        row = await here.speaker.session("node-a/peer")
    assert row["families"] == ["ipv4"]
    assert row["prefixes"]["ipv6"]["advertised"] == 0


async def test_changes_while_a_session_comes_up_are_neither_lost_nor_told_twice(
    here: Place,
) -> None:
    """In each state another set; then the same set again, of which nothing is said."""

    def wanted(*numbers: int) -> Json:
        sets = [{"prefix": f"198.51.100.{n}/32", "nextHop": "192.0.2.9"} for n in numbers]
        return document([here.session()], {"rs": sets})

    await here.speaker.put(wanted(1, 2))
    async with here.dialled(SENT) as peer:
        await here.speaker.put(wanted(2, 3))
        peer.write(opening())
        await peer.next_of(4)
        await here.speaker.put(wanted(3, 4))
        peer.write(ALIVE)
        await here.speaker.put(wanted(4, 5))
        table: list[str] = []
        said: list[Said] = []
        while not any(one.is_end_of_rib for one in said) or sorted(table) != FINAL:
            said.append(read_update(await peer.next_of(UPDATE)))
            for prefix in said[-1].withdrawn:
                table.remove(prefix)
            for prefix in said[-1].announced:
                assert prefix not in table
                table.append(prefix)
        sent = (await here.speaker.session("node-a/peer"))["sent"]["update"]
        await here.speaker.put(wanted(4, 5))
        await here.speaker.put(wanted(5, 4))
        assert (await here.speaker.session("node-a/peer"))["sent"]["update"] == sent
        await here.speaker.put(wanted(5, 6))
        after = [read_update(await peer.next_of(UPDATE)) for _ in range(2)]
        assert after[0].announced == ("198.51.100.6/32",)
        assert after[1].withdrawn == ("198.51.100.4/32",)


@pytest.mark.parametrize("kind", ["communities", "largeCommunities"])
async def test_too_many_communities_for_a_message_are_refused(here: Place, kind: str) -> None:
    """With the place, in a document and in a change."""
    await here.speaker.put(document([here.session()], {"rs": [V4]}))
    tags = [f"64512:{n}" if kind == "communities" else f"64512:0:{n}" for n in range(1100)]
    route = {**V4, kind: tags}
    for method, path, body in (
        ("PUT", "/v1/config", document([here.session()], {"rs": [route]})),
        ("PATCH", "/v1/route-sets/rs", {"announce": [route]}),
    ):
        answer = await here.speaker.call(method, path, {**body, "generation": 9})
        assert answer.status == 422, answer
        assert answer.body["error"]["details"][0]["path"].endswith(f"[0].{kind}")


async def test_restart_says_so_once_and_a_planned_stop_says_nothing(here: Place) -> None:
    """RFC 4724 section 4.1: R after an end without goodbye, until Established; F always."""
    hello = opening(*USUAL, restart("00010180", flags=4))
    wanted = document([here.session(gracefulRestart=True, gracefulRestartTime=77)], {"rs": [V4]})
    await here.speaker.put(wanted)
    async with here.dialled(UP, hello) as peer:
        assert restart("00010180", flags=4, time=77) in peer.open.hex()
        await peer.routes()
        await here.speaker.stop(signal.SIGKILL)
    await here.speaker.start()
    for flags in ("c", "4"):
        async with here.dialled(UP, hello) as peer:
            assert "4006" + flags + "04d00010180" in peer.open.hex()
            await peer.routes()
    async with here.dialled(UP, hello) as peer:
        await peer.routes()
        await here.speaker.call("POST", "/v1/stop", {"keepRoutes": True})
        assert [kind for kind, _ in await peer.rest() if kind == 3] == []
    await here.speaker.wait()
    await here.speaker.start()
    async with here.dialled(UP, hello) as peer:
        assert "4006c04d00010180" in peer.open.hex()
        await peer.routes()
        await here.speaker.call("POST", "/v1/stop", {"keepRoutes": False})
        assert (await peer.ending()).startswith("06090602")
    await here.speaker.wait()
    await here.speaker.start()
    async with here.dialled(UP, hello) as peer:
        assert "4006404d00010180" in peer.open.hex()


async def test_times_of_keepalives_and_of_the_hold_timer(here: Place) -> None:
    """A third of the hold time less at most a quarter; 4/0 when the peer says nothing."""
    loop = asyncio.get_running_loop()
    await here.speaker.put(document([here.session("node-a/peer", holdTime=3)]))
    async with here.dialled() as peer:
        began = loop.time()
        assert await peer.ending() == "0400"
        assert 2.5 < loop.time() - began
        alive = [kind for kind, _ in peer.seen if kind == 4]
    assert 3 <= len(alive) <= 6


async def test_a_session_without_hold_time_has_no_timers(here: Place) -> None:
    """One KEEPALIVE confirms the OPEN; then none comes and none is missed."""
    await here.speaker.put(document([here.session()]))
    async with here.dialled(UP, opening(hold_time=0)) as peer:
        await peer.routes()
        row = await here.speaker.session("node-a/peer")
    assert (row["holdTime"], row["keepaliveTime"], row["holdRemaining"]) == (0, 0, None)
