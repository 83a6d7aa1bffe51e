"""Services, their endpoints and the conditions of nodes, as far as announcing goes.

Source: MetalLB speaker/main.go, speaker/bgp_controller.go, internal/k8s/epslices.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lbtui.core.configuration.model import LoadBalancer, Options
from lbtui.core.objects.cluster_resources import Endpoint, EndpointSlice, Node, Service
from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
from lbtui.core.values.addresses import Address, parse_address
from lbtui.core.values.nodes import NodeIndex, NodeSet

EXCLUDE_LABEL = "node.kubernetes.io/exclude-from-external-load-balancers"
_SERVICE_LABEL = "kubernetes.io/service-name"


class KnownServices(NamedTuple):
    """All services of a set."""

    services: tuple[LoadBalancer, ...]
    """By name."""
    assumed_endpoints: tuple[str, ...]
    """Names of those whose endpoints are assumed."""


KINDS = frozenset(kind.kind for kind in (Service, EndpointSlice, Node))
"""What they are read from."""


def read_services(resources: ResourceSet, nodes: NodeIndex, options: Options) -> KnownServices:
    """Read them; linear in services and endpoints."""
    endpoints: dict[str, list[Endpoint]] = {}
    for piece in resources.all(EndpointSlice):
        service = piece.metadata.labels.get(_SERVICE_LABEL)
        if service:
            key = f"{piece.metadata.namespace or 'default'}/{service}"
            endpoints.setdefault(key, []).extend(piece.endpoints)
    found: dict[str, LoadBalancer] = {}
    assumed: list[str] = []
    for ref, resource in resources.items(Service):
        name = f"{ref.namespace or 'default'}/{ref.name}"
        is_assumed = options.assume_endpoints and name not in endpoints
        own = None if is_assumed else endpoints.get(name, ())
        service_state = _read_service(ref, name, resource, own, nodes, options)
        found[name] = service_state
        if is_assumed and not service_state.obstacle:
            assumed.append(name)
    ordered = tuple(found[name] for name in sorted(found))
    return KnownServices(ordered, tuple(sorted(set(assumed))))


def _read_service(
    ref: ResourceRef,
    name: str,
    service: Service,
    endpoints: Sequence[Endpoint] | None,
    nodes: NodeIndex,
    options: Options,
) -> LoadBalancer:
    """One service; `endpoints` None: a healthy one on every node."""
    obstacle, addresses = _addresses(service, options)
    is_local = service.spec.external_traffic_policy == "Local"
    has_endpoint, endpoint_nodes = True, nodes.all
    if endpoints is not None and not obstacle:
        has_endpoint = _has_healthy(endpoints)
        endpoint_nodes = _healthy_nodes(endpoints, nodes) if is_local else 0
    return LoadBalancer(
        ref,
        name,
        obstacle,
        addresses,
        service.metadata.labels,
        is_local,
        has_endpoint,
        endpoint_nodes,
    )


def _addresses(service: Service, options: Options) -> tuple[str, tuple[Address, ...]]:
    """MetalLB's reason that holds everywhere, or the addresses."""
    spec = service.spec
    if (spec.load_balancer_class or "") != (options.load_balancer_class or ""):
        return "otherLoadBalancerClass", ()
    if spec.type != "LoadBalancer":
        return "notLoadBalancer", ()
    ingress = service.status.load_balancer.ingress
    if not ingress:
        return "noIPAllocated", ()
    addresses: list[Address] = []
    for entry in ingress:
        address = parse_address(entry.ip)
        if address is None:
            return "invalidIP", ()
        addresses.append(address)
    return "", tuple(addresses)


def _can_serve(endpoint: Endpoint) -> bool:
    """Ready, or not known not to be, or still serving while it terminates."""
    conditions = endpoint.conditions
    return conditions.ready is not False or conditions.serving is True


def _has_healthy(endpoints: Iterable[Endpoint]) -> bool:
    """Whether some address can serve, and is nowhere said not to."""
    good: set[str] = set()
    bad: set[str] = set()
    for endpoint in endpoints:
        (good if _can_serve(endpoint) else bad).update(endpoint.addresses)
    return bool(good - bad)


def _healthy_nodes(endpoints: Iterable[Endpoint], nodes: NodeIndex) -> NodeSet:
    """Nodes with a healthy endpoint of their own; only their own endpoints count there."""
    by_node: dict[str, list[Endpoint]] = {}
    for endpoint in endpoints:
        if endpoint.node_name is not None:
            by_node.setdefault(endpoint.node_name, []).append(endpoint)
    return nodes.mask_of(name for name, own in by_node.items() if _has_healthy(own))


def network_unavailable(nodes: Iterable[Node]) -> tuple[str, ...]:
    """Names of the nodes whose condition NetworkUnavailable is True."""
    return tuple(
        node.name
        for node in nodes
        if any(
            condition.type == "NetworkUnavailable" and condition.status == "True"
            for condition in node.status.conditions
        )
    )


def excluded(nodes: Iterable[Node]) -> tuple[str, ...]:
    """Names of the nodes with the label that excludes them, whatever its value."""
    return tuple(node.name for node in nodes if EXCLUDE_LABEL in node.metadata.labels)


def internal_addresses(node: Node) -> tuple[str, ...]:
    """A node's InternalIP addresses."""
    return tuple(entry.address for entry in node.status.addresses if entry.type == "InternalIP")
