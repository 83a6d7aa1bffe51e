"""OPEN: RFC 4271 sections 4.2 and 6.2, 5492, 6793, 7607, 9072."""

from __future__ import annotations

import pytest

from speaker.codec.capabilities import Capabilities, decode_capabilities, encode_capabilities
from speaker.codec.open import AS_TRANS, Open, decode_open, encode_open
from speaker.errors import MessageError

EVERYTHING = Capabilities(
    families=("ipv4", "ipv6"),
    four_octet_asn=4200000000,
    route_refresh=True,
    enhanced_refresh=True,
    others=((64, b"\x00\x78"), (200, b"")),
)
FIXED = bytes.fromhex("04 fc00 00b4 c0000201")
"""Version 4, AS 64512, hold time 180, identifier 192.0.2.1."""


def body(parameters: bytes = b"", fixed: bytes = FIXED) -> bytes:
    return fixed + bytes((len(parameters),)) + parameters


def extended(parameters: bytes, said_length: int = 255) -> bytes:
    return FIXED + bytes((said_length, 255)) + len(parameters).to_bytes(2, "big") + parameters


@pytest.mark.parametrize(
    "message",
    [
        Open(64512, 180, 0xC0000201, Capabilities()),
        Open(1, 0, 1, Capabilities(families=("ipv6",))),
        Open(65535, 3, 0xFFFFFFFF, Capabilities(four_octet_asn=65535)),
        Open(65536, 65535, 0xC0000201, Capabilities(four_octet_asn=65536)),
        Open(4200000000, 90, 0xC0000201, EVERYTHING),
    ],
    ids=lambda message: f"AS{message.asn}",
)
def test_an_open_survives_the_wire(message: Open) -> None:
    assert decode_open(encode_open(message)[19:]) == message


def test_octets_are_those_of_the_rfc() -> None:
    capabilities = Capabilities(families=("ipv4", "ipv6"), four_octet_asn=64512)
    expected = "02 12" + "01 04 0001 00 01" + "01 04 0002 00 01" + "41 04 0000fc00"
    message = encode_open(Open(64512, 180, 0xC0000201, capabilities))
    assert message[19:].hex() == (FIXED.hex() + "14" + expected.replace(" ", ""))


@pytest.mark.parametrize(("asn", "short"), [(65535, 65535), (65536, AS_TRANS)])
def test_an_as_past_65535_is_as_trans_in_the_short_field(asn: int, short: int) -> None:
    message = encode_open(Open(asn, 180, 1, Capabilities(four_octet_asn=asn)))
    assert int.from_bytes(message[20:22], "big") == short


def test_the_four_octet_capability_decides_the_as() -> None:
    parameters = b"\x02\x06\x41\x04" + (70000).to_bytes(4, "big")
    fixed = FIXED[:1] + AS_TRANS.to_bytes(2, "big") + FIXED[3:]
    assert decode_open(body(parameters, fixed)).asn == 70000


def test_capabilities_may_come_in_many_parameters_and_repeat() -> None:
    multiprotocol = b"\x01\x04\x00\x01\x00\x01"
    parameters = b"\x02\x06" + multiprotocol + b"\x02\x08" + multiprotocol + b"\x02\x00"
    capabilities = decode_open(body(parameters)).capabilities
    assert capabilities == Capabilities(families=("ipv4",), route_refresh=True)


def test_an_empty_capabilities_parameter_is_harmless() -> None:
    assert decode_open(body(b"\x02\x00")).capabilities == Capabilities()


def test_unknown_capabilities_and_families_are_kept_to_be_shown() -> None:
    value = b"\x01\x04\x00\x19\x00\x41" + b"\xc8\x02\xab\xcd"
    capabilities = decode_capabilities(value)
    assert capabilities.families == ()
    assert capabilities.words() == ("multiprotocol AFI 25 SAFI 65", "capability 200 (0xabcd)")


def test_words_name_every_known_capability() -> None:
    assert EVERYTHING.words() == (
        "multiprotocol ipv4 unicast",
        "multiprotocol ipv6 unicast",
        "route refresh",
        "enhanced route refresh",
        "4-octet AS 4200000000",
        "graceful restart (0x0078)",
        "capability 200",
    )


@pytest.mark.parametrize("said_length", [255, 1])
def test_extended_parameters_are_read(said_length: int) -> None:
    """RFC 9072 section 2: the first length is not to be relied on, as long as it is not 0."""
    value = encode_capabilities(Capabilities(others=((200, bytes(250)), (201, bytes(250)))))
    parameters = b"\x02" + len(value).to_bytes(2, "big") + value + b"\x02\x00\x00"
    read = decode_open(extended(parameters, said_length))
    assert read.capabilities.others == ((200, bytes(250)), (201, bytes(250)))


@pytest.mark.parametrize(
    ("octets", "subcode", "data", "why"),
    [
        (body(fixed=b"\x03" + FIXED[1:]), 1, b"\0\4", "version 3"),
        (body(fixed=b"\x05" + FIXED[1:]), 1, b"\0\4", "version 5"),
        (body(fixed=FIXED[:1] + b"\0\0" + FIXED[3:]), 2, b"", "AS 0"),
        (body(b"\x02\x06\x41\x04\0\0\0\0"), 2, b"", "AS 0 in the capability"),
        (body(fixed=FIXED[:5] + bytes(4)), 3, b"", "identifier 0"),
        (body(b"\x01\x00"), 4, b"", "authentication parameter"),
        (body(b"\x63\x01\x00"), 4, b"", "unknown parameter"),
        (body(fixed=FIXED[:3] + b"\0\1" + FIXED[5:]), 6, b"", "hold time 1"),
        (body(fixed=FIXED[:3] + b"\0\2" + FIXED[5:]), 6, b"", "hold time 2"),
        (body()[:-1], 0, b"", "no parameters' length"),
        (body() + b"\0", 0, b"", "octets after the parameters"),
        (FIXED + b"\x05\x02\x00", 0, b"", "fewer parameters than said"),
        (body(b"\x02"), 0, b"", "parameter without a length"),
        (body(b"\x02\x05\x01\x04\0\1"), 0, b"", "parameter cut short"),
        (body(b"\x02\x01\x02"), 0, b"", "capability without a length"),
        (body(b"\x02\x04\x01\x04\0\1"), 0, b"", "capability cut short"),
        (body(b"\x02\x04\x01\x02\0\1"), 0, b"", "multiprotocol of 2 octets"),
        (body(b"\x02\x03\x41\x01\1"), 0, b"", "AS of 1 octet"),
        (extended(b"")[:-1], 0, b"", "extended length cut short"),
        (extended(b"\x02\x00\x01"), 0, b"", "extended parameter cut short"),
        (extended(b"\x63\x00\x00"), 4, b"", "unknown extended parameter"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_bad_open_is_refused_with_code_2(
    octets: bytes, subcode: int, data: bytes, why: str
) -> None:
    with pytest.raises(MessageError) as caught:
        decode_open(octets)
    assert (caught.value.code, caught.value.subcode, caught.value.data) == (2, subcode, data), why
