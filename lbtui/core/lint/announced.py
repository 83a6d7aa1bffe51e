"""Services that are announced alike, so that rules look at a few groups instead of at each."""

from __future__ import annotations

from bisect import insort
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from lbtui.core.configuration.model import EVERYWHERE, LoadBalancer, Peer
from lbtui.core.routing.placement import Limits, Placement, Placements
from lbtui.core.routing.plans import Decision, PlanKey, Plans
from lbtui.core.values.nodes import NodeSet

MOST_MOVES = 500
"""Where more services moved than these, grouping all anew is quicker."""


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
    idle: NodeSet
    """Nodes with endpoints of their own that do not announce them; none where any node can."""


class Carriers(NamedTuple):
    """Who carries the services of a group to the network."""

    group: Group
    nodes: NodeSet
    peers: tuple[str, ...]


Sent = Mapping[NodeSet, tuple[str, ...]]
"""Nodes → the peers that these nodes send something to."""

GroupPlace = tuple[Limits, bool, tuple[int, ...]]
"""What the services of a group have in common: limits, whether they are Local, families."""


class Groups:
    """All services in groups, in the order of their first services."""

    def __init__(self, placements: Placements, previous: Groups | None = None) -> None:
        """Group all; or move those that moved since `previous`."""
        found: dict[GroupPlace, list[LoadBalancer]] = {}
        if previous is None or len(placements.moves) > MOST_MOVES:
            for placement in placements.by_name.values():
                found.setdefault(_place(placement), []).append(placement.service)
            self._by_place = {place: _group(place, own) for place, own in found.items()}
        else:
            self._by_place = dict(previous._by_place)
            for old, new in placements.moves:
                self._move(old, new)
        self.ordered = tuple(
            sorted(self._by_place.values(), key=lambda group: group.services[0].name)
        )

    def _move(self, old: Placement | None, new: Placement | None) -> None:
        """Take one service out of its group, and put it into another."""
        if old is not None:
            place = _place(old)
            left = [s for s in self._by_place.pop(place).services if s is not old.service]
            if left:
                self._by_place[place] = _group(place, left)
        if new is not None:
            place = _place(new)
            own = list(self._by_place[place].services) if place in self._by_place else []
            insort(own, new.service, key=lambda service: service.name)
            self._by_place[place] = _group(place, own)


def _place(placement: Placement) -> GroupPlace:
    """The group that a service belongs to."""
    addresses = placement.service.addresses
    if len(addresses) == 1:
        families: tuple[int, ...] = (addresses[0].family,)
    else:
        families = tuple(sorted({address.family for address in addresses}))
    return placement.limits, placement.service.is_local, families


def _group(place: GroupPlace, services: Sequence[LoadBalancer]) -> Group:
    """A group of services by name."""
    (((key, nodes),), _, families) = place
    return Group(key, nodes, families, tuple(services))


class Decided:
    """What becomes of all groups; takes over from earlier ones what stays the same."""

    def __init__(
        self,
        groups: Groups,
        plans: Plans,
        receivers: Sequence[Sequence[Peer]],
        previous: Decided | None = None,
    ) -> None:
        """Decide; `receivers`: the peers of each advertisement."""
        self._plans = plans
        self._receivers = receivers
        self._sent: dict[tuple[PlanKey, tuple[int, ...]], Sent] = {}
        self.announced = self._decide(groups.ordered, previous)
        """Every group, in its order."""
        self.plans = {key: plans.plan(key) for key in {one.group.key for one in self.announced}}
        """The plans that the groups fall under."""
        self._carried: dict[int, Carriers | None] = self._carry(previous)
        self.carriers = tuple([one for one in self._carried.values() if one is not None])
        """Groups that some router hears of."""

    def _decide(self, groups: Sequence[Group], previous: Decided | None) -> tuple[Announced, ...]:
        known = {id(one.group): one for one in previous.announced} if previous else {}
        same = _SamePlans(self._plans, previous._plans if previous else None)
        found: list[Announced] = []
        for group in groups:
            one = known.get(id(group))
            if one is None or not same[group.key]:
                decision = self._plans.decide(group.key, group.services[0])
                idle = 0 if group.nodes == EVERYWHERE else group.nodes & ~decision.announcing
                one = Announced(group, decision, idle)
            found.append(one)
        return tuple(found)

    def _carry(self, previous: Decided | None) -> dict[int, Carriers | None]:
        """By the identity of what was decided, which `announced` keeps alive."""
        is_same = previous is not None and previous._receivers == self._receivers
        known = previous._carried if previous is not None and is_same else {}
        return {
            id(one): known[id(one)] if id(one) in known else self._carriers(one)
            for one in self.announced
        }

    def _carriers(self, one: Announced) -> Carriers | None:
        if not one.decision.announcing:
            return None
        group = one.group
        place = (group.key, group.families)
        sent = self._sent.get(place)
        if sent is None:
            sent = self._sent[place] = _sent(group, self._plans, self._receivers)
        nodes = 0
        peers: list[str] = []
        for mask, names in sent.items():
            own = mask & group.nodes
            if own:
                nodes |= own
                peers += names
        return Carriers(group, nodes, tuple(peers)) if nodes else None


class _SamePlans(dict[PlanKey, bool]):
    """Plan key → whether its plan is the very same as before, found when first asked for."""

    def __init__(self, plans: Plans, before: Plans | None) -> None:
        self._plans, self._before = plans, before

    def __missing__(self, key: PlanKey) -> bool:
        before = self._before
        self[key] = before is not None and before.plan(key) is self._plans.plan(key)
        return self[key]


def _sent(group: Group, plans: Plans, receivers: Sequence[Sequence[Peer]]) -> Sent:
    """Nodes that would send the group's routes if all could serve → the peers that get them."""
    sent: dict[str, NodeSet] = {}
    for index, own in plans.plan(group.key).parts:
        for peer in receivers[index]:
            if own & peer.nodes and not peer.families.isdisjoint(group.families):
                sent[peer.name] = sent.get(peer.name, 0) | own & peer.nodes
    by_nodes: dict[NodeSet, tuple[str, ...]] = {}
    for name, nodes in sent.items():
        by_nodes[nodes] = (*by_nodes.get(nodes, ()), name)
    return by_nodes
