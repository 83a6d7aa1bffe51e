"""NOTIFICATION: RFC 4271 section 4.5, names of the registry, text of RFC 9003."""

from __future__ import annotations

import pytest

from speaker.codec.notification import (
    CODES,
    SUBCODES,
    Notification,
    decode_notification,
    encode_notification,
    encode_shutdown_text,
)


@pytest.mark.parametrize(
    "notification",
    [
        Notification(1, 2, b"\x00\x12"),
        Notification(4, 0),
        Notification(6, 2, b"\x03bye"),
        Notification(255, 255, bytes(4075)),
    ],
    ids=lambda notification: notification.name,
)
def test_a_notification_survives_the_wire(notification: Notification) -> None:
    message = encode_notification(notification)
    assert message[18] == 3
    assert decode_notification(message[19:]) == notification


def test_data_that_does_not_fit_is_cut() -> None:
    assert len(encode_notification(Notification(7, 1, bytes(4096)))) == 4096


@pytest.mark.parametrize(
    ("code", "subcode", "name"),
    [
        (2, 2, "OPEN Message Error: Bad Peer AS"),
        (4, 0, "Hold Timer Expired"),
        (5, 3, "Finite State Machine Error: Unexpected Message in Established State"),
        (6, 2, "Cease: Administrative Shutdown"),
        (6, 10, "Cease: BFD Down"),
        (7, 1, "ROUTE-REFRESH Message Error: Invalid Message Length"),
        (8, 0, "Send Hold Timer Expired"),
        (2, 0, "OPEN Message Error"),
        (6, 99, "Cease: subcode 99"),
        (77, 0, "error 77"),
        (77, 5, "error 77: subcode 5"),
    ],
)
def test_names_are_those_of_the_rfcs(code: int, subcode: int, name: str) -> None:
    assert Notification(code, subcode).name == name


def test_every_code_of_the_operators_table_has_a_name() -> None:
    wanted = {
        1: (1, 2, 3),
        2: (1, 2, 3, 4, 6, 7, 11),
        3: (1, 2, 3, 4, 5, 6, 8, 9, 10, 11),
        5: (1, 2, 3),
        6: tuple(range(1, 11)),
        7: (1,),
    }
    numbers = {(code, subcode) for code, subcodes in wanted.items() for subcode in subcodes}
    assert set(SUBCODES) == numbers
    assert set(CODES) == set(range(1, 9))


def test_a_hard_reset_names_and_quotes_what_is_inside() -> None:
    notification = Notification(6, 9, b"\x06\x02\x04gone")
    assert notification.name == "Cease: Hard Reset (Cease: Administrative Shutdown)"
    assert notification.text == "gone"


@pytest.mark.parametrize("subcode", [2, 4])
@pytest.mark.parametrize("text", ["", "maintenance at 10:00", "Wartung: Lüfter fällt aus", "停電"])
def test_shutdown_text_survives_the_wire(subcode: int, text: str) -> None:
    assert Notification(6, subcode, encode_shutdown_text(text)).text == text


def test_shutdown_text_is_cut_between_characters_at_255_octets() -> None:
    data = encode_shutdown_text("é" * 200)
    assert data[0] == len(data) - 1 == 254
    assert Notification(6, 2, data).text == "é" * 127


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\x05a\x1bb\nc", "abc"),
        (b"\x06a\xe2\x80\xaeb\x07", "ab"),
        (b"\x02\xff\xfe", "fffe"),
        (b"\x09abc", "09616263"),
        (b"\x03abcdef", "abc"),
        (b"\x00", ""),
        (b"", ""),
    ],
    ids=["control characters", "direction override", "not UTF-8", "short", "long", "0", "none"],
)
def test_shutdown_text_is_made_safe_to_show(data: bytes, text: str) -> None:
    assert Notification(6, 2, data).text == text


def test_only_cease_2_and_4_have_text() -> None:
    assert Notification(6, 3, b"\x03abc").text == ""
    assert Notification(2, 2, b"\x03abc").text == ""
