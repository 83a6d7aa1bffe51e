"""UPDATEs of a peer, RFC 7606 with 4271 section 6.3: what ends the session and what does not."""

from __future__ import annotations

from tests.speaker.conformance.octets import (
    GOOD,
    HOP,
    MP_IPV4,
    MP_IPV6,
    NLRI,
    ORIGIN,
    PATH,
    UPDATE,
    four_octet_as,
    message,
    opening,
    refresh,
    update,
)
from tests.speaker.conformance.peer import UP, Peer, Place
from tests.speaker.running import Json, document

HOP6 = "20010db8" + "00" * 11 + "02"
REACH6 = "0002011010"[:8] + HOP6 + "00"
BOTH = opening(MP_IPV4, MP_IPV6, four_octet_as(64513))


def attribute(code: int, value: str, flags: int = 0x80) -> str:
    size = len(value) // 2
    if size > 255:
        return bytes((flags | 16, code)).hex() + size.to_bytes(2, "big").hex() + value
    return bytes((flags, code, size)).hex() + value


V6 = attribute(14, "00020110" + HOP6 + "00" + "4020010db800000001")
BAD_REACH = {
    "no value": "",
    "AFI and SAFI only": "000201",
    "next hop of 15": "0002010f" + HOP6[:30] + "00",
    "next hop of 0": "0002010000",
    "next hop past the end": "00020120" + HOP6,
    "no reserved octet": "00020110" + HOP6,
    "prefix of 129 bits": "00020110" + HOP6 + "00" + "81" + "20" * 17,
    "prefix cut short": "00020110" + HOP6 + "00" + "4020010db8",
}
ENDS: list[tuple[str, bytes, str]] = [
    ("withdrawn past the end", message(UPDATE, b"\0\x01\0\0"), "0301"),
    ("withdrawn of 65535", message(UPDATE, b"\xff\xff\0\0"), "0301"),
    ("withdrawn take the length's octet", message(UPDATE, b"\0\1\0\0"), "0301"),
    ("attributes past the end", message(UPDATE, b"\0\0\0\1"), "0301"),
    ("prefix of 33 bits", update(GOOD, "21c633640000"), "030a"),
    ("prefix cut short", update(GOOD, "20c633"), "030a"),
    ("withdrawn prefix of 33 bits", update(withdrawn="21c633640000"), "030a"),
    ("withdrawn prefix cut short", update(withdrawn="18c6"), "030a"),
    ("unknown well-known attribute", update(GOOD + "40630101", NLRI), "030240630101"),
    ("MP_REACH twice", update(ORIGIN + PATH + V6 + V6), "0301"),
    ("MP_UNREACH twice", update(attribute(15, "000201") * 2), "0301"),
    ("MP_UNREACH of 2", update(attribute(15, "0002")), "0309" + "800f020002"),
    (
        "MP_UNREACH, prefix cut short",
        update(attribute(15, "00020140")),
        "0309" + "800f0400020140",
    ),
    ("MP_REACH past the end", update(GOOD + "800eff00"), "0309800eff00"),
    *(
        (f"MP_REACH, {what}", update(ORIGIN + PATH + attribute(14, value)), "")
        for what, value in BAD_REACH.items()
    ),
]

