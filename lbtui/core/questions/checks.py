"""MetalLB's checks about announcing a service, one by one, as far as the first that fails.

Source: MetalLB speaker/main.go handleService, speaker/bgp_controller.go ShouldAnnounce.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from lbtui.core.configuration.model import Advertisement, LoadBalancer, Pool
from lbtui.core.configuration.nodes import EXCLUDE_LABEL
from lbtui.core.routing.routes import RouteTables
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


class Checks:
    """MetalLB's checks for one service; each looks at the configuration, not at the tables."""

    def __init__(self, tables: RouteTables, service: LoadBalancer) -> None:
        """Find what does not depend on the node."""
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
                "notOwner", True, f"on this node the pool is advertised by {names_of(owners)}"
            )
        if self._of_pool:
            detail = f"{names_of(self._of_pool)} leave this node out (nodeSelectors)"
            return Step("notOwner", False, detail, "Let nodeSelectors of one match the node.")
        detail = f"no BGPAdvertisement covers pool {self._pool.name}"
        return Step("notOwner", False, detail, "Add a BGPAdvertisement for the pool.")

    def _match(self, owners: list[Advertisement], matching: list[Advertisement]) -> Step:
        return _step(
            "noMatchingAdvertisement",
            bool(matching),
            f"its labels are matched by {names_of(matching)}",
            f"serviceSelectors of {names_of(owners)} do not match its labels",
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


def _step(check: str, passed: bool, good: str, bad: str, remedy: str) -> Step:
    return Step(check, True, good) if passed else Step(check, False, bad, remedy)


def _matches(advertisement: Advertisement, service: LoadBalancer) -> bool:
    selectors = advertisement.service_selectors
    return not selectors or any(selector.matches(service.labels) for selector in selectors)


def names_of(advertisements: list[Advertisement]) -> str:
    """For a sentence."""
    return ", ".join(advertisement.name for advertisement in advertisements) or "nothing"
