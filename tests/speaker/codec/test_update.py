"""UPDATE as received: RFC 4271 sections 4.3 and 6.3, 4760, 4724, 7606, 6793."""

from __future__ import annotations

import pytest

from speaker.codec.as_path import AS_SEQUENCE, AS_SET, Segment, encode_as_path
from speaker.codec.attributes import PathAttributes
from speaker.codec.families import FAMILIES, Family
from speaker.codec.prefix import parse_address, parse_prefix
from speaker.codec.update import Reach, Unreach, Update, decode_update
from speaker.errors import MessageError

V4 = parse_prefix("192.0.2.0/24")[1]
V4_OTHER = parse_prefix("198.51.100.7/32")[1]
V6 = parse_prefix("2001:db8:1::/48")[1]
HOP4 = parse_address("192.0.2.1")
HOP6 = parse_address("2001:db8::1")
LINK_LOCAL = parse_address("fe80::1")

ORIGIN = bytes.fromhex("40 01 01 00")
AS_PATH = bytes.fromhex("40 02 06 02 01 0000fc00")
NEXT_HOP = bytes.fromhex("40 03 04") + HOP4
LOCAL_PREF = bytes.fromhex("40 05 04 000000c8")
MANDATORY = ORIGIN + AS_PATH + NEXT_HOP
ATTRIBUTES = PathAttributes(origin=0, as_path=(Segment(AS_SEQUENCE, (64512,)),), next_hop=HOP4)


def body(attributes: bytes = b"", nlri: bytes = b"", withdrawn: bytes = b"") -> bytes:
    return (
        len(withdrawn).to_bytes(2, "big")
        + withdrawn
        + len(attributes).to_bytes(2, "big")
        + attributes
        + nlri
    )


def attribute(flags: int, code: int, value: bytes) -> bytes:
    return bytes((flags | 0x10, code)) + len(value).to_bytes(2, "big") + value


def reach(nlri: bytes, hop: bytes = HOP6, afi: int = 2, safi: int = 1) -> bytes:
    value = afi.to_bytes(2, "big") + bytes((safi, len(hop))) + hop + b"\0" + nlri
    return attribute(0x80, 14, value)


def unreach(nlri: bytes, afi: int = 2, safi: int = 1) -> bytes:
    return attribute(0x80, 15, afi.to_bytes(2, "big") + bytes((safi,)) + nlri)


def decode(
    octets: bytes,
    *,
    four_octet_as: bool = True,
    is_ibgp: bool = True,
    families: tuple[Family, ...] = FAMILIES,
) -> Update:
    return decode_update(octets, four_octet_as=four_octet_as, is_ibgp=is_ibgp, families=families)


def test_an_announcement_is_read() -> None:
    communities = attribute(0xC0, 8, bytes.fromhex("fc000001 fc000002"))
    large = attribute(0xC0, 32, bytes.fromhex("0000fc00 00000001 00000002"))
    update = decode(body(MANDATORY + LOCAL_PREF + communities + large, V4 + V4_OTHER))
    assert update == Update(
        announced=(Reach("ipv4", HOP4, (V4, V4_OTHER)),),
        attributes=PathAttributes(
            origin=0,
            as_path=(Segment(AS_SEQUENCE, (64512,)),),
            next_hop=HOP4,
            local_pref=200,
            communities=(0xFC000001, 0xFC000002),
            large_communities=((64512, 1, 2),),
        ),
    )
    assert update.attributes.asns == (64512,)


@pytest.mark.parametrize("hop", [HOP6, HOP6 + LINK_LOCAL], ids=["16 octets", "32 octets"])
def test_an_ipv6_announcement_has_its_own_next_hop(hop: bytes) -> None:
    update = decode(body(reach(V6, hop) + ORIGIN + AS_PATH))
    assert update.announced == (Reach("ipv6", hop, (V6,)),)
    assert update.problems == ()


def test_ipv4_behind_an_ipv6_next_hop_is_read() -> None:
    update = decode(body(reach(V4, HOP6, afi=1) + ORIGIN + AS_PATH))
    assert update.announced == (Reach("ipv4", HOP6, (V4,)),)


def test_withdrawals_need_no_attributes() -> None:
    assert decode(body(withdrawn=V4)).withdrawn == (Unreach("ipv4", (V4,)),)
    assert decode(body(unreach(V6))).withdrawn == (Unreach("ipv6", (V6,)),)


def test_one_message_may_have_all_four_fields() -> None:
    update = decode(body(reach(V6) + MANDATORY + unreach(V6), V4, V4_OTHER))
    assert update.announced == (Reach("ipv6", HOP6, (V6,)), Reach("ipv4", HOP4, (V4,)))
    assert update.withdrawn == (Unreach("ipv6", (V6,)), Unreach("ipv4", (V4_OTHER,)))


