"""MetalLB's webhooks, as far as the order of changes depends on them, worded as it words them.

Written from MetalLB's internal/config, not from lbtui's own rules: whatever these refuse, a cluster
refuses.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator
from itertools import combinations

from tests.cluster.apiserver.answers import Refused
from tests.cluster.apiserver.kinds import Kind
from tests.cluster.apiserver.storage import Key, Object, Storage

Judge = Callable[[list[Object]], str | None]


def judge(
    storage: Storage, kind: Kind, key: Key, new: Object | None, old: Object | None
) -> Refused | None:
    """What MetalLB's webhook for the kind says to a change, by all objects of the kind."""
    if new is None or kind.name not in _JUDGES:
        return None
    others = [o for o in storage.listed(kind, key.namespace) if o["metadata"]["name"] != key.name]
    why = _JUDGES[kind.name]([*others, new])
    if why is None:
        return None
    hook = f"{kind.name.lower()}validationwebhook.metallb.io"
    text = f'admission webhook "{hook}" denied the request: {why}'
    return Refused(403, "Forbidden", text)


def _pools(pools: list[Object]) -> str | None:
    entries = [(pool["metadata"]["name"], text) for pool in pools for text in _addresses(pool)]
    for name, text in entries:
        try:
            ipaddress.ip_network(text)
        except ValueError:
            return f'parsing address pool {name}: invalid CIDR "{text}" in pool "{name}"'
    for (_, one), (name, other) in combinations(entries, 2):
        if ipaddress.ip_network(one).overlaps(ipaddress.ip_network(other)):
            return f'CIDR "{other}" in pool "{name}" overlaps with already defined CIDR "{one}"'
    return None


def _addresses(pool: Object) -> Iterator[str]:
    yield from pool["spec"].get("addresses", ())


def _communities(communities: list[Object]) -> str | None:
    names = [alias["name"] for one in communities for alias in one["spec"].get("communities", ())]
    doubles = sorted({name for name in names if names.count(name) > 1})
    return f"duplicate definition of community {doubles[0]!r}" if doubles else None


def _peers(peers: list[Object]) -> str | None:
    places = [(peer["spec"].get("peerAddress"), peer["spec"].get("vrf", "")) for peer in peers]
    doubles = [place for place in places if places.count(place) > 1]
    return f"duplicate peers with same address {doubles[0][0]}" if doubles else None


def _advertisements(advertisements: list[Object]) -> str | None:
    for one, other in combinations(advertisements, 2):
        mine, theirs = one["spec"], other["spec"]
        pools = mine.get("ipAddressPools"), theirs.get("ipAddressPools")
        is_apart = all(pools) and not set(pools[0]) & set(pools[1])
        if not is_apart and mine.get("localPref", 0) != theirs.get("localPref", 0):
            return (
                f"invalid localpref {theirs.get('localPref', 0)}: local preferences must be equal "
                "for advertisements of one pool"
            )
    return None


_JUDGES: dict[str, Judge] = {
    "IPAddressPool": _pools,
    "Community": _communities,
    "BGPPeer": _peers,
    "BGPAdvertisement": _advertisements,
}
