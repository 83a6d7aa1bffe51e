"""Services and their endpoints, as far as announcing goes.

Source: MetalLB speaker/main.go, speaker/bgp_controller.go, internal/k8s/epslices.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from lbtui.core.configuration.model import (
    EVERYWHERE,
    LoadBalancer,
    Options,
    ServiceReading,
    Slices,
    Sources,
)
from lbtui.core.objects.cluster_resources import Endpoint, EndpointSlice, Service
from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
from lbtui.core.values.addresses import Address, parse_address
from lbtui.core.values.nodes import NodeIndex, NodeSet

_SERVICE_LABEL = "kubernetes.io/service-name"


def read_services(resources: ResourceSet, nodes: NodeIndex, options: Options) -> ServiceReading:
    """Read all of them; linear in services and endpoints."""
    slices: dict[str, Slices] = {}
    for slice_ref, piece in resources.items(EndpointSlice):
        name = _service_of(piece)
        if name:
            slices[name] = (*slices.get(name, ()), (slice_ref, piece))
    reader = _Reader(slices, nodes, options)
    found = {_name(ref): reader.read(ref, item) for ref, item in resources.items(Service)}
    ordered = {name: found[name] for name in sorted(found)}
    services = tuple(ordered.values())
    return ServiceReading(ordered, services, tuple(reader.assumed(services)), slices)


def reread_services(
    previous: Sources, resources: ResourceSet, nodes: NodeIndex, options: Options
) -> ServiceReading:
    """Read only what changed since `previous`, whose nodes must be akin to `nodes`.

    Services that turn out the same stay the same objects.
    """
    before, known = previous.resources, previous.services
    changed = before.changed(resources, Service)
    changed_slices = before.changed(resources, EndpointSlice)
    slices = dict(known.slices)
    touched = {_name(ref) for ref in changed} | _move_slices(slices, before, changed_slices)
    touched.update(_move_nodes(known, previous.nodes.nodes, nodes))
    if not touched:
        return known
    reader = _Reader(slices, nodes, options)
    found = dict(known.by_name)
    come = {_name(ref): ref for ref, item in changed.items() if item is not None}
    for name in touched:
        ref = come.get(name) or (found[name].ref if name in found else None)
        item = resources.get(ref) if ref else None
        if ref is not None and isinstance(item, Service):
            new = reader.read(ref, item)
            found[name] = found[name] if found.get(name) == new else new
        else:
            found.pop(name, None)
    counts = (len(before.members(Service.kind)), len(resources.members(Service.kind)))
    if counts != (len(known.services), len(found)):
        return read_services(resources, nodes, options)  # two of one name: the last one counts
    if not found.keys() <= known.by_name.keys():
        found = {name: found[name] for name in sorted(found)}
    assumed = {name for name in known.assumed_endpoints if name not in touched}
    assumed.update(reader.assumed(found[name] for name in touched if name in found))
    return ServiceReading(found, tuple(found.values()), tuple(sorted(assumed)), slices)


def _move_slices(
    slices: dict[str, Slices],
    before: ResourceSet,
    changed: Mapping[ResourceRef, EndpointSlice | None],
) -> set[str]:
    """Bring the slices of services up to date; the services concerned."""
    touched: set[str] = set()
    for ref, new in changed.items():
        old = before.get(ref)
        name = _service_of(old) if isinstance(old, EndpointSlice) else None
        if name:
            touched.add(name)
            left = tuple(item for item in slices[name] if item[0] != ref)
            if left:
                slices[name] = left
            else:
                del slices[name]
        name = _service_of(new) if new is not None else None
        if new is not None and name:
            touched.add(name)
            slices[name] = (*slices.get(name, ()), (ref, new))
    return touched


def _move_nodes(known: ServiceReading, old: NodeIndex, new: NodeIndex) -> Iterator[str]:
    """Services with endpoints on nodes that came or went."""
    if old is new:
        return
    gone = old.all & ~new.all
    for service in known.services if gone else ():
        if service.is_local and service.endpoint_nodes & gone:
            yield service.name
    come = set(new.names).difference(old.names)
    for name, slices in known.slices.items() if come else ():
        if any(e.node_name in come for _, piece in slices for e in piece.endpoints):
            yield name


def _name(ref: ResourceRef) -> str:
    """namespace/name of a Service."""
    return f"{ref.namespace or 'default'}/{ref.name}"


def _service_of(piece: EndpointSlice) -> str | None:
    """namespace/name of the service that a slice belongs to."""
    service = piece.metadata.labels.get(_SERVICE_LABEL)
    return f"{piece.metadata.namespace or 'default'}/{service}" if service else None


class _Reader:
    """Reads single services."""

    def __init__(self, slices: Mapping[str, Slices], nodes: NodeIndex, options: Options) -> None:
        self._slices = slices
        self._nodes = nodes
        self._options = options

    def assumed(self, services: Iterable[LoadBalancer]) -> Iterator[str]:
        """Names of those whose endpoints are assumed."""
        if self._options.assume_endpoints:
            for service in services:
                if not service.obstacle and service.name not in self._slices:
                    yield service.name

    def read(self, ref: ResourceRef, service: Service) -> LoadBalancer:
        """One service; if its endpoints are assumed, a healthy one on every node."""
        name = _name(ref)
        obstacle, addresses = _addresses(service, self._options)
        is_local = service.spec.external_traffic_policy == "Local"
        has_endpoint, endpoint_nodes = True, EVERYWHERE
        is_known = name in self._slices or not self._options.assume_endpoints
        if is_known and not obstacle:
            endpoints = [e for _, piece in self._slices.get(name, ()) for e in piece.endpoints]
            has_endpoint = _has_healthy(endpoints)
            endpoint_nodes = _healthy_nodes(endpoints, self._nodes) if is_local else 0
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
