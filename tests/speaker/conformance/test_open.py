"""OPEN: RFC 4271 section 6.2, 5492, 6286, 6793, 7607, 9072, over IPv4 and IPv6, dialled by both."""

from __future__ import annotations

import pytest

from tests.speaker.conformance.octets import (
    ALIVE,
    ASN,
    ENHANCED_REFRESH,
    EXTENDED_MESSAGE,
    MP_IPV4,
    MP_IPV6,
    NOTIFICATION,
    ROUTE_REFRESH,
    USUAL,
    extended,
    four_octet_as,
    message,
    opening,
    parameter,
    restart,
)
from tests.speaker.conformance.peer import SENT, UP, Peer, Place
from tests.speaker.running import Json, document

AS4 = four_octet_as(ASN)
LONG = "80ff" + "00" * 255 + "80ff" + "00" * 255 + "8050" + "00" * 80
"""Three capabilities of 596 octets in all."""

REFUSED = [
    ("version 3", opening(version=3), "02010004"),
    ("version 5", opening(version=5), "02010004"),
    ("version 0", opening(version=0), "02010004"),
    ("version 255 with all else wrong too", opening(version=255, asn=0, hold_time=1), "02010004"),
    ("another AS", opening(four_octet_as(64999), asn=64999), "0202"),
    ("another AS in the capability", opening(four_octet_as(64999)), "0202"),
    ("another AS in the field", opening(AS4, asn=64999), "0202"),
    ("AS_TRANS without the capability", opening(MP_IPV4, asn=23456), "0202"),
    ("AS_TRANS as one's own AS", opening(four_octet_as(23456), asn=23456), "0202"),
    ("AS 0 in the field", opening(asn=0), "0202"),
    ("AS 0 in the capability", opening(four_octet_as(0)), "0202"),
    ("AS 0 in the capability behind AS_TRANS", opening(four_octet_as(0), asn=23456), "0202"),
    ("identifier 0", opening(identifier="00000000"), "0203"),
    ("hold time 1", opening(hold_time=1), "0206"),
    ("hold time 2", opening(hold_time=2), "0206"),
    ("parameter 0", opening(parameters="03000100"), "0204"),
    ("parameter 1, authentication", opening(parameters="03010100"), "0204"),
    ("parameter 255 behind a good one", opening(parameters="0a" + parameter(AS4) + "ff00"), "0204"),
    ("unknown extended parameter", opening(parameters=extended("630001aa")), "0204"),
    ("parameters longer than the message", opening(parameters="ff" + parameter(AS4)), "0200"),
    ("parameters shorter than the message", opening(parameters="06" + parameter(AS4)), "0200"),
    ("no parameters but octets behind", opening(parameters="00" + parameter(AS4)), "0200"),
    ("half a parameter header", opening(parameters="0102"), "0200"),
    ("parameter longer than all", opening(parameters="040220" + "0104"), "0200"),
    ("half a capability header", opening("41"), "0200"),
    ("capability longer than its parameter", opening("4105" + "00" * 4), "0200"),
    ("4-octet AS of 2", opening("4102fc01"), "0200"),
    ("multiprotocol of 3", opening("0103000100"), "0200"),
    ("route refresh of 1", opening(AS4, "020100"), "0200"),
    ("graceful restart of 1", opening(AS4, "400100"), "0200"),
    ("graceful restart of 5", opening(AS4, "40050078000101"), "0200"),
    ("extended parameters cut short", opening(parameters="ffff00"), "0200"),
    (
        "extended parameters too long",
        opening(parameters="ffff0009" + "020006" + AS4 + "00"),
        "0200",
    ),
    ("half an extended parameter", opening(parameters="ffff00020200"), "0200"),
    ("extended parameter too long", opening(parameters="ffff00060200100200"), "0200"),
    ("no family of ours", opening(MP_IPV6, AS4), "0207" + MP_IPV4),
    ("another SAFI only", opening("010400010002", AS4), "0207" + MP_IPV4),
]
"""What, the OPEN, and the body of the NOTIFICATION."""

TAKEN = [
    ("no parameters at all", opening(parameters="00")),
    ("no multiprotocol", opening(AS4)),
    ("hold time 0", opening(hold_time=0)),
    ("hold time 3", opening(hold_time=3)),
    ("hold time 65535", opening(hold_time=65535)),
    ("AS_TRANS and the capability", opening(AS4, MP_IPV4, asn=23456)),
    ("identifier 255.255.255.255", opening(identifier="ffffffff")),
    ("our identifier", opening(identifier="c0000201")),
    ("an empty Capabilities parameter", opening(parameters="0a0200" + parameter(AS4))),
    ("a parameter for each", opening(parameters="10" + parameter(AS4) + parameter(MP_IPV4))),
    ("each capability twice", opening(*USUAL, *USUAL)),
    ("two families, one of them twice", opening(MP_IPV4, MP_IPV6, MP_IPV4, AS4)),
    ("unknown capabilities", opening(*USUAL, "8000", "ff03010203", "630100", "4200")),
    (
        "old route refresh, long-lived restart, hostname",
        opening(AS4, "8000", "4700", "490401610162"),
    ),
    (
        "ORF, both and an unknown kind",
        opening(AS4, "0307000100010140" + "03", "820700010001018003"),
    ),
    ("ADD-PATH", opening(AS4, "4504" + "00010103")),
    ("role", opening(AS4, "090100")),
    ("extended messages", opening(AS4, EXTENDED_MESSAGE)),
    ("enhanced refresh alone", opening(AS4, ENHANCED_REFRESH)),
    ("restart without families", opening(AS4, restart())),
    ("restart twice", opening(AS4, restart("00010180"), restart(flags=8))),
    ("restart of an unknown family", opening(AS4, restart("40040100"))),
    ("reserved bits of restart", opening(AS4, restart("000101ff", flags=7))),
    ("extended form", opening(parameters=extended("020006" + AS4, "020006" + MP_IPV4))),
    ("extended form without parameters", opening(parameters=extended())),
    ("extended form, any length octet", opening(parameters="01" + extended("020006" + AS4)[2:])),
    ("extended form of 605 octets", opening(parameters=extended("02025a" + AS4 + LONG))),
]


