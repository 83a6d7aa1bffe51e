"""The resolved configuration: parsed, compiled and cross-referenced; never a Kubernetes shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from lbtui.core.addresses import Prefix
from lbtui.core.diagnostics import Diagnostic
from lbtui.core.meta import Hidden
from lbtui.core.nodes import NodeIndex, NodeSet
from lbtui.core.resource_set import ResourceRef

BACKENDS = ("native", "frr", "frr-k8s")
"""MetalLB's BGP implementations; the last is its default since 0.16."""


@dataclass(frozen=True, slots=True)
class Options:
    """How MetalLB was started, where it changes what is announced."""

    ignore_exclude_lb: bool = False
    """--ignore-exclude-lb: the node label that excludes from load balancers is ignored."""
    load_balancer_class: str | None = None
    """--lb-class: only services of this class; None: only those without a class."""
    secret_passthrough: bool = False
    """frr-k8s is handed references to password secrets instead of passwords."""


@dataclass(frozen=True, slots=True)
class Pool:
    """An IPAddressPool with its addresses read."""

    ref: ResourceRef
    entries: tuple[tuple[Prefix, ...], ...]
    """The CIDRs that each address entry breaks into, in the order written."""
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """metadata.name."""
        return self.ref.name


@dataclass(frozen=True, slots=True)
class Peer:
    """A BGPPeer, its session parameters and the nodes that run it; times in seconds."""

    ref: ResourceRef
    my_asn: int
    peer_asn: int
    """0 when dynamic_asn is set."""
    dynamic_asn: str | None
    local_asn: int | None
    address: str
    """Empty for an unnumbered session over `interface`."""
    interface: str
    port: int
    source_address: str
    hold_time: float | None
    keepalive_time: float | None
    connect_time: float | None
    router_id: str
    ebgp_multi_hop: bool
    graceful_restart: bool
    password: Hidden | None
    families: frozenset[int]
    """Families whose routes the back end sends over this session."""
    is_ibgp: bool
    nodes: NodeSet
    """Nodes that run the session."""

    @property
    def name(self) -> str:
        """metadata.name."""
        return self.ref.name


@dataclass(frozen=True, slots=True)
class Advertisement:
    """A BGPAdvertisement with its communities resolved and its selectors evaluated."""

    ref: ResourceRef
    length_v4: int
    length_v6: int
    local_pref: int
    communities: tuple[str, ...]
    """Standard ones as a:b, by number, each once."""
    large_communities: tuple[str, ...]
    """a:b:c, by number, each once."""
    peers: frozenset[str]
    """Empty: every peer."""
    nodes: NodeSet
    pools: tuple[str, ...]
    """Pools that it covers, sorted."""

    @property
    def name(self) -> str:
        """metadata.name."""
        return self.ref.name


@dataclass(frozen=True, slots=True)
class NodeError:
    """Why one node's speaker keeps its last valid configuration."""

    code: str
    message: str


class Resolved(NamedTuple):
    """A configuration and everything that is wrong with it."""

    config: Configuration
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything that routes follow from, under one back end."""

    backend: str
    options: Options
    nodes: NodeIndex
    pools: tuple[Pool, ...]
    peers: tuple[Peer, ...]
    advertisements: tuple[Advertisement, ...]
    is_valid: bool
    """MetalLB accepts the whole set, in every component."""
    node_errors: Mapping[str, NodeError]
    """Nodes whose own speaker refuses its part; they announce nothing new."""
    is_node_assumed: bool
    """There is no Node object; one node named "node" without labels stands for any."""
    assumed_endpoints: tuple[str, ...]
    """Services (namespace/name) without EndpointSlices; a ready endpoint on every node is assumed."""
