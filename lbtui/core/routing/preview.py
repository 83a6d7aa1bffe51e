"""Route tables as the document of `preview -o json`."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lbtui.core.routing.routes import Route, RouteTables


def preview_document(
    tables: RouteTables,
    nodes: Collection[str] | None = None,
    peers: Collection[str] | None = None,
    services: Collection[str] | None = None,
) -> dict[str, Any]:
    """`nodes`, `services` and `nodeErrors`, limited to some nodes, peers and services."""
    config = tables.config
    shown = [
        name
        for name in tables.nodes.names
        if name not in config.node_errors and (nodes is None or name in nodes)
    ]
    document: dict[str, dict[str, Any]] = {name: {} for name in shown}
    for peer in tables.peers:
        if peers is None or peer in peers:
            for name, session in _sessions(tables, peer, shown, services).items():
                document[name][peer] = session
    return {
        "nodes": document,
        "services": {
            service: {
                node: reason
                for node, reason in tables.reasons(service).items()
                if nodes is None or node in nodes
            }
            for service in tables.services
            if services is None or service in services
        },
        "nodeErrors": {
            name: {"code": error.code, "message": error.message}
            for name, error in config.node_errors.items()
            if nodes is None or name in nodes
        },
        "backendErrors": {
            name: message
            for name, message in tables.backend_errors.items()
            if nodes is None or name in nodes
        },
    }


def _sessions(
    tables: RouteTables, peer: str, nodes: Collection[str], services: Collection[str] | None
) -> dict[str, dict[str, Any]]:
    """Node → whether it runs the session, and the routes it sends."""
    running = tables.session_nodes[peer]
    sessions: dict[str, dict[str, Any]] = {}
    for node in nodes:
        routes = [
            route_document(tables, node, route)
            for route in tables.session_routes(node, peer)
            if services is None or not services_apart(route, services)
        ]
        sessions[node] = {"session": bool(running & tables.nodes.bit(node)), "routes": routes}
    return sessions


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
