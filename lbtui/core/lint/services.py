"""Services that get no address, or whose address nobody hears of.

Services that are announced alike are judged together; node sets are masks.
"""

from __future__ import annotations

from collections.abc import Iterator

from lbtui.core.configuration.model import LoadBalancer
from lbtui.core.judging import ERROR, INFO, WARNING, rule
from lbtui.core.lint.facts import Facts
from lbtui.core.lint.finding import Finding
from lbtui.core.lint.wording import counted, for_nodes, listed

_INGRESS = "status.loadBalancer.ingress"
EXCLUDED = "nodeLabeledExcludeBalancers"
_WHY = {
    "noMatchingAdvertisement": "its labels match no advertisement of its pool",
    "conflictingAdvertisements": "its advertisements contradict each other in localPref",
    "nodeNetworkUnavailable": "the nodes' network is unavailable",
    EXCLUDED: "the nodes are labelled to be left out of load balancing",
    "noLocalEndpoints": "no announcing node has a healthy endpoint (externalTrafficPolicy Local)",
}
_FIX = {
    "noMatchingAdvertisement": "Label the service, or widen serviceSelectors.",
    "conflictingAdvertisements": "Give the advertisements the same localPref.",
    "nodeNetworkUnavailable": "Mend the nodes' network.",
    EXCLUDED: "Remove the label, or start MetalLB with --ignore-exclude-lb.",
    "noLocalEndpoints": "Run pods on announcing nodes, or set externalTrafficPolicy to Cluster.",
}


@rule(
    "service-pending",
    INFO,
    meaning="A LoadBalancer service has no address yet.",
    remedy="If it stays so, look for a pool that may serve it and has addresses left.",
    source="MetalLB speaker/main.go: noIPAllocated",
)
def service_pending(facts: Facts) -> Iterator[Finding]:
    """One finding for all: in a Git folder no service has a status."""
    pending = _hindered(facts, "noIPAllocated")
    if pending:
        names = listed(one.name for one in pending)
        message = f"{counted(len(pending), 'service')} without an address: {names}"
        fix = "Once in the cluster, MetalLB's controller gives them addresses."
        yield Finding(pending[0].ref, "status.loadBalancer", message, fix)


@rule(
    "service-invalid-ingress",
    ERROR,
    meaning="A service's status holds something that is no IP address; it is not announced at all.",
    remedy="Find out who else writes the status, such as a cloud controller or ServiceLB.",
    source="MetalLB speaker/main.go: invalidIP",
)
def service_invalid_ingress(facts: Facts) -> Iterator[Finding]:
    """A host name, or nonsense, among the ingress entries."""
    for one in _hindered(facts, "invalidIP"):
        message = (
            f"the status of {one.name} has an entry without an IP address (a host name?): "
            "none of its addresses is announced"
        )
        fix = "Remove the entry, and whatever wrote it."
        yield Finding(one.ref, _INGRESS, message, fix)


def _hindered(facts: Facts, obstacle: str) -> list[LoadBalancer]:
    """Services with an obstacle, by name."""
    groups = (group for group, _, _ in facts.poolless if group.key.obstacle == obstacle)
    return sorted((one for group in groups for one in group.services), key=lambda one: one.name)


@rule(
    "service-outside-pools",
    ERROR,
    meaning="No pool holds all addresses of a service: it is not announced.",
    remedy="Widen a pool, or have MetalLB allocate anew.",
    source="MetalLB speaker/main.go: ipNotAllowed",
)
def service_outside_pools(facts: Facts) -> Iterator[Finding]:
    """Not told while a pool could not be read: it may hold them."""
    if facts.has_unread_pools:
        return
    for group, _, _ in facts.poolless:
        for one in group.services if not group.key.obstacle else ():
            message = f"{_nowhere(facts, one)}: it is not announced"
            fix = "Widen a pool, or clear the status so that MetalLB allocates anew."
            yield Finding(one.ref, f"{_INGRESS}[0]", message, fix)


def _nowhere(facts: Facts, service: LoadBalancer) -> str:
    """Say which of a service's addresses no pool holds, or that no pool holds them all."""
    blocks = [block for pool in facts.config.pools for entry in pool.entries for block in entry]
    outside = [a for a in service.addresses if not any(block.contains(a) for block in blocks)]
    if outside:
        return f"no pool holds {listed(outside)} of {service.name}"
    return f"{listed(service.addresses)} of {service.name} are in different pools"


@rule(
    "service-has-node-address",
    WARNING,
    meaning="A service has nodes' addresses: another load balancer, such as ServiceLB, is at work.",
    remedy="Turn the other one off (k3s: --disable=servicelb), or give it a loadBalancerClass.",
    source="k3s ServiceLB (klipper) writes node addresses into the status; MetalLB docs, k3s",
)
def service_has_node_address(facts: Facts) -> Iterator[Finding]:
    """Addresses that are InternalIPs of nodes and of no pool; one finding for all services."""
    taken = [
        one
        for group, _, _ in facts.poolless
        for one in group.services
        if one.addresses and all(address in facts.node_addresses for address in one.addresses)
    ]
    if taken:
        names = listed(one.name for one in taken)
        message = (
            f"{counted(len(taken), 'service')} ({names}) have addresses of nodes, as ServiceLB of "
            "k3s writes them: two load balancers fight for the status, and MetalLB announces "
            "nothing of this"
        )
        fix = "Turn the other one off (k3s: start it with --disable=servicelb)."
        yield Finding(taken[0].ref, f"{_INGRESS}[0]", message, fix)


