"""When each change has its turn: nothing names what is not there, and no webhook is in the way.

What others name is made before them and deleted after them; a new advertisement comes before the
old one goes, so that routes stay. Only what two objects may not hold at the same time (addresses of
pools, aliases, the router of a peer, the localPref of a route) is given up before it is taken:
MetalLB's webhooks judge every change by what is there by then (MetalLB internal/config/config.go).
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
from lbtui.core.objects.resources import (
    BFDProfile,
    BGPAdvertisement,
    BGPPeer,
    Community,
    IPAddressPool,
    L2Advertisement,
)
from lbtui.core.values.addresses import AddressError, Network, parse_entry


class Phase(enum.IntEnum):
    """Steps in their order."""

    MAKE_NAMED = 1
    MAKE_POOLS = 2
    MAKE_PEERS = 3
    MAKE_ADVERTISEMENTS = 4
    DELETE_ADVERTISEMENTS = 5
    DELETE_PEERS = 6
    DELETE_POOLS = 7
    DELETE_NAMED = 8


class Turn(NamedTuple):
    """Sorts changes."""

    phase: Phase
    rank: int
    """0: it only gives way to another change of the phase; 1: another gives way to it too; 2: it
    gives way to none."""
    waits_for: tuple[ResourceRef, ...] = ()
    """What gives way to it: until then a webhook refuses it."""


_MAKE: Mapping[str, Phase] = {
    BFDProfile.kind: Phase.MAKE_NAMED,
    Community.kind: Phase.MAKE_NAMED,
    IPAddressPool.kind: Phase.MAKE_POOLS,
    BGPPeer.kind: Phase.MAKE_PEERS,
    BGPAdvertisement.kind: Phase.MAKE_ADVERTISEMENTS,
    L2Advertisement.kind: Phase.MAKE_ADVERTISEMENTS,
}
_DELETE: Mapping[str, Phase] = {
    L2Advertisement.kind: Phase.DELETE_ADVERTISEMENTS,
    BGPAdvertisement.kind: Phase.DELETE_ADVERTISEMENTS,
    BGPPeer.kind: Phase.DELETE_PEERS,
    IPAddressPool.kind: Phase.DELETE_POOLS,
    Community.kind: Phase.DELETE_NAMED,
    BFDProfile.kind: Phase.DELETE_NAMED,
}


def turns_of(
    old: ResourceSet, new: ResourceSet, changed: Collection[ResourceRef]
) -> Mapping[ResourceRef, Turn]:
    """When each of the objects that differ between two sets is to be changed."""
    waits: dict[ResourceRef, list[ResourceRef]] = {}
    leaving = [(ref, old.get(ref)) for ref in changed if ref in old]
    coming = [(ref, new.get(ref)) for ref in changed if ref in new]
    for giver, before in leaving:
        for taker, after in coming:
            if giver == taker or giver.kind != taker.kind or not _exclude(before, after):
                continue
            if giver not in new or not _exclude(new.get(giver), after):
                waits.setdefault(taker, []).append(giver)
    givers = {giver for found in waits.values() for giver in found}
    return {
        ref: _turn(ref, ref in new, ref in givers, tuple(sorted(waits.get(ref, ()))))
        for ref in changed
    }


def _turn(ref: ResourceRef, stays: bool, gives: bool, waits_for: tuple[ResourceRef, ...]) -> Turn:
    phase = _MAKE[ref.kind] if stays or gives else _DELETE[ref.kind]
    return Turn(phase, (1 if waits_for else 0) if gives else 2, waits_for)


def _exclude(one: Any, other: Any) -> bool:
    """Whether MetalLB lets the two not be there at the same time."""
    if isinstance(one, IPAddressPool):
        theirs = list(_networks(other))
        return any(mine.overlaps(network) for mine in _networks(one) for network in theirs)
    if isinstance(one, Community):
        names = {alias.name for alias in one.spec.communities}
        return any(alias.name in names for alias in other.spec.communities)
    if isinstance(one, BGPPeer):
        return _router(one) == _router(other)
    return isinstance(one, BGPAdvertisement) and _may_disagree(one, other)


def _networks(pool: IPAddressPool) -> Iterator[Network]:
    for entry in pool.spec.addresses:
        try:
            yield from parse_entry(entry)
        except AddressError:
            continue


def _router(peer: BGPPeer) -> tuple[str, str]:
    return peer.spec.peer_address or peer.spec.interface, peer.spec.vrf


def _may_disagree(one: BGPAdvertisement, other: BGPAdvertisement) -> bool:
    """Whether the two may give one route two values of localPref.

    Too often rather than too seldom: which pools a selector finds is not looked into.
    """
    mine, theirs = one.spec, other.spec
    if mine.local_pref == theirs.local_pref:
        return False
    lengths = (
        mine.aggregation_length == theirs.aggregation_length
        or mine.aggregation_length_v6 == theirs.aggregation_length_v6
    )
    has_selectors = mine.ip_address_pool_selectors or theirs.ip_address_pool_selectors
    return (
        lengths
        and not _are_apart(mine.peers, theirs.peers)
        and (bool(has_selectors) or not _are_apart(mine.ip_address_pools, theirs.ip_address_pools))
    )


def _are_apart(mine: Collection[str], theirs: Collection[str]) -> bool:
    """Whether two lists name nothing in common; an empty one stands for all."""
    return bool(mine and theirs and not set(mine) & set(theirs))
