"""`lbtui preview`: the routes that each peer would get from each node."""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any

from lbtui.cli import documents, output
from lbtui.cli.arguments import add_backend, add_context, add_namespace, add_output, add_sources
from lbtui.cli.exits import ANSWER_IS_NO, SUCCESS
from lbtui.cli.sources import check_names

if TYPE_CHECKING:
    from lbtui.cli.reading import Reading
    from lbtui.core.routing.route import Route
    from lbtui.core.routing.routes import RouteTables

ROUTE_FIELDS = (
    "prefix",
    "nextHop",
    "localPref",
    "sentLocalPref",
    "communities",
    "largeCommunities",
    "advertisements",
    "services",
)
"""The fields of a route in JSON, and the columns of CSV after node and peer."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_sources(parser)
    add_backend(parser)
    add_namespace(parser)
    filters = (("node", "N"), ("peer", "P"), ("service", "NS/NAME"))
    for name, metavar in filters:
        parser.add_argument(
            f"--{name}",
            metavar=metavar,
            action="append",
            default=[],
            help=f"only this {name}; several times for several",
        )
    add_output(parser, ("table", "json", "yaml", "csv"))
    add_context(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the routes; 1 if MetalLB would refuse the manifests."""
    from lbtui.cli import reading

    read = reading.read(arguments)
    tables = read.analysis.tables
    chosen = Choice(arguments, tables)
    if arguments.output == "table":
        output.emit(_table(chosen, tables))
    elif arguments.output == "csv":
        output.emit_all(_csv(chosen.sessions()))
    elif arguments.output == "json":
        documents.emit_json({**_head(read), **chosen.streamed()})
    else:
        documents.emit_yaml({**_head(read), **chosen.streamed()})
    if arguments.output in ("table", "csv"):
        reading.narrate_assumptions(read)
        reading.narrate_diagnostics(read)
    return ANSWER_IS_NO if read.has_refusals else SUCCESS


class Choice:
    """The nodes, peers and services that were asked for; all of them if none was named."""

    def __init__(self, arguments: argparse.Namespace, tables: RouteTables) -> None:
        """Take the filters. Raises UsageError for a name that the manifests do not have."""
        self.nodes = check_names("node", arguments.node, tables.nodes.names)
        self.peers = check_names("peer", arguments.peer, tables.peers)
        self.services = check_names("service", arguments.service, tables.services)
        self._has_service_filter = bool(arguments.service)
        self._tables = tables

    def streamed(self) -> dict[str, Any]:
        """The part of the tables' document that was asked for.

        Nodes and services are made while they are written.
        """
        from lbtui.core.routing.preview import error_documents, node_documents, service_documents

        services = self.services if self._has_service_filter else None
        return {
            "nodes": documents.Entries(
                node_documents(self._tables, self.nodes, self.peers, services)
            ),
            "services": documents.Entries(service_documents(self._tables, self.nodes, services)),
            **error_documents(self._tables, self.nodes),
        }

    def sessions(self) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """Node, peer and route, for each route of each session asked for that goes out."""
        from lbtui.core.routing.preview import node_documents

        services = self.services if self._has_service_filter else None
        for node, peers in node_documents(self._tables, self.nodes, self.peers, services):
            if node in self._tables.backend_errors:
                continue
            for peer, session in peers.items():
                for route in session["routes"]:
                    yield node, peer, route

    def has(self, services: Iterable[str]) -> bool:
        """Whether a route of these services was asked for."""
        return not self._has_service_filter or any(s in self.services for s in services)


def _head(read: Reading) -> dict[str, Any]:
    config = read.analysis.config
    return {
        "backend": config.backend,
        "valid": read.is_valid,
        "assumedNode": config.is_node_assumed,
        "assumedEndpoints": list(config.assumed_endpoints),
        "diagnostics": [output.diagnostic_to_json(d) for d in read.diagnostics],
    }


def _table(chosen: Choice, tables: RouteTables) -> str:
    header = ("PEER", "PREFIX", "NODES", "LOCALPREF", "COMMUNITIES", "ADVERTISEMENTS", "SERVICES")
    asked = tables.nodes.mask_of(chosen.nodes - tables.backend_errors.keys())
    rows = [
        _row(route, tables.nodes.describe(route.nodes & asked))
        for peer in tables.peers
        if peer in chosen.peers
        for route in tables.peer_routes(peer)
        if route.nodes & asked and chosen.has(route.services)
    ]
    parts = [output.to_table(header, rows)]
    stopped = _stopped_nodes(chosen, tables)
    if stopped:
        parts.append(output.to_table(("NOTHING NEW SENT BY", "WHY"), stopped))
    silent = _silent_services(chosen, tables)
    if silent:
        parts.append(output.to_table(("NOT ANNOUNCED", "NODE", "REASON"), silent))
    return "\n\n".join(parts)


def _row(route: Route, nodes: str) -> tuple[str, ...]:
    sent = "" if route.sent_local_pref is None else str(route.sent_local_pref)
    communities = ",".join((*route.communities, *route.large_communities))
    advertisements, services = ",".join(route.advertisements), ",".join(route.services)
    return (route.peer, str(route.prefix), nodes, sent, communities, advertisements, services)


def _stopped_nodes(chosen: Choice, tables: RouteTables) -> list[tuple[str, str]]:
    """Nodes that send none of their routes, and why: MetalLB or frr-k8s refuses their part."""
    errors = {name: error.message for name, error in tables.config.node_errors.items()}
    found: dict[str, int] = {}
    for name, why in {**tables.backend_errors, **errors}.items():
        if name in chosen.nodes:
            found[why] = found.get(why, 0) | tables.nodes.bit(name)
    return [(tables.nodes.describe(nodes), why) for why, nodes in found.items()]


def _silent_services(chosen: Choice, tables: RouteTables) -> list[tuple[str, str, str]]:
    """Service, node and MetalLB's reason, where a service is not announced."""
    return [
        (service, node, reason)
        for service in tables.services
        if service in chosen.services
        for node, reason in tables.reasons(service).items()
        if reason and node in chosen.nodes
    ]


def _csv(routes: Iterable[tuple[str, str, Mapping[str, Any]]]) -> Iterator[str]:
    """Lines, each made when it is written."""
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\n")
    heads = [("node", "peer", *ROUTE_FIELDS)]
    rows = ((n, p, *(_cell(route[name]) for name in ROUTE_FIELDS)) for n, p, route in routes)
    for row in chain(heads, rows):
        writer.writerow(row)
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def _cell(value: Any) -> str:
    """Lists separated by spaces, null as nothing."""
    if isinstance(value, list | tuple):
        return " ".join(map(str, value))
    return "" if value is None else str(value)
