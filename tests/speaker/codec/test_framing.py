"""Header rules of RFC 4271 sections 4.1 and 6.1."""

from __future__ import annotations

import pytest

from speaker.codec.capabilities import Capabilities
from speaker.codec.framing import (
    EXTENDED_MAX_LENGTH,
    KEEPALIVE,
    MARKER,
    MAX_LENGTH,
    Framer,
    MessageType,
    decode_header,
    encode_message,
)
from speaker.codec.notification import Notification, encode_notification
from speaker.codec.open import Open, encode_open
from speaker.codec.refresh import encode_refresh
from speaker.errors import MessageError

OPEN = encode_open(Open(64512, 180, 0xC0000201, Capabilities(families=("ipv4", "ipv6"))))
UPDATE = encode_message(MessageType.UPDATE, b"\0\0\0\0")
NOTIFICATION = encode_notification(Notification(6, 2, b"\x04over"))
REFRESH = encode_refresh("ipv6")
MESSAGES = {
    MessageType.OPEN: OPEN,
    MessageType.UPDATE: UPDATE,
    MessageType.NOTIFICATION: NOTIFICATION,
    MessageType.KEEPALIVE: KEEPALIVE,
    MessageType.ROUTE_REFRESH: REFRESH,
}


def header(length: int, kind: int) -> bytes:
    return MARKER + length.to_bytes(2, "big") + bytes((kind,))


def test_every_type_has_a_sample_here() -> None:
    assert set(MESSAGES) == set(MessageType)


def test_keepalive_is_nineteen_octets_on_the_wire() -> None:
    assert KEEPALIVE.hex() == "ff" * 16 + "0013" + "04"


@pytest.mark.parametrize(("kind", "message"), MESSAGES.items(), ids=lambda value: str(value)[:12])
def test_a_message_comes_out_whole_however_it_is_split(kind: MessageType, message: bytes) -> None:
    for size in range(1, len(message) + 1):
        framer = Framer()
        found = [
            each
            for at in range(0, len(message), size)
            for each in framer.feed(message[at : at + size])
        ]
        assert found == [(kind, message[19:])]


def test_a_stream_octet_by_octet_gives_every_message_in_order() -> None:
    framer = Framer()
    stream = b"".join(MESSAGES.values())
    found = [each for octet in stream for each in framer.feed(bytes((octet,)))]
    assert found == [(kind, message[19:]) for kind, message in MESSAGES.items()]


def test_one_read_gives_every_message_and_keeps_the_cut_one() -> None:
    framer = Framer()
    stream = b"".join(MESSAGES.values())
    found = list(framer.feed(stream + OPEN[:20]))
    assert [kind for kind, _ in found] == list(MESSAGES)
    assert list(framer.feed(OPEN[20:])) == [(MessageType.OPEN, OPEN[19:])]


def test_what_is_not_taken_waits() -> None:
    framer = Framer()
    messages = framer.feed(KEEPALIVE + UPDATE)
    assert next(messages)[0] is MessageType.KEEPALIVE
    messages.close()  # type: ignore[attr-defined]
    assert list(framer.feed(b"")) == [(MessageType.UPDATE, UPDATE[19:])]


@pytest.mark.parametrize(
    ("octets", "subcode", "data"),
    [
        (b"\xfe" + header(19, 4)[1:], 1, b""),
        (b"\0" * 19, 1, b""),
        (header(18, 4), 2, b"\x00\x12"),
        (header(0, 4), 2, b"\0\0"),
        (header(4097, 2), 2, b"\x10\x01"),
        (header(65535, 2), 2, b"\xff\xff"),
        (header(28, 1), 2, b"\x00\x1c"),
        (header(22, 2), 2, b"\x00\x16"),
        (header(20, 3), 2, b"\x00\x14"),
        (header(20, 4), 2, b"\x00\x14"),
        (header(22, 5), 2, b"\x00\x16"),
        (header(19, 0), 3, b"\x00"),
        (header(19, 6), 3, b"\x06"),
        (header(19, 255), 3, b"\xff"),
    ],
)
def test_a_bad_header_is_refused_with_code_1(octets: bytes, subcode: int, data: bytes) -> None:
    with pytest.raises(MessageError) as caught:
        list(Framer().feed(octets))
    assert (caught.value.code, caught.value.subcode, caught.value.data) == (1, subcode, data)


def test_a_bad_header_is_refused_before_its_body_comes_and_after_what_was_good() -> None:
    messages = Framer().feed(KEEPALIVE + header(5000, 2))
    assert next(messages)[0] is MessageType.KEEPALIVE
    with pytest.raises(MessageError, match="5000"):
        next(messages)


@pytest.mark.parametrize(
    "kind", [kind for kind in MessageType if kind is not MessageType.KEEPALIVE]
)
def test_4096_octets_are_allowed(kind: MessageType) -> None:
    assert decode_header(header(MAX_LENGTH, kind)) == (kind, MAX_LENGTH)


GROWING = (MessageType.UPDATE, MessageType.NOTIFICATION, MessageType.ROUTE_REFRESH)


@pytest.mark.parametrize("kind", MessageType)
@pytest.mark.parametrize("length", [4097, 65535])
def test_extended_messages_are_of_every_type_but_open_and_keepalive(
    kind: MessageType, length: int
) -> None:
    """RFC 8654 section 4."""
    framer = Framer()
    framer.max_length = EXTENDED_MAX_LENGTH
    octets = header(length, kind) + bytes(length - 19)
    if kind in GROWING:
        assert list(framer.feed(octets)) == [(kind, octets[19:])]
        assert encode_message(kind, octets[19:], EXTENDED_MAX_LENGTH) == octets
        return
    with pytest.raises(MessageError) as caught:
        list(framer.feed(octets))
    assert (caught.value.code, caught.value.subcode, caught.value.data) == (1, 2, octets[16:18])
    with pytest.raises(ValueError, match=str(length)):
        encode_message(kind, octets[19:], EXTENDED_MAX_LENGTH)


def test_a_message_of_more_than_4096_octets_is_never_made() -> None:
    assert len(encode_message(MessageType.UPDATE, bytes(4077))) == 4096
    with pytest.raises(ValueError, match="4097"):
        encode_message(MessageType.UPDATE, bytes(4078))
