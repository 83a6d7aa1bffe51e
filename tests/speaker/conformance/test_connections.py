"""Connections that collide, come twice, break off: RFC 4271 sections 6.8 and 8, 6286, 4724."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from tests.speaker.conformance.octets import (
    ALIVE,
    MP_IPV4,
    OPEN,
    UPDATE,
    USUAL,
    four_octet_as,
    message,
    notification,
    opening,
    refresh,
    restart,
    update,
)
from tests.speaker.conformance.peer import CONFIRM, SENT, UP, Peer, Place
from tests.speaker.running import document

LOW, HIGH, EQUAL = "c0000200", "c0000202", "c0000201"
"""Identifiers of the peer; the speaker has 192.0.2.1."""
OVER = "0607"
ROUTES = {"rs": [{"prefix": "198.51.100.1/32", "nextHop": "192.0.2.9"}]}
SURVIVORS = [
    (LOW, 64512, "local"),
    (HIGH, 64512, "peer"),
    (EQUAL, 64512, "peer"),
    (EQUAL, 64514, "local"),
]
"""Identifier of the peer, AS of the speaker (the peer's is 64513), whose connection is kept."""


async def lives(peer: Peer) -> None:
    """It answers a refresh: it is Established."""
    peer.write(refresh())
    await peer.next_of(UPDATE)


@pytest.mark.parametrize("first", ["local", "peer"])
@pytest.mark.parametrize(("identifier", "asn", "survivor"), SURVIVORS)
async def test_one_of_two_connections_is_kept(
    anywhere: Place, identifier: str, asn: int, survivor: str, first: str
) -> None:
    """The OPEN comes on both; on the one opened by `first` some time earlier."""
    hello = opening(identifier=identifier)
    async with anywhere.listening() as arrived:
        await anywhere.speaker.put(
            document([anywhere.session(passive=False, localAsn=asn)], ROUTES)
        )
        ends = {"local": await arrived.get(), "peer": await anywhere.connect()}
        for end in ends.values():
            await end.next_of(OPEN)
        second = "peer" if first == "local" else "local"
        ends[first].write(hello)
        await ends[first].next_of(4)
        ends[second].write(hello)
        loser = "peer" if survivor == "local" else "local"
        assert await ends[loser].ending() == OVER
        if survivor == second:
            await ends[second].next_of(4)
        ends[survivor].write(ALIVE)
        await ends[survivor].routes()
        row = await anywhere.speaker.session("node-a/peer")
        assert row["openedBy"] == survivor
        assert row["establishedCount"] == 1
        assert row["droppedCount"] == 0
        assert arrived.empty(), "it dialled again"
        ends["peer"].close()


async def test_both_opens_at_once_leave_one(here: Place) -> None:
    """With a KEEPALIVE behind each, the first that is read is Established, and stays."""
    async with here.listening() as arrived:
        await here.speaker.put(document([here.session(passive=False)], ROUTES))
        ends = [await here.connect(), await arrived.get()]
        for end in ends:
            end.write(opening(), ALIVE)
        kept = (await here.speaker.established("node-a/peer"))["openedBy"] == "local"
        assert await ends[not kept].ending() == OVER
        await ends[kept].routes()
        ends[0].close()


@pytest.mark.parametrize("identifier", [LOW, HIGH])
async def test_a_peer_that_dials_twice_keeps_one(here: Place, identifier: str) -> None:
    """The connection in OpenConfirm gives way to a higher identifier only."""
    hello = opening(identifier=identifier)
    await here.speaker.put(document([here.session()], ROUTES))
    first = await here.connect()
    await first.shake_hands(hello, CONFIRM)
    second = await here.connect()
    await second.next_of(OPEN)
    second.write(hello)
    loser, winner = (first, second) if identifier == HIGH else (second, first)
    assert await loser.ending() == OVER
    winner.write(ALIVE)
    await winner.routes()
    for end in (first, second):
        end.close()


@pytest.mark.parametrize("identifier", [LOW, HIGH])
async def test_an_established_session_outlives_every_other_connection(
    here: Place, identifier: str
) -> None:
    """RFC 4271 section 6.8, whichever identifier is higher and whatever comes on the others."""
    hello = opening(identifier=identifier)
    await here.speaker.put(document([here.session()], ROUTES))
    async with here.dialled(UP, hello) as peer:
        await peer.routes()
        for what, octets, expected in [
            ("OPEN", hello, OVER),
            ("OPEN and KEEPALIVE", hello + ALIVE, OVER),
            ("OPEN of another AS", opening(four_octet_as(64999), asn=64999), "0202"),
            ("another identifier", opening(identifier="c00002ff"), OVER),
            ("restart without having said so before", opening(*USUAL, restart(flags=8)), OVER),
            ("no BGP", b"GET / HTTP/1.0\r\n\r\n" + bytes(10), "0101"),
            ("KEEPALIVE", ALIVE, "050104"),
        ]:
            other = await here.connect()
            await other.next_of(OPEN)
            other.write(octets)
            assert await other.ending() == expected, what
            other.close()
        for how in ("close", "reset", "notify", "leave open"):
            other = await here.connect()
            await other.next_of(OPEN)
            if how == "notify":
                other.write(notification(6, 2))
            elif how == "reset":
                other.reset()
            elif how == "close":
                other.close()
        await lives(peer)
        row = await here.speaker.session("node-a/peer")
    assert (row["establishedCount"], row["droppedCount"]) == (1, 0)
    assert row["state"] == UP and row["lastError"] is None


async def test_a_peer_that_restarted_takes_the_place_of_its_old_connection(here: Place) -> None:
    """RFC 4724 section 5; the old connection ends without a NOTIFICATION."""
    hello = opening(*USUAL, restart("00010180"))
    again = opening(*USUAL, restart("00010180", flags=8))
    await here.speaker.put(document([here.session(gracefulRestart=True)], ROUTES))
    async with here.dialled(UP, hello) as old:
        await old.routes()
        async with here.dialled(UP, again) as new:
            await new.routes()
            assert [kind for kind, _ in await old.rest() if kind == 3] == []
            await lives(new)


@pytest.mark.parametrize("state", [SENT, CONFIRM, UP])
async def test_a_connection_may_break_off_anywhere(anywhere: Place, state: str) -> None:
    """Half a message, no message, half-closed, reset: the next connection is as good."""
    await anywhere.speaker.put(document([anywhere.session()], ROUTES))
    for octets in (b"", b"\xff" * 7, message(2, bytes(500))[:300], opening()[:25]):
        for how in ("close", "half-close", "reset"):
            async with anywhere.dialled(state) as peer:
                peer.write(octets)
                if how == "reset":
                    peer.reset()
                    continue
                if how == "half-close":
                    peer.writer.write_eof()
                    assert 3 not in [kind for kind, _ in await peer.rest()]
    async with anywhere.dialled() as peer:
        await peer.routes()
        await lives(peer)


@pytest.mark.parametrize("how", ["close", "reset"])
async def test_the_end_of_the_old_connection_counts_before_the_new_one_s_open(
    anywhere: Place, how: str
) -> None:
    """Also when a speaker that was held up finds both at once: it is no collision then."""
    await anywhere.speaker.put(document([anywhere.session()], ROUTES))
    async with anywhere.dialled(UP) as old:
        await old.routes()
        new = await anywhere.connect()
        await new.next_of(OPEN)
        with anywhere.speaker.held_up():
            if how == "reset":
                old.reset()
            else:
                old.close()
            await asyncio.sleep(0)  # asyncio closes the socket in the next turn
            new.write(opening())
        await new.next_of(4)
        new.write(ALIVE)
        await new.routes()
        new.close()


async def test_a_dial_that_breaks_off_is_tried_again(here: Place) -> None:
    """Not at once, and with waits that grow."""
    loop = asyncio.get_running_loop()
    async with here.listening() as arrived:
        await here.speaker.put(document([here.session(passive=False, connectTime=30)], ROUTES))
        times = []
        for _ in range(3):
            peer = await arrived.get()
            times.append(loop.time())
            peer.close()
    gaps = [after - before for before, after in pairwise(times)]
    assert 0.7 <= gaps[0] and 1.4 <= gaps[1]


async def test_what_a_peer_says_of_itself_is_told(here: Place) -> None:
    await here.speaker.put(document([here.session()], ROUTES))
    hello = opening(MP_IPV4, four_octet_as(64513), identifier=HIGH, hold_time=33)
    async with here.dialled(UP, hello) as peer:
        await peer.routes()
        peer.write(update())
        row = await here.speaker.until_session(
            "node-a/peer", lambda row: row["received"]["update"] == 1
        )
    assert (row["peerRouterId"], row["peerAsn"]) == ("192.0.2.2", 64513)
    assert (row["peerHoldTime"], row["holdTime"], row["keepaliveTime"]) == (33, 9, 3)
    assert row["received"] == {
        "open": 1,
        "update": 1,
        "notification": 0,
        "keepalive": 1,
        "routeRefresh": 0,
        "total": 3,
        "octets": len(hello) + 19 + 23,
    }
