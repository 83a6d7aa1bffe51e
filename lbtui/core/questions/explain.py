"""Why a service is announced where it is, and why not: the checks and the peers, on each node."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from lbtui.core.configuration.model import LoadBalancer
from lbtui.core.objects.resource_set import ResourceSet
from lbtui.core.questions.checks import Checks, Step, names_of
from lbtui.core.questions.origins import OriginFinder
from lbtui.core.routing.preview import route_document
from lbtui.core.routing.route import Route
from lbtui.core.routing.routes import RouteTables, TableKey
from lbtui.core.routing.status import status_peers
from lbtui.core.values.addresses import Prefix
from lbtui.core.values.nodes import NodeSet


@dataclass(frozen=True, slots=True)
class PeerVerdict:
    """What becomes of the service towards one peer."""

    sent: bool
    why: str
    routes: tuple[Route, ...]
    """On this node only."""


@dataclass(frozen=True, slots=True)
class NodeTrace:
    """The checks on one node, up to the first that failed."""

    reason: str
    """Empty: the node announces the service."""
    steps: tuple[Step, ...]
    peers: Mapping[str, PeerVerdict]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything about one service."""

    service: str
    tables: RouteTables
    resources: ResourceSet
    nodes: Mapping[str, NodeTrace]

    @property
    def is_announced(self) -> bool:
        """Whether some peer gets a route of it from one of the nodes looked at."""
        return any(v.sent for trace in self.nodes.values() for v in trace.peers.values())

    def to_json(self) -> dict[str, Any]:
        """The document of `explain -o json`."""
        listed = status_peers(self.tables, self.service)
        origins = OriginFinder(self.tables, self.resources)
        return {
            "service": self.service,
            "verdict": "announced" if self.is_announced else "not announced",
            "nodes": {
                node: {
                    "reason": trace.reason,
                    "statusPeers": list(listed.get(node, ())),
                    **self._node(node, trace, origins),
                }
                for node, trace in self.nodes.items()
            },
        }

    def _node(self, node: str, trace: NodeTrace, origins: OriginFinder) -> dict[str, Any]:
        return {
            "steps": [
                {
                    "check": step.check,
                    "passed": step.passed,
                    "detail": step.detail,
                    "remedy": step.remedy or None,
                }
                for step in trace.steps
            ],
            "peers": {
                name: {
                    "sent": verdict.sent,
                    "why": verdict.why,
                    "routes": [
                        {
                            **route_document(self.tables, node, route),
                            "origins": origins.of(route),
                        }
                        for route in verdict.routes
                    ],
                }
                for name, verdict in trace.peers.items()
            },
        }


def explain_service(
    tables: RouteTables,
    resources: ResourceSet,
    service: str,
    nodes: Collection[str] | None = None,
    peers: Collection[str] | None = None,
) -> Explanation:
    """Go through MetalLB's checks for a service (namespace/name), per node and peer.

    Raises:
        KeyError: there is no such service.
    """
    subject = tables.service(service)
    if subject is None:
        raise KeyError(service)
    checks = Checks(tables, subject)
    verdicts = _Peers(tables, subject, peers)
    chosen = [name for name in tables.nodes.names if nodes is None or name in nodes]
    traces = {}
    for node in chosen:
        steps = checks.steps(node)
        reason = "" if steps[-1].passed else steps[-1].check
        traces[node] = NodeTrace(reason, steps, verdicts.on(node, reason))
    return Explanation(service, tables, resources, traces)


class _Peers:
    """What becomes of a service towards each peer."""

    def __init__(
        self, tables: RouteTables, subject: LoadBalancer, peers: Collection[str] | None
    ) -> None:
        self._tables = tables
        self._subject = subject
        self._service = subject.name
        self._names = [name for name in tables.peers if peers is None or name in peers]
        self._routes: dict[str, list[Route]] = {}
        self._sharing: dict[tuple[Prefix, TableKey | str], Sequence[tuple[str, NodeSet]]] = {}
        self._services: dict[tuple[str, ...], tuple[str, ...]] = {}
        for route in tables.service_routes(subject.name):
            self._routes.setdefault(route.peer, []).append(route)

    def on(self, node: str, reason: str) -> Mapping[str, PeerVerdict]:
        """Per peer, on one node."""
        return {name: self._verdict(node, name, reason) for name in self._names}

    def _verdict(self, node: str, peer: str, reason: str) -> PeerVerdict:
        bit = self._tables.nodes.bit(node)
        own = [self._on(route, bit) for route in self._routes.get(peer, ()) if route.nodes & bit]
        # A row may be this service's on other nodes only.
        routes = tuple(route for route in own if self._service in route.services)
        if routes and node not in self._tables.backend_errors:
            names = sorted({name for route in routes for name in route.advertisements})
            return PeerVerdict(True, f"by {', '.join(names)}", routes)
        return PeerVerdict(False, self._why_not(node, bit, peer, reason), ())

    def _on(self, route: Route, bit: NodeSet) -> Route:
        """The route on one node, with the services that share it there."""
        services = tuple([name for name, nodes in self._behind(route) if nodes & bit])
        shared = self._services.setdefault(services, services)
        return msgspec.structs.replace(route, nodes=bit, services=shared)

    def _behind(self, route: Route) -> Sequence[tuple[str, NodeSet]]:
        """The services behind a prefix, each with its nodes; found once for peers alike."""
        tables, peer = self._tables, route.peer
        objects = tables.peer_objects[peer]
        key = (route.prefix, tables.key(objects[0]) if len(objects) == 1 else peer)
        known = self._sharing.get(key)
        if known is None:
            known = self._sharing[key] = tables.prefix_services(peer, route.prefix)
        return known

    def _why_not(self, node: str, bit: NodeSet, peer: str, reason: str) -> str:
        tables = self._tables
        if reason:
            return f"the node does not announce the service: {reason}"
        if not tables.session_nodes[peer] & bit:
            return "the node runs no session to this peer (nodeSelectors)"
        if node in tables.backend_errors:
            return f"the back end refuses the node's configuration: {tables.backend_errors[node]}"
        if tables.service_errors.get(self._service, 0) & bit:
            return "applying the service fails on this node: too many communities"
        decision = tables.decision(self._service)
        used = (
            [tables.config.advertisements[i] for i, m in decision.parts if m & bit]
            if decision
            else []
        )
        if not any(not a.peers or peer in a.peers for a in used):
            return f"{names_of(used)} name other peers only (spec.peers)"
        families = {address.family for address in self._subject.addresses}
        text = " and ".join(f"IPv{family}" for family in sorted(families))
        return f"the session carries no {text} routes"
