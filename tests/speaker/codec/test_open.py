"""OPEN: RFC 4271 sections 4.2 and 6.2, 5492, 6793, 7607, 9072."""

from __future__ import annotations

import pytest

from speaker.codec.capabilities import Capabilities, decode_capabilities, encode_capabilities
from speaker.codec.graceful_restart import (
    GracefulRestart,
    decode_graceful_restart,
    encode_graceful_restart,
)
from speaker.codec.open import AS_TRANS, Open, decode_open, encode_open
from speaker.errors import MessageError

EVERYTHING = Capabilities(
    families=("ipv4", "ipv6"),
    four_octet_asn=4200000000,
    route_refresh=True,
    enhanced_refresh=True,
    extended_message=True,
    extended_next_hop=True,
    graceful_restart=GracefulRestart(
        restart_time=120,
        has_restarted=True,
        keeps_on_notification=True,
        families=("ipv4", "ipv6"),
        preserved=("ipv4",),
    ),
    others=((9, b"\x03"), (73, b"\x05tor-a\x00"), (75, b"\x03\xff\x00\x00"), (200, b"")),
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
        "extended message",
        "extended next hop ipv4 unicast over ipv6",
        "graceful restart 120 s, restarted, also after NOTIFICATION, forwarding ipv4, "
        "not forwarding ipv6",
        "role customer",
        "host name tor-a",
        "software version (0x03ff0000)",
        "capability 200",
    )


def test_octets_of_graceful_restart_are_those_of_the_rfc() -> None:
    """RFC 4724 section 3: R is the first bit, F the first of each family; N: RFC 8538 section 2."""
    assert EVERYTHING.graceful_restart is not None
    octets = encode_graceful_restart(EVERYTHING.graceful_restart)
    assert octets.hex() == "c078" + "00010180" + "00020100"


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("0000", GracefulRestart(restart_time=0)),
        ("0fff", GracefulRestart(restart_time=4095)),
        ("8001", GracefulRestart(restart_time=1, has_restarted=True)),
        ("4001", GracefulRestart(restart_time=1, keeps_on_notification=True)),
        ("3001", GracefulRestart(restart_time=1)),
        ("0001 0019 4180", GracefulRestart(restart_time=1)),
        ("0001 0002 017f", GracefulRestart(restart_time=1, families=("ipv6",))),
        (
            "0001 0002 0180",
            GracefulRestart(restart_time=1, families=("ipv6",), preserved=("ipv6",)),
        ),
    ],
)
def test_graceful_restart_is_read(value: str, read: GracefulRestart) -> None:
    assert decode_graceful_restart(bytes.fromhex(value)) == read


def test_of_two_graceful_restarts_the_last_counts() -> None:
    found = decode_capabilities(bytes.fromhex("4002 8078 4002 0009"))
    assert found.graceful_restart == GracefulRestart(restart_time=9)


def test_other_pairs_of_the_extended_next_hop_are_kept_to_be_shown() -> None:
    found = decode_capabilities(bytes.fromhex("0512 0001 0001 0002 0001 0080 0002 0001 0001 0019"))
    assert found.extended_next_hop
    assert found.others == ((5, bytes.fromhex("0001 0080 0002 0001 0001 0019")),)
    assert not decode_capabilities(bytes.fromhex("0506 0001 0080 0002")).extended_next_hop


@pytest.mark.parametrize(
    ("size", "is_extended"), [(238, False), (239, False), (240, True), (250, True)]
)
def test_parameters_past_255_octets_are_extended(size: int, is_extended: bool) -> None:
    """RFC 9072 section 2, and the short form as long as it does, for the sake of old peers."""
    message = Open(64512, 180, 1, Capabilities(others=((200, bytes(10)), (201, bytes(size)))))
    octets = encode_open(message)[19:]
    length = 16 + size - 2
    assert decode_open(octets) == message
    head = octets[9 : 13 + is_extended]
    if is_extended:
        assert head.hex() == "ffff" + f"{length + 3:04x}" + "02"
    else:
        assert head[:3].hex() == f"{length + 2:02x}" + "02" + f"{length:02x}"


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
        (body(b"\x02\x06\x41\x04\0\1\x11\x70"), 2, b"", "two AS numbers"),
        (body(fixed=FIXED[:1] + b"\x5b\xa0" + FIXED[3:]), 2, b"", "AS_TRANS for an own AS"),
        (body(b"\x02\x06\x41\x04\0\0\x5b\xa0"), 2, b"", "AS_TRANS in the capability"),
        (body(b"\x02\x03\x02\x01\1"), 0, b"", "route refresh of 1 octet"),
        (body(b"\x02\x03\x06\x01\1"), 0, b"", "extended message of 1 octet"),
        (body(b"\x02\x03\x46\x01\1"), 0, b"", "enhanced refresh of 1 octet"),
        (body(b"\x02\x03\x40\x01\1"), 0, b"", "graceful restart of 1 octet"),
        (body(b"\x02\x05\x40\x03\0\1\1"), 0, b"", "graceful restart with half a family"),
        (body(b"\x02\x07\x05\x05\0\1\0\1\0"), 0, b"", "half an extended next hop"),
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
