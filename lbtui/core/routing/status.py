"""The peers that a service's own status would list: MetalLB's ServiceBGPStatus.

MetalLB notes a peer for every service that shares a prefix with what the peer was handed, before
the back end drops what is not of the session's family: the status can name peers that get no
route of the service.
Source: MetalLB speaker/bgp_controller.go notifyAdsChanged.
"""

from __future__ import annotations

from lbtui.core.routing.routes import RouteTables
from lbtui.core.values.addresses import Prefix
from lbtui.core.values.nodes import NodeSet


def status_peers(tables: RouteTables, service: str) -> dict[str, tuple[str, ...]]:
    """Node → names of the peers in the status of a service (namespace/name), both sorted.

    Nodes without any are left out, and so are those on which applying the service fails.
    """
    nodes_of = sorted(status_nodes(tables, service).items())
    listed = {
        node: tuple(name for name, nodes in nodes_of if nodes & bit)
        for node in tables.nodes.names
        if (bit := tables.nodes.bit(node))
    }
    return {node: peers for node, peers in listed.items() if peers}


def status_nodes(tables: RouteTables, service: str) -> dict[str, NodeSet]:
    """Peer → nodes on which the status of a service lists it; peers that none lists are left out.

    The same as `status_peers`, in a time that does not grow with the number of nodes.
    """
    own = _prefixes(tables, service)
    working = tables.config.active_nodes & ~tables.service_errors.get(service, 0)
    nodes_of: dict[str, NodeSet] = {}
    for peer in tables.config.peers:
        handed = tables.config.advertisements_for(peer.name)
        for prefix, announcing in own.items():
            for row in tables.builder.prefix_rows(prefix, handed):
                nodes = row.nodes & announcing & peer.nodes & working
                if nodes:
                    nodes_of[peer.name] = nodes_of.get(peer.name, 0) | nodes
    return nodes_of


def _prefixes(tables: RouteTables, service: str) -> dict[Prefix, NodeSet]:
    """Prefixes of a service by any advertisement, whatever the peers, and nodes that have them."""
    everything = frozenset(range(len(tables.config.advertisements)))
    found: dict[Prefix, NodeSet] = {}
    for prefix in tables.service_prefixes(service):
        for row in tables.builder.prefix_rows(prefix, everything):
            nodes = dict(row.services).get(service, 0) & row.nodes
            if nodes:
                found[prefix] = found.get(prefix, 0) | nodes
    return found
