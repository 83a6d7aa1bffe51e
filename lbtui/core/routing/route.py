"""One line of a route table."""

from __future__ import annotations

import msgspec

from lbtui.core.values.addresses import Prefix
from lbtui.core.values.nodes import NodeSet


class Route(msgspec.Struct, frozen=True, gc=False):
    """One row: these nodes send this prefix with these attributes to this peer."""

    peer: str
    prefix: Prefix
    nodes: NodeSet
    local_pref: int
    """As configured; 0 when unset."""
    sent_local_pref: int | None
    """The attribute's value on the wire; None: not sent (eBGP; 0 under FRR)."""
    communities: tuple[str, ...]
    """a:b by number."""
    large_communities: tuple[str, ...]
    """a:b:c by number."""
    advertisements: tuple[str, ...]
    """Names of the BGPAdvertisements behind it, sorted."""
    services: tuple[str, ...]
    """namespace/name of the services behind it on any of `nodes`, sorted."""
