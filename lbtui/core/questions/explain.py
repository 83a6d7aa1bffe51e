"""Why a service is announced where it is, and why not: MetalLB's checks, one by one.

Source: MetalLB speaker/main.go handleService, speaker/bgp_controller.go ShouldAnnounce.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from lbtui.core.configuration.model import Advertisement, LoadBalancer, Pool
from lbtui.core.configuration.nodes import EXCLUDE_LABEL
from lbtui.core.objects.resource_set import ResourceSet
from lbtui.core.questions.origins import origins_of
from lbtui.core.routing.preview import route_document
from lbtui.core.routing.routes import Route, RouteTables
from lbtui.core.routing.status import status_peers
from lbtui.core.rules.advertisements import have_compatible_local_pref
from lbtui.core.values.nodes import NodeSet


@dataclass(frozen=True, slots=True)
class Step:
    """One check."""

    check: str
    """MetalLB's name of the reason that it gives when the check fails."""
    passed: bool
    detail: str
    remedy: str = ""
    """What would change it; empty if it passed."""


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
        return {
            "service": self.service,
            "verdict": "announced" if self.is_announced else "not announced",
            "nodes": {
                node: {
                    "reason": trace.reason,
                    "statusPeers": list(listed.get(node, ())),
                    **self._node(node, trace),
                }
                for node, trace in self.nodes.items()
            },
        }

    def _node(self, node: str, trace: NodeTrace) -> dict[str, Any]:
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
                            "origins": origins_of(self.tables, self.resources, route),
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
    checks = _Checks(tables, subject)
    verdicts = _Peers(tables, subject, peers)
    chosen = [name for name in tables.nodes.names if nodes is None or name in nodes]
    traces = {}
    for node in chosen:
        steps = checks.steps(node)
        reason = "" if steps[-1].passed else steps[-1].check
        traces[node] = NodeTrace(reason, steps, verdicts.on(node, reason))
    return Explanation(service, tables, resources, traces)


OBSTACLES = {
    "otherLoadBalancerClass": (
        "its class is the one that MetalLB handles",
        "its loadBalancerClass is not the one that MetalLB handles",
        "Change spec.loadBalancerClass, which needs the service to be made anew.",
    ),
    "notLoadBalancer": (
        "it is of type LoadBalancer",
        "it is not of type LoadBalancer",
        "Set spec.type to LoadBalancer.",
    ),
    "noIPAllocated": (
        "it has an address",
        "it has no address in status.loadBalancer.ingress",
        "See 'lbtui allocate' for the address that it would get, or why none.",
    ),
    "invalidIP": (
        "its addresses can be read",
        "an entry in its status has no IP address, such as a hostname only",
        "Let only MetalLB write the status; another controller may be at work.",
    ),
}
"""Checks on the service alone, in order: what it means to pass, to fail, and the remedy."""


