"""The MetalLB kinds in the manifests' own shape, one struct each.

Types, ranges, defaults and one-line helps stand here once: they drive decoding, validation,
the edit forms, the field help and the JSON schema. Source: MetalLB's CRDs (api/v1beta1, v1beta2).
Defaults are the API server's. A field that must tell "absent" from its zero is `None` by default.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta, field

from lbtui.core.objects.meta import Asn, Duration, Hidden, LabelSelector, Metadata, Record

METALLB_NAMESPACE = "metallb-system"


class MetalLBResource(Record, frozen=True):
    """Base of the kinds that lbtui edits."""

    kind: ClassVar[str]
    api_version: ClassVar[str] = "metallb.io/v1beta1"

    metadata: Metadata = msgspec.field(default_factory=Metadata)

    @property
    def name(self) -> str:
        """metadata.name."""
        return self.metadata.name


NodeSelectors = Annotated[
    tuple[LabelSelector, ...],
    Meta(extra={"refers": "node-label"}),
]


class ServiceAllocation(Record, frozen=True):
    """Who may get addresses from a pool, and in which order pools are tried."""

    priority: Annotated[
        int, Meta(description="Lower is tried first; 0 means none and comes last.")
    ] = 0
    namespaces: Annotated[
        tuple[str, ...],
        Meta(description="Namespaces served.", extra={"refers": "Namespace"}),
    ] = ()
    namespace_selectors: Annotated[
        tuple[LabelSelector, ...],
        Meta(
            description="Namespaces served, by their labels.", extra={"refers": "namespace-label"}
        ),
    ] = ()
    service_selectors: Annotated[
        tuple[LabelSelector, ...],
        Meta(description="Services served, by their labels.", extra={"refers": "service-label"}),
    ] = ()


class IPAddressPoolSpec(Record, frozen=True):
    """Addresses that services may get."""

    addresses: Annotated[
        tuple[Annotated[str, Meta(extra={"format": "cidr-or-range"})], ...],
        Meta(description="CIDRs (198.51.100.0/24) or ranges (198.51.100.10-198.51.100.20)."),
    ]
    auto_assign: Annotated[
        bool, Meta(description="Give out addresses unasked; off: only on request.")
    ] = True
    avoid_buggy_ips: Annotated[
        bool, Meta(description="Never give out IPv4 addresses that end in .0 or .255.")
    ] = field(default=False, name="avoidBuggyIPs")
    service_allocation: Annotated[
        ServiceAllocation | None,
        Meta(description="Restrict the pool to namespaces or services."),
    ] = None


class IPAddressPool(MetalLBResource, frozen=True, kw_only=True):
    """A pool of addresses for LoadBalancer services."""

    kind: ClassVar[str] = "IPAddressPool"
    spec: IPAddressPoolSpec


class SecretReference(Record, frozen=True):
    """The Secret that holds a session's password."""

    name: Annotated[str, Meta(description="Name of the Secret.", extra={"refers": "Secret"})] = ""
    namespace: Annotated[str, Meta(description="Its namespace; MetalLB's own if empty.")] = ""


