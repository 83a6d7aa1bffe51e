"""Route tables as the document of `preview -o json`."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from lbtui.core.routing.route import Route
from lbtui.core.routing.routes import RouteTables


def preview_document(
    tables: RouteTables,
    nodes: Collection[str] | None = None,
    peers: Collection[str] | None = None,
    services: Collection[str] | None = None,
) -> dict[str, Any]:
    """`nodes`, `services` and `nodeErrors`, limited to some nodes, peers and services."""
    return {
        "nodes": dict(node_documents(tables, nodes, peers, services)),
        "services": dict(service_documents(tables, nodes, services)),
        **error_documents(tables, nodes),
    }


def error_documents(
    tables: RouteTables, nodes: Collection[str] | None = None
) -> dict[str, dict[str, Any]]:
    """`nodeErrors` and `backendErrors`: nodes that get nothing, or send nothing, and why."""
    return {
        "nodeErrors": {
            name: {"code": error.code, "message": error.message}
            for name, error in tables.config.node_errors.items()
            if nodes is None or name in nodes
        },
        "backendErrors": {
            name: message
            for name, message in tables.backend_errors.items()
            if nodes is None or name in nodes
        },
    }


def node_documents(
    tables: RouteTables,
    nodes: Collection[str] | None = None,
    peers: Collection[str] | None = None,
    services: Collection[str] | None = None,
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Node, and for each peer whether it runs the session and which routes it sends."""
    for node in tables.nodes.names:
        if node in tables.config.node_errors or not (nodes is None or node in nodes):
            continue
        bit = tables.nodes.bit(node)
        yield (
            node,
            {
                peer: {
                    "session": bool(tables.session_nodes[peer] & bit),
                    "routes": [
                        route_document(tables, node, route)
                        for route in tables.session_routes(node, peer)
                        if services is None or not services_apart(route, services)
                    ],
                }
                for peer in tables.peers
                if peers is None or peer in peers
            },
        )


def service_documents(
    tables: RouteTables,
    nodes: Collection[str] | None = None,
    services: Collection[str] | None = None,
) -> Iterator[tuple[str, dict[str, str]]]:
    """Service, and for each node MetalLB's reason for not announcing it; empty if it does."""
    for service in tables.services:
        if services is None or service in services:
            yield (
                service,
                {
                    node: reason
                    for node, reason in tables.reasons(service).items()
                    if nodes is None or node in nodes
                },
            )


def services_apart(route: Route, services: Collection[str]) -> bool:
    """Whether none of the services is behind the route."""
    return not any(service in services for service in route.services)


def route_document(tables: RouteTables, node: str, route: Route) -> dict[str, Any]:
    """One route of one node."""
    return {
        "prefix": str(route.prefix),
        "nextHop": tables.next_hop(node, route.peer, route.prefix),
        "localPref": route.local_pref,
        "sentLocalPref": route.sent_local_pref,
        "communities": list(route.communities),
        "largeCommunities": list(route.large_communities),
        "advertisements": list(route.advertisements),
        "services": list(route.services),
    }
