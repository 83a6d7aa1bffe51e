"""Route tables as shared, peer-independent rows: what a set of advertisements announces.

Peers that get the same advertisements and families share one table. A prefix's nodes are split
into the few disjoint sets that use the same advertisements for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from lbtui.core.configuration.model import Advertisement, Configuration
from lbtui.core.routing.decisions import Decision, Parts
from lbtui.core.values.addresses import Prefix
from lbtui.core.values.communities import CommunityValue
from lbtui.core.values.nodes import NodeSet


class Attributes(NamedTuple):
    """What one prefix is sent with where several advertisements meet."""

    local_pref: int
    """As configured; 0 when unset."""
    local_prefs: tuple[int, ...]
    """All non-zero ones, ascending; more than one is a conflict."""
    communities: tuple[str, ...]
    large_communities: tuple[str, ...]


class Row(NamedTuple):
    """These nodes announce this prefix by exactly these advertisements."""

    prefix: Prefix
    nodes: NodeSet
    advertisements: tuple[int, ...]
    services: tuple[tuple[int, NodeSet], ...]
    """Services behind it, each with all nodes that announce it by this prefix."""


def merge(backend: str, advertisements: Sequence[Advertisement]) -> Attributes:
    """Merge what several advertisements say about one prefix, as the back end does.

    native keeps the localPref of the first service it learns, which is chance; lbtui takes the
    first advertisement by name, which is always one of the possible outcomes. FRR's last
    route-map entry wins, and entries are in the text order of the preferences.
    Source: MetalLB internal/bgp/native/native.go, internal/bgp/frr/templates.
    """
    values: set[CommunityValue] = set()
    for advertisement in advertisements:
        values.update(advertisement.communities)
    ordered = sorted(values)
    prefs = sorted({a.local_pref for a in advertisements if a.local_pref})
    if backend == "native":
        local_pref = advertisements[0].local_pref if advertisements else 0
    elif backend == "frr":
        local_pref = max(prefs, key=str, default=0)
    else:
        local_pref = prefs[-1] if prefs else 0
    return Attributes(
        local_pref,
        tuple(prefs),
        tuple(str(value) for value in ordered if not value.is_large),
        tuple(str(value) for value in ordered if value.is_large),
    )


class TableBuilder:
    """Builds tables for one configuration; caches what they have in common."""

    def __init__(self, config: Configuration, decisions: Sequence[Decision]) -> None:
        """Keep the inputs; nothing is built yet."""
        self._config = config
        self._decisions = decisions
        self._splits: dict[Parts, tuple[tuple[NodeSet, tuple[int, ...]], ...]] = {}
        self._attributes: dict[tuple[int, ...], Attributes] = {}
        self._shared_tables: dict[tuple[frozenset[int], frozenset[int]], tuple[Row, ...]] = {}

    def attributes(self, advertisements: tuple[int, ...]) -> Attributes:
        """The merged attributes of a row's advertisements."""
        known = self._attributes.get(advertisements)
        if known is None:
            chosen = [self._config.advertisements[index] for index in advertisements]
            known = self._attributes[advertisements] = merge(self._config.backend, chosen)
        return known

    def shared(self, advertisements: frozenset[int], families: frozenset[int]) -> tuple[Row, ...]:
        """The rows of these advertisements; one table for all peers that get the same."""
        known = self._shared_tables.get((advertisements, families))
        if known is None:
            known = self.build(advertisements, families)
            self._shared_tables[advertisements, families] = known
        return known

    def build(
        self,
        advertisements: frozenset[int],
        families: Collection[int],
        withheld: Mapping[int, NodeSet] | None = None,
    ) -> tuple[Row, ...]:
        """The rows of these advertisements, sorted by prefix, then by first node.

        Args:
            advertisements: indices of those that the peer gets.
            families: 4, 6 or both.
            withheld: service index → nodes that hold it back from this peer.
        """
        found = self._contributions(advertisements, families, withheld or {})
        rows: list[Row] = []
        for prefix in sorted(found):
            contributors = found[prefix]
            if len(contributors) == 1:
                service, parts = contributors[0]
                for nodes, used in self.split(parts):
                    rows.append(Row(prefix, nodes, used, ((service, nodes),)))
            else:
                rows.extend(self._shared(prefix, contributors))
        return tuple(rows)

    def _contributions(
        self,
        advertisements: frozenset[int],
        families: Collection[int],
        withheld: Mapping[int, NodeSet],
    ) -> dict[Prefix, list[tuple[int, Parts]]]:
        """Prefix → the services that produce it, each with its advertisements and nodes."""
        plans: dict[Parts, dict[int, list[tuple[int, Parts]]]] = {}
        found: dict[Prefix, list[tuple[int, Parts]]] = {}
        for index, decision in enumerate(self._decisions):
            parts = decision.parts
            if index in withheld:
                parts = _without(parts, withheld[index])
            if not parts:
                continue
            plan = plans.get(parts)
            if plan is None:
                plan = plans[parts] = self._plan(parts, advertisements, families)
            for address in self._config.services[index].addresses:
                for length, own in plan.get(address.family, ()):
                    prefix = address.masked(length)
                    contributors = found.get(prefix)
                    if contributors is None:
                        found[prefix] = [(index, own)]
                    else:
                        contributors.append((index, own))
        return found

    def _plan(
        self, parts: Parts, advertisements: frozenset[int], families: Collection[int]
    ) -> dict[int, list[tuple[int, Parts]]]:
        """Family → aggregation length → the parts of that length that the peer gets."""
        plan: dict[int, list[tuple[int, Parts]]] = {}
        for family in families:
            by_length: dict[int, list[tuple[int, NodeSet]]] = {}
            for index, nodes in parts:
                if index in advertisements:
                    length = self._config.advertisements[index].length(family)
                    by_length.setdefault(length, []).append((index, nodes))
            plan[family] = [(length, tuple(own)) for length, own in by_length.items()]
        return plan

    def _shared(self, prefix: Prefix, contributors: Sequence[tuple[int, Parts]]) -> Iterable[Row]:
        """Rows of a prefix that several services (or addresses of one) produce."""
        union: dict[int, NodeSet] = {}
        services: dict[int, NodeSet] = {}
        for service, parts in contributors:
            for index, nodes in parts:
                union[index] = union.get(index, 0) | nodes
                services[service] = services.get(service, 0) | nodes
        behind = tuple(services.items())
        for nodes, used in self.split(tuple(sorted(union.items()))):
            own = tuple(item for item in behind if item[1] & nodes)
            yield Row(prefix, nodes, used, own)

    def split(self, parts: Parts) -> tuple[tuple[NodeSet, tuple[int, ...]], ...]:
        """Disjoint node sets and the advertisements that all nodes of a set use."""
        known = self._splits.get(parts)
        if known is None:
            pieces: list[tuple[NodeSet, tuple[int, ...]]] = []
            for index, nodes in parts:
                left = nodes
                divided: list[tuple[NodeSet, tuple[int, ...]]] = []
                for mask, used in pieces:
                    divided.append((mask & nodes, (*used, index)))
                    divided.append((mask & ~nodes, used))
                    left &= ~mask
                pieces = [piece for piece in (*divided, (left, (index,))) if piece[0]]
            pieces.sort(key=lambda piece: piece[0] & -piece[0])
            known = self._splits[parts] = tuple(pieces)
        return known


def _without(parts: Parts, nodes: NodeSet) -> Parts:
    """The parts on other nodes only."""
    return tuple((index, mask & ~nodes) for index, mask in parts if mask & ~nodes)
