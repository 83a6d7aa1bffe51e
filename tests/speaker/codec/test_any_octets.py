"""Whatever octets come, a decoder gives a value or a MessageError that can be sent."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from speaker.codec.capabilities import Capabilities, decode_capabilities, encode_capabilities
from speaker.codec.families import FAMILIES, Family
from speaker.codec.framing import Framer, MessageType, decode_header, encode_message
from speaker.codec.graceful_restart import GracefulRestart, decode_graceful_restart
from speaker.codec.notification import (
    CODES,
    SUBCODES,
    Notification,
    decode_notification,
    encode_notification,
    encode_shutdown_text,
)
from speaker.codec.open import AS_TRANS, Open, decode_open, encode_open
from speaker.codec.prefix import decode_prefixes
from speaker.codec.refresh import decode_refresh
from speaker.codec.update import decode_update
from speaker.errors import MessageError

DECODERS: dict[str, Callable[[bytes], object]] = {
    "open": decode_open,
    "open, parameters only": lambda data: decode_open(
        bytes.fromhex("04fc0000b4c0000201") + bytes((len(data) % 256,)) + data
    ),
    "capabilities": lambda data: decode_capabilities(data).words(),
    "graceful restart": lambda data: decode_graceful_restart(data).words(),
    "notification": lambda data: (decode_notification(data).name, decode_notification(data).text),
    "refresh": decode_refresh,
    "prefixes, IPv4": partial(decode_prefixes, family="ipv4"),
    "prefixes, IPv6": partial(decode_prefixes, family="ipv6"),
    "header": lambda data: decode_header(data[:19].ljust(19, b"\xff")),
    "framer": lambda data: list(Framer().feed(data)),
    "framer, behind a marker": lambda data: list(Framer().feed(b"\xff" * 16 + data)),
}
for four in (True, False):
    for internal in (True, False):
        decode = partial(decode_update, four_octet_as=four, is_ibgp=internal, families=FAMILIES)
        DECODERS[f"update {four} {internal}"] = decode
        DECODERS[f"update, attributes only {four} {internal}"] = lambda data, decode=decode: decode(  # type: ignore[misc]
            b"\0\0" + len(data).to_bytes(2, "big") + data
        )


def test_no_decoder_is_left_out() -> None:
    assert len(DECODERS) >= 18


attribute = st.builds(
    lambda flags, code, value: bytes((flags & 0xEF, code, len(value))) + value,
    st.sampled_from([0x40, 0x80, 0xC0, 0xE0, 0x00]),
    st.sampled_from([1, 2, 3, 4, 5, 6, 7, 8, 14, 15, 17, 18, 32, 99]),
    st.binary(max_size=40),
)
octets = st.binary(max_size=200) | st.lists(attribute, max_size=6).map(b"".join)


@pytest.mark.parametrize("name", DECODERS)
@given(data=octets)
@example(data=b"")
def test_any_octets_give_a_value_or_an_error_that_can_be_sent(name: str, data: bytes) -> None:
    try:
        DECODERS[name](data)
    except MessageError as error:
        assert error.code in CODES
        assert error.subcode == 0 or (error.code, error.subcode) in SUBCODES
        assert error.reason
        notification = Notification(error.code, error.subcode, error.data)
        assert decode_notification(encode_notification(notification)[19:]) == notification


@given(
    sizes=st.lists(st.integers(1, 60), min_size=1, max_size=20),
    bodies=st.lists(st.binary(min_size=4, max_size=60), min_size=1, max_size=6),
)
def test_any_split_of_a_stream_gives_the_same_messages(
    sizes: list[int], bodies: list[bytes]
) -> None:
    stream = b"".join(encode_message(MessageType.UPDATE, body) for body in bodies)
    framer = Framer()
    found = []
    at = turn = 0
    while at < len(stream):
        size = sizes[turn % len(sizes)]
        found += [body for _, body in framer.feed(stream[at : at + size])]
        at += size
        turn += 1
    assert found == bodies


others = st.lists(
    st.tuples(st.sampled_from([3, 9, 69, 73, 75, 128, 200]), st.binary(max_size=10)), max_size=4
)


def restart(families: list[Family], kept: int, time: int, bits: int) -> GracefulRestart:
    return GracefulRestart(
        restart_time=time,
        has_restarted=bool(bits & 1),
        keeps_on_notification=bool(bits & 2),
        families=tuple(families),
        preserved=tuple(families[:kept]),
    )


restarts = st.builds(
    restart,
    st.lists(st.sampled_from(FAMILIES), unique=True),
    st.integers(0, 2),
    st.integers(0, 4095),
    st.integers(0, 3),
)
capabilities = st.builds(
    Capabilities,
    families=st.lists(st.sampled_from(FAMILIES), unique=True).map(tuple),
    four_octet_asn=st.none(),
    route_refresh=st.booleans(),
    enhanced_refresh=st.booleans(),
    extended_message=st.booleans(),
    extended_next_hop=st.booleans(),
    graceful_restart=st.none() | restarts,
    others=others.map(tuple),
)


@given(capabilities)
def test_any_capabilities_survive_the_wire(offered: Capabilities) -> None:
    assert decode_capabilities(encode_capabilities(offered)) == offered
    assert len(offered.words()) >= len(offered.others) + len(offered.families)


@given(
    asn=st.integers(1, 65535).filter(lambda asn: asn != AS_TRANS),
    hold_time=st.just(0) | st.integers(3, 65535),
    identifier=st.integers(1, 2**32 - 1),
    offered=capabilities,
)
def test_any_open_survives_the_wire(
    asn: int, hold_time: int, identifier: int, offered: Capabilities
) -> None:
    message = Open(asn, hold_time, identifier, offered)
    assert decode_open(encode_open(message)[19:]) == message


@given(st.text(max_size=300))
def test_any_shutdown_text_can_be_sent(text: str) -> None:
    data = encode_shutdown_text(text)
    assert len(data) <= 256
    assert isinstance(Notification(6, 2, data).text, str)
