"""The core Kubernetes kinds, reduced to what lbtui reads. They are shown, never edited."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from lbtui.core.objects.meta import Hidden, Metadata, Record


class ClusterResource(Record, frozen=True):
    """Base of the kinds that lbtui only reads."""

    kind: ClassVar[str]
    api_version: ClassVar[str] = "v1"

    metadata: Metadata = msgspec.field(default_factory=Metadata)

    @property
    def name(self) -> str:
        """metadata.name."""
        return self.metadata.name


class NodeAddress(Record, frozen=True):
    """One address of a node; type InternalIP, ExternalIP, Hostname, ..."""

    type: str = ""
    address: str = ""


class NodeCondition(Record, frozen=True):
    """One condition of a node, e.g. NetworkUnavailable."""

    type: str = ""
    status: str = ""


class NodeStatus(Record, frozen=True):
    """Addresses and conditions of a node."""

    addresses: tuple[NodeAddress, ...] = ()
    conditions: tuple[NodeCondition, ...] = ()


class Node(ClusterResource, frozen=True):
    """A machine that runs a speaker; its labels are what node selectors look at."""

    kind: ClassVar[str] = "Node"
    status: NodeStatus = msgspec.field(default_factory=NodeStatus)


class Namespace(ClusterResource, frozen=True):
    """A namespace; its labels are what namespaceSelectors look at."""

    kind: ClassVar[str] = "Namespace"


class ServicePort(Record, frozen=True):
    """One port of a service."""

    name: str = ""
    protocol: str = "TCP"
    port: int = 0


class ServiceSpec(Record, frozen=True):
    """The part of a service's spec that decides about addresses and announcing."""

    type: str = "ClusterIP"
    load_balancer_class: str | None = None
    load_balancer_ip: str = msgspec.field(default="", name="loadBalancerIP")
    cluster_ip: str = msgspec.field(default="", name="clusterIP")
    cluster_ips: tuple[str, ...] = msgspec.field(default=(), name="clusterIPs")
    ip_families: tuple[str, ...] = ()
    ip_family_policy: str = ""
    external_traffic_policy: str = ""
    ports: tuple[ServicePort, ...] = ()
    selector: dict[str, str] = msgspec.field(default_factory=dict)


class LoadBalancerIngress(Record, frozen=True):
    """One address that a service has got."""

    ip: str = ""
    hostname: str = ""


class LoadBalancerStatus(Record, frozen=True):
    """Addresses that a service has got."""

    ingress: tuple[LoadBalancerIngress, ...] = ()


class ServiceStatus(Record, frozen=True):
    """What the controller has given to a service."""

    load_balancer: LoadBalancerStatus = msgspec.field(default_factory=LoadBalancerStatus)


class Service(ClusterResource, frozen=True):
    """A service."""

    kind: ClassVar[str] = "Service"
    spec: ServiceSpec = msgspec.field(default_factory=ServiceSpec)
    status: ServiceStatus = msgspec.field(default_factory=ServiceStatus)


class EndpointConditions(Record, frozen=True):
    """Unset means unknown, which Kubernetes reads as ready."""

    ready: bool | None = None
    serving: bool | None = None
    terminating: bool | None = None


class Endpoint(Record, frozen=True):
    """One pod behind a service."""

    addresses: tuple[str, ...] = ()
    conditions: EndpointConditions = msgspec.field(default_factory=EndpointConditions)
    node_name: str | None = None


class EndpointSlice(ClusterResource, frozen=True):
    """Some of a service's endpoints; belongs to it by the label kubernetes.io/service-name."""

    kind: ClassVar[str] = "EndpointSlice"
    api_version: ClassVar[str] = "discovery.k8s.io/v1"
    endpoints: tuple[Endpoint, ...] = ()


class Secret(ClusterResource, frozen=True):
    """A secret; the values stay hidden."""

    kind: ClassVar[str] = "Secret"
    type: str = ""
    data: dict[str, Hidden] = msgspec.field(default_factory=dict)
    string_data: dict[str, Hidden] = msgspec.field(default_factory=dict)


READ: tuple[type[ClusterResource], ...] = (Node, Namespace, Service, EndpointSlice, Secret)
