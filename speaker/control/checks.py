"""What a wanted state must satisfy beyond its types; one ErrorDetail for each thing it does not.

Pure: no socket is opened and no name is looked up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from speaker.api import ConfigDocument, ErrorDetail, Route, SessionConfig, SpeakerConfig
from speaker.control.addresses import is_device, pack_address, pack_scoped, unusable
from speaker.control.listening import SharedKeys, check_listener
from speaker.network.options import MAX_PASSWORD_OCTETS
from speaker.rib.attributes import MAX_COMMUNITY_OCTETS

_ADDRESS_LENGTHS = {4: 32, 16: 128}
_NUMBER = re.compile(r"0|[1-9][0-9]{0,9}")
MAX_SESSIONS = 5000
MAX_ROUTES = 4_000_000
"""Of all route sets; a million takes some 300 MiB."""
_LONGEST_TIME = 65535
"""Of every timer, in seconds: what two octets of an OPEN can say."""


def check_document(document: ConfigDocument) -> Iterator[ErrorDetail]:
    """Every problem of a document whose types are right, but for its routes, in its order."""
    yield from _check_size(document)
    names: set[str] = set()
    ids: dict[str, str] = {}
    listeners: dict[tuple[object, ...], str] = {}
    keys = SharedKeys(document)
    for position, speaker in enumerate(document.speakers):
        at = f"speakers[{position}]"
        yield from check_speaker(at, speaker)
        if speaker.name in names:
            yield ErrorDetail(f"{at}.name", f"an earlier speaker is named {speaker.name!r} too")
        names.add(speaker.name)
        for number, session in enumerate(speaker.sessions):
            place = f"{at}.sessions[{number}]"
            yield from check_session(place, session)
            if session.id in ids:
                yield ErrorDetail(f"{place}.id", f"{session.id!r} is the id of {ids[session.id]}")
            ids.setdefault(session.id, place)
            if session.route_set not in document.route_sets:
                yield ErrorDetail(f"{place}.routeSet", f"no route set {session.route_set!r}")
            yield from check_listener(place, session, listeners)
            yield from keys.check(place, session)


def _check_size(document: ConfigDocument) -> Iterator[ErrorDetail]:
    sessions = sum(len(speaker.sessions) for speaker in document.speakers)
    if sessions > MAX_SESSIONS:
        yield ErrorDetail("speakers", f"{sessions} sessions; {MAX_SESSIONS} are the limit")
    routes = sum(map(len, document.route_sets.values()))
    if routes > MAX_ROUTES:
        yield ErrorDetail("routeSets", f"{routes} routes; {MAX_ROUTES} are the limit")


def check_speaker(at: str, speaker: SpeakerConfig) -> Iterator[ErrorDetail]:
    """Problems of a speaker's own fields; its sessions are looked at one by one."""
    yield from _check_name(f"{at}.name", speaker.name)
    yield from _check_router_id(at, speaker.router_id)


def _check_name(at: str, name: str) -> Iterator[ErrorDetail]:
    """Names end up on terminals, in logs and in metrics."""
    if not name:
        yield ErrorDetail(at, "must not be empty")
    elif not name.isprintable():
        yield ErrorDetail(at, f"{name!r} has characters that cannot be printed")


def _check_router_id(at: str, router_id: str | None) -> Iterator[ErrorDetail]:
    packed = None if router_id is None else pack_address(router_id)
    if router_id is not None and (packed is None or len(packed) != 4 or packed == bytes(4)):
        message = f"{router_id!r} is not an IPv4 address other than 0.0.0.0"
        yield ErrorDetail(f"{at}.routerId", message)


def check_session(at: str, session: SessionConfig) -> Iterator[ErrorDetail]:
    """Problems of one session's own fields."""
    for name in ("id", "peer"):
        yield from _check_name(f"{at}.{name}", getattr(session, name))
    yield from _check_router_id(at, session.router_id)
    if session.peer_asn is None and session.dynamic_asn is None:
        yield ErrorDetail(f"{at}.peerAsn", "peerAsn or dynamicAsn is needed")
    if session.peer_asn is not None and session.dynamic_asn is not None:
        yield ErrorDetail(f"{at}.dynamicAsn", "cannot stand together with peerAsn")
    if not session.families:
        yield ErrorDetail(f"{at}.families", "needs ipv4, ipv6 or both")
    elif len(set(session.families)) != len(session.families):
        yield ErrorDetail(f"{at}.families", "names a family twice")
    yield from _check_security(at, session)
    yield from _check_addresses(at, session)
    yield from _check_times(at, session)


def _check_security(at: str, session: SessionConfig) -> Iterator[ErrorDetail]:
    """Never quotes the password."""
    if session.password is not None:
        octets = len(session.password.encode())
        if not 0 < octets <= MAX_PASSWORD_OCTETS:
            yield ErrorDetail(
                f"{at}.password", f"must have 1 to {MAX_PASSWORD_OCTETS} octets, not {octets}"
            )
    if session.ttl_security and session.ebgp_multi_hop:
        yield ErrorDetail(
            f"{at}.ttlSecurity", "cannot stand together with ebgpMultiHop: it takes no hop at all"
        )


