"""Resources and routes as lines of an FRR configuration, to try out on a router. No secrets.

They show the nodes' end of a session, as MetalLB's FRR has it in short; not all that it writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from lbtui.core.objects.resources import BFDProfile, BGPAdvertisement, Community, IPAddressPool
from lbtui.core.values.addresses import AddressError, parse_entry

if TYPE_CHECKING:
    from lbtui.core.configuration.model import Advertisement, Configuration, Peer
    from lbtui.core.objects.resource_set import AnyResource, ResourceRef
    from lbtui.core.routing.route import Route

IP: Mapping[int, str] = {4: "ip", 6: "ipv6"}
AFI: Mapping[int, str] = {4: "ipv4", 6: "ipv6"}


def resource_snippet(
    ref: ResourceRef, resource: AnyResource, config: Configuration | None
) -> tuple[str, ...]:
    """The lines for one resource; empty for a kind, or a resource, that FRR has no words for."""
    if isinstance(resource, IPAddressPool):
        return tuple(_prefix_list(ref.name, resource.spec.addresses))
    if isinstance(resource, Community):
        pairs = ((one.value, one.name) for one in resource.spec.communities)
        return tuple(
            f"bgp community alias {value.removeprefix('large:')} {name}" for value, name in pairs
        )
    if isinstance(resource, BFDProfile):
        return tuple(_bfd_profile(resource))
    if config is None:
        return ()
    if isinstance(resource, BGPAdvertisement):
        one = next((one for one in config.advertisements if one.ref == ref), None)
        return () if one is None else tuple(_advertisement(one))
    peer = next((peer for peer in config.peers if peer.ref == ref), None)
    return () if peer is None else tuple(_peer(peer))


def route_snippet(route: Route) -> tuple[str, ...]:
    """One route: the network announced, and what a route map sets on it."""
    prefix, name = route.prefix, _word(route.peer)
    values = *_communities(route.communities), *_large(route.large_communities)
    if route.sent_local_pref is not None:
        values = (f" set local-preference {route.sent_local_pref}", *values)
    return (
        f"! {prefix} to {route.peer}",
        f"{IP[prefix.family]} prefix-list {name}-routes seq 5 permit {prefix}",
        f"route-map {name}-out permit 10",
        f" match {IP[prefix.family]} address prefix-list {name}-routes",
        *values,
        "exit",
    )


def _prefix_list(name: str, entries: Sequence[str]) -> Iterator[str]:
    sequence = 0
    for entry in entries:
        try:
            networks = parse_entry(entry)
        except AddressError:
            yield f"! {entry} cannot be read"
            continue
        for network in networks:
            sequence += 5
            most = 32 if network.family == 4 else 128
            longer = "" if network.length == most else f" le {most}"
            words = f"{IP[network.family]} prefix-list {_word(name)} seq {sequence}"
            yield f"{words} permit {network}{longer}"


def _advertisement(one: Advertisement) -> Iterator[str]:
    yield f"route-map {_word(one.ref.name)} permit 10"
    if one.local_pref:
        yield f" set local-preference {one.local_pref}"
    yield from _communities([str(value) for value in one.communities if not value.is_large])
    yield from _large([str(value) for value in one.communities if value.is_large])
    yield "exit"


def _communities(values: Sequence[str]) -> Sequence[str]:
    return (f" set community {' '.join(values)} additive",) if values else ()


def _large(values: Sequence[str]) -> Sequence[str]:
    return (f" set large-community {' '.join(values)} additive",) if values else ()


def _bfd_profile(resource: BFDProfile) -> Iterator[str]:
    spec = resource.spec
    yield "bfd"
    yield f" profile {_word(resource.metadata.name)}"
    numbers = {
        "receive-interval": spec.receive_interval,
        "transmit-interval": spec.transmit_interval,
        "detect-multiplier": spec.detect_multiplier,
        "echo transmit-interval": spec.echo_interval,
        "echo receive-interval": spec.echo_interval,
        "minimum-ttl": spec.minimum_ttl,
    }
    yield from (f"  {word} {number}" for word, number in numbers.items() if number is not None)
    if spec.echo_mode:
        yield "  echo-mode"
    if spec.passive_mode:
        yield "  passive-mode"
    yield " exit"
    yield "exit"


def _peer(peer: Peer) -> Iterator[str]:
    where = peer.interface or str(peer.address)
    asn = peer.dynamic_asn or peer.peer_asn
    kind = " interface" if peer.interface else ""
    one = f" neighbor {where}"
    yield f"router bgp {peer.my_asn}" + (f" vrf {peer.vrf}" if peer.vrf else "")
    yield " no bgp ebgp-requires-policy"
    yield " no bgp default ipv4-unicast"
    if peer.router_id:
        yield f" bgp router-id {peer.router_id}"
    yield f"{one}{kind} remote-as {asn}"
    if peer.local_asn:
        yield f"{one} local-as {peer.local_asn} no-prepend replace-as"
    if peer.port != 179 and not peer.interface:
        yield f"{one} port {peer.port}"
    if peer.source_address:
        yield f"{one} update-source {peer.source_address}"
    if peer.hold_time is not None and peer.keepalive_time is not None:
        yield f"{one} timers {peer.keepalive_time:.0f} {peer.hold_time:.0f}"
    if peer.connect_time is not None:
        yield f"{one} timers connect {peer.connect_time:.0f}"
    if peer.password is not None or peer.unread_secret:
        yield f" ! neighbor {where} password: left out"
    if peer.ebgp_multi_hop:
        yield f"{one} ebgp-multihop"
    if peer.graceful_restart:
        yield f"{one} graceful-restart"
    if peer.bfd_profile:
        yield f"{one} bfd profile {_word(peer.bfd_profile)}"
    for family in sorted(peer.families):
        yield f" address-family {AFI[family]} unicast"
        yield f" {one} activate"
        yield " exit-address-family"
    yield "exit"


def _word(name: str) -> str:
    """A name as FRR takes it: without what would end it."""
    return re.sub(r"[^\w.-]", "-", name)
