"""The resolved configuration: parsed, compiled and cross-referenced; never a Kubernetes shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from lbtui.core.diagnostics import Diagnostic
from lbtui.core.objects.cluster_resources import EndpointSlice
from lbtui.core.objects.meta import Hidden
from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
from lbtui.core.objects.resources import BFDProfileSpec
from lbtui.core.values.addresses import Address, Network
from lbtui.core.values.communities import CommunityValue
from lbtui.core.values.nodes import NodeIndex, NodeSet
from lbtui.core.values.selectors import Selector

if TYPE_CHECKING:
    from lbtui.core.configuration.nodes import NodeReading

BACKENDS = ("native", "frr", "frr-k8s")
"""MetalLB's BGP implementations; the last is its default since 0.16."""


@dataclass(frozen=True, slots=True)
class Options:
    """How MetalLB was started, where it changes what is announced, and what may be assumed."""

    ignore_exclude_lb: bool = False
    """--ignore-exclude-lb: the node label that excludes from load balancers is ignored."""
    load_balancer_class: str | None = None
    """--lb-class: only services of this class; None: only those without a class."""
    secret_passthrough: bool = False
    """frr-k8s is handed references to password secrets instead of passwords."""
    assume_endpoints: bool = True
    """A service without EndpointSlices has a ready endpoint on every node, as manifests in a
    folder rarely hold slices; off for what comes from a cluster."""
    assume_secrets: bool = False
    """Where there is no Secret at all, those that peers name count as there and right: Git and
    `kubectl get` of the other kinds hold none."""


class Pool(NamedTuple):
    """An IPAddressPool with its addresses read."""

    ref: ResourceRef
    entries: tuple[tuple[Network, ...], ...]
    """The CIDRs that each address entry breaks into, in the order written."""

    @property
    def name(self) -> str:
        """metadata.name."""
        return self.ref.name

    @property
    def has_empty_entry(self) -> bool:
        """Whether an entry holds no address: a range from IPv4 to IPv6."""
        return not all(self.entries)

    @property
    def families(self) -> frozenset[int]:
        """Families of the entries, each by its first CIDR."""
        return frozenset(entry[0].family for entry in self.entries if entry)

    @property
    def has_ipv6(self) -> bool:
        """Whether any CIDR is IPv6."""
        return any(network.family == 6 for entry in self.entries for network in entry)


@dataclass(frozen=True, slots=True)
class Peer:
    """A BGPPeer, its session parameters and the nodes that run it; times in seconds."""

    ref: ResourceRef
    my_asn: int
    peer_asn: int
    """0 when dynamic_asn is set."""
    dynamic_asn: str | None
    local_asn: int | None
    """Shown to the router instead of my_asn; None where the back end does not do it."""
    address: Address | None
    """None for an unnumbered session over `interface`."""
    interface: str
    port: int
    source_address: Address | None
    hold_time: float | None
    keepalive_time: float | None
    connect_time: float | None
    router_id: Address | None
    ebgp_multi_hop: bool
    graceful_restart: bool
    bfd_profile: str
    bfd: BFDProfileSpec | None
    """What the profile says; None without one."""
    vrf: str
    password: Hidden | None
    unread_secret: str
    """The Secret with its password where that is not at hand; empty if there is none, or if it is.
    Such a session must not be dialled: it would be dialled unsigned."""
    families: frozenset[int]
    """Families whose routes the back end sends over this session."""
    nodes: NodeSet
    """Nodes that run the session."""

    @property
    def name(self) -> str:
        """metadata.name."""
        return self.ref.name

    @property
    def is_ibgp(self) -> bool:
        """Whether both ends are in one AS, so that LOCAL_PREF is sent (RFC 4271 section 5.1.5)."""
        if self.dynamic_asn is not None:
            return self.dynamic_asn == "internal"
        return self.peer_asn == (self.local_asn or self.my_asn)


@dataclass(frozen=True, slots=True)
class Advertisement:
    """A BGPAdvertisement with its communities resolved and its selectors evaluated."""

    ref: ResourceRef
    length_v4: int
    length_v6: int
    local_pref: int
    communities: tuple[CommunityValue, ...]
    """Sorted, each once, aliases resolved."""
    peers: frozenset[str]
    """Empty: every peer."""
    nodes: NodeSet
    service_selectors: tuple[Selector, ...]
    """Empty: every service."""
    pools: frozenset[str]
    """Names of the pools that it covers."""

    @property
    def name(self) -> str:
        """metadata.name."""
        return self.ref.name

    def length(self, family: int) -> int:
        """The aggregation length for a family."""
        return self.length_v4 if family == 4 else self.length_v6


