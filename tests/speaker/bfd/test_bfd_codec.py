"""BFD control packets, octet by octet (RFC 5880 section 4.1)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speaker.bfd.codec import (
    BfdState,
    ControlPacket,
    Diagnostic,
    PacketError,
    decode_packet,
    diagnostic_words,
    encode_packet,
)

UP = ControlPacket(
    state=BfdState.UP,
    diagnostic=Diagnostic.NEIGHBOR_DOWN,
    poll=True,
    detect_multiplier=3,
    my_discriminator=0x01020304,
    your_discriminator=0x05060708,
    desired_min_tx=300_000,
    required_min_rx=1_000_000,
)
WIRE = "23e00318 01020304 05060708 000493e0 000f4240 00000000"

REFUSED = [
    pytest.param("23e00318", id="short"),
    pytest.param("43" + WIRE[2:], id="version-2"),
    pytest.param("23e00317" + WIRE[8:], id="length-below-24"),
    pytest.param("23e00319" + WIRE[8:], id="length-past-the-end"),
    pytest.param("23e40318" + WIRE[8:], id="authentication"),
    pytest.param("23e00018" + WIRE[8:], id="multiplier-0"),
    pytest.param("23e10318" + WIRE[8:], id="multipoint"),
    pytest.param("23f00318" + WIRE[8:], id="poll-and-final"),
    pytest.param(WIRE.replace("01020304", "00000000"), id="my-discriminator-0"),
    pytest.param(WIRE.replace("05060708", "00000000"), id="your-discriminator-0-while-up"),
]


def test_packet_is_these_octets() -> None:
    assert encode_packet(UP) == bytes.fromhex(WIRE)
    assert decode_packet(bytes.fromhex(WIRE)) == UP


@pytest.mark.parametrize("wire", REFUSED)
def test_what_must_be_discarded(wire: str) -> None:
    with pytest.raises(PacketError):
        decode_packet(bytes.fromhex(wire))


@given(st.binary(max_size=40))
def test_any_octets_decode_or_are_discarded(data: bytes) -> None:
    try:
        packet = decode_packet(data)
    except PacketError as error:
        assert str(error)
    else:
        assert decode_packet(encode_packet(packet)) == packet
        assert diagnostic_words(packet.diagnostic) or packet.diagnostic == 0