class _Checks:
    """MetalLB's checks for one service; each looks at the configuration, not at the tables."""

    def __init__(self, tables: RouteTables, service: LoadBalancer) -> None:
        self._tables = tables
        self._config = tables.config
        self._service = service
        decision = tables.decision(service.name)
        name = decision.pool if decision else ""
        self._pool: Pool | None = next((p for p in self._config.pools if p.name == name), None)
        self._of_pool = [a for a in self._config.advertisements if name and name in a.pools]
        self._matching = [a for a in self._of_pool if _matches(a, service)]
        self._common = self._common_steps()

    def steps(self, node: str) -> tuple[Step, ...]:
        """The checks on one node until one fails."""
        error = self._config.node_errors.get(node)
        if error is not None:
            remedy = "See 'lbtui lint'; until it is corrected the last valid one stays in force."
            detail = f"MetalLB refuses this node's configuration: {error.message}"
            return (Step("configuration", False, detail, remedy),)
        if self._common and not self._common[-1].passed:
            return self._common
        found = list(self._common)
        for step in self._node_steps(node):
            found.append(step)
            if not step.passed:
                break
        return tuple(found)

    def _common_steps(self) -> tuple[Step, ...]:
        """What does not depend on the node."""
        found: list[Step] = []
        for check, (good, bad, remedy) in OBSTACLES.items():
            if check == self._service.obstacle:
                return (*found, Step(check, False, bad, remedy))
            found.append(Step(check, True, good))
        text = ", ".join(map(str, self._service.addresses))
        if self._pool is None:
            remedy = "Put all its addresses into one IPAddressPool, or give it others."
            return (*found, Step("ipNotAllowed", False, f"no pool holds all of {text}", remedy))
        return (*found, Step("ipNotAllowed", True, f"pool {self._pool.name} holds {text}"))

    def _node_steps(self, node: str) -> tuple[Step, ...]:
        """What depends on the node, in order."""
        bit = self._config.nodes.bit(node)
        owners = [a for a in self._of_pool if a.nodes & bit]
        matching = [a for a in self._matching if a.nodes & bit]
        return (
            self._owner(owners),
            self._match(owners, matching),
            self._conflict(matching),
            _step(
                "nodeNetworkUnavailable",
                not bit & self._config.network_unavailable,
                "the node's network is available",
                "the node's condition NetworkUnavailable is True",
                "Repair the node's network; its CNI sets the condition.",
            ),
            self._exclusion(bit),
            self._endpoints(bit),
        )

    def _owner(self, owners: list[Advertisement]) -> Step:
        assert self._pool is not None
        if owners:
            return Step(
                "notOwner", True, f"on this node the pool is advertised by {_names(owners)}"
            )
        if self._of_pool:
            detail = f"{_names(self._of_pool)} leave this node out (nodeSelectors)"
            return Step("notOwner", False, detail, "Let nodeSelectors of one match the node.")
        detail = f"no BGPAdvertisement covers pool {self._pool.name}"
        return Step("notOwner", False, detail, "Add a BGPAdvertisement for the pool.")

    def _match(self, owners: list[Advertisement], matching: list[Advertisement]) -> Step:
        return _step(
            "noMatchingAdvertisement",
            bool(matching),
            f"its labels are matched by {_names(matching)}",
            f"serviceSelectors of {_names(owners)} do not match its labels",
            "Label the service, or change serviceSelectors.",
        )

    def _conflict(self, matching: list[Advertisement]) -> Step:
        assert self._pool is not None
        for one, other in combinations(matching, 2):
            if not have_compatible_local_pref(one, other, self._pool):
                return Step(
                    "conflictingAdvertisements",
                    False,
                    f"{one.name} says localPref {one.local_pref}, {other.name} {other.local_pref}, "
                    "for the same routes",
                    "Give both the same localPref, or let them share no node, peer or length.",
                )
        return Step("conflictingAdvertisements", True, "no conflict of localPref")

    def _exclusion(self, bit: NodeSet) -> Step:
        is_ignored = self._config.options.ignore_exclude_lb
        is_excluded = bool(bit & self._config.excluded) and not is_ignored
        return _step(
            "nodeLabeledExcludeBalancers",
            not is_excluded,
            "the node is not excluded from load balancers",
            f"the node has the label {EXCLUDE_LABEL}, whatever its value",
            "Remove the label, or start MetalLB with --ignore-exclude-lb.",
        )

    def _endpoints(self, bit: NodeSet) -> Step:
        service = self._service
        if service.is_local:
            return _step(
                "noLocalEndpoints",
                bool(bit & service.endpoint_nodes),
                "a healthy endpoint is on this node (externalTrafficPolicy Local)",
                "no healthy endpoint is on this node, and externalTrafficPolicy is Local",
                "Run a ready pod here, or set externalTrafficPolicy to Cluster.",
            )
        return _step(
            "noEndpoints",
            service.has_endpoint,
            "there is a healthy endpoint",
            "there is no healthy endpoint anywhere",
            "Bring a pod behind the service to readiness.",
        )


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
        for route in tables.service_routes(subject.name):
            self._routes.setdefault(route.peer, []).append(route)

    def on(self, node: str, reason: str) -> Mapping[str, PeerVerdict]:
        """Per peer, on one node."""
        return {name: self._verdict(node, name, reason) for name in self._names}

    def _verdict(self, node: str, peer: str, reason: str) -> PeerVerdict:
        bit = self._tables.nodes.bit(node)
        own = [
            self._tables.narrowed(route, bit)
            for route in self._routes.get(peer, ())
            if route.nodes & bit
        ]
        # A row may be this service's on other nodes only.
        routes = tuple(route for route in own if self._service in route.services)
        if routes and node not in self._tables.backend_errors:
            names = sorted({name for route in routes for name in route.advertisements})
            return PeerVerdict(True, f"by {', '.join(names)}", routes)
        return PeerVerdict(False, self._why_not(node, bit, peer, reason), ())

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
            return f"{_names(used)} name other peers only (spec.peers)"
        families = {address.family for address in self._subject.addresses}
        text = " and ".join(f"IPv{family}" for family in sorted(families))
        return f"the session carries no {text} routes"


def _step(check: str, passed: bool, good: str, bad: str, remedy: str) -> Step:
    return Step(check, True, good) if passed else Step(check, False, bad, remedy)


def _matches(advertisement: Advertisement, service: LoadBalancer) -> bool:
    selectors = advertisement.service_selectors
    return not selectors or any(selector.matches(service.labels) for selector in selectors)


def _names(advertisements: list[Advertisement]) -> str:
    return ", ".join(advertisement.name for advertisement in advertisements) or "nothing"
