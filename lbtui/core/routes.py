"""Compile a configuration to route tables: which node sends which prefix to which peer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from lbtui.core.addresses import Prefix
from lbtui.core.model import Configuration
from lbtui.core.nodes import NodeIndex, NodeSet


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


class RouteTables:
    """All routes of a configuration; every view of them is made when it is asked for."""

    config: Configuration
    nodes: NodeIndex
    peers: tuple[str, ...]
    """Names of all peers, sorted."""
    services: tuple[str, ...]
    """namespace/name of every service of type LoadBalancer or with addresses, sorted."""
    session_nodes: Mapping[str, NodeSet]
    """Peer → nodes that run the session."""

    def peer_routes(self, peer: str) -> tuple[Route, ...]:
        """What one peer gets, sorted by family, network, length, then nodes."""
        raise NotImplementedError

    def node_routes(self, node: str) -> tuple[Route, ...]:
        """What one node sends; `Route.nodes` is that node only. Sorted by peer, then prefix."""
        raise NotImplementedError

    def session_routes(self, node: str, peer: str) -> tuple[Route, ...]:
        """What one node sends to one peer."""
        raise NotImplementedError

    def service_routes(self, service: str) -> tuple[Route, ...]:
        """Routes that a service (namespace/name) causes or shares."""
        raise NotImplementedError

    def advertisement_routes(self, name: str) -> tuple[Route, ...]:
        """Routes that an advertisement causes or shares."""
        raise NotImplementedError

    def pool_routes(self, name: str) -> tuple[Route, ...]:
        """Routes that come from a pool's addresses."""
        raise NotImplementedError

    def all_routes(self) -> tuple[Route, ...]:
        """Everything, sorted by peer, then as `peer_routes`."""
        raise NotImplementedError

    def next_hop(self, node: str, peer: str, prefix: Prefix) -> str | None:
        """The NEXT_HOP that `node` sends with `prefix` to `peer`; None if it cannot be known."""
        raise NotImplementedError

    def reasons(self, service: str) -> Mapping[str, str]:
        """Node → "" if it announces the service, else MetalLB's reason; sorted by node."""
        raise NotImplementedError

    def to_json(self) -> dict[str, Any]:
        """`nodes`, `services` and `nodeErrors` as in the contract of `preview -o json`."""
        raise NotImplementedError


def compile_routes(config: Configuration, previous: RouteTables | None = None) -> RouteTables:
    """Predict every Adj-RIB-Out; `previous` lends what did not change."""
    raise NotImplementedError