WITHDRAWN = [
    ("nothing but the prefix", ""),
    ("no ORIGIN", PATH + HOP),
    ("no AS_PATH", ORIGIN + HOP),
    ("no NEXT_HOP", ORIGIN + PATH),
    ("ORIGIN 3", "40010103" + PATH + HOP),
    ("ORIGIN of 0", "400100" + PATH + HOP),
    ("ORIGIN of 2", "4001020000" + PATH + HOP),
    ("ORIGIN optional", "c0010100" + PATH + HOP),
    ("ORIGIN not transitive", "00010100" + PATH + HOP),
    ("AS_PATH optional", ORIGIN + "c0" + PATH[2:] + HOP),
    ("segment of type 0", ORIGIN + "40020600010000fc01" + HOP),
    ("segment of type 5", ORIGIN + "40020605010000fc01" + HOP),
    ("confederation segment", ORIGIN + "40020603010000fc01" + HOP),
    ("empty segment", ORIGIN + "4002020200" + HOP),
    ("segment too long", ORIGIN + "40020602020000fc01" + HOP),
    ("half a segment header", ORIGIN + "40020702010000fc0102" + HOP),
    ("AS 0 in the path", ORIGIN + "40020a02020000fc0100000000" + HOP),
    ("NEXT_HOP of 3", ORIGIN + PATH + "400303c00002"),
    ("NEXT_HOP of 16", ORIGIN + PATH + "400310" + HOP6),
    ("NEXT_HOP optional", ORIGIN + PATH + "c0" + HOP[2:]),
    ("MED of 3", GOOD + "800403000000"),
    ("MED transitive", GOOD + "c00404" + "00" * 4),
    ("MED well-known", GOOD + "400404" + "00" * 4),
    ("COMMUNITIES of 5", GOOD + attribute(8, "00" * 5, 0xC0)),
    ("COMMUNITIES of 0", GOOD + attribute(8, "", 0xC0)),
    ("COMMUNITIES not transitive", GOOD + attribute(8, "00" * 4, 0x80)),
    ("large communities of 11", GOOD + attribute(32, "00" * 11, 0xC0)),
    ("large communities of 0", GOOD + attribute(32, "", 0xC0)),
    ("extended communities of 7", GOOD + attribute(16, "00" * 7, 0xC0)),
    ("header cut short", GOOD + "c0"),
    ("header without length", GOOD + "c008"),
    ("extended length cut short", GOOD + "d00800"),
    ("value cut short", GOOD + "c0080400"),
    ("MP_REACH with wrong flags", GOOD + attribute(14, "00020110" + HOP6 + "00", 0x40)),
    ("only to customer of 3", GOOD + attribute(35, "00" * 3, 0xC0)),
]
"""Attributes that cost their message's routes, RFC 7606 sections 3, 4 and 7."""

KEPT = [
    ("all is well", GOOD, 0),
    ("AS_PATH empty", ORIGIN + "400200" + HOP, 0),
    ("AS_SET", ORIGIN + "40020a01020000fc010000fc02" + HOP, 0),
    ("extended length for a short one", "5001000100" + PATH + HOP, 0),
    ("reserved and partial flags", GOOD + attribute(8, "00" * 4, 0xEF), 0),
    ("ORIGIN twice", GOOD + "40010102", 0),
    ("a wrong ORIGIN after a right one", GOOD + "40010109", 0),
    ("attributes in another order", HOP + PATH + ORIGIN, 0),
    ("MED", GOOD + "800404ffffffff", 0),
    ("LOCAL_PREF of an external peer", GOOD + "400504000000c8", 1),
    ("LOCAL_PREF of 3", GOOD + "400503000000", 1),
    ("ORIGINATOR_ID of an external peer", GOOD + "800904c0000209", 1),
    ("CLUSTER_LIST of 3", GOOD + "800a03c00002", 1),
    ("ATOMIC_AGGREGATE of 1", GOOD + "40060100", 1),
    ("AGGREGATOR of 6", GOOD + "c00706fc01c0000202", 1),
    ("AGGREGATOR of AS 0", GOOD + "c0070800000000c0000202", 1),
    ("AGGREGATOR", GOOD + "c007080000fc01c0000202", 0),
    ("AS4_PATH of a new peer", GOOD + attribute(17, "02010000fc01", 0xC0), 1),
    ("AS4_AGGREGATOR of a new peer", GOOD + attribute(18, "0000fc01c0000202", 0xC0), 1),
    ("unknown optional", GOOD + attribute(99, "00" * 300, 0x80), 0),
    ("unknown optional transitive, empty", GOOD + attribute(255, "", 0xC0), 0),
    ("unknown type 0", GOOD + attribute(0, "", 0xC0), 0),
    ("duplicate communities", GOOD + attribute(8, "00010002" * 20, 0xC0), 0),
    ("many communities", GOOD + attribute(8, "00010002" * 300, 0xC0), 0),
    ("another SAFI", GOOD + attribute(14, "00010204" + "c0000202" + "00" + "18c63364"), 0),
    ("another AFI", GOOD + attribute(14, "40044700" + "00"), 0),
    ("unreadable, of another AFI", GOOD + attribute(15, "400447" + "ff" * 9), 0),
    ("IPv6 beside IPv4", GOOD + V6, 0),
]
"""Attributes of a route that stays, and how many of them are discarded."""