class BGPPeerSpec(Record, frozen=True):
    """One router that nodes open a BGP session to."""

    my_asn: Annotated[Asn, Meta(description="AS number of the nodes' end of the session.")] = field(
        name="myASN"
    )
    peer_asn: Annotated[
        Asn, Meta(description="AS number of the router; 0 or empty only with dynamicASN.")
    ] = field(default=0, name="peerASN")
    dynamic_asn: Annotated[
        Literal["internal", "external"] | None,
        Meta(description="Take the router's AS from its OPEN: internal = myASN, external = other."),
    ] = field(default=None, name="dynamicASN")
    local_asn: Annotated[
        Annotated[int, Meta(ge=1, le=4294967295)] | None,
        Meta(description="AS number shown to this router instead of myASN (FRR mode only)."),
    ] = field(default=None, name="localASN")
    peer_address: Annotated[
        str, Meta(description="Address of the router.", extra={"format": "address"})
    ] = ""
    interface: Annotated[
        str,
        Meta(
            description="Interface for an unnumbered session, instead of an address.",
            extra={"format": "interface"},
        ),
    ] = ""
    peer_port: Annotated[
        Annotated[int, Meta(ge=1, le=16384)], Meta(description="TCP port of the router.")
    ] = 179
    source_address: Annotated[
        str,
        Meta(
            description="Local address to dial from; ignored where the host does not have it.",
            extra={"format": "address"},
        ),
    ] = ""
    hold_time: Annotated[
        Duration | None,
        Meta(description="Silence after which the session is down: 0s, or 3s and more."),
    ] = None
    keepalive_time: Annotated[
        Duration | None, Meta(description="Time between keepalives; a third of holdTime if empty.")
    ] = None
    connect_time: Annotated[
        Duration | None, Meta(description="Wait between attempts to connect, whole seconds.")
    ] = None
    router_id: Annotated[
        str,
        Meta(
            description="BGP Identifier; the session's local IPv4 address if empty.",
            extra={"format": "address"},
        ),
    ] = field(default="", name="routerID")
    ebgp_multi_hop: Annotated[
        bool, Meta(description="The router of another AS is more than one hop away.")
    ] = False
    dual_stack_address_family: Annotated[
        bool, Meta(description="Send IPv4 and IPv6 routes over this one session.")
    ] = False
    disable_mp: Annotated[bool, Meta(description="Deprecated; see dualStackAddressFamily.")] = (
        field(default=False, name="disableMP")
    )
    enable_graceful_restart: Annotated[
        bool, Meta(description="The router keeps the routes while a node restarts; immutable.")
    ] = False
    bfd_profile: Annotated[
        str, Meta(description="BFD profile for this session.", extra={"refers": "BFDProfile"})
    ] = ""
    vrf: Annotated[str, Meta(description="VRF of the session on the node.")] = ""
    password: Annotated[Hidden | None, Meta(description="TCP MD5 password; a Secret is safer.")] = (
        None
    )
    password_secret: Annotated[
        SecretReference | None,
        Meta(description="Secret of type kubernetes.io/basic-auth with the password."),
    ] = None
    node_selectors: Annotated[
        NodeSelectors, Meta(description="Nodes that open this session; empty: all nodes.")
    ] = ()


class BGPPeer(MetalLBResource, frozen=True, kw_only=True):
    """A router, and the session parameters towards it."""

    kind: ClassVar[str] = "BGPPeer"
    api_version: ClassVar[str] = "metallb.io/v1beta2"
    spec: BGPPeerSpec = msgspec.field(default_factory=lambda: BGPPeerSpec(my_asn=0))
    """Without one the API server lets a peer in, and MetalLB misses myASN."""


class BGPAdvertisementSpec(Record, frozen=True):
    """Which pools are announced, by whom, to whom, and with which attributes."""

    ip_address_pools: Annotated[
        tuple[str, ...],
        Meta(
            description="Pools announced; with the selectors below empty too: all pools.",
            extra={"refers": "IPAddressPool"},
        ),
    ] = ()
    ip_address_pool_selectors: Annotated[
        tuple[LabelSelector, ...],
        Meta(description="Pools announced, by their labels.", extra={"refers": "pool-label"}),
    ] = ()
    aggregation_length: Annotated[
        Annotated[int, Meta(ge=1, le=2147483647)],
        Meta(description="IPv4 prefix length announced, 1 to 32; 32: each address by itself."),
    ] = 32
    aggregation_length_v6: Annotated[
        Annotated[int, Meta(ge=-2147483648, le=2147483647)],
        Meta(description="IPv6 prefix length announced, up to 128."),
    ] = field(default=128, name="aggregationLengthV6")
    local_pref: Annotated[
        Annotated[int, Meta(ge=-2147483648, le=2147483647)],
        Meta(description="LOCAL_PREF towards iBGP peers; higher wins, 0 means not set."),
    ] = 0
    communities: Annotated[
        tuple[Annotated[str, Meta(extra={"format": "community"})], ...],
        Meta(
            description="65000:1, large:65000:1:2, or the name of an alias.",
            extra={"refers": "alias"},
        ),
    ] = ()
    peers: Annotated[
        tuple[str, ...],
        Meta(description="Peers that get the routes; empty: all.", extra={"refers": "BGPPeer"}),
    ] = ()
    node_selectors: Annotated[
        NodeSelectors, Meta(description="Nodes that announce; empty: all nodes.")
    ] = ()
    service_selectors: Annotated[
        tuple[LabelSelector, ...],
        Meta(
            description="Services announced, by their labels; not together with aggregation.",
            extra={"refers": "service-label"},
        ),
    ] = ()