def test_end_of_rib_is_an_empty_update_or_an_empty_unreach() -> None:
    assert decode(body()) == Update(end_of_rib="ipv4")
    assert decode(body(unreach(b""))) == Update(end_of_rib="ipv6")
    assert decode(body(unreach(b"") + ORIGIN)).end_of_rib is None
    assert decode(body(unreach(b""), withdrawn=V4)).end_of_rib is None


def test_a_family_that_is_not_negotiated_is_skipped_unread() -> None:
    assert decode(body(reach(b"\xff") + unreach(b"\xff")), families=("ipv4",)) == Update()
    assert decode(body(MANDATORY, b"\xff"), families=("ipv6",)).announced == ()
    assert decode(body(reach(b"\xff", afi=25, safi=70))) == Update()
    assert decode(body(reach(b"\xff", safi=128))) == Update()


def test_local_pref_of_an_external_peer_is_left_out_even_if_malformed() -> None:
    bad = bytes.fromhex("40 05 01 00")
    update = decode(body(MANDATORY + bad, V4), is_ibgp=False)
    assert update == Update(
        (Reach("ipv4", HOP4, (V4,)),),
        attributes=ATTRIBUTES,
        discarded=("LOCAL_PREF of an external peer",),
    )


def test_unknown_optional_attributes_are_ignored() -> None:
    update = decode(body(MANDATORY + attribute(0xC0, 99, b"abc") + attribute(0x80, 255, b""), V4))
    assert update == Update((Reach("ipv4", HOP4, (V4,)),), attributes=ATTRIBUTES)


def test_of_a_repeated_attribute_the_first_counts() -> None:
    update = decode(body(MANDATORY + bytes.fromhex("40 01 01 02"), V4))
    assert update.attributes.origin == 0
    assert update.announced


@pytest.mark.parametrize(
    ("attributes", "word"),
    [
        (AS_PATH + NEXT_HOP, "ORIGIN"),
        (ORIGIN + NEXT_HOP, "AS_PATH"),
        (ORIGIN + AS_PATH, "NEXT_HOP"),
        (bytes.fromhex("40 01 01 03") + AS_PATH + NEXT_HOP, "ORIGIN"),
        (bytes.fromhex("40 01 00") + AS_PATH + NEXT_HOP, "ORIGIN"),
        (bytes.fromhex("c0 01 01 00") + AS_PATH + NEXT_HOP, "flags"),
        (ORIGIN + bytes.fromhex("40 02 01 02") + NEXT_HOP, "AS_PATH"),
        (ORIGIN + bytes.fromhex("40 02 02 02 00") + NEXT_HOP, "segment"),
        (ORIGIN + bytes.fromhex("40 02 06 07 01 0000fc00") + NEXT_HOP, "segment"),
        (ORIGIN + bytes.fromhex("40 02 06 02 02 0000fc00") + NEXT_HOP, "AS_PATH"),
        (ORIGIN + bytes.fromhex("40 02 06 02 01 00000000") + NEXT_HOP, "AS 0"),
        (ORIGIN + AS_PATH + bytes.fromhex("40 03 05 c000020100"), "NEXT_HOP"),
        (MANDATORY + bytes.fromhex("80 04 02 0000"), "MED"),
        (MANDATORY + bytes.fromhex("40 05 03 000000"), "LOCAL_PREF"),
        (MANDATORY + bytes.fromhex("c0 08 00"), "COMMUNITIES"),
        (MANDATORY + bytes.fromhex("c0 08 05 0000000000"), "COMMUNITIES"),
        (MANDATORY + bytes.fromhex("40 08 04 fc000001"), "flags"),
        (MANDATORY + attribute(0xC0, 32, bytes(13)), "LARGE_COMMUNITIES"),
        (MANDATORY + attribute(0xC0, 32, b""), "LARGE_COMMUNITIES"),
        (MANDATORY + attribute(0x80, 9, bytes(3)), "ORIGINATOR_ID"),
        (MANDATORY + attribute(0x80, 10, b""), "CLUSTER_LIST"),
        (MANDATORY + attribute(0x80, 10, bytes(5)), "CLUSTER_LIST"),
        (MANDATORY + attribute(0xC0, 16, b""), "EXTENDED_COMMUNITIES"),
        (MANDATORY + attribute(0xC0, 16, bytes(9)), "EXTENDED_COMMUNITIES"),
        (MANDATORY + attribute(0xC0, 25, bytes(19)), "IPV6_EXTENDED_COMMUNITIES"),
        (MANDATORY + attribute(0xC0, 35, bytes(2)), "ONLY_TO_CUSTOMER"),
        (MANDATORY + attribute(0x80, 6, b""), "flags"),
        (MANDATORY + attribute(0x40, 7, bytes(8)), "flags"),
        (ORIGIN + AS_PATH + bytes.fromhex("40 03 04 00000000"), "NEXT_HOP"),
        (ORIGIN + AS_PATH + bytes.fromhex("40 03 04 e0000001"), "NEXT_HOP"),
        (ORIGIN + AS_PATH + bytes.fromhex("40 03 04 ffffffff"), "NEXT_HOP"),
        (MANDATORY + bytes.fromhex("c0 08 ff 00"), "cut short"),
        (MANDATORY + bytes.fromhex("c0"), "cut short"),
    ],
)
def test_a_malformed_attribute_makes_announcements_withdrawals(
    attributes: bytes, word: str
) -> None:
    update = decode(body(attributes, V4, V4_OTHER))
    assert update.announced == ()
    assert update.withdrawn == (Unreach("ipv4", (V4_OTHER,)), Unreach("ipv4", (V4,)))
    assert word in " ".join(update.problems)


