"""Headers, messages in the wrong state, route refresh, NOTIFICATIONs: RFC 4271 section 6 and more.

Each case dials anew, at once: the speaker must not make a peer wait for the next one.
"""

from __future__ import annotations

import pytest

from tests.speaker.conformance.octets import (
    ALIVE,
    ENHANCED_REFRESH,
    EXTENDED_MESSAGE,
    GOOD,
    KEEPALIVE,
    MP_IPV6,
    NLRI,
    NOTIFICATION,
    OPEN,
    REFRESH,
    UPDATE,
    USUAL,
    message,
    notification,
    opening,
    read_update,
    refresh,
    update,
)
from tests.speaker.conformance.peer import CONFIRM, SENT, UP, Place
from tests.speaker.running import Json, document

BIG = opening(*USUAL, EXTENDED_MESSAGE)
ENHANCED = opening(*USUAL, ENHANCED_REFRESH)
ROUTE = {"prefix": "198.51.100.1/32", "nextHop": "192.0.2.9"}

HEADERS = [
    ("marker of zeros", SENT, message(OPEN, marker=bytes(16)), "0101"),
    ("one bit of the marker", UP, message(KEEPALIVE, marker=b"\xff" * 15 + b"\xfe"), "0101"),
    ("length 0", SENT, b"\xff" * 16 + b"\0\0\1", "01020000"),
    ("length 18", CONFIRM, message(KEEPALIVE, length=18), "01020012"),
    ("length 4097", UP, message(UPDATE, bytes(4078)), "01021001"),
    ("length 65535", UP, message(UPDATE, length=65535), "0102ffff"),
    ("OPEN of 28", SENT, message(OPEN, bytes(9)), "0102001c"),
    ("OPEN of 4097", SENT, message(OPEN, length=4097), "01021001"),
    ("UPDATE of 22", UP, message(UPDATE, bytes(3)), "01020016"),
    ("NOTIFICATION of 20", UP, message(NOTIFICATION, b"\6"), "01020014"),
    ("KEEPALIVE of 20", UP, message(KEEPALIVE, b"\0"), "01020014"),
    ("ROUTE-REFRESH of 22", UP, message(REFRESH, b"\0\1\0"), "01020016"),
    ("type 0", SENT, message(0), "010300"),
    ("type 6", CONFIRM, message(6), "010306"),
    ("type 255", UP, message(255, bytes(100)), "0103ff"),
]
STATES = [
    ("UPDATE in OpenSent", SENT, update(), "050102"),
    ("KEEPALIVE in OpenSent", SENT, ALIVE, "050104"),
    ("ROUTE-REFRESH in OpenSent", SENT, refresh(), "050105"),
    ("OPEN in OpenConfirm", CONFIRM, opening(), "050201"),
    ("UPDATE in OpenConfirm", CONFIRM, update(GOOD, NLRI), "050202"),
    ("ROUTE-REFRESH in OpenConfirm", CONFIRM, refresh(), "050205"),
    ("OPEN in Established", UP, opening(), "050301"),
    ("a wrong OPEN in Established", UP, opening(version=3), "050301"),
]
"""What, in which state, the octets, and the body of the NOTIFICATION."""


async def test_what_is_no_message_or_not_its_turn_is_answered_so(anywhere: Place) -> None:
    await anywhere.speaker.put(document([anywhere.session()], {"rs": [ROUTE]}))
    for what, state, octets, expected in HEADERS + STATES:
        async with anywhere.dialled(state) as peer:
            peer.write(octets)
            assert await peer.ending() == expected, what


