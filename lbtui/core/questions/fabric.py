"""How nodes and peers are wired: routes for each session, nodes by rack, peers that racks share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lbtui.core.objects.cluster_resources import Node

if TYPE_CHECKING:
    from lbtui.core.analysis import Analysis
    from lbtui.core.routing.routes import RouteTables

PLACE_LABELS = ("rack", "zone", "row", "room", "region")
"""What the last part of a label's key is that tells where a node stands, the nearest first."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Nodes of one place with sessions to the same peers."""

    nodes: tuple[str, ...]
    """Sorted by name."""
    peers: tuple[str, ...]
    """Sorted by name."""


@dataclass(frozen=True, slots=True)
class Group:
    """The nodes of one place."""

    name: str
    """The label's value; empty where nodes have no such label."""
    bundles: tuple[Bundle, ...]
    peers: tuple[str, ...]
    """Those with sessions to nodes of this place only, sorted."""

    @property
    def nodes(self) -> tuple[str, ...]:
        """All its nodes, by bundle."""
        return tuple(node for bundle in self.bundles for node in bundle.nodes)


@dataclass(frozen=True, slots=True)
class Fabric:
    """All nodes, peers and sessions of a configuration."""

    nodes: tuple[str, ...]
    peers: tuple[str, ...]
    routes: Mapping[str, Mapping[str, int]]
    """Node → peer → routes that it sends there; a session without a route counts 0."""
    label: str
    """The key of the label that nodes are grouped by; empty: there is none."""
    groups: tuple[Group, ...]
    shared: tuple[str, ...]
    """Peers with sessions to several groups, sorted."""
    idle: tuple[str, ...]
    """Peers without a session, sorted."""


def fabric_of(analysis: Analysis) -> Fabric:
    """Count and group; takes about as long as making every peer's routes."""
    tables = analysis.tables
    nodes = tables.nodes.names
    routes = session_routes(tables)
    labels = {
        node.metadata.name: node.metadata.labels for _, node in analysis.resources.items(Node)
    }
    label = place_label(labels.values())
    places: dict[str, list[str]] = {}
    for node in nodes:
        places.setdefault(labels.get(node, {}).get(label, ""), []).append(node)
    groups_of: dict[str, set[str]] = {}
    for place, members in places.items():
        for node in members:
            for peer in routes[node]:
                groups_of.setdefault(peer, set()).add(place)
    shared = tuple(peer for peer in tables.peers if len(groups_of.get(peer, ())) > 1)
    groups = tuple(
        Group(
            place,
            _bundles(places[place], routes),
            tuple(peer for peer in tables.peers if groups_of.get(peer) == {place}),
        )
        for place in sorted(places)
    )
    idle = tuple(peer for peer in tables.peers if peer not in groups_of)
    return Fabric(nodes, tables.peers, routes, label, groups, shared, idle)


def session_routes(tables: RouteTables) -> Mapping[str, Mapping[str, int]]:
    """Node → peer → number of routes, for every session that there is; peers sorted."""
    found: dict[str, dict[str, int]] = {node: {} for node in tables.nodes.names}
    for peer in tables.peers:
        for node in tables.nodes.iterate(tables.session_nodes[peer]):
            found[node][peer] = 0
        # Many routes go out from the same nodes: each set of nodes is walked through once.
        masks = Counter(route.nodes for route in tables.peer_routes(peer))
        for mask, count in masks.items():
            for node in tables.nodes.iterate(mask):
                found[node][peer] = found[node].get(peer, 0) + count
    return found


def place_label(labels: Iterable[Mapping[str, str]]) -> str:
    """The key that tells most nodes apart by place: the nearest of PLACE_LABELS; "" if none."""
    keys = Counter(key for one in labels for key in one)
    for word in PLACE_LABELS:
        fitting = [key for key in keys if key.rpartition("/")[2] == word]
        if fitting:
            return max(fitting, key=lambda key: (keys[key], key))
    return ""


def _bundles(nodes: Sequence[str], routes: Mapping[str, Mapping[str, int]]) -> tuple[Bundle, ...]:
    alike: dict[tuple[str, ...], list[str]] = {}
    for node in nodes:
        alike.setdefault(tuple(routes[node]), []).append(node)
    return tuple(Bundle(tuple(members), peers) for peers, members in alike.items())