@pytest.mark.parametrize(
    ("extra", "word"),
    [
        (attribute(0x40, 6, b"\0"), "ATOMIC_AGGREGATE"),
        (attribute(0xC0, 7, bytes(6)), "AGGREGATOR"),
        (attribute(0xC0, 7, bytes(8)), "AGGREGATOR"),
        (attribute(0xC0, 17, b"\2\1\0\0\xfc\0"), "AS4_PATH"),
        (attribute(0xC0, 18, bytes(8)), "AS4_AGGREGATOR"),
    ],
    ids=["ATOMIC_AGGREGATE of 1", "AGGREGATOR of 6", "AGGREGATOR AS 0", "AS4_PATH", "AS4_AGGR"],
)
def test_an_attribute_that_does_no_harm_is_discarded_alone(extra: bytes, word: str) -> None:
    """RFC 7606 section 2: attribute discard; RFC 7607 section 2; RFC 6793 section 4.1."""
    update = decode(body(MANDATORY + extra, V4))
    assert update.announced == (Reach("ipv4", HOP4, (V4,)),)
    assert update.problems == ()
    assert len(update.discarded) == 1
    assert word in update.discarded[0]


@pytest.mark.parametrize("code", [5, 9, 10])
@pytest.mark.parametrize("flags", [0x40, 0x80, 0xC0])
def test_what_only_internal_peers_say_is_discarded_from_external_ones(
    code: int, flags: int
) -> None:
    """RFC 7606 sections 7.5, 7.9 and 7.10: malformed or not."""
    update = decode(body(MANDATORY + attribute(flags, code, b"\1"), V4), is_ibgp=False)
    assert update.announced
    assert len(update.discarded) == 1


@pytest.mark.parametrize("kind", [3, 4])
def test_a_confederation_s_segments_come_from_internal_peers_only(kind: int) -> None:
    path = bytes((0x40, 2, 6, kind, 1)) + bytes.fromhex("0000fc00")
    octets = body(ORIGIN + path + NEXT_HOP, V4)
    assert decode(octets).announced
    assert "segment" in decode(octets, is_ibgp=False).problems[0]


def test_a_malformed_attribute_is_told_of_without_announcements_too() -> None:
    update = decode(body(bytes.fromhex("40 01 01 09"), withdrawn=V4))
    assert update.withdrawn == (Unreach("ipv4", (V4,)),)
    assert "ORIGIN" in update.problems[0]


def test_a_malformed_attribute_takes_the_multiprotocol_routes_along() -> None:
    update = decode(body(reach(V6) + bytes.fromhex("40 01 01 09") + MANDATORY, V4))
    assert update.announced == ()
    assert update.withdrawn == (Unreach("ipv6", (V6,)), Unreach("ipv4", (V4,)))


