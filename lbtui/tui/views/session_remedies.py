"""What a session's last error means and what to do about it, in a sentence each. Pure.

Covers every code of RFC 4271 section 4.5 and its successors, the kernel's words for a dial that
failed, and what the speaker itself could not do. The names of the codes come with the error.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_BROKEN = (
    "One side could not read what the other sent. Look for a box between the two that rewrites "
    "TCP, then for a defect: keep a capture of the session."
)
_BY_CODE: Mapping[int, str] = {
    1: _BROKEN,
    2: "The two OPEN messages do not agree; compare ASNs, router IDs, families and timers.",
    3: _BROKEN,
    4: "Nothing was heard for a whole hold time. Look for loss or a filter on the way, an MTU that "
    "lets only small packets pass, or a peer that is overloaded.",
    5: "A message came that the state does not allow: a defect of one of the two.",
    6: "The other side ended the session on purpose.",
    7: _BROKEN,
    8: "The peer took nothing for minutes. Look for a router that hangs, or a path that lets only "
    "small packets pass.",
}
_BY_SUBCODE: Mapping[tuple[int, int], str] = {
    (2, 1): "The peer does not speak BGP-4. Is this the right port?",
    (2, 2): "The AS numbers do not match: compare myASN and peerASN here with the router's "
    "neighbour statement.",
    (2, 3): "Two speakers have the same router ID, or one has none. Give each its own routerID.",
    (2, 4): "The peer knows no capabilities; the session is tried again without them.",
    (2, 6): "The peer takes no hold time like this. Set holdTime to 0 or to 3 seconds and more, "
    "as its own configuration demands.",
    (2, 7): "No address family in common. Activate IPv4 or IPv6 unicast for this neighbour on the "
    "router, or see dualStackAddressFamily here.",
    (2, 11): "The roles of RFC 9234 do not match. Take the role off the router's neighbour: "
    "MetalLB has none.",
    (6, 1): "The peer takes fewer prefixes than were announced. Raise its limit, or aggregate "
    "(aggregationLength).",
    (6, 2): "Somebody shut the session down over there. Read the text, then ask its operator.",
    (
        6,
        3,
    ): "The router no longer has this neighbour. Configure it again, with this node's address.",
    (6, 4): "Somebody reset the session; it comes up by itself.",
    (6, 5): "The router did not take the connection: no such neighbour, or too many. Is this "
    "node's address configured there, and is it the source address in use?",
    (6, 6): "The neighbour's configuration was changed; the session comes up by itself.",
    (6, 7): "Both sides had dialled, and one connection was given up. This mends itself; if it "
    "repeats, two speakers use one address.",
    (6, 8): "The router has no memory or no room in its tables left.",
    (6, 9): "The session was ended for good, routes dropped even with graceful restart; the reason "
    "stands in brackets.",
    (6, 10): "BFD lost the path before BGP did. Look at the link, then at the BFD timers.",
}
_BY_WORDS: tuple[tuple[str, str], ...] = (
    (
        "md5",
        "Perhaps the TCP-MD5 keys differ, or one side has none: compare the password here with "
        "the router's.",
    ),
    (
        "connection refused",
        "The host is there and nothing listens: is BGP running on the peer, on this port, and "
        "may this source address connect?",
    ),
    (
        "no route to host",
        "Nobody answers on the link (no ARP or neighbour entry), or a filter says so: check the "
        "address and the VLAN.",
    ),
    ("network is unreachable", "This host has no route to the peer: check its routing table."),
    (
        "no answer",
        "Packets to the peer vanish: look for a filter on TCP 179, a missing route back, a TTL "
        "that is too small (ebgpMultiHop), or TCP-MD5 keys that differ.",
    ),
    (
        "timed out",
        "Packets to the peer vanish: look for a filter on TCP 179, a missing route back, or "
        "TCP-MD5 keys that differ.",
    ),
    (
        "reset by peer",
        "The router closed at once: it has no such neighbour, or another daemon than BGP listens "
        "there.",
    ),
    ("cannot assign requested address", "This host does not have the source address."),
    ("address already in use", "Another process listens on this address and port."),
    ("permission denied", "Ports below 1024 need root or CAP_NET_BIND_SERVICE."),
    (
        "the peer closed the connection",
        "The router closed without a word: often it has no such neighbour, or two speakers use "
        "one address.",
    ),
    (
        "cannot listen",
        "Free the address and port, or give the session another sourceAddress or listenPort.",
    ),
)


def remedy(error: Mapping[str, Any] | None) -> str:
    """What to do about an error as the control API tells it; "" if nothing is known."""
    if not error:
        return ""
    code, subcode = error.get("code"), error.get("subcode") or 0
    if code is not None:
        if (code, subcode) == (6, 2) and error.get("direction") == "sent":
            return "This side ended the session: it was stopped or held down here."
        return _BY_SUBCODE.get((code, subcode)) or _BY_CODE.get(code, "")
    said = f"{error.get('name', '')} {error.get('text', '')}".lower()
    return next((advice for words, advice in _BY_WORDS if words in said), "")
