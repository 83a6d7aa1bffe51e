"""The views of what is only read: services and nodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lbtui.core.objects.cluster_resources import Node, Service
from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.questions.health import Reach, reach_of
from lbtui.core.routing.paths import PathFinder
from lbtui.tui.assumptions import assumed_node_text, assumed_spans, refusals
from lbtui.tui.remembered import Remembered
from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import Cell, Line, Span
from lbtui.tui.view_state import ViewState
from lbtui.tui.views.resource_view import ResourceView, labels_text
from lbtui.tui.views.resources import NAME, ROUTES, count_cell, ref_of, route_count
from lbtui.tui.widgets.rows import Column, ItemRows, Rows


class ServicesView(ResourceView):
    """Services of type LoadBalancer, and others that have an address."""

    name_in_commands = "services"
    title = "Services"
    kind_name = "Service"
    noun = "LoadBalancer service"
    can_mark = True
    columns = (
        Column("name", "Service", maximum=40),
        Column("addresses", "Addresses", is_flexible=True, minimum=15),
        Column("policy", "Traffic", priority=4),
        Column("nodes", "Announced by", priority=2, is_flexible=True, minimum=12),
        Column("paths", "Paths", priority=3),
        ROUTES,
        Column("state", "State", maximum=28),
    )
    help_text = (
        "Services with addresses, and which nodes announce them. Where none does, State is "
        "MetalLB's own reason, from the first node; the panel lists the reason on every node.\n\n"
        "Paths counts the pairs of a node and a peer that it sends the service to: several, one "
        "(its loss takes the service away), none, or waiting for an address.\n\n"
        "Services are read, never edited. w shows what is lost without one, or without the marked."
    )

    def __init__(self) -> None:
        """Start without paths."""
        super().__init__()
        self._paths = Remembered[PathFinder | None](
            lambda state: (state.analysis,),
            lambda state: PathFinder(state.analysis.tables) if state.analysis else None,
        )

    def rows(self, state: ViewState) -> Rows:
        """One row for each service that MetalLB concerns itself with."""
        current = state.history.current
        analysis = state.analysis
        known = set(analysis.tables.services) if analysis is not None else set()
        items = [
            (ref, service)
            for ref, service in current.items(Service)
            if service.spec.type == "LoadBalancer" or f"{ref.namespace}/{ref.name}" in known
        ]
        return ItemRows(
            columns=self.columns,
            items=items,
            key_of=lambda item: item[0],
            cells_of=lambda item: self.cells(item[1], state),
            sort_values={"routes": lambda item: route_count(state, item[0])},
            more_of=labels_text,
        )

    def summary(self, state: ViewState) -> str:
        """How many there are."""
        return str(len(self.table.rows))

    def assumed(self, state: ViewState) -> Line:
        """Whether nodes or endpoints are assumed."""
        return assumed_spans(state)

    def cells(self, resource: Service, state: ViewState) -> Sequence[Cell]:
        """Name, addresses, traffic policy, nodes, number of routes, verdict."""
        ref = ref_of(resource)
        addresses = [ingress.ip for ingress in resource.status.load_balancer.ingress if ingress.ip]
        policy = resource.spec.external_traffic_policy or "Cluster"
        return (
            f"{ref.namespace}/{ref.name}",
            ", ".join(addresses) or Span("none", "warning"),
            Span(policy, "muted") if policy == "Cluster" else policy,
            *self._announced(ref, state),
        )

    def _announced(self, ref: ResourceRef, state: ViewState) -> tuple[Cell, Cell, Cell, Cell]:
        name = f"{ref.namespace}/{ref.name}"
        analysis = state.analysis
        if analysis is None or name not in analysis.tables.placements.by_name:
            return "", "", "", Span("", "muted")
        tables = analysis.tables
        reasons = tables.reason_nodes(name)
        nodes = reasons.get("", 0)
        finder = self._paths.of(state)
        reach = reach_of(tables, name, finder.of(name)) if finder else Reach.NONE
        routes = count_cell(route_count(state, ref))
        paths = Span(reach.value, "" if reach is Reach.SEVERAL else "warning")
        if not nodes:
            reason = min(reasons, key=lambda one: reasons[one] & -reasons[one], default="no node")
            verdict = Span(f"{SYMBOLS.down} {reason}", "warning")
            return Span("no node", "warning"), paths, routes, verdict
        verdict = Span(f"{SYMBOLS.good} announced", "good")
        if reach is Reach.NONE:
            verdict = Span(f"{SYMBOLS.warning} to no peer", "warning")
        return tables.nodes.describe(nodes), paths, routes, verdict


class NodesView(ResourceView):
    """Nodes, the sessions they run and the routes they send."""

    name_in_commands = "nodes"
    title = "Nodes"
    kind_name = "Node"
    noun = "node"
    can_mark = True
    columns = (
        NAME,
        Column("addresses", "Internal addresses", is_flexible=True, minimum=15),
        Column("labels", "Labels", priority=4, is_flexible=True, minimum=14),
        Column("peers", "Peers", priority=2, align="right"),
        ROUTES,
        Column("state", "State", maximum=28),
    )
    help_text = (
        "Nodes, with the peers each one has a session to and the routes that it sends. A node "
        "whose speaker refuses its configuration keeps the last valid one; State names why.\n\n"
        "Nodes are read, never edited. w shows what is lost without a node, or without the marked: "
        "mark a rack's nodes with space and see what draining it costs."
    )

    def rows(self, state: ViewState) -> Rows:
        """One row for each node."""
        return ItemRows(
            columns=self.columns,
            items=list(state.history.current.items(Node)),
            key_of=lambda item: item[0],
            cells_of=lambda item: self.cells(item[1], state),
            sort_values=self.sort_values(state),
        )

    def empty_text(self, state: ViewState) -> str:
        """What stands for the nodes when there is none."""
        return assumed_node_text(state) or super().empty_text(state)

    def assumed(self, state: ViewState) -> Line:
        """Whether nodes or endpoints are assumed."""
        return assumed_spans(state)

    def sort_values(self, state: ViewState) -> Mapping[str, Any]:
        """Numbers by number."""
        return {
            "routes": lambda item: route_count(state, item[0]),
            "peers": lambda item: self._peers(item[0].name, state),
        }

    def cells(self, resource: Node, state: ViewState) -> Sequence[Cell]:
        """Name, addresses, labels, number of peers and routes, verdict."""
        ref = ref_of(resource)
        addresses = [a.address for a in resource.status.addresses if a.type == "InternalIP"]
        labels = [
            f"{key}={value}" if value else key
            for key, value in resource.metadata.labels.items()
            if "kubernetes.io/hostname" not in key
        ]
        return (
            ref.name,
            ", ".join(addresses) or Span("none", "warning"),
            Span(" ".join(labels), "muted"),
            count_cell(self._peers(ref.name, state)),
            count_cell(route_count(state, ref)),
            self._verdict(ref.name, state),
        )

    def _peers(self, node: str, state: ViewState) -> int:
        if state.analysis is None:
            return -1
        tables = state.analysis.tables
        bit = tables.nodes.bit(node)
        return sum(bool(nodes & bit) for nodes in tables.session_nodes.values())

    def _verdict(self, node: str, state: ViewState) -> Cell:
        if state.analysis is None:
            return ""
        config = state.analysis.config
        bit = config.nodes.bit(node)
        if node in config.node_errors:
            return Span(f"{SYMBOLS.error} {config.node_errors[node].code}", "bad")
        if node in refusals(state):
            return Span(f"{SYMBOLS.error} refused", "bad")
        if config.excluded & bit:
            return Span(f"{SYMBOLS.warning} excluded by label", "warning")
        if config.network_unavailable & bit:
            return Span(f"{SYMBOLS.warning} network unavailable", "warning")
        return Span("ok", "muted")
