"""Nodes that draw the traffic of services with externalTrafficPolicy Local, and drop it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from lbtui.core.configuration.model import Advertisement, Peer
from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.routing.plans import PlanKey
from lbtui.core.routing.prefixes import Member
from lbtui.core.routing.routes import RouteTables
from lbtui.core.values.addresses import BITS, Prefix
from lbtui.core.values.nodes import NodeSet, union


class Trapped(NamedTuple):
    """What becomes of the Local services of one aggregate."""

    services: tuple[str, ...]
    """Those whose traffic is dropped somewhere, by name."""
    nodes: NodeSet
    """Nodes that draw traffic of one of them without an endpoint."""


class _Use(NamedTuple):
    """How the services of one plan meet an aggregate's advertisement."""

    nodes: NodeSet
    """Nodes that use it for them."""
    guarded: tuple[tuple[NodeSet, NodeSet], ...]
    """For each router that hears the aggregate: the nodes with a session to it, and those of
    them that send it a longer prefix of the same services."""


class _Judged(NamedTuple):
    """An aggregate, all that was looked at, and what came out."""

    member: Member
    uses: tuple[_Use, ...]
    """For each plan of the services."""
    reach: NodeSet
    trapped: Trapped


class BlackHoles:
    """All of them; takes over from earlier ones the aggregates that nothing happened to."""

    def __init__(
        self,
        tables: RouteTables,
        receivers: Sequence[Sequence[Peer]],
        reach: Callable[[int, int], NodeSet],
        previous: BlackHoles | None = None,
    ) -> None:
        """Look at every aggregate that holds a Local service.

        Args:
            tables: The routes.
            receivers: For each advertisement the peers that it is for.
            reach: Advertisement (by its index) and family → nodes that send it to somebody.
            previous: Of a configuration that may differ in anything.
        """
        self._receivers = receivers
        self._known: dict[tuple[ResourceRef, Prefix], _Judged] = {}
        self.by_advertisement: tuple[Mapping[Prefix, Trapped], ...] = tuple(
            self._judge(tables, index, advertisement, reach, previous)
            for index, advertisement in enumerate(tables.config.advertisements)
        )
        """For each advertisement of the configuration: its aggregates with trapped services."""

    def __eq__(self, other: object) -> bool:
        """Equal when the same services are trapped."""
        if not isinstance(other, BlackHoles):
            return NotImplemented
        return self.by_advertisement == other.by_advertisement

    __hash__ = None  # type: ignore[assignment]  # compared by content, never a key

    def _judge(
        self,
        tables: RouteTables,
        index: int,
        advertisement: Advertisement,
        reach: Callable[[int, int], NodeSet],
        previous: BlackHoles | None,
    ) -> Mapping[Prefix, Trapped]:
        used: dict[tuple[PlanKey, int], _Use] = {}
        found: dict[Prefix, Trapped] = {}
        for family, bits in BITS.items():
            length = advertisement.length(family)
            if not 0 <= length < bits:
                continue
            nodes = reach(index, family)
            for keys, bundle in tables.index.level((family, length)).bundles.items():
                for key in keys:
                    if (key, family) not in used:
                        used[key, family] = self._use(tables, index, family, key)
                own = tuple([used[key, family] for key in keys])
                for network, member in bundle.members.items():
                    if not member.local_sources:
                        continue
                    place = (advertisement.ref, Prefix(family, network, length))
                    known = previous._known.get(place) if previous else None
                    if known is None or known[:3] != (member, own, nodes):
                        known = _Judged(member, own, nodes, _trapped(member, own, nodes))
                    self._known[place] = known
                    if known.trapped.services:
                        found[place[1]] = known.trapped
        return found

    def _use(self, tables: RouteTables, index: int, family: int, key: PlanKey) -> _Use:
        """How an advertisement is used by a plan, and by which others its routers hear longer."""
        parts = dict(tables.plans.plan(key).parts)
        advertisements = tables.config.advertisements
        length = advertisements[index].length(family)
        longer = [
            (advertisements[other].peers, nodes)
            for other, nodes in parts.items()
            if advertisements[other].length(family) > length
        ]
        guarded = []
        for peer in self._receivers[index]:
            if family in peer.families:
                guards = union(n for peers, n in longer if not peers or peer.name in peers)
                guarded.append((peer.nodes, guards & peer.nodes))
        return _Use(parts.get(index, 0), tuple(dict.fromkeys(guarded)))


def _trapped(member: Member, uses: tuple[_Use, ...], reach: NodeSet) -> Trapped:
    """The Local services of an aggregate, with the nodes that announce it in vain for them.

    Not where the router also hears a longer prefix of the service: it prefers that one.
    """
    own = dict(zip(member.keys, uses, strict=True))
    sending = 0
    for key, limit in member.limits:
        sending |= own[key].nodes & limit
    sending &= reach
    names, nodes = [], 0
    for placement in member.local_sources:
        ((key, able),) = placement.limits
        use = own[key]
        announcing = use.nodes & able
        drawing = sending & ~announcing if announcing else 0
        lost = 0
        for heard, guards in use.guarded:
            if not guards & able:
                lost |= drawing & heard
        if lost:
            names.append(placement.service.name)
            nodes |= lost
    return Trapped(tuple(names), nodes)
