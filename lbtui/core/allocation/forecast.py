"""The addresses that services have, would get and cannot get; how full the pools are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lbtui.core.allocation.controller import Controller, Outcome
from lbtui.core.allocation.pools import AddressPool, PoolOrder, read_pools
from lbtui.core.allocation.requests import REQUIRE_DUAL, SINGLE, read_request
from lbtui.core.configuration.model import Configuration
from lbtui.core.diagnostics import Diagnostic, Severity
from lbtui.core.objects.cluster_resources import Service
from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
from lbtui.core.values.addresses import parse_address


@dataclass(frozen=True, slots=True)
class PoolUse:
    """How full a pool is after the forecast; an endless IPv6 block counts 2^63 - 1."""

    pool: str
    capacity: dict[int, int]
    """Family → addresses that can be given out."""
    assigned: dict[int, int]
    """Family → addresses in use; a shared one counts once."""

    def available(self, family: int) -> int:
        """Addresses left."""
        return self.capacity[family] - self.assigned[family]

    @property
    def exhausted(self) -> tuple[int, ...]:
        """Families that the pool has and has used up."""
        return tuple(f for f, total in self.capacity.items() if total and not self.available(f))


@dataclass(frozen=True, slots=True)
class Conflict:
    """A service that cannot stay on an address or get it, because others are on it."""

    service: str
    address: str
    holders: tuple[str, ...]
    message: str


@dataclass(frozen=True, slots=True)
class Forecast:
    """What MetalLB's controller would do with all services, those with addresses first."""

    outcomes: tuple[Outcome, ...]
    """By service name."""
    pending: frozenset[str]
    """Services that had no address before."""
    pools: tuple[PoolUse, ...]
    conflicts: tuple[Conflict, ...]
    shared: tuple[tuple[str, tuple[str, ...]], ...]
    """Addresses that several services hold together, and these services."""
    refs: Mapping[str, ResourceRef]
    """Service → its resource."""
    moved: frozenset[str]
    """Services that lose the addresses they had and get others."""

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """undefined-order: the services whose pool is chance."""
        return tuple(
            Diagnostic(
                Severity.WARNING,
                "undefined-order",
                f"{outcome.service} gets {', '.join(outcome.addresses)} of pool {outcome.pool}, or "
                "an address of another pool: which one MetalLB tries first is chance",
                self.refs[outcome.service],
                "metadata.annotations",
                "Ask for a pool with the annotation metallb.io/address-pool, or give pools that "
                "are kept for it different priorities.",
            )
            for outcome in self.outcomes
            if outcome.is_undefined
        )

    @property
    def is_satisfied(self) -> bool:
        """Whether every service has, keeps or gets its addresses."""
        return not self.conflicts and not any(outcome.is_failed for outcome in self.outcomes)

    def to_json(self) -> dict[str, Any]:
        """The document of `allocate -o json`."""
        return {
            "services": {
                outcome.service: {
                    "pending": outcome.service in self.pending,
                    "moved": outcome.service in self.moved,
                    "addresses": list(outcome.addresses),
                    "pool": outcome.pool or None,
                    "failed": outcome.is_failed,
                    "why": outcome.reason,
                    "undefinedOrder": outcome.is_undefined,
                    "events": list(outcome.events),
                }
                for outcome in self.outcomes
            },
            "pools": {
                use.pool: {
                    f"IPv{family}": {
                        "capacity": use.capacity[family],
                        "assigned": use.assigned[family],
                        "available": use.available(family),
                        "exhausted": family in use.exhausted,
                    }
                    for family in (4, 6)
                }
                for use in self.pools
            },
            "conflicts": [
                {
                    "service": conflict.service,
                    "address": conflict.address,
                    "holders": list(conflict.holders),
                    "message": conflict.message,
                }
                for conflict in self.conflicts
            ],
            "shared": [
                {"address": address, "services": list(services)}
                for address, services in self.shared
            ],
        }


def open_controller(resources: ResourceSet, config: Configuration) -> Controller:
    """A controller over the configuration's pools, with an empty book."""
    pools = read_pools(resources, config.pools)
    return Controller(pools, PoolOrder(pools, resources))


def is_handled(service: Service, config: Configuration) -> bool:
    """Whether the service is MetalLB's: of type LoadBalancer and of its class."""
    own, wanted = service.spec.load_balancer_class, config.options.load_balancer_class
    return service.spec.type == "LoadBalancer" and (own or "") == (wanted or "")