async def row_after(here: Place, peer: Peer) -> Json:
    """The session, once everything written was taken in: it answers a refresh."""
    peer.write(refresh())
    await peer.next_of(UPDATE)
    found = await here.speaker.session("node-a/peer")
    assert found["state"] == UP
    return found


def wanted(here: Place) -> Json:
    session = here.session(families=["ipv4", "ipv6"])
    route = {"prefix": "198.51.100.1/32", "nextHop": "192.0.2.9"}
    return document([session], {"rs": [route]})


async def test_what_cannot_be_read_ends_the_session(here: Place) -> None:
    await here.speaker.put(wanted(here))
    for what, octets, expected in ENDS:
        async with here.dialled(UP, BOTH) as peer:
            peer.write(octets)
            found = await peer.ending()
            assert found == expected if expected else found.startswith("0309800e"), what


async def test_what_is_malformed_costs_its_routes_only(here: Place) -> None:
    await here.speaker.put(wanted(here))
    async with here.dialled(UP, BOTH) as peer:
        await peer.routes(2)
        for number, (what, attributes) in enumerate(WITHDRAWN, 1):
            peer.write(update(GOOD, NLRI))
            assert (await row_after(here, peer))["prefixes"]["ipv4"]["received"] == 1
            peer.write(update(attributes, NLRI))
            row = await row_after(here, peer)
            assert row["prefixes"]["ipv4"]["received"] == 0, what
            assert row["malformed"]["updates"] == number, what
            assert row["malformed"]["last"], what
        assert row["establishedCount"] == 1


async def test_what_is_odd_or_discarded_costs_nothing(here: Place) -> None:
    await here.speaker.put(wanted(here))
    discarded = 0
    async with here.dialled(UP, BOTH) as peer:
        await peer.routes(2)
        for what, attributes, count in KEPT:
            peer.write(update(attributes, NLRI))
            row = await row_after(here, peer)
            discarded += count
            assert row["prefixes"]["ipv4"]["received"] == 1, what
            assert row["malformed"]["updates"] == 0, what
            assert row["malformed"]["attributes"] == discarded, what
            peer.write(update(withdrawn=NLRI))
        assert row["establishedCount"] == 1


async def test_end_of_rib_of_each_family_is_seen(here: Place) -> None:
    await here.speaker.put(wanted(here))
    async with here.dialled(UP, BOTH) as peer:
        await peer.routes(2)
        peer.write(update(GOOD, NLRI), update(V6 + ORIGIN + PATH))
        row = await row_after(here, peer)
        assert {family: one["received"] for family, one in row["prefixes"].items()} == {
            "ipv4": 1,
            "ipv6": 1,
        }
        peer.write(update(), update(attribute(15, "000201")))
        await row_after(here, peer)
        peer.write(update(attribute(15, "000201" + "4020010db800000001")))
        peer.write(update(withdrawn="0a0a0018c63364"[4:]))
        row = await row_after(here, peer)
        assert row["prefixes"]["ipv6"]["received"] == row["prefixes"]["ipv4"]["received"] == 0
