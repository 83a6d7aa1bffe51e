"""Compile a configuration to route tables: which node sends which prefix to which peer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import msgspec

from lbtui.core.configuration.model import Configuration, LoadBalancer, Peer
from lbtui.core.diagnostics import Diagnostic
from lbtui.core.routing.decisions import Decision, decide_all
from lbtui.core.routing.limits import advertisements_for, find_refusals
from lbtui.core.routing.next_hops import NextHops
from lbtui.core.routing.tables import Attributes, Row, TableBuilder
from lbtui.core.values.addresses import Prefix
from lbtui.core.values.nodes import NodeSet

TableKey = tuple[frozenset[int], frozenset[int], str]
"""Advertisements, families, and the peer's name where something is held back from it."""


class Route(msgspec.Struct, frozen=True, gc=False):
    """One row: these nodes send this prefix with these attributes to this peer."""

    peer: str
    prefix: Prefix
    nodes: NodeSet
    local_pref: int
    """As configured; 0 when unset."""
    sent_local_pref: int | None
    """The attribute's value on the wire; None: not sent (eBGP; 0 under FRR)."""
    communities: tuple[str, ...]
    """a:b by number."""
    large_communities: tuple[str, ...]
    """a:b:c by number."""
    advertisements: tuple[str, ...]
    """Names of the BGPAdvertisements behind it, sorted."""
    services: tuple[str, ...]
    """namespace/name of the services behind it on any of `nodes`, sorted."""