def turn_order(service: Service) -> int:
    """MetalLB takes services with more addresses first when it starts."""
    return -len(service.status.load_balancer.ingress)


def forecast(resources: ResourceSet, config: Configuration) -> Forecast:
    """Let the controller go through all services once: those with addresses, then the others.

    Without clusterIPs, as manifests in a folder have none, those of spec.ipFamilies are taken for
    granted, else those of the addresses that a service has, else IPv4.
    """
    controller = open_controller(resources, config)
    services = {
        f"{ref.namespace or 'default'}/{ref.name}": (ref, service)
        for ref, service in resources.items(Service)
        if is_handled(service, config)
    }
    ordered = sorted(services, key=lambda name: (turn_order(services[name][1]), name))
    outcomes: list[Outcome] = []
    conflicts: list[Conflict] = []
    moved: set[str] = set()
    for name in ordered:
        service = with_cluster_ips(services[name][1])
        request = read_request(name, service)
        conflicts += _conflicts(controller, name, service)
        outcomes.append(controller.handle(request))
        had, has = (
            {parse_address(text) for text in texts}
            for texts in (_addresses(services[name][1]), outcomes[-1].addresses)
        )
        if had and has and had != has:
            moved.add(name)
    return Forecast(
        tuple(sorted(outcomes, key=lambda outcome: outcome.service)),
        frozenset(name for name in ordered if not _addresses(services[name][1])),
        tuple(pool_uses(controller, controller.pools.values())),
        tuple(conflicts),
        tuple(
            (str(address), controller.ledger.services_on(address))
            for address in sorted(controller.ledger.shared_addresses())
        ),
        {name: ref for name, (ref, _) in services.items()},
        frozenset(moved),
    )


def pool_uses(controller: Controller, pools: Iterable[AddressPool]) -> Iterable[PoolUse]:
    """How full pools are now."""
    for pool in pools:
        yield PoolUse(
            pool.name,
            {family: pool.capacity(family) for family in (4, 6)},
            {family: controller.ledger.used(pool.name, family) for family in (4, 6)},
        )


def _addresses(service: Service) -> tuple[str, ...]:
    """Addresses in the status."""
    return tuple(entry.ip for entry in service.status.load_balancer.ingress if entry.ip)


def _conflicts(controller: Controller, name: str, service: Service) -> Iterable[Conflict]:
    """Addresses of the status, or asked for, that others hold and do not share with it."""
    request = read_request(name, service)
    texts = _addresses(service) or (
        [request.wanted_ip] if request.wanted_ip else request.wanted_text.split(",")
    )
    for text in texts:
        address = parse_address(text.strip())
        message = "" if address is None else controller.ledger.obstacle(request.claim, address)
        if address is not None and message:
            holders = controller.ledger.services_on(address)
            yield Conflict(name, str(address), holders, message)


_ASSUMED = {"IPv4": "0.0.0.0", "IPv6": "::"}
"""Stands for a cluster address that a manifest does not have; only its family counts."""


def _families_held(service: Service) -> tuple[str, ...]:
    """The families of the addresses in the status: it had cluster addresses of these."""
    held = (parse_address(text) for text in _addresses(service))
    return tuple(sorted({f"IPv{address.family}" for address in held if address is not None}))


def with_cluster_ips(service: Service) -> Service:
    """The service with the cluster addresses and the policy that Kubernetes would give it.

    Source: Kubernetes pkg/registry/core/service/storage/alloc.go.
    """
    import msgspec

    spec = service.spec
    families = spec.ip_families or _families_held(service) or ("IPv4",)
    if spec.ip_family_policy == REQUIRE_DUAL and len(families) == 1:
        families = (*families, "IPv6" if families[0] == "IPv4" else "IPv4")
    chosen = tuple(_ASSUMED[family] for family in families if family in _ASSUMED)
    if spec.cluster_ips or spec.cluster_ip:
        chosen = spec.cluster_ips
    is_dual = len(chosen) == 2 or len(spec.ip_families) == 2
    policy = spec.ip_family_policy or (REQUIRE_DUAL if is_dual else SINGLE)
    return msgspec.structs.replace(
        service,
        spec=msgspec.structs.replace(spec, cluster_ips=chosen, ip_family_policy=policy),
    )
