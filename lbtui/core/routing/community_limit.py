"""What happens where a route has more communities than a back end takes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence

from lbtui.core.configuration.model import Configuration, Peer
from lbtui.core.routing.plans import Decision, Parts
from lbtui.core.routing.tables import Row, TableBuilder
from lbtui.core.values.nodes import NodeSet

MAX_COMMUNITIES = 63
"""Most communities of one advertisement; native also counts after merging."""


class CommunityLimit:
    """Plays through what happens when a session refuses an update for its communities.

    MetalLB applies services one after the other and hands every session all routes known so far.
    The first session that refuses ends the update; it and the sessions after it keep what they
    had. Services and sessions come in no defined order; lbtui takes them by name, which is one of
    the possible outcomes.
    """

    def __init__(
        self,
        config: Configuration,
        builder: TableBuilder,
        decide: Callable[[str], Decision | None],
    ) -> None:
        """Find nothing yet; `decide` tells what becomes of a service."""
        self._config = config
        self._builder = builder
        self._decide = decide
        self._services = range(len(config.services))
        self.withheld: dict[str, dict[str, NodeSet]] = {}
        """Peer → service → nodes on which the peer never learns the service's routes."""

    def find(self) -> dict[str, NodeSet]:
        """Fill `withheld`; service → nodes on which applying it fails."""
        stops: list[tuple[int, NodeSet]] = []
        for peer in self._config.peers:
            own = self._config.advertisements_for(peer.name)
            if self._may_exceed(own):
                stops.extend(self._stops(peer, own))
            if stops:
                self._withhold(peer, stops)
        errors: dict[str, NodeSet] = {}
        for index, service in enumerate(self._config.services) if stops else ():
            nodes = self._decision(index).announcing & _stopped(stops, index)
            if nodes:
                errors[service.name] = nodes
        return errors

    def undefined(self, errors: Mapping[str, NodeSet]) -> NodeSet:
        """Nodes with errors on which the order of services or sessions decides what gets out.

        It does not where every service that a session is handed makes it refuse by itself.
        """
        failing = 0
        for mask in errors.values():
            failing |= mask
        nodes = 0
        for peer in self._config.peers:
            own = self._config.advertisements_for(peer.name)
            for service in self._services if failing & peer.nodes & ~nodes else ():
                handed = tuple([part for part in self._decision(service).parts if part[0] in own])
                for _, mask in handed:
                    nodes |= mask & peer.nodes & failing & ~self._refused_alone(handed)
        return nodes

    def _refused_alone(self, parts: Parts) -> NodeSet:
        """Nodes on which these advertisements of one service make a session refuse."""
        nodes = 0
        for index, mask in parts:
            if len(self._config.advertisements[index].communities) > MAX_COMMUNITIES:
                nodes |= mask
        if self._config.backend == "native":
            by_length: dict[int, list[tuple[int, NodeSet]]] = {}
            for index, mask in parts:
                length = self._config.advertisements[index].length_v4
                by_length.setdefault(length, []).append((index, mask))
            for own in by_length.values():
                for mask, used in self._builder.split(tuple(own)):
                    if self._count(used) > MAX_COMMUNITIES:
                        nodes |= mask
        return nodes

    def _number_of(self, service: str) -> int:
        """A service's place in the order by name."""
        return bisect_left(self._config.services, service, key=lambda one: one.name)

    def _decision(self, service: int) -> Decision:
        """What becomes of a service of the configuration."""
        decision = self._decide(self._config.services[service].name)
        assert decision is not None
        return decision

    def _may_exceed(self, advertisements: frozenset[int]) -> bool:
        """Whether these advertisements could put too many communities on one route."""
        chosen = [self._config.advertisements[index] for index in advertisements]
        if self._config.backend == "native":
            return len({value for a in chosen for value in a.communities}) > MAX_COMMUNITIES
        return any(len(a.communities) > MAX_COMMUNITIES for a in chosen)

    def _withhold(self, peer: Peer, stops: Sequence[tuple[int, NodeSet]]) -> None:
        """Services that come after a stop never reach the peer on the stopped nodes."""
        held = self.withheld.setdefault(peer.name, {})
        for index, service in enumerate(self._config.services):
            nodes = peer.nodes & _stopped(stops, index)
            if nodes:
                held[service.name] = held.get(service.name, 0) | nodes

    def _stops(self, peer: Peer, advertisements: frozenset[int]) -> Iterable[tuple[int, NodeSet]]:
        """Service index and nodes: the peer's session refuses from that service on."""
        nodes = peer.nodes & self._config.active_nodes
        excessive = {
            index
            for index in advertisements
            if len(self._config.advertisements[index].communities) > MAX_COMMUNITIES
        }
        for service in self._services:
            for index, mask in self._decision(service).parts:
                if index in excessive and mask & nodes:
                    yield service, mask & nodes
        if self._config.backend == "native":
            for row in self._builder.build(
                advertisements,
                peer.families,
                is_wanted=lambda used: self._count(used) > MAX_COMMUNITIES,
            ):
                if row.nodes & nodes:
                    yield from self._merging_stops(row, row.nodes & nodes, advertisements)

    def _count(self, advertisements: tuple[int, ...]) -> int:
        """Communities of a prefix that all these advertisements announce."""
        merged = self._builder.attributes(advertisements)
        return len(merged.communities) + len(merged.large_communities)

    def _merging_stops(
        self, row: Row, nodes: NodeSet, advertisements: frozenset[int]
    ) -> Iterable[tuple[int, NodeSet]]:
        """The services with which the union of a prefix's communities becomes too large."""
        pieces: list[tuple[NodeSet, frozenset[int]]] = [(nodes, frozenset())]
        for name, _ in sorted(row.services):
            service = self._number_of(name)
            for index, mask in self._decision(service).parts:
                length = self._config.advertisements[index].length(row.prefix.family)
                if index not in advertisements or length != row.prefix.length:
                    continue
                pieces = [
                    piece
                    for own, used in pieces
                    for piece in ((own & mask, used | {index}), (own & ~mask, used))
                    if piece[0]
                ]
            for own, used in pieces:
                if self._count(tuple(sorted(used))) > MAX_COMMUNITIES:
                    yield service, own
            pieces = [p for p in pieces if self._count(tuple(sorted(p[1]))) <= MAX_COMMUNITIES]


def _stopped(stops: Iterable[tuple[int, NodeSet]], service: int) -> NodeSet:
    """Nodes on which a session had refused by the time this service is applied."""
    nodes = 0
    for index, mask in stops:
        if index <= service:
            nodes |= mask
    return nodes