async def test_lengths_of_a_session_with_extended_messages(here: Place) -> None:
    """RFC 8654 section 4: all but OPEN and KEEPALIVE grow, once both offered it."""
    await here.speaker.put(document([here.session()]))
    for what, octets, expected in [
        ("OPEN", message(OPEN, length=4097), "01021001"),
        ("KEEPALIVE", message(KEEPALIVE, length=4097), "01021001"),
    ]:
        async with here.dialled(UP, BIG) as peer:
            peer.write(octets)
            assert await peer.ending() == expected, what
    async with here.dialled(SENT) as peer:
        peer.write(message(UPDATE, length=4097))
        assert await peer.ending() == "01021001", "nothing was agreed on yet"
    many = "".join(f"20c6{n:06x}" for n in range(13_000))
    whole = update(GOOD, many)
    assert 65000 < len(whole) <= 65535
    async with here.dialled(UP, BIG) as peer:
        peer.write(whole, message(UPDATE, bytes(4) + b"\x18\xc6\x33\x64" * 0))
        row = await here.speaker.until_session(
            "node-a/peer", lambda row: row["prefixes"]["ipv4"]["received"] == 13_000
        )
        assert row["malformed"]["updates"] == 0
        peer.write(notification(6, 2, b"\xff" + b"x" * 65000))
        assert await peer.rest() is not None
    row = await here.speaker.session("node-a/peer")
    assert row["lastError"]["text"] == "x" * 255


REFRESHES = [
    ("the family", refresh(), [UPDATE, UPDATE]),
    ("another family", refresh(2), []),
    ("an unknown family", refresh(16388, 71), []),
    ("another SAFI", refresh(1, 2), []),
    ("an unknown subtype", refresh(1, 1, 9), []),
    ("an unknown subtype, longer", refresh(1, 1, 255, "00" * 40), []),
    ("with filters, RFC 5291", refresh(1, 1, 0, "0180000500"), [UPDATE, UPDATE]),
]


async def test_a_refresh_repeats_the_family_and_nothing_else(here: Place) -> None:
    """The answer to each is what comes before that to a plain one for the family."""
    await here.speaker.put(document([here.session()], {"rs": [ROUTE]}))
    for hello, around in ((opening(), []), (ENHANCED, [REFRESH])):
        async with here.dialled(UP, hello) as peer:
            await peer.routes()
            for what, octets, _ in REFRESHES:
                peer.seen.clear()
                peer.write(octets)
                is_asked = what in ("the family", "with filters, RFC 5291")
                if not is_asked:
                    peer.write(refresh())
                while [kind for kind, _ in peer.seen if kind != KEEPALIVE] != [
                    *around,
                    UPDATE,
                    *around,
                ]:
                    await peer.read()
                if around:
                    marks = [body.hex() for kind, body in peer.seen if kind == REFRESH]
                    assert marks == ["00010101", "00010201"], what
                said = [read_update(body) for kind, body in peer.seen if kind == UPDATE]
                assert said[0].announced == ("198.51.100.1/32",), what


async def test_markers_of_a_wrong_length_are_answered_with_the_message(here: Place) -> None:
    """RFC 7313 section 5, if it was agreed on; else they are subtypes that nobody knows."""
    await here.speaker.put(document([here.session()]))
    for octets in (refresh(1, 1, 1, "00"), refresh(1, 1, 2, "00" * 400), refresh(2, 1, 1, "00")):
        async with here.dialled(UP, ENHANCED) as peer:
            peer.write(octets)
            assert await peer.ending() == "0701" + octets.hex()
        async with here.dialled(UP) as peer:
            await peer.routes()
            peer.write(octets, refresh())
            peer.write(message(6))
            assert await peer.ending() == "010306"


