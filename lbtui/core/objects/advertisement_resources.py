"""What is announced and with which communities, as manifests write it."""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta, field

from lbtui.core.objects.meta import NOT_WRITTEN, LabelSelector, Record
from lbtui.core.objects.resource import MetalLBResource, NodeSelectors


class BGPAdvertisementSpec(Record, frozen=True):
    """Which pools are announced, by whom, to whom, and with which attributes."""

    ip_address_pools: Annotated[
        tuple[str, ...],
        Meta(
            description="Pools announced; with the selectors below empty too: all pools.",
            extra={"refers": "IPAddressPool"},
        ),
    ] = NOT_WRITTEN
    ip_address_pool_selectors: Annotated[
        tuple[LabelSelector, ...],
        Meta(description="Pools announced, by their labels.", extra={"refers": "pool-label"}),
    ] = NOT_WRITTEN
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
    ] = NOT_WRITTEN
    peers: Annotated[
        tuple[str, ...],
        Meta(description="Peers that get the routes; empty: all.", extra={"refers": "BGPPeer"}),
    ] = NOT_WRITTEN
    node_selectors: Annotated[
        NodeSelectors, Meta(description="Nodes that announce; empty: all nodes.")
    ] = NOT_WRITTEN
    service_selectors: Annotated[
        tuple[LabelSelector, ...],
        Meta(
            description="Services announced, by their labels; not together with aggregation.",
            extra={"refers": "service-label"},
        ),
    ] = NOT_WRITTEN


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