@pytest.mark.parametrize(
    ("octets", "subcode", "data"),
    [
        (b"\0\5\0\0", 1, b""),
        (b"\0\0\0\5" + ORIGIN, 1, b""),
        (b"\xff\xff", 1, b""),
        (body(reach(V6) + reach(V6)), 1, b""),
        (body(unreach(V6) + unreach(V6)), 1, b""),
        (body(attribute(0x40, 99, b"x")), 2, attribute(0x40, 99, b"x")),
        (body(attribute(0x80, 14, b"\0\2")), 9, attribute(0x80, 14, b"\0\2")),
        (body(attribute(0x80, 14, b"\0\2\1")), 9, attribute(0x80, 14, b"\0\2\1")),
        (body(reach(V6, b"\0" * 15)), 9, reach(V6, b"\0" * 15)),
        (body(reach(V6, b"")), 9, reach(V6, b"")),
        (body(reach(b"\x81")), 9, reach(b"\x81")),
        (body(unreach(b"\x40\x20")), 9, unreach(b"\x40\x20")),
        (body(MANDATORY + b"\x80\x0e\x40\0"), 9, b"\x80\x0e\x40\0"),
        (body(MANDATORY + b"\x90\x0f\x40"), 9, b"\x90\x0f\x40"),
        (body(MANDATORY, b"\x21" + bytes(5)), 10, b""),
        (body(MANDATORY, b"\x18\xc0"), 10, b""),
        (body(withdrawn=b"\x18\xc0"), 10, b""),
    ],
)
def test_what_leaves_prefixes_unreadable_is_refused_with_code_3(
    octets: bytes, subcode: int, data: bytes
) -> None:
    with pytest.raises(MessageError) as caught:
        decode(octets)
    assert (caught.value.code, caught.value.subcode, caught.value.data) == (3, subcode, data)


def two_octet_path(*segments: Segment) -> bytes:
    return attribute(0x40, 2, encode_as_path(segments, 2))


def as4_path(*segments: Segment) -> bytes:
    return attribute(0xC0, 17, encode_as_path(segments, 4))


@pytest.mark.parametrize(
    ("path", "as4", "merged"),
    [
        ((64512, 23456), (70000,), (64512, 70000)),
        ((23456,), (70000,), (70000,)),
        ((64512, 64513), (70000, 70001, 70002), (64512, 64513)),
        ((64512, 64513), (), (64512, 64513)),
    ],
)
def test_as4_path_of_a_two_octet_peer_completes_the_path(
    path: tuple[int, ...], as4: tuple[int, ...], merged: tuple[int, ...]
) -> None:
    attributes = ORIGIN + two_octet_path(Segment(AS_SEQUENCE, path)) + NEXT_HOP
    if as4:
        attributes += as4_path(Segment(AS_SEQUENCE, as4))
    update = decode(body(attributes, V4), four_octet_as=False)
    assert update.attributes.asns == merged


def test_an_as_set_counts_as_one_when_paths_are_merged() -> None:
    path = two_octet_path(Segment(AS_SET, (64512, 64513)), Segment(AS_SEQUENCE, (23456,)))
    as4 = as4_path(Segment(AS_SEQUENCE, (70000,)))
    update = decode(body(ORIGIN + path + NEXT_HOP + as4, V4), four_octet_as=False)
    assert update.attributes.as_path == (
        Segment(AS_SET, (64512, 64513)),
        Segment(AS_SEQUENCE, (70000,)),
    )


def test_a_malformed_as4_path_is_ignored() -> None:
    attributes = ORIGIN + two_octet_path(Segment(AS_SEQUENCE, (64512,))) + NEXT_HOP
    update = decode(body(attributes + attribute(0xC0, 17, b"\2"), V4), four_octet_as=False)
    assert update.attributes.asns == (64512,)
    assert update.problems == ()
    assert "AS4_PATH" in update.discarded[0]


@pytest.mark.parametrize(("aggregator", "asns"), [("5ba0", (70000,)), ("fc01", (23456,))])
def test_as4_path_counts_unless_a_two_octet_speaker_aggregated(
    aggregator: str, asns: tuple[int, ...]
) -> None:
    """RFC 6793 section 4.2.3: AGGREGATOR without AS_TRANS is younger than both AS4 attributes."""
    path = two_octet_path(Segment(AS_SEQUENCE, (23456,)))
    made = attribute(0xC0, 7, bytes.fromhex(aggregator + "c0000201"))
    as4 = as4_path(Segment(AS_SEQUENCE, (70000,)))
    as4 += attribute(0xC0, 18, bytes.fromhex("00011170c0000201"))
    update = decode(body(ORIGIN + path + NEXT_HOP + made + as4, V4), four_octet_as=False)
    assert update.attributes.asns == asns
    assert (update.problems, update.discarded) == ((), ())


def test_a_confederation_s_segments_are_left_out_of_as4_path() -> None:
    path = two_octet_path(Segment(AS_SEQUENCE, (23456,)))
    as4 = as4_path(Segment(3, (64513,)), Segment(AS_SEQUENCE, (70000,)))
    update = decode(body(ORIGIN + path + NEXT_HOP + as4, V4), four_octet_as=False)
    assert update.attributes.asns == (70000,)


def test_as4_path_of_a_four_octet_peer_is_ignored() -> None:
    update = decode(body(MANDATORY + as4_path(Segment(AS_SEQUENCE, (70000,))), V4))
    assert update.attributes.asns == (64512,)