class RouteTables:
    """All routes of a configuration; every view of them is made when it is asked for."""

    def __init__(self, config: Configuration) -> None:
        """Decide about every service; tables are built when a peer is first looked at."""
        self.config = config
        self.nodes = config.nodes
        active = config.active_nodes
        self.peers: tuple[str, ...] = config.peer_names
        """Names of all peers, sorted; one that MetalLB refuses has no session anywhere."""
        self._peers: dict[str, list[Peer]] = {name: [] for name in config.peer_names}
        for peer in config.peers:
            self._peers[peer.name].append(peer)
        self.services: tuple[str, ...] = tuple(service.name for service in config.services)
        """namespace/name of every service, sorted."""
        self.session_nodes: Mapping[str, NodeSet] = {
            name: _union(peer.nodes for peer in peers) & active
            for name, peers in self._peers.items()
        }
        """Peer → nodes that run the session; nodes with an error of their own run none."""
        self.next_hops = NextHops(config)
        self._decisions = decide_all(config)
        self._builder = TableBuilder(config, self._decisions)
        self._service_index = {name: index for index, name in enumerate(self.services)}
        self._tables: dict[TableKey, tuple[Row, ...]] = {}
        self._peer_routes: dict[str, tuple[Route, ...]] = {}
        self._prefixes: dict[TableKey, dict[Prefix, list[Row]]] = {}
        refusals = find_refusals(config, self._decisions, self._builder)
        self._withheld = refusals.withheld
        self.backend_errors: Mapping[str, str] = refusals.backend_errors
        """Node → why frr-k8s refuses its whole configuration: none of its routes goes out."""
        self.service_errors: Mapping[str, NodeSet] = refusals.service_errors
        """Service → nodes on which applying it fails, so that it does not (all) go out."""
        self.undefined_nodes: NodeSet = refusals.undefined
        """Nodes on which it is chance what gets out before applying a service fails."""
        self.diagnostics: tuple[Diagnostic, ...] = refusals.diagnostics
        """What only shows when routes meet."""

    def peer_routes(self, peer: str) -> tuple[Route, ...]:
        """What one peer gets, sorted by family, network, length, then nodes."""
        known = self._peer_routes.get(peer)
        if known is None:
            known = self._peer_routes[peer] = tuple(self._routes_of(peer, self.nodes.all))
        return known

    def node_routes(self, node: str) -> tuple[Route, ...]:
        """What one node sends; `Route.nodes` is that node only. Sorted by peer, then prefix."""
        bit = self.nodes.bit(node)
        return tuple(route for peer in self.peers for route in self._routes_of(peer, bit))

    def session_routes(self, node: str, peer: str) -> tuple[Route, ...]:
        """What one node sends to one peer."""
        return tuple(self._routes_of(peer, self.nodes.bit(node)))

    def service_routes(self, service: str) -> tuple[Route, ...]:
        """Routes that a service (namespace/name) causes or shares."""
        index = self._service_index.get(service)
        rows = self._routes_where(lambda row: any(own == index for own, _ in row.services))
        # A row may be the service's on nodes only that run no session to this peer.
        return tuple(route for route in rows if service in route.services)

    def advertisement_routes(self, name: str) -> tuple[Route, ...]:
        """Routes that an advertisement causes or shares."""
        own = {i for i, adv in enumerate(self.config.advertisements) if adv.name == name}
        return tuple(self._routes_where(lambda row: not own.isdisjoint(row.advertisements)))

    def pool_routes(self, name: str) -> tuple[Route, ...]:
        """Routes that come from a pool's addresses."""
        own = {i for i, decision in enumerate(self._decisions) if decision.pool == name}
        return tuple(self._routes_where(lambda row: any(i in own for i, _ in row.services)))

    def all_routes(self) -> tuple[Route, ...]:
        """Everything, sorted by peer, then as `peer_routes`."""
        return tuple(self._routes_where(lambda row: True))

    def next_hop(self, node: str, peer: str, prefix: Prefix) -> str | None:
        """The NEXT_HOP that `node` sends with `prefix` to `peer`; None if it cannot be known."""
        return self.next_hops.of(node, peer, prefix.family)

    def narrowed(self, route: Route, nodes: NodeSet) -> Route:
        """One of these tables' routes on some of its nodes, with the services behind it there."""
        if nodes == route.nodes:
            return route
        services = route.services
        if len(services) > 1:
            services = tuple(
                dict.fromkeys(
                    self.services[index]
                    for one in self._peers[route.peer]
                    if one.nodes & nodes
                    for row in self._rows_by_prefix(one).get(route.prefix, ())
                    for index, mask in row.services
                    if mask & one.nodes & nodes
                )
            )
        return msgspec.structs.replace(route, nodes=nodes, services=services)

    def _rows_by_prefix(self, peer: Peer) -> Mapping[Prefix, list[Row]]:
        """A peer's rows by prefix, looked up again and again by `narrowed`."""
        key = self.key(peer)
        known = self._prefixes.get(key)
        if known is None:
            known = self._prefixes[key] = {}
            for row in self.rows(peer):
                known.setdefault(row.prefix, []).append(row)
        return known

    def reasons(self, service: str) -> Mapping[str, str]:
        """Node → "" if it announces the service, else MetalLB's reason; sorted by node.

        Nodes with an error of their own are left out.
        """
        found: dict[str, str] = {}
        index = self._service_index.get(service)
        if index is not None:
            decision = self._decisions[index]
            found = dict.fromkeys(self.nodes.iterate(decision.announcing), "")
            for reason, nodes in decision.reasons:
                found.update(dict.fromkeys(self.nodes.iterate(nodes), reason))
        return dict(sorted(found.items()))

    def service(self, name: str) -> LoadBalancer | None:
        """The service of that name (namespace/name), or None."""
        index = self._service_index.get(name)
        return None if index is None else self.config.services[index]

    def decision(self, service: str) -> Decision | None:
        """What becomes of a service on all nodes; None if there is no such service."""
        index = self._service_index.get(service)
        return None if index is None else self._decisions[index]

    def service_paths(self) -> dict[str, dict[str, NodeSet]]:
        """Service → peer → nodes that send it a route of the service; linear in rows and peers.

        Nodes whose configuration frr-k8s refuses send nothing.
        """
        reached: dict[int, list[tuple[str, NodeSet]]] = {}
        tables: dict[int, tuple[Row, ...]] = {}
        working = self.config.active_nodes & ~self.nodes.mask_of(self.backend_errors)
        for name in self.peers:
            for one in self._peers[name]:
                nodes = one.nodes & working
                if nodes:
                    table = self.rows(one)
                    tables[id(table)] = table
                    reached.setdefault(id(table), []).append((name, nodes))
        paths: dict[str, dict[str, NodeSet]] = {name: {} for name in self.services}
        for key, sessions in reached.items():
            sending: dict[int, NodeSet] = {}
            for row in tables[key]:
                for index, mask in row.services:
                    sending[index] = sending.get(index, 0) | mask & row.nodes
            for index, mask in sending.items():
                own = paths[self.services[index]]
                for name, nodes in sessions:
                    if mask & nodes:
                        own[name] = own.get(name, 0) | mask & nodes
        return paths

    def reason_nodes(self, service: str) -> Mapping[str, NodeSet]:
        """MetalLB's reason → nodes; "" for the nodes that announce the service."""
        index = self._service_index.get(service)
        if index is None:
            return {}
        decision = self._decisions[index]
        return {
            **({"": decision.announcing} if decision.announcing else {}),
            **dict(decision.reasons),
        }

    def to_json(
        self,
        nodes: Collection[str] | None = None,
        peers: Collection[str] | None = None,
        services: Collection[str] | None = None,
    ) -> dict[str, Any]:
        """`nodes`, `services` and `nodeErrors` as in the contract of `preview -o json`.

        The arguments limit the document to some nodes, peers and services.
        """
        from lbtui.core.routing.preview import preview_document

        return preview_document(self, nodes, peers, services)

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What becomes of each service, in the order of `services`."""
        return self._decisions

    def attributes(self, advertisements: tuple[int, ...]) -> Attributes:
        """The merged attributes of a row's advertisements."""
        return self._builder.attributes(advertisements)

    def sent_local_pref(self, peer: Peer, attributes: Attributes) -> int | None:
        """LOCAL_PREF as it goes to a peer; None: it does not. FRR sends no 0."""
        is_sent = attributes.local_pref != 0 or self.config.backend == "native"
        return attributes.local_pref if peer.is_ibgp and is_sent else None

    def rows(self, peer: Peer) -> tuple[Row, ...]:
        """The table of one peer object; its rows are not yet limited to the session's nodes."""
        key = self.key(peer)
        table = self._tables.get(key)
        if table is None:
            withheld = self._withheld.get(key[2])
            table = (
                self._builder.build(key[0], key[1], withheld)
                if withheld
                else self._builder.shared(key[0], key[1])
            )
            self._tables[key] = table
        return table

    def shared_rows(
        self, advertisements: frozenset[int], families: frozenset[int]
    ) -> tuple[Row, ...]:
        """The rows of some advertisements, whoever gets them."""
        return self._builder.shared(advertisements, families)

    def key(self, peer: Peer) -> TableKey:
        """What a table depends on."""
        advertisements = advertisements_for(self.config, peer.name)
        return advertisements, peer.families, peer.name if peer.name in self._withheld else ""

    def _routes_of(self, peer: str, nodes: NodeSet) -> Iterator[Route]:
        """Routes of one peer on some nodes, sorted."""
        objects = self._peers.get(peer, [])
        if len(objects) == 1:
            yield from self._project(objects[0], self.rows(objects[0]), nodes)
            return
        found = [route for one in objects for route in self._project(one, self.rows(one), nodes)]
        yield from sorted(found, key=lambda route: (route.prefix, route.nodes & -route.nodes))

    def _routes_where(self, is_wanted: Any) -> Iterator[Route]:
        """Routes of every peer whose row is wanted."""
        chosen: dict[int, list[Row]] = {}
        for name in self.peers:
            found: list[Route] = []
            for one in self._peers[name]:
                table = self.rows(one)
                if id(table) not in chosen:
                    chosen[id(table)] = [row for row in table if is_wanted(row)]
                found.extend(self._project(one, chosen[id(table)], self.nodes.all))
            yield from found

    def _project(self, peer: Peer, rows: Iterable[Row], nodes: NodeSet) -> Iterator[Route]:
        """Rows as routes to one peer, limited to nodes that run the session."""
        wanted = peer.nodes & self.config.active_nodes & nodes
        if not wanted:
            return
        names: dict[tuple[int, ...], tuple[str, ...]] = {}
        for row in rows:
            own = row.nodes & wanted
            if not own:
                continue
            used = row.advertisements
            merged = self._builder.attributes(used)
            if used not in names:
                names[used] = tuple(sorted({self.config.advertisements[i].name for i in used}))
            yield Route(
                peer.name,
                row.prefix,
                own,
                merged.local_pref,
                self.sent_local_pref(peer, merged),
                merged.communities,
                merged.large_communities,
                names[used],
                tuple([self.services[i] for i, mask in row.services if mask & own]),
            )


def _union(masks: Iterable[NodeSet]) -> NodeSet:
    """All nodes that are in any of the masks."""
    result = 0
    for mask in masks:
        result |= mask
    return result


def compile_routes(config: Configuration, previous: RouteTables | None = None) -> RouteTables:
    """Predict every Adj-RIB-Out; `previous` lends what did not change."""
    return previous if previous is not None and previous.config is config else RouteTables(config)
