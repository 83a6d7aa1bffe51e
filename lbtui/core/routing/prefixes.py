"""The prefixes that services' addresses give, and the services behind each.

An index of what never depends on peers and hardly on advertisements: for each aggregation length
in use, prefix → services. Prefixes whose services fall under the same plans stand together in a
bundle, as they are announced alike but for the nodes that can serve them.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from operator import attrgetter

from lbtui.core.configuration.model import EVERYWHERE
from lbtui.core.routing.placement import Limits, Move, Placement, Placements
from lbtui.core.routing.plans import PlanKey
from lbtui.core.values.addresses import BITS
from lbtui.core.values.nodes import NodeSet

Kind = tuple[int, int]
"""Family and aggregation length."""

Keys = tuple[PlanKey, ...]

_NAME = attrgetter("service.name")
_IS_LOCAL = attrgetter("service.is_local")

MOST_REMEMBERED = 1000
"""Answers that are kept; there are a few for each kind of peer and advertisement."""


class Member:
    """What is behind one prefix; the same object as long as it stays."""

    __slots__ = ("_local_sources", "limits", "sources")

    def __init__(self, sources: tuple[Placement, ...], limits: Limits) -> None:
        """Take the sources by service name."""
        self.sources = sources
        self.limits = limits
        self._local_sources: tuple[Placement, ...] | None = None

    @property
    def local_sources(self) -> tuple[Placement, ...]:
        """Those with externalTrafficPolicy Local."""
        if self._local_sources is None:
            self._local_sources = tuple([one for one in self.sources if one.service.is_local])
        return self._local_sources

    def moved(self, gone: Sequence[Placement], come: Sequence[Placement]) -> Member | None:
        """The same prefix after services moved: an aggregate has thousands. None: none is left."""
        sources = _moved(self.sources, gone, come)
        if not sources:
            return None
        left, new = (Counter(id(one.limits) for one in moved) for moved in (gone, come))
        member = Member(sources, self.limits) if left == new else Member.of(sources)
        if self._local_sources is not None:
            changes = filter(_IS_LOCAL, gone), filter(_IS_LOCAL, come)
            member._local_sources = _moved(self._local_sources, *changes)
        return member

    @classmethod
    def of(cls, sources: Sequence[Placement]) -> Member:
        """Put the limits of services under one plan together."""
        if len(sources) == 1:
            return cls(tuple(sources), sources[0].limits)
        limits: dict[PlanKey, NodeSet] = {}
        for one in {id(placement.limits): placement.limits for placement in sources}.values():
            ((key, nodes),) = one
            limits[key] = limits.get(key, 0) | nodes
        return cls(tuple(sources), tuple(limits.items()))

    @property
    def keys(self) -> Keys:
        """The plans of its services."""
        return tuple([key for key, _ in self.limits])


NOTHING = Member((), ())


def _moved(
    sources: Iterable[Placement], gone: Iterable[Placement], come: Iterable[Placement]
) -> tuple[Placement, ...]:
    """Sources by service name, after some went and others came."""
    moved = list(sources)
    for placement in gone:
        del moved[bisect_left(moved, placement.service.name, key=_NAME)]
    for placement in come:
        insort(moved, placement, key=_NAME)
    return tuple(moved)


class Reached:
    """How many prefixes are limited to which nodes; remembers what it was asked."""

    def __init__(self, counts: Mapping[NodeSet, int]) -> None:
        """Take nodes to limit to → how many prefixes are limited to them."""
        self._counts = counts
        self._known: dict[NodeSet, int] = {}

    def by(self, nodes: NodeSet) -> int:
        """How many prefixes some nodes reach."""
        known = self._known.get(nodes)
        if known is None:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            counts = self._counts.items()
            known = self._known[nodes] = sum([n for mask, n in counts if mask & nodes])
        return known


class Bundle:
    """Prefixes of one length whose services fall under the same plans; never changes."""

    def __init__(self, members: Mapping[int, Member]) -> None:
        """Take network → what is behind it."""
        self.members = members

    @cached_property
    def limits(self) -> Mapping[Limits, Reached]:
        """Limits to apply to the plans → nodes to limit further to → how many prefixes have both.

        Under a single plan the prefixes differ by the latter only.
        """
        if not self.members:
            return {}
        first, *others = next(iter(self.members.values())).limits
        if not others:
            nodes = dict(Counter([member.limits[0][1] for member in self.members.values()]))
            return {((first[0], EVERYWHERE),): Reached(nodes)}
        counts = Counter([member.limits for member in self.members.values()])
        return {limits: Reached({EVERYWHERE: count}) for limits, count in counts.items()}


class Level:
    """All prefixes of one family and length."""

    def __init__(self, kind: Kind, bundles: Mapping[Keys, Bundle]) -> None:
        """Take the bundles by the plans of their members."""
        self.family, self.length = kind
        self.kind = kind
        self.bundles = bundles
        self._shift = BITS[self.family] - self.length

    @classmethod
    def of(cls, kind: Kind, placements: Iterable[Placement]) -> Level:
        """Index placements, which come by service name."""
        family, shift = kind[0], BITS[kind[0]] - kind[1]
        found: dict[int, list[Placement]] = {}
        for placement in placements:
            for address in placement.service.addresses:
                if address[0] == family:
                    network = address[1] >> shift << shift
                    sources = found.get(network)
                    if sources is None:
                        found[network] = [placement]
                    elif sources[-1] is not placement:
                        sources.append(placement)
        bundles: dict[Keys, dict[int, Member]] = {}
        alone: dict[int, dict[int, Member]] = {}
        for network, sources in found.items():
            member = Member.of(sources)
            limits = member.limits
            bundle = alone.get(id(limits))
            if bundle is None:
                bundle = bundles.setdefault(member.keys, {})
                if len(sources) == 1:
                    alone[id(limits)] = bundle  # its limits are shared and stay, see Placements
            bundle[network] = member
        return cls(kind, {keys: Bundle(members) for keys, members in bundles.items()})

    def moved(self, moves: Iterable[Move]) -> Level:
        """The index after services moved; what that does not touch stays the same objects."""
        gone: dict[int, list[Placement]] = {}
        come: dict[int, list[Placement]] = {}
        for move in moves:
            for changes, placement in zip((gone, come), move, strict=True):
                if placement is not None:
                    for network in self.networks(placement):
                        changes.setdefault(network, []).append(placement)
        if not gone and not come:
            return self
        copied: dict[Keys, dict[int, Member]] = {}

        def members(keys: Keys) -> dict[int, Member]:
            if keys not in copied:
                copied[keys] = dict(self.bundles[keys].members) if keys in self.bundles else {}
            return copied[keys]

        for network in gone.keys() | come.keys():
            before = self.find(network) or NOTHING
            after = before.moved(gone.get(network, ()), come.get(network, ()))
            if before is not NOTHING:
                del members(before.keys)[network]
            if after is not None:
                members(after.keys)[network] = after
        changed = {keys: Bundle(own) for keys, own in copied.items()}
        every = {**self.bundles, **changed}
        return Level(self.kind, {keys: bundle for keys, bundle in every.items() if bundle.members})

    def networks(self, placement: Placement) -> Iterable[int]:
        """The prefixes of one service, each once; none if it is in no pool."""
        if not placement.key.pool:
            return ()
        return dict.fromkeys(
            address.value >> self._shift << self._shift
            for address in placement.service.addresses
            if address.family == self.family
        )

    def find(self, network: int) -> Member | None:
        """What is behind a prefix."""
        for bundle in self.bundles.values():
            member = bundle.members.get(network)
            if member is not None:
                return member
        return None


class PrefixIndex:
    """The levels of all lengths in use; takes over from an earlier index what stays."""

    def __init__(
        self, placements: Placements, kinds: Iterable[Kind], previous: PrefixIndex | None = None
    ) -> None:
        """Follow the moves of `placements` since `previous`."""
        self.kinds = tuple(sorted(set(kinds)))
        self._levels: dict[Kind, Level] = {}
        for kind in self.kinds:
            if previous is not None and kind in previous._levels:
                self._levels[kind] = previous._levels[kind].moved(placements.moves)
            else:
                placed = placements.by_name.values()
                self._levels[kind] = Level.of(kind, [one for one in placed if one.key.pool])

    def level(self, kind: Kind) -> Level:
        """All prefixes of a family and length in use."""
        return self._levels[kind]
