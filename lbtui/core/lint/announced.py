"""Services that are announced alike, so that rules look at a few groups instead of at each."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from lbtui.core.configuration.model import EVERYWHERE, LoadBalancer, Peer
from lbtui.core.routing.placement import Limits, Placement, Placements
from lbtui.core.routing.plans import Decision, PlanKey, Plans
from lbtui.core.values.nodes import NodeSet

MOST_MOVES = 500
"""Where more services moved than these, grouping all anew is quicker."""

_NAME = attrgetter("name")


class Group(NamedTuple):
    """Services of one plan, one externalTrafficPolicy and the same endpoints' nodes."""

    key: PlanKey
    nodes: NodeSet
    """Nodes that can serve them."""
    families: tuple[int, ...]
    """Families of their addresses, sorted."""
    services: tuple[LoadBalancer, ...]
    """By name."""
    name: str
    """Of the first of them."""


class Announced(NamedTuple):
    """A group, and what becomes of each of its services."""

    group: Group
    decision: Decision
    idle: NodeSet
    """Nodes with endpoints of their own that do not announce them; none where any node can."""


class Carriers(NamedTuple):
    """Who carries the services of a group that is announced to the network."""

    announced: Announced
    nodes: NodeSet
    peers: tuple[str, ...]
    is_single: bool
    """Whether it is one node, or one peer."""
    unheard: tuple[int, ...]
    """Families that no router hears of."""


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
        self.ordered = tuple(sorted(self._by_place.values(), key=_NAME))

    def _move(self, old: Placement | None, new: Placement | None) -> None:
        """Take one service out of its group, and put it into another."""
        if old is not None:
            place = _place(old)
            own = self._by_place.pop(place).services
            at = bisect_left(own, old.service.name, key=_NAME)
            rest = [*own[:at], *own[at + 1 :]]
            if rest:
                self._by_place[place] = _group(place, rest)
        if new is not None:
            place = _place(new)
            together = [*self._by_place[place].services] if place in self._by_place else []
            insort(together, new.service, key=_NAME)
            self._by_place[place] = _group(place, together)


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
    return Group(key, nodes, families, tuple(services), services[0].name)


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
        self._sent: dict[tuple[PlanKey, int], Sent] = {}
        self._by_group = self._decide(groups.ordered, previous)
        self.announced = tuple(self._by_group.values())
        """Every group, in its order."""
        self.poolless = tuple([one for one in self.announced if not one.group.key.pool])
        """Groups whose addresses no pool holds, or that have none."""
        self.stopped = tuple(
            [one for one in self.announced if one.group.key.pool and not one.decision.announcing]
        )
        """Groups of a pool that no node announces."""
        self.idle = tuple([one for one in self.announced if one.idle])
        """Groups with endpoints where they are not announced."""
        self.plans = {key: plans.plan(key) for key in {one.group.key for one in self.announced}}
        """The plans that the groups fall under."""
        self._carried = self._carry(previous)
        carried = self._carried.values()
        self.single = tuple([one for one in carried if one is not None and one.is_single])
        """Announced groups that one node or one peer alone carries."""
        self.unheard = tuple([one for one in carried if one is not None and one.unheard])
        """Announced groups of whose addresses no router hears, of one family at least."""

    def _decide(self, groups: Sequence[Group], previous: Decided | None) -> dict[int, Announced]:
        """By the identity of the group, which lives as long as what was decided about it."""
        known = previous._by_group if previous else {}
        same = _SamePlans(self._plans, previous._plans if previous else None)
        found: dict[int, Announced] = {}
        for group in groups:
            one = known.get(id(group))
            if one is None or not same[group.key]:
                decision = self._plans.decide(group.key, group.services[0])
                idle = 0 if group.nodes == EVERYWHERE else group.nodes & ~decision.announcing
                one = Announced(group, decision, idle)
            found[id(group)] = one
        return found

    def _carry(self, previous: Decided | None) -> dict[int, Carriers | None]:
        """By the identity of what was decided, which `announced` keeps alive."""
        is_same = previous is not None and previous._receivers == self._receivers
        known = previous._carried if previous is not None and is_same else {}
        keys = map(id, self.announced)
        return {
            key: known[key] if key in known else self._carriers(one)
            for key, one in zip(keys, self.announced, strict=True)
        }

    def _carriers(self, one: Announced) -> Carriers | None:
        """None if nobody announces it."""
        if not one.decision.announcing:
            return None
        group = one.group
        nodes, peers, unheard = 0, dict[str, None](), []
        for family in group.families:
            sending = 0
            for mask, names in self._sent_of(group.key, family).items():
                own = mask & group.nodes
                if own:
                    sending |= own
                    peers.update(dict.fromkeys(names))
            nodes |= sending
            if not sending:
                unheard.append(family)
        is_single = bool(nodes) and (nodes & nodes - 1 == 0 or len(peers) == 1)
        return Carriers(one, nodes, tuple(peers), is_single, tuple(unheard))

    def _sent_of(self, key: PlanKey, family: int) -> Sent:
        """Nodes that would send routes of a plan if all could serve → the peers that get them."""
        known = self._sent.get((key, family))
        if known is None:
            sent: dict[str, NodeSet] = {}
            for index, own in self._plans.plan(key).parts:
                for peer in self._receivers[index]:
                    if own & peer.nodes and family in peer.families:
                        sent[peer.name] = sent.get(peer.name, 0) | own & peer.nodes
            by_nodes: dict[NodeSet, tuple[str, ...]] = {}
            for name, nodes in sent.items():
                by_nodes[nodes] = (*by_nodes.get(nodes, ()), name)
            known = self._sent[key, family] = by_nodes
        return known


class _SamePlans(dict[PlanKey, bool]):
    """Plan key → whether its plan is the very same as before, found when first asked for."""

    def __init__(self, plans: Plans, before: Plans | None) -> None:
        self._plans, self._before = plans, before

    def __missing__(self, key: PlanKey) -> bool:
        before = self._before
        self[key] = before is not None and before.plan(key) is self._plans.plan(key)
        return self[key]