def _check_addresses(at: str, session: SessionConfig) -> Iterator[ErrorDetail]:
    for name in ("interface", "vrf"):
        device = getattr(session, name)
        if device is not None and not is_device(device):
            yield ErrorDetail(f"{at}.{name}", f"{device!r} is not a name that Linux gives a device")
    if not session.address and session.interface is not None:
        if session.source_address is not None:
            yield ErrorDetail(f"{at}.sourceAddress", "an unnumbered session has none")
        return
    peer = pack_scoped(session.address)
    if peer is None:
        yield ErrorDetail(f"{at}.address", f"{session.address!r} is not an IP address")
    elif (problem := unusable(session.address)) is not None:
        yield ErrorDetail(f"{at}.address", f"{session.address} is {problem}")
    if session.source_address is None:
        return
    source = pack_scoped(session.source_address)
    if source is None:
        yield ErrorDetail(f"{at}.sourceAddress", f"{session.source_address!r} is not an IP address")
    elif peer is not None and len(source) != len(peer):
        yield ErrorDetail(f"{at}.sourceAddress", "is not of the same family as address")
    elif (problem := unusable(session.source_address)) is not None:
        yield ErrorDetail(f"{at}.sourceAddress", f"{session.source_address} is {problem}")


def _check_times(at: str, session: SessionConfig) -> Iterator[ErrorDetail]:
    hold, keepalive, connect = session.hold_time, session.keepalive_time, session.connect_time
    if hold is not None and hold != int(hold):
        yield ErrorDetail(f"{at}.holdTime", "must be whole seconds")
    elif hold is not None and not (hold == 0 or 3 <= hold <= _LONGEST_TIME):
        yield ErrorDetail(
            f"{at}.holdTime", f"must be 0 (no timers) or 3 to {_LONGEST_TIME} seconds"
        )
    if keepalive is not None and not 0 < keepalive <= _LONGEST_TIME:
        yield ErrorDetail(
            f"{at}.keepaliveTime", f"must be above 0 and at most {_LONGEST_TIME} seconds"
        )
    elif keepalive is not None and hold and keepalive > hold:
        yield ErrorDetail(f"{at}.keepaliveTime", "must not be above holdTime")
    if connect is not None and not 0 < connect <= _LONGEST_TIME:
        yield ErrorDetail(
            f"{at}.connectTime", f"must be above 0 and at most {_LONGEST_TIME} seconds"
        )


def check_routes(at: str, routes: Sequence[Route], first: int = 0) -> Iterator[ErrorDetail]:
    """Problems of the routes of one set; `first` is the index of the first one."""
    seen: dict[tuple[bytes, str], int] = {}
    for number, route in enumerate(routes, first):
        address, slash, length = route.prefix.rpartition("/")
        packed = pack_address(address) if slash else None
        problem = _prefix_problem(route.prefix, packed, length)
        if problem:
            yield ErrorDetail(f"{at}[{number}].prefix", problem)
        elif packed is not None:
            other = seen.setdefault((packed, length), number)
            if other != number:
                yield ErrorDetail(f"{at}[{number}].prefix", f"is the prefix of {at}[{other}] too")
        if route.next_hop is not None:
            next_hop = pack_address(route.next_hop)
            if next_hop is None or unusable(route.next_hop):
                yield ErrorDetail(
                    f"{at}[{number}].nextHop", f"{route.next_hop!r} is not a host's IP address"
                )
            elif packed is not None and len(packed) != len(next_hop):
                yield ErrorDetail(f"{at}[{number}].nextHop", "is not of the prefix's family")
        if route.communities or route.large_communities:
            yield from _check_communities(f"{at}[{number}]", route)


def check_prefix(text: str) -> str:
    """What is wrong with a prefix; empty if nothing is."""
    address, slash, length = text.rpartition("/")
    return _prefix_problem(text, pack_address(address) if slash else None, length)


def _prefix_problem(text: str, packed: bytes | None, length: str) -> str:
    if packed is None or not _NUMBER.fullmatch(length):
        return f"{text!r} is not a prefix such as 192.0.2.0/24"
    bits = _ADDRESS_LENGTHS[len(packed)]
    if int(length) > bits:
        return f"{text!r}: the length is at most {bits}"
    host = int.from_bytes(packed) & ((1 << (bits - int(length))) - 1)
    return f"{text!r} has bits set past its length" if host else ""


def _check_communities(at: str, route: Route) -> Iterator[ErrorDetail]:
    octets = 4 * len(set(route.communities)) + 12 * len(set(route.large_communities))
    if octets > MAX_COMMUNITY_OCTETS:
        field = "communities" if route.communities else "largeCommunities"
        message = f"{octets} octets of communities do not fit a BGP message beside a prefix"
        yield ErrorDetail(f"{at}.{field}", f"{message}; {MAX_COMMUNITY_OCTETS} are the limit")
    for field, values, parts, bits in (
        ("communities", route.communities, 2, 16),
        ("largeCommunities", route.large_communities, 3, 32),
    ):
        for number, value in enumerate(values):
            if not _is_community(value, parts, bits):
                yield ErrorDetail(
                    f"{at}.{field}[{number}]",
                    f"{value!r} is not {':'.join('abc'[:parts])} with numbers of {bits} bits",
                )


@lru_cache(maxsize=65536)
def _is_community(value: str, parts: int, bits: int) -> bool:
    numbers = value.split(":")
    return len(numbers) == parts and all(
        _NUMBER.fullmatch(item) and int(item) < 1 << bits for item in numbers
    )
