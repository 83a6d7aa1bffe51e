"""What we offer in an OPEN, whether the peer's is acceptable, and what both agree on."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from zlib import crc32

from speaker.codec.capabilities import MULTIPROTOCOL, Capabilities, encode_capabilities
from speaker.codec.families import Family
from speaker.codec.graceful_restart import GracefulRestart
from speaker.codec.open import Open
from speaker.errors import MessageError
from speaker.session.effects import Endpoints, Opener
from speaker.session.parameters import Negotiated, SessionParameters

LEAST_KEEPALIVE = 1.0
"""Seconds, RFC 4271 section 4.4."""


def plain_address(text: str) -> str:
    """Leave out a scope, and undo the mapping of an IPv4 address into IPv6."""
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(address)


def identifier(parameters: SessionParameters, endpoints: Endpoints) -> int:
    """Choose our BGP identifier, never 0: see `SessionParameters.router_id`."""
    if parameters.router_id is not None:
        return int(IPv4Address(parameters.router_id))
    local = ip_address(plain_address(endpoints.local_address))
    if isinstance(local, IPv4Address):
        return int(local)
    if endpoints.interface_ipv4 is not None:
        return int(IPv4Address(endpoints.interface_ipv4))
    return crc32(parameters.name.encode()) or 1


def make_open(
    parameters: SessionParameters,
    router_id: int,
    *,
    with_capabilities: bool = True,
    has_restarted: bool = False,
) -> Open:
    """Say who we are.

    Args:
        parameters: of the session.
        router_id: our BGP identifier.
        with_capabilities: False towards a peer that refused them (RFC 5492 section 3).
        has_restarted: sets the R bit of graceful restart, if that is wanted at all.
    """
    capabilities = Capabilities(
        families=parameters.families,
        four_octet_asn=parameters.local_asn,
        route_refresh=True,
        enhanced_refresh=True,
        extended_message=True,
        extended_next_hop=parameters.extended_next_hop,
        graceful_restart=_restart(parameters, has_restarted),
    )
    return Open(
        parameters.local_asn,
        parameters.hold_time,
        router_id,
        capabilities if with_capabilities else Capabilities(),
    )


def _restart(parameters: SessionParameters, has_restarted: bool) -> GracefulRestart | None:
    """Always with the F bits: what we announce is not forwarded by this process.

    So it stands through every restart of ours, and a peer that kept a route may go on using it.
    """
    if not parameters.graceful_restart:
        return None
    return GracefulRestart(
        restart_time=parameters.restart_time,
        has_restarted=has_restarted,
        keeps_on_notification=True,
        families=parameters.families,
        preserved=parameters.families,
    )


def negotiate(parameters: SessionParameters, ours: Open, theirs: Open) -> Negotiated:
    """Agree.

    Raises:
        MessageError: 2/2 AS not the wanted one, 2/3 our own identifier from an internal peer,
            2/7 no family in common (data: our multiprotocol capabilities).

    Source: RFC 4271 section 6.2, RFC 6286 section 2, RFC 5492 section 5, RFC 4760 section 8.
    """
    _check_asn(parameters, theirs.asn)
    is_ibgp = theirs.asn == parameters.local_asn
    if is_ibgp and theirs.identifier == ours.identifier:
        reason = f"the peer has our BGP identifier {theirs.router_id}"
        raise MessageError(2, 3, reason=reason)
    families = _common_families(ours.capabilities, theirs.capabilities)
    if not families:
        wanted = Capabilities(families=ours.capabilities.families)
        reason = f"the peer offers none of {', '.join(parameters.families)}"
        raise MessageError(2, 7, encode_capabilities(wanted), reason=reason)
    hold_time = min(ours.hold_time, theirs.hold_time)
    both = (ours.capabilities, theirs.capabilities)
    return Negotiated(
        peer_asn=theirs.asn,
        peer_router_id=theirs.router_id,
        is_ibgp=is_ibgp,
        families=families,
        hold_time=hold_time,
        keepalive_time=_keepalive_time(parameters, hold_time),
        peer_hold_time=theirs.hold_time,
        four_octet_as=all(side.four_octet_asn is not None for side in both),
        route_refresh=all(side.route_refresh for side in both),
        enhanced_refresh=all(side.enhanced_refresh for side in both),
        extended_message=all(side.extended_message for side in both),
        extended_next_hop=all(side.extended_next_hop for side in both),
        restart_sent=ours.capabilities.graceful_restart,
        restart_received=theirs.capabilities.graceful_restart,
        capabilities_sent=ours.capabilities.words(),
        capabilities_received=theirs.capabilities.words(),
    )


def _check_asn(parameters: SessionParameters, asn: int) -> None:
    wanted = {"internal": "our own", "external": "any other than ours"}
    if parameters.peer_asn is not None:
        if asn != parameters.peer_asn:
            reason = f"the peer is AS {asn}, {parameters.peer_asn} is configured"
            raise MessageError(2, 2, reason=reason)
    elif parameters.dynamic_asn is not None:
        is_internal = asn == parameters.local_asn
        if is_internal != (parameters.dynamic_asn == "internal"):
            reason = f"the peer is AS {asn}, {wanted[parameters.dynamic_asn]} is configured"
            raise MessageError(2, 2, reason=reason)


def _common_families(ours: Capabilities, theirs: Capabilities) -> tuple[Family, ...]:
    """A side that names no family at all means IPv4 unicast."""

    def offered(side: Capabilities) -> tuple[Family, ...]:
        is_silent = not side.families and not any(code == MULTIPROTOCOL for code, _ in side.others)
        return ("ipv4",) if is_silent else side.families

    return tuple(family for family in offered(ours) if family in offered(theirs))


def _keepalive_time(parameters: SessionParameters, hold_time: int) -> float:
    third = hold_time / 3
    if parameters.keepalive_time is None or hold_time == 0:
        return third
    return min(max(parameters.keepalive_time, LEAST_KEEPALIVE), third)


def surviving_opener(ours: Open, theirs: Open) -> Opener:
    """Of two colliding connections keep the one opened by the side with the higher identifier.

    Equal identifiers (external peers only): the higher AS. Source: RFC 4271 section 6.8,
    RFC 6286 section 2.3.
    """
    mine, other = (ours.identifier, ours.asn), (theirs.identifier, theirs.asn)
    return "local" if mine > other else "peer"
