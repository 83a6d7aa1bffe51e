"""Services as written: what follows from each by itself, kept up to date service by service."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter

from lbtui.core.objects.cluster_resources import Service
from lbtui.core.objects.meta import LabelSelector
from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.objects.resources import ServiceAllocation
from lbtui.core.values.addresses import Address, parse_address

PREFIXES = ("metallb.io/", "metallb.universe.tf/")
"""Of MetalLB's annotations: the new spelling, and the old one."""

Services = tuple[tuple[ResourceRef, Service], ...]
Labels = tuple[str | None, ...]
Holders = Mapping[str, tuple[ResourceRef, ...]]


def is_load_balancer(service: Service) -> bool:
    """Whether a service is of type LoadBalancer."""
    return service.spec.type == "LoadBalancer"


def asks(service: Service) -> bool:
    """Whether a LoadBalancer service asks MetalLB for something."""
    if service.spec.type != "LoadBalancer":
        return False
    names = service.metadata.annotations
    return bool(service.spec.load_balancer_ip) or any(n.startswith(PREFIXES) for n in names)


def patched(
    known: Services,
    gone: Mapping[ResourceRef, Service],
    come: Mapping[ResourceRef, Service],
    is_wanted: Callable[[Service], bool],
) -> Services:
    """Services by name, after some of them went, came or changed."""
    items = list(known)
    for ref in {**gone, **come}:
        at = bisect_left(items, ref, key=itemgetter(0))
        is_there = at < len(items) and items[at][0] == ref
        is_here = ref in come and is_wanted(come[ref])
        items[at : at + is_there] = [(ref, come[ref])] if is_here else []
    return tuple(items)


def moved_holders(
    known: Holders, gone: Mapping[ResourceRef, Service], come: Mapping[ResourceRef, Service]
) -> Holders:
    """Address → its LoadBalancer services by name, after some of them went, came or changed."""
    if _held(gone) == _held(come):
        return known
    holders = dict(known)
    for ref, service in gone.items():
        for text in _addresses(service):
            left = tuple(holder for holder in holders[text] if holder != ref)
            if left:
                holders[text] = left
            else:
                del holders[text]
    for ref, service in come.items():
        for text in _addresses(service):
            holders[text] = tuple(sorted((*holders[text], ref))) if text in holders else (ref,)
    return holders


def _held(services: Mapping[ResourceRef, Service]) -> set[tuple[ResourceRef, str]]:
    return {(ref, text) for ref, service in services.items() for text in _addresses(service)}


def moved_shared(
    known: Holders,
    holders: Holders,
    gone: Mapping[ResourceRef, Service],
    come: Mapping[ResourceRef, Service],
) -> Holders:
    """What several services hold, after some of them went, came or changed; else the very same."""
    touched = {text for one in (*gone.values(), *come.values()) for text in _addresses(one)}
    now = {text: holders[text] for text in touched if len(holders.get(text, ())) > 1}
    if now == {text: known[text] for text in touched if text in known}:
        return known
    return {text: refs for text, refs in known.items() if text not in touched} | now


_parsed = lru_cache(maxsize=1 << 16)(parse_address)
"""Reading those of all services anew after an edit would take longer than all else here."""


def cluster_ips(services: Iterable[tuple[ResourceRef, Service]]) -> Mapping[Address, str]:
    """ClusterIP → the LoadBalancer service that has it, by address."""
    found: dict[Address, str] = {}
    for ref, service in services:
        address = _parsed(service.spec.cluster_ip) if service.spec.cluster_ip else None
        if address is not None and is_load_balancer(service):
            found[address] = f"{ref.namespace}/{ref.name}"
    return dict(sorted(found.items()))


def _addresses(service: Service) -> Iterable[str]:
    """Addresses in the status of a LoadBalancer service, each once."""
    if not is_load_balancer(service):
        return ()
    return dict.fromkeys(entry.ip for entry in service.status.load_balancer.ingress if entry.ip)


def chosen_labels(services: Iterable[Service], keys: Sequence[str]) -> Iterator[Labels]:
    """The values of some labels of each LoadBalancer service."""
    for service in services:
        if is_load_balancer(service):
            yield tuple([service.metadata.labels.get(key) for key in keys])


def looked_at(
    advertised: Iterable[Sequence[LabelSelector]], allocated: Iterable[ServiceAllocation | None]
) -> tuple[str, ...]:
    """The labels of services that serviceSelectors look at, sorted."""
    lists = [*advertised, *(one.service_selectors for one in allocated if one is not None)]
    selectors = [selector for own in lists for selector in own]
    keys = {key for selector in selectors for key in selector.match_labels}
    keys |= {one.key for selector in selectors for one in selector.match_expressions}
    return tuple(sorted(keys))
