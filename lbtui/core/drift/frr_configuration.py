"""frr-k8s' FRRConfiguration: what people add to a node's FRR beside what MetalLB writes.

Source: frr-k8s api/v1beta1/frrconfiguration_types.go. Passwords and raw configuration, which may
hold some, are not read.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec

from lbtui.core.objects.cluster_resources import ClusterResource
from lbtui.core.objects.meta import LabelSelector, Record

API = "frrk8s.metallb.io/v1beta1"
_ALL = "all"


class PrefixesWithPreference(Record, frozen=True):
    """Prefixes that are sent with a LOCAL_PREF."""

    prefixes: tuple[str, ...] = ()
    local_pref: int = 0


class AllowedPrefixes(Record, frozen=True):
    """Prefixes that may be sent; mode "all": every one of the router."""

    prefixes: tuple[str, ...] = ()
    mode: str = ""


class Advertised(Record, frozen=True):
    """What is sent to a neighbor."""

    allowed: AllowedPrefixes = msgspec.field(default_factory=AllowedPrefixes)
    with_local_pref: tuple[PrefixesWithPreference, ...] = ()


class Neighbor(Record, frozen=True):
    """One BGP neighbor of a router; what is absent has FRR's default."""

    asn: int = 0
    dynamic_asn: str = msgspec.field(default="", name="dynamicASN")
    source_address: str = msgspec.field(default="", name="sourceaddress")
    address: str = ""
    interface: str = ""
    port: int | None = None
    hold_time: str | None = None
    keepalive_time: str | None = None
    connect_time: str | None = None
    ebgp_multi_hop: bool = False
    bfd_profile: str = ""
    to_advertise: Advertised = msgspec.field(default_factory=Advertised)

    @property
    def place(self) -> str:
        """Address or interface."""
        return self.address or self.interface


class Router(Record, frozen=True):
    """One BGP instance in one VRF."""

    asn: int = 0
    id: str = ""
    vrf: str = ""
    neighbors: tuple[Neighbor, ...] = ()
    prefixes: tuple[str, ...] = ()

    def sent_to(self, neighbor: Neighbor) -> tuple[str, ...]:
        """Prefixes that the neighbor gets."""
        allowed = neighbor.to_advertise.allowed
        return self.prefixes if allowed.mode == _ALL else allowed.prefixes


class BGPPart(Record, frozen=True):
    """The part about BGP."""

    routers: tuple[Router, ...] = ()


class FRRConfigurationSpec(Record, frozen=True):
    """What FRR is to do on the nodes that are selected."""

    bgp: BGPPart = msgspec.field(default_factory=BGPPart)
    node_selector: LabelSelector = msgspec.field(default_factory=LabelSelector)


class FRRConfiguration(ClusterResource, frozen=True):
    """A part of the configuration of the FRRs of some nodes; frr-k8s merges all of them."""

    kind: ClassVar[str] = "FRRConfiguration"
    api_version: ClassVar[str] = API
    spec: FRRConfigurationSpec = msgspec.field(default_factory=FRRConfigurationSpec)