@rule(
    "service-no-endpoints",
    WARNING,
    meaning="A service has no healthy endpoint anywhere: nobody announces it.",
    remedy="Start its pods, or correct its selector.",
    source="MetalLB speaker/bgp_controller.go ShouldAnnounce: noEndpoints",
)
def service_no_endpoints(facts: Facts) -> Iterator[Finding]:
    """Cluster or Local, without an endpoint."""
    for group, _, _ in facts.stopped:
        for one in group.services if not group.nodes else ():
            if not one.has_endpoint:
                message = f"{one.name} has no healthy endpoint: no node announces it"
                fix = "Start its pods, or correct selector."
                yield Finding(one.ref, "spec.selector", message, fix)


@rule(
    "service-not-announced",
    ERROR,
    meaning="A service has an address and endpoints, but no node announces it.",
    remedy="See the reason in the message.",
    source="MetalLB speaker/bgp_controller.go ShouldAnnounce",
)
def service_not_announced(facts: Facts) -> Iterator[Finding]:
    """The reason that stops the last nodes; a pool without advertisement is told at the pool."""
    for group, decision, _ in facts.stopped:
        reasons = [reason for reason, _ in decision.reasons if reason in _WHY]
        if reasons == [EXCLUDED] and facts.config.excluded == facts.config.nodes.all:
            continue  # told once for all services, at the nodes
        nodes = 0
        for _, mask in decision.reasons:
            nodes |= mask
        for one in group.services if reasons else ():
            if not one.has_endpoint:
                continue
            why = " and ".join(_WHY[reason] for reason in reasons)
            message = f"no node announces {one.name}: {why}"
            path = "spec.externalTrafficPolicy" if reasons[-1] == "noLocalEndpoints" else ""
            yield Finding(one.ref, path, message, _FIX[reasons[-1]], nodes)


@rule(
    "service-conflict",
    WARNING,
    meaning="Where a service's advertisements differ in localPref, it is not announced.",
    remedy="Give the advertisements the same localPref, or let them share no node.",
    source="MetalLB speaker/bgp_controller.go checkBGPAdvConflicts: conflictingAdvertisements",
)
def service_conflict(facts: Facts) -> Iterator[Finding]:
    """Advertisements with serviceSelectors are compared only when a service meets them."""
    stopped = {
        key: nodes
        for key, plan in facts.plans.items()
        if (nodes := dict(plan.reasons).get("conflictingAdvertisements", 0))
    }
    for group, decision, _ in facts.announced if stopped else ():
        nodes = stopped.get(group.key, 0)
        for one in group.services if nodes and decision.announcing else ():
            where = facts.config.nodes.describe(nodes)
            do_not = for_nodes(nodes, "does not", "do not")
            message = (
                f"{where} {do_not} announce {one.name}: its advertisements differ in localPref"
            )
            fix = "Give the advertisements the same localPref, or let them share no node."
            yield Finding(one.ref, "metadata.labels", message, fix, nodes)


@rule(
    "local-endpoints-elsewhere",
    INFO,
    meaning="A service with externalTrafficPolicy Local has endpoints where it is not announced.",
    remedy="Move the pods to announcing nodes, or widen nodeSelectors.",
    source="MetalLB speaker/bgp_controller.go ShouldAnnounce; Kubernetes externalTrafficPolicy",
)
def local_endpoints_elsewhere(facts: Facts) -> Iterator[Finding]:
    """Only where slices are known; these endpoints get no traffic from outside."""
    for group, decision, idle in facts.idle:
        if not decision.announcing or not group.services[0].is_local:
            continue
        for one in group.services:
            where = facts.config.nodes.describe(idle)
            message = (
                f"endpoints of {one.name} on {where} get no traffic: it is not announced there"
            )
            fix = "Move the pods to announcing nodes, or widen nodeSelectors."
            yield Finding(one.ref, "spec.externalTrafficPolicy", message, fix, idle)


@rule(
    "service-without-route",
    ERROR,
    meaning="Nodes announce a service, but none of them has a session that would carry its route.",
    remedy="Make peers, advertisements and endpoints meet on a node.",
    source="MetalLB speaker/bgp_controller.go SetBalancer counts it as announced all the same",
)
def service_without_route(facts: Facts) -> Iterator[Finding]:
    """MetalLB reports success for these; told only where the advertisement reaches somebody."""
    if facts.has_unread_peers or not facts.config.peers:
        return
    for (group, decision, _), *_, families in facts.unheard:
        for family in families:
            if not any(facts.reach(index, family) for index, _ in decision.parts):
                continue
            where = facts.config.nodes.describe(decision.announcing)
            announce = for_nodes(decision.announcing, "announces", "announce")
            have = for_nodes(decision.announcing, "has", "have")
            for one in group.services:
                for position, address in enumerate(one.addresses):
                    if address.family != family:
                        continue
                    message = (
                        f"{where} {announce} {one.name} ({address}), but {have} no session that "
                        "carries it: MetalLB says it is announced, and no router hears of it"
                    )
                    path = f"{_INGRESS}[{position}]"
                    fix = "Run pods on nodes with a session, or widen the peers' nodeSelectors."
                    yield Finding(one.ref, path, message, fix, decision.announcing)