EVERYWHERE: NodeSet = -1
"""All nodes, whichever there are."""


class LoadBalancer(NamedTuple):
    """A service, as far as announcing it goes."""

    ref: ResourceRef
    name: str
    """namespace/name."""
    obstacle: str
    """MetalLB's reason that holds on every node; empty: it may be announced."""
    addresses: tuple[Address, ...]
    labels: Mapping[str, str]
    is_local: bool
    """externalTrafficPolicy is Local."""
    has_endpoint: bool
    """There is a healthy endpoint somewhere."""
    endpoint_nodes: NodeSet
    """Nodes with a healthy endpoint of their own, of use when `is_local`; EVERYWHERE: assumed."""

    @property
    def able_nodes(self) -> NodeSet:
        """Nodes that may announce it as far as endpoints go; EVERYWHERE: all of them."""
        if self.is_local:
            return self.endpoint_nodes
        return EVERYWHERE if self.has_endpoint else 0


Slices: TypeAlias = tuple[tuple[ResourceRef, EndpointSlice], ...]


class ServiceReading(NamedTuple):
    """All services of a set."""

    by_name: Mapping[str, LoadBalancer]
    """In the order of the names."""
    services: tuple[LoadBalancer, ...]
    """The same."""
    assumed_endpoints: tuple[str, ...]
    """Names of those whose endpoints are assumed, sorted."""
    slices: Mapping[str, Slices]
    """Service → its EndpointSlices."""


@dataclass(frozen=True, slots=True)
class NodeError:
    """Why one node's speaker keeps its last valid configuration."""

    code: str
    message: str


class Sources(NamedTuple):
    """What was read before anything was judged; lent to the configuration after an edit."""

    resources: ResourceSet
    nodes: NodeReading
    services: ServiceReading


@dataclass(frozen=True)  # without slots: what follows from the fields is remembered
class Configuration:
    """Everything that routes follow from, under one back end.

    Only what could be read is in it: resources with errors are left out, and the nodes that they
    concern are in `node_errors`.
    """

    backend: str
    options: Options
    nodes: NodeIndex
    node_addresses: Mapping[str, tuple[str, ...]]
    """Node → its InternalIP addresses as written."""
    network_unavailable: NodeSet
    excluded: NodeSet
    """Nodes with the label that excludes them from load balancers."""
    pools: tuple[Pool, ...]
    """Sorted by name, as everything below."""
    peers: tuple[Peer, ...]
    """Of several with one name, the last holds a node that they share."""
    peer_names: tuple[str, ...]
    """Names of all peers, also of those that could not be read."""
    advertisements: tuple[Advertisement, ...]
    services: tuple[LoadBalancer, ...]
    refusal: Diagnostic | None
    """The first thing for which MetalLB refuses the whole set, in its order; None: it accepts."""
    node_errors: Mapping[str, NodeError]
    """Nodes whose own speaker refuses its part; they announce nothing new."""
    is_node_assumed: bool
    """There is no Node object; one node named "node" without labels stands for any."""
    assumed_endpoints: tuple[str, ...]
    """Services (namespace/name) without EndpointSlices; see Options.assume_endpoints."""
    sources: Sources = field(compare=False, repr=False)

    @property
    def is_valid(self) -> bool:
        """MetalLB accepts the whole set, in every component."""
        return self.refusal is None

    def advertisements_for(self, peer: str) -> frozenset[int]:
        """Indices of the advertisements that a peer gets."""
        known = self._received.get(peer)
        if known is None:
            known = self._received[peer] = frozenset(
                index
                for index, advertisement in enumerate(self.advertisements)
                if not advertisement.peers or peer in advertisement.peers
            )
        return known

    @cached_property
    def _received(self) -> dict[str, frozenset[int]]:
        return {}

    @cached_property
    def active_nodes(self) -> NodeSet:
        """Nodes without an error of their own."""
        return self.nodes.all & ~self.nodes.mask_of(self.node_errors)


class Resolved(NamedTuple):
    """A configuration and everything that is wrong with it."""

    config: Configuration
    diagnostics: tuple[Diagnostic, ...]
