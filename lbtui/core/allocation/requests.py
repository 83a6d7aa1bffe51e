"""What a service asks of the address controller.

Source: MetalLB controller/service.go, internal/ipfamily, internal/allocator/k8salloc.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lbtui.core.allocation.ledger import Claim, SharingKey
from lbtui.core.objects.cluster_resources import Service
from lbtui.core.values.addresses import Address, parse_address

PREFIX, OLD_PREFIX = "metallb.io/", "metallb.universe.tf/"
NOTED_POOL = "ip-allocated-from-pool"
NAMES = ("address-pool", "loadBalancerIPs", "allow-shared-ip", NOTED_POOL)
SINGLE, PREFER_DUAL, REQUIRE_DUAL = "SingleStack", "PreferDualStack", "RequireDualStack"

DUAL = frozenset({4, 6})


class RequestError(ValueError):
    """What the service asks for makes no sense; the text says why."""


@dataclass(frozen=True, slots=True)
class Request:
    """One service's wishes, read but not judged."""

    name: str
    """namespace/name."""
    namespace: str
    labels: Mapping[str, str]
    claim: Claim
    cluster_ips: tuple[str, ...]
    policy: str
    prefers_ipv6: bool
    """The first of spec.ipFamilies is IPv6."""
    wanted_text: str
    """The annotation loadBalancerIPs."""
    wanted_ip: str
    """spec.loadBalancerIP."""
    wanted_pool: str
    current: tuple[Address | None, ...]
    """Addresses in the status; None: not an address."""
    old_annotations: tuple[str, ...]
    """MetalLB's annotations in the old spelling."""
    status: tuple[str, ...]
    """Addresses in the status as written."""
    noted_pool: str | None
    """The annotation in which MetalLB notes the pool of the addresses."""


def annotation(annotations: Mapping[str, str], name: str) -> str:
    """A MetalLB annotation; the old spelling counts where the new one is absent."""
    return annotations.get(PREFIX + name, annotations.get(OLD_PREFIX + name, ""))


def read_request(name: str, service: Service) -> Request:
    """Read a service's spec, annotations and status."""
    spec, annotations = service.spec, service.metadata.annotations
    is_local = spec.external_traffic_policy == "Local"
    selector = ",".join(f"{key}={value}" for key, value in sorted(spec.selector.items()))
    key = SharingKey(annotation(annotations, "allow-shared-ip"), selector if is_local else "")
    ports = tuple((port.protocol, port.port) for port in spec.ports)
    return Request(
        name=name,
        namespace=name.partition("/")[0],
        labels=service.metadata.labels,
        claim=Claim(name, ports, key),
        cluster_ips=spec.cluster_ips or ((spec.cluster_ip,) if spec.cluster_ip else ()),
        policy=spec.ip_family_policy or SINGLE,
        prefers_ipv6=spec.ip_families[:1] == ("IPv6",),
        wanted_text=annotation(annotations, "loadBalancerIPs"),
        wanted_ip=spec.load_balancer_ip,
        wanted_pool=annotation(annotations, "address-pool"),
        current=tuple(parse_address(e.ip) for e in service.status.load_balancer.ingress if e.ip),
        old_annotations=tuple(OLD_PREFIX + n for n in NAMES if OLD_PREFIX + n in annotations),
        status=tuple(e.ip for e in service.status.load_balancer.ingress),
        noted_pool=annotations.get(PREFIX + NOTED_POOL),
    )


def families_of(addresses: Sequence[Address | None], what: str) -> frozenset[int]:
    """One family, or both of two addresses.

    Raises:
        RequestError: an unreadable address, two of one family, none or more than two.
    """
    if not 1 <= len(addresses) <= 2:
        raise RequestError(f"{what}: one or two addresses are needed, there are {len(addresses)}")
    families = []
    for address in addresses:
        if address is None:
            raise RequestError(f"{what}: not an address")
        families.append(address.family)
    if len(set(families)) < len(families):
        raise RequestError(f"{what}: two addresses of the same family")
    return frozenset(families)


def service_families(request: Request) -> frozenset[int]:
    """The families of a service, by its clusterIPs. Raises RequestError."""
    texts = ", ".join(request.cluster_ips) or "none"
    return families_of([parse_address(text) for text in request.cluster_ips], f"clusterIPs {texts}")


def is_contradictory(request: Request, families: frozenset[int]) -> bool:
    """Whether the clusterIPs are dual stack and the policy is not: MetalLB then finds nothing.

    Source: MetalLB internal/allocator/allocation.go selectIPsForFamilyAndPolicy.
    """
    return families == DUAL and request.policy not in (PREFER_DUAL, REQUIRE_DUAL)


def wanted_addresses(request: Request) -> tuple[Address, ...]:
    """The addresses asked for; none if none are. Raises RequestError."""
    if not request.wanted_text and not request.wanted_ip:
        return ()
    if request.wanted_text and request.wanted_ip:
        raise RequestError("both spec.loadBalancerIP and the annotation loadBalancerIPs are set")
    texts = [request.wanted_ip] if request.wanted_ip else request.wanted_text.split(",")
    found = []
    for text in texts:
        address = parse_address(text if request.wanted_ip else text.strip())
        if address is None:
            raise RequestError(f"the requested {text.strip()!r} is not an address")
        found.append(address)
    families_of(found, f"requested {', '.join(map(str, found))}")
    return tuple(found)
