"""What a back end refuses only when routes meet: too many communities, contradicting localPrefs.

Both are rare; each is looked for only where the advertisements make it possible.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from lbtui.core.configuration.model import Advertisement, Configuration, Peer
from lbtui.core.diagnostics import Diagnostic, Severity
from lbtui.core.routing.plans import Decision, Parts
from lbtui.core.routing.tables import Row, TableBuilder
from lbtui.core.values.nodes import NodeSet

MAX_COMMUNITIES = 63
"""Most communities of one advertisement; native also counts after merging."""


@dataclass(frozen=True, slots=True)
class Refusals:
    """What is refused when routes meet."""

    withheld: Mapping[str, Mapping[str, NodeSet]] = field(default_factory=dict)
    """Peer → service → nodes on which the peer never learns the service's routes."""
    service_errors: Mapping[str, NodeSet] = field(default_factory=dict)
    """Service → nodes on which applying it fails."""
    undefined: NodeSet = 0
    """Nodes on which it is chance which routes get out before applying fails."""
    backend_errors: Mapping[str, str] = field(default_factory=dict)
    """Node → why its whole configuration is refused."""
    diagnostics: tuple[Diagnostic, ...] = ()


def find_refusals(
    config: Configuration, builder: TableBuilder, decide: Callable[[str], Decision | None]
) -> Refusals:
    """Look for both; `decide` tells what becomes of a service."""
    limit = _CommunityLimit(config, builder, decide)
    errors = limit.find()
    undefined = limit.undefined(errors) if errors else 0
    contradictions = [
        _contradiction(config, row, nodes)
        for row, nodes in _contradictions(config, builder, limit.withheld).items()
    ]
    too_many = [_too_many(config, errors, bool(undefined))] if errors else []
    return Refusals(
        withheld=limit.withheld,
        service_errors=errors,
        undefined=undefined,
        backend_errors={
            name: diagnostic.message for diagnostic in contradictions for name in diagnostic.nodes
        },
        diagnostics=(*contradictions, *too_many),
    )


def advertisements_for(config: Configuration, peer: str) -> frozenset[int]:
    """Indices of the advertisements that a peer gets."""
    return frozenset(
        index
        for index, advertisement in enumerate(config.advertisements)
        if not advertisement.peers or peer in advertisement.peers
    )


def _contradictions(
    config: Configuration, builder: TableBuilder, withheld: Mapping[str, Mapping[str, NodeSet]]
) -> dict[Row, NodeSet]:
    """Rows with several localPrefs, and the nodes that would hand them to frr-k8s.

    Source: frr-k8s internal/controller/api_to_config.go localPrefPrefixesToMap.
    """
    found: dict[Row, NodeSet] = {}
    pairs = combinations(config.advertisements, 2) if config.backend == "frr-k8s" else ()
    if not any(_may_contradict(config, *pair) for pair in pairs):
        return found
    tables: dict[tuple[frozenset[int], frozenset[int], str], tuple[Row, ...]] = {}
    for peer in config.peers:
        nodes = peer.nodes & config.active_nodes
        held = withheld.get(peer.name)
        key = (advertisements_for(config, peer.name), peer.families, peer.name if held else "")
        if key not in tables:
            tables[key] = builder.build(
                key[0],
                key[1],
                held,
                is_wanted=lambda used: len(builder.attributes(used).local_prefs) > 1,
            )
        for row in tables[key]:
            if row.nodes & nodes:
                found[row] = found.get(row, 0) | row.nodes & nodes
    return found


def _may_contradict(config: Configuration, first: Advertisement, second: Advertisement) -> bool:
    """Whether two advertisements could give one prefix different localPrefs."""
    return bool(
        first.local_pref
        and second.local_pref
        and first.local_pref != second.local_pref
        and first.nodes & second.nodes
        and (not first.peers or not second.peers or first.peers & second.peers)
        and any(
            first.length(family) == second.length(family)
            and all(_covers(config, one, family) for one in (first, second))
            for family in (4, 6)
        )
    )


def _covers(config: Configuration, advertisement: Advertisement, family: int) -> bool:
    """Whether a pool of the advertisement has addresses of a family."""
    return any(
        pool.name in advertisement.pools and family in pool.families for pool in config.pools
    )


def _contradiction(config: Configuration, row: Row, nodes: NodeSet) -> Diagnostic:
    """Say which prefix gets several localPrefs."""
    first, *others = (config.advertisements[index] for index in row.advertisements)
    rest = ", ".join(str(other.ref) for other in others)
    return Diagnostic(
        Severity.ERROR,
        "frr-k8s-local-pref-conflict",
        f"{first.ref} and {rest} give {row.prefix} different localPrefs: frr-k8s refuses the "
        "whole configuration of the node, and none of its routes change",
        ref=first.ref,
        path="spec.localPref",
        fix="Give them the same localPref.",
        nodes=config.nodes.names_of(nodes),
    )


def _too_many(config: Configuration, errors: Mapping[str, NodeSet], is_chance: bool) -> Diagnostic:
    """Say which services are not announced for too many communities."""
    nodes = 0
    for mask in errors.values():
        nodes |= mask
    names = ", ".join(list(errors)[:3]) + (f" and {len(errors) - 3} more" * (len(errors) > 3))
    return Diagnostic(
        Severity.ERROR,
        "too-many-communities",
        f"more than {MAX_COMMUNITIES} communities on one route: MetalLB fails to announce {names}"
        + ", and which routes get out before that is chance" * is_chance,
        fix=f"Keep each advertisement, and what shares its prefixes, to {MAX_COMMUNITIES}.",
        nodes=config.nodes.names_of(nodes),
    )


class _CommunityLimit:
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
        self._config = config
        self._builder = builder
        self._decide = decide
        self._services = range(len(config.services))
        self.withheld: dict[str, dict[str, NodeSet]] = {}

    def find(self) -> dict[str, NodeSet]:
        """Fill `withheld`; service → nodes on which applying it fails."""
        stops: list[tuple[int, NodeSet]] = []
        for peer in self._config.peers:
            own = advertisements_for(self._config, peer.name)
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
            own = advertisements_for(self._config, peer.name)
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