TOLD = [
    (6, 2, b"", "Cease: Administrative Shutdown", ""),
    (6, 2, b"\0", "Cease: Administrative Shutdown", ""),
    (6, 2, b"\4caf\xc3", "Cease: Administrative Shutdown", "636166c3"),
    (6, 2, b"\5caf\xc3\xa9", "Cease: Administrative Shutdown", "café"),
    (6, 2, b"\x80" + b"a" * 128, "Cease: Administrative Shutdown", "a" * 128),
    (6, 4, b"\xff" + b"b" * 255, "Cease: Administrative Reset", "b" * 255),
    (6, 4, b"\x09too short", "Cease: Administrative Reset", "too short"),
    (6, 4, b"\x0atoo short", "Cease: Administrative Reset", b"\x0atoo short".hex()),
    (6, 4, b"\3a\x1b[more", "Cease: Administrative Reset", "a["),
    (6, 2, b"\x06a\xe2\x80\xaeb\n", "Cease: Administrative Shutdown", "ab"),
    (6, 9, b"", "Cease: Hard Reset", ""),
    (6, 9, b"\6", "Cease: Hard Reset", ""),
    (6, 9, b"\6\2\3bye", "Cease: Hard Reset (Cease: Administrative Shutdown)", "bye"),
    (6, 9, b"\6\x09" * 500, None, ""),
    (6, 7, b"", "Cease: Connection Collision Resolution", ""),
    (6, 1, b"\0\1\1\0\0\0\5", "Cease: Maximum Number of Prefixes Reached", ""),
    (6, 10, b"", "Cease: BFD Down", ""),
    (6, 200, b"\xff" * 40, "Cease: subcode 200", ""),
    (4, 0, b"", "Hold Timer Expired", ""),
    (8, 0, b"", "Send Hold Timer Expired", ""),
    (5, 3, b"\1", "Finite State Machine Error: Unexpected Message in Established State", ""),
    (99, 99, bytes(3000), "error 99: subcode 99", ""),
    (0, 0, b"", "error 0", ""),
]


@pytest.mark.parametrize("state", [SENT, CONFIRM, UP])
async def test_a_notification_is_told_and_never_answered(here: Place, state: str) -> None:
    """Also when its data is nothing that any RFC knows."""
    await here.speaker.put(document([here.session()]))
    for code, subcode, data, name, text in TOLD:
        async with here.dialled(state) as peer:
            peer.write(notification(code, subcode, data))
            assert NOTIFICATION not in [kind for kind, _ in await peer.rest()]
        row = await here.speaker.session("node-a/peer")
        assert row["state"] not in (SENT, CONFIRM, UP)
        error: Json = row["lastError"]
        assert (error["direction"], error["code"], error["subcode"]) == ("received", code, subcode)
        assert error["data"] == data.hex()
        assert name is None or error["name"] == name
        assert error["text"] == text


async def test_our_shutdown_text_is_cut_between_characters(here: Place) -> None:
    """RFC 9003 section 2: a length, and at most 255 octets of UTF-8."""
    await here.speaker.put(document([here.session()]))
    for action, subcode in (("reset", "04"), ("disable", "02")):
        for text, expected in (
            ("maintenance", "maintenance"),
            ("", ""),
            ("x" * 255, "x" * 255),
            ("é" * 200, "é" * 127),
            ("x" + "\U0001f6a7" * 64, "x" + "\U0001f6a7" * 63),
        ):
            await here.speaker.call("POST", "/v1/sessions/node-a%2Fpeer/enable")
            async with here.dialled() as peer:
                await peer.routes()
                path = f"/v1/sessions/node-a%2Fpeer/{action}"
                await here.speaker.call("POST", path, {"reason": text})
                octets = expected.encode()
                data = (bytes((len(octets),)) + octets if octets else b"").hex()
                assert await peer.ending() == "06" + subcode + data


async def test_one_octet_at_a_time_and_all_at_once(here: Place) -> None:
    """A stream has no boundaries, RFC 4271 section 4.1."""
    stream = opening(*USUAL, MP_IPV6) + ALIVE + update(GOOD, NLRI) + update(withdrawn=NLRI) + ALIVE
    stream += update(GOOD, "18c63365") + refresh()
    await here.speaker.put(document([here.session()], {"rs": [ROUTE]}))
    for size in (1, 7, len(stream)):
        peer = await here.connect()
        for at in range(0, len(stream), size):
            peer.write(stream[at : at + size])
            await peer.writer.drain()
        await peer.routes()
        assert read_update(await peer.next_of(UPDATE)).announced
        row = await here.speaker.session("node-a/peer")
        assert row["prefixes"]["ipv4"]["received"] == 1
        peer.close()
        await here.speaker.until_session("node-a/peer", lambda row: row["state"] != UP)
