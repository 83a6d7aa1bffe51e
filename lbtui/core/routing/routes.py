"""Compile a configuration to route tables: which node sends which prefix to which peer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from lbtui.core.configuration.model import EVERYWHERE, Configuration, LoadBalancer, Peer
from lbtui.core.diagnostics import Diagnostic
from lbtui.core.routing.limits import find_refusals
from lbtui.core.routing.next_hops import NextHops
from lbtui.core.routing.placement import Placements
from lbtui.core.routing.plans import Decision, Plans, same_plans
from lbtui.core.routing.prefixes import PrefixIndex
from lbtui.core.routing.route import Route
from lbtui.core.routing.tables import Attributes, Row, TableBuilder
from lbtui.core.values.addresses import BITS, Prefix
from lbtui.core.values.nodes import NodeSet, union

TableKey = tuple[frozenset[int], frozenset[int], str]
"""Advertisements, families, and the peer's name where something is held back from it."""

Choice = Callable[[Row], bool]


class RouteTables:
    """All routes of a configuration; every view of them is made when it is asked for."""

    def __init__(self, config: Configuration, previous: RouteTables | None = None) -> None:
        """Place every service; tables are built when a peer is first looked at."""
        self.config = config
        self.nodes = config.nodes
        active = config.active_nodes
        self.peers: tuple[str, ...] = config.peer_names
        """Names of all peers, sorted; one that MetalLB refuses has no session anywhere."""
        self.peer_objects: Mapping[str, list[Peer]] = {name: [] for name in config.peer_names}
        """Name → its peers; several of one name share no node."""
        for peer in config.peers:
            self.peer_objects[peer.name].append(peer)
        self.session_nodes: Mapping[str, NodeSet] = {
            name: union(peer.nodes for peer in peers) & active
            for name, peers in self.peer_objects.items()
        }
        """Peer → nodes that run the session; nodes with an error of their own run none."""
        self.next_hops = NextHops(config)
        before = previous.plans if previous is not None else None
        is_alike = previous is not None and same_plans(previous.config, config)
        self.plans: Plans = before if before and is_alike else Plans(config, before)
        """How services are announced; the same object while that stays."""
        kinds = [(family, a.length(family)) for a in config.advertisements for family in BITS]
        self.placements: Placements = Placements(
            config, self.plans.label_keys, previous.placements if previous else None
        )
        """Where each service falls."""
        self.index: PrefixIndex = PrefixIndex(
            self.placements, kinds, previous.index if previous else None
        )
        """What is behind each prefix."""
        self.builder = TableBuilder(config, self.plans, self.index)
        self._tables: dict[TableKey, tuple[Row, ...]] = {}
        self._peer_routes: dict[str, tuple[Route, ...]] = {}
        refusals = find_refusals(config, self.builder, self.decision)
        self.withheld = refusals.withheld
        """Peer → service → nodes on which the peer never learns the service's routes."""
        self.backend_errors: Mapping[str, str] = refusals.backend_errors
        """Node → why frr-k8s refuses its whole configuration: none of its routes goes out."""
        self.service_errors: Mapping[str, NodeSet] = refusals.service_errors
        """Service → nodes on which applying it fails, so that it does not (all) go out."""
        self.undefined_nodes: NodeSet = refusals.undefined
        """Nodes on which it is chance what gets out before applying a service fails."""
        self.diagnostics: tuple[Diagnostic, ...] = refusals.diagnostics
        """What only shows when routes meet."""

    # ---- routes ------------------------------------------------------------------------------

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

    def prefix_routes(self, peer: str, prefix: Prefix) -> tuple[Route, ...]:
        """What one peer gets for one prefix, by nodes."""
        found = [
            route
            for one in self.peer_objects.get(peer, ())
            for route in self.project(one, self._prefix_rows(one, prefix))
        ]
        return tuple(sorted(found, key=self._place)) if len(found) > 1 else tuple(found)

    def prefix_services(self, peer: str, prefix: Prefix) -> Sequence[tuple[str, NodeSet]]:
        """The services behind a prefix, by name, and the nodes that would send it for each.

        Nodes without a session to the peer are among them, where it is a single object.
        """
        found: dict[str, NodeSet] = {}
        objects = self.peer_objects.get(peer, ())
        for one in objects:
            own = one.nodes if len(objects) > 1 else EVERYWHERE
            for row in self._prefix_rows(one, prefix):
                for name, nodes in row.services:
                    found[name] = found.get(name, 0) | nodes & own & row.nodes
        return sorted(found.items())

    def service_routes(self, service: str) -> tuple[Route, ...]:
        """Routes that a service (namespace/name) causes or shares."""
        prefixes = self.service_prefixes(service)
        # A row may be the service's on nodes only that run no session to this peer.
        return tuple(
            route
            for peer in self.peers
            for prefix in prefixes
            for route in self.prefix_routes(peer, prefix)
            if service in route.services
        )

    def service_prefixes(self, service: str) -> Sequence[Prefix]:
        """The prefixes of a service by any length in use, sorted."""
        placement = self.placements.by_name.get(service)
        if placement is None:
            return ()
        return sorted(
            Prefix(kind[0], network, kind[1])
            for kind in self.index.kinds
            for network in self.index.level(kind).networks(placement)
        )

    def advertisement_routes(self, name: str) -> tuple[Route, ...]:
        """Routes that an advertisement causes or shares."""
        own = {i for i, adv in enumerate(self.config.advertisements) if adv.name == name}
        return tuple(self._routes_where(lambda row: not own.isdisjoint(row.advertisements)))

    def pool_routes(self, name: str) -> tuple[Route, ...]:
        """Routes that come from a pool's addresses."""
        placed = self.placements.by_name
        return tuple(
            self._routes_where(lambda row: any(placed[s].key.pool == name for s, _ in row.services))
        )

    def all_routes(self) -> tuple[Route, ...]:
        """Everything, sorted by peer, then as `peer_routes`."""
        return tuple(route for peer in self.peers for route in self.peer_routes(peer))

    def narrowed(self, route: Route, nodes: NodeSet) -> Route:
        """One of these tables' routes on some of its nodes, with the services behind it there."""
        if nodes == route.nodes:
            return route
        services = route.services
        if len(services) > 1:
            services = tuple(
                dict.fromkeys(
                    service
                    for one in self.peer_objects[route.peer]
                    if one.nodes & nodes
                    for row in self._prefix_rows(one, route.prefix)
                    for service, mask in row.services
                    if mask & one.nodes & nodes
                )
            )
        return msgspec.structs.replace(route, nodes=nodes, services=services)

    def next_hop(self, node: str, peer: str, prefix: Prefix) -> str | None:
        """The NEXT_HOP that `node` sends with `prefix` to `peer`; None if it cannot be known."""
        return self.next_hops.of(node, peer, prefix.family)

    # ---- services ----------------------------------------------------------------------------

    @cached_property
    def services(self) -> tuple[str, ...]:
        """namespace/name of every service, sorted."""
        return tuple([service.name for service in self.config.services])

    def reasons(self, service: str) -> Mapping[str, str]:
        """Node → "" if it announces the service, else MetalLB's reason; sorted by node.

        Nodes with an error of their own are left out.
        """
        found: dict[str, str] = {}
        for reason, nodes in self.reason_nodes(service).items():
            found.update(dict.fromkeys(self.nodes.iterate(nodes), reason))
        return dict(sorted(found.items()))

    def reason_nodes(self, service: str) -> Mapping[str, NodeSet]:
        """MetalLB's reason → nodes; "" for the nodes that announce the service."""
        decision = self.decision(service)
        if decision is None:
            return {}
        return {
            **({"": decision.announcing} if decision.announcing else {}),
            **dict(decision.reasons),
        }

    def service(self, name: str) -> LoadBalancer | None:
        """The service of that name (namespace/name), or None."""
        placement = self.placements.by_name.get(name)
        return None if placement is None else placement.service

    def decision(self, service: str) -> Decision | None:
        """What becomes of a service on all nodes; None if there is no such service."""
        placement = self.placements.by_name.get(service)
        return None if placement is None else self.plans.decide(placement.key, placement.service)

    @cached_property
    def decisions(self) -> tuple[Decision, ...]:
        """What becomes of each service, in the order of `services`."""
        decide, placed = self.plans.decide, self.placements.by_name.values()
        return tuple([decide(one.key, one.service) for one in placed])

    # ---- tables ------------------------------------------------------------------------------

    def attributes(self, advertisements: tuple[int, ...]) -> Attributes:
        """The merged attributes of a row's advertisements."""
        return self.builder.attributes(advertisements)

    def sent_local_pref(self, peer: Peer, attributes: Attributes) -> int | None:
        """LOCAL_PREF as it goes to a peer; None: it does not. FRR sends no 0."""
        is_sent = attributes.local_pref != 0 or self.config.backend == "native"
        return attributes.local_pref if peer.is_ibgp and is_sent else None

    def rows(self, peer: Peer) -> tuple[Row, ...]:
        """The table of one peer object; its rows are not yet limited to the session's nodes."""
        key = self.key(peer)
        table = self._tables.get(key)
        if table is None:
            table = self.builder.build(key[0], key[1], self.withheld.get(key[2]))
            self._tables[key] = table
        return table

    def _prefix_rows(self, peer: Peer, prefix: Prefix) -> Sequence[Row]:
        """The rows of one prefix in the table of one peer object."""
        if prefix.family not in peer.families:
            return ()
        key = self.key(peer)
        return self.builder.prefix_rows(prefix, key[0], self.withheld.get(key[2]))

    def key(self, peer: Peer) -> TableKey:
        """What a table depends on."""
        advertisements = self.config.advertisements_for(peer.name)
        return advertisements, peer.families, peer.name if peer.name in self.withheld else ""

    def _routes_of(self, peer: str, nodes: NodeSet) -> Iterator[Route]:
        """Routes of one peer on some nodes, sorted."""
        objects = self.peer_objects.get(peer, ())
        if len(objects) == 1:
            yield from self.project(objects[0], self.rows(objects[0]), nodes)
            return
        found = [route for one in objects for route in self.project(one, self.rows(one), nodes)]
        yield from sorted(found, key=self._place)

    def _place(self, route: Route) -> tuple[Prefix, str]:
        """What routes of a peer are sorted by: prefix and first node."""
        return route.prefix, self.nodes.first(route.nodes)

    def _routes_where(self, is_wanted: Choice) -> Iterator[Route]:
        """Routes of every peer whose row is wanted."""
        chosen: dict[int, list[Row]] = {}
        for name in self.peers:
            for one in self.peer_objects[name]:
                table = self.rows(one)
                if id(table) not in chosen:
                    chosen[id(table)] = [row for row in table if is_wanted(row)]
                yield from self.project(one, chosen[id(table)])

    def project(
        self, peer: Peer, rows: Iterable[Row], nodes: NodeSet | None = None
    ) -> Iterator[Route]:
        """Rows as routes to one peer, limited to nodes (None: all) that run the session."""
        wanted = peer.nodes & self.config.active_nodes
        if nodes is not None:
            wanted &= nodes
        if not wanted:
            return
        names: dict[tuple[int, ...], tuple[str, ...]] = {}
        for row in rows:
            own = row.nodes & wanted
            if not own:
                continue
            used = row.advertisements
            merged = self.builder.attributes(used)
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
                tuple([name for name, mask in row.services if mask & own]),
            )


def compile_routes(config: Configuration, previous: RouteTables | None = None) -> RouteTables:
    """Predict every Adj-RIB-Out; `previous` lends what did not change."""
    if previous is not None and previous.config is config:
        return previous
    if previous is not None and not previous.nodes.is_akin(config.nodes):
        previous = None  # its masks mean other nodes
    return RouteTables(config, previous)
