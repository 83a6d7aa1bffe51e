"""What services ask for: addresses, pools, sharing."""

from __future__ import annotations

from collections.abc import Iterator

from lbtui.core.judging import ERROR, INFO, WARNING, rule
from lbtui.core.lint.facts import Facts
from lbtui.core.lint.finding import Finding
from lbtui.core.lint.wording import nearest
from lbtui.core.lint.written_services import PREFIXES
from lbtui.core.objects.cluster_resources import Service
from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.objects.resources import IPAddressPool
from lbtui.core.values.addresses import Address, parse_address

NEW, OLD = PREFIXES
ADDRESSES, POOL, SHARING = "loadBalancerIPs", "address-pool", "allow-shared-ip"


def _annotation(service: Service, name: str) -> tuple[str, str]:
    """An annotation's full name and value, the new spelling first; even an empty one counts."""
    annotations = service.metadata.annotations
    for prefix in (NEW, OLD):
        if prefix + name in annotations:
            return prefix + name, annotations[prefix + name]
    return "", ""


def _path(annotation: str) -> str:
    return f'metadata.annotations["{annotation}"]'


def _requested(service: Service) -> tuple[str, tuple[str, ...]]:
    """The field that asks for addresses, and the addresses as written."""
    name, value = _annotation(service, ADDRESSES)
    if value:
        return _path(name), tuple(part.strip() for part in value.split(","))
    wanted = service.spec.load_balancer_ip
    return ("spec.loadBalancerIP", (wanted,)) if wanted else ("", ())


def _named(ref: ResourceRef) -> str:
    return f"{ref.namespace}/{ref.name}"


@rule(
    "requested-pool-unknown",
    ERROR,
    meaning="A service asks for a pool that does not exist: it gets no address.",
    remedy="Write the metadata.name of an IPAddressPool.",
    source="MetalLB controller/service.go, internal/allocator: unknown pool",
)
def requested_pool_unknown(facts: Facts) -> Iterator[Finding]:
    """The annotation address-pool; without any pool in the set, pools are not known."""
    known = facts.names(IPAddressPool)
    for ref, service in facts.requesting if known and facts.knows_names else ():
        name, wanted = _annotation(service, POOL)
        if wanted and wanted not in known:
            meant = nearest(wanted, known)
            fix = f"Did you mean {meant}?" if meant else "Write the name of an IPAddressPool."
            message = f"{_named(ref)} asks for the pool {wanted!r}, which does not exist"
            yield Finding(ref, _path(name), message, fix)


@rule(
    "requested-address-refused",
    ERROR,
    meaning="A service asks for an address that is in no pool, or kept back by avoidBuggyIPs.",
    remedy="Ask for an address that a pool gives out.",
    source="MetalLB internal/allocator Assign; controller/service.go",
)
def requested_address_refused(facts: Facts) -> Iterator[Finding]:
    """The annotation loadBalancerIPs or spec.loadBalancerIP."""
    pools = {ref.name: pool for ref, pool in facts.written_pools}
    for ref, service in facts.requesting if pools and not facts.has_unread_pools else ():
        path, wanted = _requested(service)
        for text in wanted:
            why = _refusal(facts, pools, parse_address(text))
            if why:
                message = f"{_named(ref)} asks for {text}, which {why}: it gets no address"
                yield Finding(ref, path, message, "Ask for an address that a pool gives out.")


def _refusal(facts: Facts, pools: dict[str, IPAddressPool], address: Address | None) -> str:
    """Why an address is not given out; empty if it is."""
    if address is None:
        return "is no IP address"
    for pool in facts.config.pools:
        if any(block.contains(address) for entry in pool.entries for block in entry):
            is_buggy = address.family == 4 and address.value & 255 in (0, 255)
            if is_buggy and pools[pool.name].spec.avoid_buggy_ips:
                return f"pool {pool.name} keeps back because of avoidBuggyIPs"
            return ""
    return "is in no pool"


@rule(
    "requested-twice",
    ERROR,
    meaning="A service asks for addresses in two ways at once: it gets none.",
    remedy="Keep the annotation, and remove spec.loadBalancerIP.",
    source="MetalLB controller/service.go getDesiredLbIPs",
)
def requested_twice(facts: Facts) -> Iterator[Finding]:
    """The annotation loadBalancerIPs together with spec.loadBalancerIP."""
    for ref, service in facts.requesting:
        _, value = _annotation(service, ADDRESSES)
        if value and service.spec.load_balancer_ip:
            message = f"{_named(ref)} asks by annotation and by spec.loadBalancerIP: it gets none"
            yield Finding(ref, "spec.loadBalancerIP", message, "Remove spec.loadBalancerIP.")


@rule(
    "deprecated-annotation",
    INFO,
    meaning="An annotation has its old prefix metallb.universe.tf.",
    remedy="Write metallb.io instead.",
    source="MetalLB controller/service.go: both are read, the new one first",
)
def deprecated_annotation(facts: Facts) -> Iterator[Finding]:
    """Every annotation with the old prefix."""
    for ref, service in facts.requesting:
        for name in service.metadata.annotations:
            if name.startswith(OLD):
                fix = f"Write {NEW}{name.removeprefix(OLD)}."
                yield Finding(ref, _path(name), f"{name} of {_named(ref)} is the old name", fix)


@rule(
    "shared-address-conflict",
    WARNING,
    meaning="Two services have one address, but may not share it; one loses it at a restart.",
    remedy="Give both the same allow-shared-ip annotation and different ports.",
    source="MetalLB internal/allocator: same key, same policy, no port twice",
)
def shared_address_conflict(facts: Facts) -> Iterator[Finding]:
    """Addresses in the status of more than one service."""
    for text, (first, *others) in sorted(facts.shared.items()):
        one = facts.resources.get(first)
        for ref in others:
            other = facts.resources.get(ref)
            assert isinstance(one, Service) and isinstance(other, Service)
            found = _why_not_shared(one, other)
            if found:
                why, fix = found
                message = f"{_named(ref)} has {text} together with {_named(first)}, but {why}"
                yield Finding(ref, "status.loadBalancer.ingress[0]", message, fix)


def _why_not_shared(first: Service, second: Service) -> tuple[str, str] | None:
    """Why two services may not share an address, and what to do; None if they may."""
    keys = {_annotation(one, SHARING)[1] for one in (first, second)}
    if len(keys) > 1 or keys == {""}:
        return "they have no sharing key in common", f"Give both the same {NEW}{SHARING}."
    policies = [one.spec.external_traffic_policy == "Local" for one in (first, second)]
    if policies[0] != policies[1]:
        why = "one has externalTrafficPolicy Local and the other has not"
        return why, "Give both externalTrafficPolicy Cluster, or different addresses."
    if policies[0] and first.spec.selector != second.spec.selector:
        why = "with externalTrafficPolicy Local their selectors would have to be equal"
        return why, "Give both externalTrafficPolicy Cluster, or different addresses."
    ports = [{(port.protocol, port.port) for port in one.spec.ports} for one in (first, second)]
    common = sorted(ports[0] & ports[1])
    if not common:
        return None
    protocol, port = common[0]
    return f"both use port {port}/{protocol}", "Give them different ports, or different addresses."
