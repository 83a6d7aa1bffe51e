"""Services that are announced alike, so that rules look at a few groups instead of at each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from lbtui.core.configuration.model import LoadBalancer, Peer
from lbtui.core.routing.plans import Decision, PlanKey, Plans
from lbtui.core.routing.routes import RouteTables
from lbtui.core.values.nodes import NodeSet


class Group(NamedTuple):
    """Services of one plan, one externalTrafficPolicy and the same endpoints' nodes."""

    key: PlanKey
    nodes: NodeSet
    """Nodes that can serve them."""
    families: tuple[int, ...]
    """Families of their addresses, sorted."""
    services: tuple[LoadBalancer, ...]
    """By name."""


class Announced(NamedTuple):
    """A group, and what becomes of each of its services."""

    group: Group
    decision: Decision


class Carriers(NamedTuple):
    """Who carries the services of a group to the network."""

    group: Group
    nodes: NodeSet
    peers: tuple[str, ...]


def group_services(tables: RouteTables) -> tuple[Group, ...]:
    """All services in groups; linear in services."""
    found: dict[tuple[int, bool, tuple[int, ...]], list[LoadBalancer]] = {}
    limits = {}
    for placement in tables.placements.by_name.values():
        service = placement.service
        families = {address[0] for address in service.addresses}
        ordered = tuple(sorted(families)) if len(families) > 1 else tuple(families)
        # Equal limits are one object, see Placements.
        found.setdefault((id(placement.limits), service.is_local, ordered), []).append(service)
        limits[id(placement.limits)] = placement.limits[0]
    return tuple(
        Group(*limits[place], families, tuple(services))
        for (place, _, families), services in found.items()
    )


def decide(groups: Sequence[Group], plans: Plans) -> tuple[Announced, ...]:
    """What becomes of each group."""
    return tuple([Announced(group, plans.decide(group.key, group.services[0])) for group in groups])


def carriers(
    announced: Sequence[Announced], plans: Plans, receivers: Sequence[Sequence[Peer]]
) -> tuple[Carriers, ...]:
    """Groups that some router hears of; `receivers`: the peers of each advertisement."""
    planned: dict[tuple[PlanKey, tuple[int, ...]], Mapping[str, NodeSet]] = {}
    found: list[Carriers] = []
    for group, decision in announced:
        if not decision.announcing:
            continue
        place = (group.key, group.families)
        sent = planned.get(place)
        if sent is None:
            sent = planned[place] = _sent(group, plans, receivers)
        nodes = 0
        peers: list[str] = []
        for name, mask in sent.items():
            if mask & group.nodes:
                nodes |= mask & group.nodes
                peers.append(name)
        if nodes:
            found.append(Carriers(group, nodes, tuple(peers)))
    return tuple(found)


def _sent(group: Group, plans: Plans, receivers: Sequence[Sequence[Peer]]) -> Mapping[str, NodeSet]:
    """Peer → nodes that would send it the group's routes if all could serve."""
    sent: dict[str, NodeSet] = {}
    for index, own in plans.plan(group.key).parts:
        for peer in receivers[index]:
            if own & peer.nodes and not peer.families.isdisjoint(group.families):
                sent[peer.name] = sent.get(peer.name, 0) | own & peer.nodes
    return sent