async def refuse(peer: Peer, octets: bytes) -> str:
    await peer.shake_hands(b"", SENT)
    peer.write(octets)
    return await peer.ending()


async def test_a_wrong_open_is_answered_with_its_code_and_data(anywhere: Place) -> None:
    await anywhere.speaker.put(document([anywhere.session()]))
    for what, octets, expected in REFUSED:
        peer = await anywhere.connect()
        found = await refuse(peer, octets)
        peer.close()
        assert found == expected, what
        error = (await anywhere.speaker.session("node-a/peer"))["lastError"]
        assert (error["direction"], error["code"], error["subcode"]) == (
            "sent",
            int(found[:2], 16),
            int(found[2:4], 16),
        ), what


async def test_a_dialled_peer_gets_the_same_answers(anywhere: Place) -> None:
    async with anywhere.listening() as arrived:
        for number, (what, octets, expected) in enumerate(REFUSED[:6]):
            wanted = anywhere.session(f"node-a/{number}", passive=False, listenPort=None)
            await anywhere.speaker.put(document([wanted]))
            assert await refuse(await arrived.get(), octets) == expected, what


async def test_a_right_open_is_taken(here: Place) -> None:
    await here.speaker.put(document([here.session()]))
    for number, (what, octets) in enumerate(TAKEN, 1):
        async with here.dialled(UP, octets) as peer:
            await peer.next_of(2)
        row = await here.speaker.until_session("node-a/peer", lambda row: row["state"] != UP)
        assert row["establishedCount"] == number, what
    assert row["sent"]["notification"] == 0


async def test_identifier_of_an_internal_peer_is_its_own(here: Place) -> None:
    """RFC 6286 section 2.2: it differs inside an AS."""
    await here.speaker.put(document([here.session(peerAsn=64512)]))
    mine = opening(MP_IPV4, four_octet_as(64512), asn=64512, identifier="c0000201")
    assert await refuse(await here.connect(), mine) == "0203"
    other = opening(MP_IPV4, four_octet_as(64512), asn=64512, identifier="c0000202")
    async with here.dialled(UP, other) as peer:
        await peer.next_of(2)


@pytest.mark.parametrize("dynamic", ["internal", "external"])
async def test_a_dynamic_as_is_of_its_side(here: Place, dynamic: str) -> None:
    wanted = here.session(peerAsn=None, dynamicAsn=dynamic)
    await here.speaker.put(document([wanted]))
    internal = opening(four_octet_as(64512), asn=64512)
    external = opening(four_octet_as(4200000000), asn=23456)
    good, bad = (internal, external) if dynamic == "internal" else (external, internal)
    assert await refuse(await here.connect(), bad) == "0202"
    async with here.dialled(UP, good) as peer:
        await peer.next_of(2)


async def test_our_open_says_what_is_configured(anywhere: Place) -> None:
    """Octet by octet; an AS past 65535 is AS_TRANS in the fixed field, RFC 6793 section 4.1."""
    fields: Json = {"localAsn": 4200000001, "holdTime": 42, "routerId": "192.0.2.77"}
    wanted = anywhere.session("node-a/peer", families=["ipv4", "ipv6"], **fields)
    await anywhere.speaker.put(document([wanted]))
    async with anywhere.dialled(SENT) as peer:
        assert peer.open[:9].hex() == "04" + "5ba0" + "002a" + "c000024d"
        assert peer.open[9] == len(peer.open) - 10
        assert peer.open[10] == 2 and peer.open[11] == len(peer.open) - 12
        said, octets = [], peer.open[12:]
        while octets:
            said.append(octets[: 2 + octets[1]].hex())
            octets = octets[2 + octets[1] :]
    expected = [MP_IPV4, MP_IPV6, ROUTE_REFRESH, EXTENDED_MESSAGE, ENHANCED_REFRESH]
    assert sorted(said) == sorted([*expected, four_octet_as(4200000001)])


async def test_a_peer_that_knows_no_parameters_is_spoken_to_without(here: Place) -> None:
    """RFC 5492 section 3: after 2/4 the OPEN is repeated without capabilities."""
    await here.speaker.put(document([here.session()]))
    async with here.dialled(SENT) as peer:
        peer.write(message(NOTIFICATION, b"\2\4"))
        assert await peer.rest() == []
    async with here.dialled(UP, opening(parameters="00")) as peer:
        assert peer.open[9:] == b"\0"
        await peer.next_of(2)
    async with here.dialled(SENT) as peer:
        assert peer.open[9], "what it knows may have changed since it was Established"


async def test_a_notification_about_parameters_counts_only_as_an_answer_to_ours(
    here: Place,
) -> None:
    await here.speaker.put(document([here.session()]))
    async with here.dialled(UP) as peer:
        await peer.next_of(2)
        peer.write(message(NOTIFICATION, b"\2\4"))
        await peer.rest()
    async with here.dialled(SENT) as peer:
        assert peer.open[9]
        peer.write(opening() + ALIVE)
        await peer.next_of(2)
