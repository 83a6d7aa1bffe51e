"""Address pools, as manifests write them."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta, field

from lbtui.core.objects.meta import LabelSelector, Record
from lbtui.core.objects.resource import MetalLBResource


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