class BGPAdvertisement(MetalLBResource, frozen=True):
    """How addresses of pools are announced over BGP."""

    kind: ClassVar[str] = "BGPAdvertisement"
    spec: BGPAdvertisementSpec = msgspec.field(default_factory=BGPAdvertisementSpec)


class CommunityAlias(Record, frozen=True):
    """A name for a community value."""

    name: Annotated[str, Meta(description="The name that advertisements use.")] = ""
    value: Annotated[
        str,
        Meta(description="65000:1 or large:65000:1:2.", extra={"format": "community"}),
    ] = ""


class CommunitySpec(Record, frozen=True):
    """Aliases; the object's own name plays no part."""

    communities: Annotated[
        tuple[CommunityAlias, ...], Meta(description="Aliases and their values.")
    ] = ()


class Community(MetalLBResource, frozen=True):
    """Community aliases."""

    kind: ClassVar[str] = "Community"
    spec: CommunitySpec = msgspec.field(default_factory=CommunitySpec)


Milliseconds = Annotated[int, Meta(ge=10, le=60000)]


class BFDProfileSpec(Record, frozen=True):
    """Timers and modes of BFD; what is empty is left to FRR's defaults."""

    receive_interval: Annotated[
        Milliseconds | None, Meta(description="Least time between received packets, ms.")
    ] = None
    transmit_interval: Annotated[
        Milliseconds | None, Meta(description="Least time between sent packets, ms.")
    ] = None
    detect_multiplier: Annotated[
        Annotated[int, Meta(ge=2, le=255)] | None,
        Meta(description="Packets missed in a row before the session is down."),
    ] = None
    echo_interval: Annotated[
        Milliseconds | None, Meta(description="Least time between echo packets, ms.")
    ] = None
    echo_mode: Annotated[bool, Meta(description="Use echo packets; not over IPv6.")] = False
    passive_mode: Annotated[bool, Meta(description="Wait for the router to begin.")] = False
    minimum_ttl: Annotated[
        Annotated[int, Meta(ge=1, le=254)] | None,
        Meta(description="Least TTL accepted over several hops; 254 if empty."),
    ] = None


class BFDProfile(MetalLBResource, frozen=True):
    """Settings of BFD sessions."""

    kind: ClassVar[str] = "BFDProfile"
    spec: BFDProfileSpec = msgspec.field(default_factory=BFDProfileSpec)


class PreferredNodeSelector(Record, frozen=True):
    """A preference among nodes for layer 2."""

    weight: Annotated[
        Annotated[int, Meta(ge=1, le=100)], Meta(description="Higher is preferred, 1 to 100.")
    ]
    preference: Annotated[LabelSelector, Meta(description="Nodes that are preferred.")]


class L2AdvertisementSpec(Record, frozen=True):
    """Which pools are announced by ARP and NDP; read for the checks that concern it."""

    ip_address_pools: Annotated[
        tuple[str, ...], Meta(description="Pools announced.", extra={"refers": "IPAddressPool"})
    ] = ()
    ip_address_pool_selectors: Annotated[
        tuple[LabelSelector, ...],
        Meta(description="Pools announced, by their labels.", extra={"refers": "pool-label"}),
    ] = ()
    node_selectors: Annotated[NodeSelectors, Meta(description="Nodes that may answer.")] = ()
    service_selectors: Annotated[
        tuple[LabelSelector, ...],
        Meta(description="Services announced, by their labels.", extra={"refers": "service-label"}),
    ] = ()
    interfaces: Annotated[tuple[str, ...], Meta(description="Interfaces to answer on.")] = ()
    preferred_node_selectors: Annotated[
        tuple[PreferredNodeSelector, ...], Meta(description="Preference among the nodes.")
    ] = ()


class L2Advertisement(MetalLBResource, frozen=True):
    """How addresses are announced on the local network."""

    kind: ClassVar[str] = "L2Advertisement"
    spec: L2AdvertisementSpec = msgspec.field(default_factory=L2AdvertisementSpec)


EDITABLE: tuple[type[MetalLBResource], ...] = (
    IPAddressPool,
    BGPPeer,
    BGPAdvertisement,
    Community,
    BFDProfile,
    L2Advertisement,
)
