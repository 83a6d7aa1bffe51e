"""Where fuzzing begins: messages as routers send them, made by the encoders of this package."""

from __future__ import annotations

from collections.abc import Iterator

from speaker.codec.announcement import (
    encode_announcement,
    encode_attributes,
    encode_withdrawal,
    own_path,
)
from speaker.codec.attributes import PathAttributes
from speaker.codec.families import FAMILIES
from speaker.codec.framing import HEADER_LENGTH, KEEPALIVE
from speaker.codec.notification import Notification, encode_notification, encode_shutdown_text
from speaker.codec.prefix import parse_address, parse_prefix
from speaker.codec.refresh import RefreshKind, encode_refresh
from tests.fuzz.targets import PEER

HOPS = {"ipv4": parse_address("192.0.2.1"), "ipv6": parse_address("2001:db8::1")}
NLRI = {"ipv4": parse_prefix("198.51.100.0/25")[1], "ipv6": parse_prefix("2001:db8:1::/48")[1]}
FULL = PathAttributes(
    origin=0,
    as_path=own_path(4200000000, is_ibgp=False),
    med=1,
    local_pref=100,
    communities=(0xFC000001,),
    large_communities=((64512, 1, 2),),
)
OTHERS = bytes.fromhex(
    "400600"
    "c00708 0000fc00 c0000201"
    "800904 c0000201"
    "800a04 c0000201"
    "c01008 0002fc0000000001"
    "c0120800011170c0000201"
    "c02304 0000fc00"
)
"""Attributes that this speaker never sends."""


def _updates() -> Iterator[bytes]:
    for four_octet_as in (True, False):
        attributes = encode_attributes(FULL, four_octet_as=four_octet_as)
        for family in FAMILIES:
            yield encode_announcement(family, HOPS[family], attributes, NLRI[family])
            yield encode_withdrawal(family, NLRI[family])
            yield encode_withdrawal(family, b"")
        yield encode_announcement("ipv4", HOPS["ipv6"], attributes, NLRI["ipv4"])


def seeds(target: str) -> list[bytes]:
    """Inputs of a target that it takes, never none."""
    updates = list(_updates())
    notifications = [
        encode_notification(Notification(6, 2, encode_shutdown_text("maintenance"))),
        encode_notification(Notification(6, 9, b"\x06\x04" + encode_shutdown_text("hard"))),
        encode_notification(Notification(2, 7, b"\x01\x04\0\1\0\1")),
    ]
    refreshes = [encode_refresh("ipv6", kind) for kind in RefreshKind]
    bodies = [update[HEADER_LENGTH:] for update in updates]
    found = {
        "framer": [each[16:] for each in (*updates, *notifications, KEEPALIVE, PEER)],
        "open": [PEER[HEADER_LENGTH:]],
        "capabilities": [PEER[HEADER_LENGTH + 12 :]],
        "graceful-restart": [bytes.fromhex("c078 0001 0180 0002 0180")],
        "update": [bytes((choice,)) + body for choice in range(8) for body in bodies],
        "attributes": [
            bytes((choice,)) + body[4:] + OTHERS for choice in range(8) for body in bodies
        ],
        "notification": [each[HEADER_LENGTH:] for each in notifications],
        "refresh": [each[HEADER_LENGTH:] for each in refreshes],
        "session": [
            bytes((choice,)) + PEER + KEEPALIVE + b"".join((*updates, *refreshes, *notifications))
            for choice in (0, 255)
        ]
        + [b"\xfe" + each for each in (*updates, *refreshes, *notifications, KEEPALIVE)],
    }
    return found[target]
