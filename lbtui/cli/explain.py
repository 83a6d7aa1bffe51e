"""`lbtui explain`: why a service is announced where it is, and why not elsewhere."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lbtui.cli import output
from lbtui.cli.arguments import add_backend, add_context, add_namespace, add_output, add_sources
from lbtui.cli.exits import ANSWER_IS_NO, SUCCESS, UsageError
from lbtui.cli.sources import check_names

if TYPE_CHECKING:
    from lbtui.cli.reading import Reading
    from lbtui.core.objects.resource_set import ResourceRef
    from lbtui.core.questions.explain import Explanation, NodeTrace


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_sources(parser)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--service", metavar="NS/NAME", help="the service to explain")
    what.add_argument(
        "--resource",
        metavar="KIND/NAME",
        help="any resource: who uses it, and which routes depend on it",
    )
    for name, metavar in (("node", "N"), ("peer", "P")):
        parser.add_argument(
            f"--{name}",
            metavar=metavar,
            action="append",
            default=[],
            help=f"only this {name}; several times for several",
        )
    add_backend(parser)
    add_namespace(parser)
    add_output(parser, ("text", "json"))
    add_context(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the explanation; 1 if no route goes out."""
    from lbtui.cli import reading
    from lbtui.core.questions.explain import explain_service

    read = reading.read(arguments)
    tables = read.analysis.tables
    check_names("node", arguments.node, tables.nodes.names)
    check_names("peer", arguments.peer, tables.peers)
    if arguments.resource:
        return _resource(read, arguments)
    check_names("service", [arguments.service], tables.services)
    found = explain_service(
        tables,
        read.snapshot.resources,
        arguments.service,
        arguments.node or None,
        arguments.peer or None,
    )
    chance = [d for d in read.diagnostics if d.code == "undefined-order"]
    if arguments.output == "json":
        document = {
            "backend": tables.config.backend,
            "diagnostics": [output.diagnostic_to_json(d) for d in chance],
            **found.to_json(),
        }
        output.emit(output.to_json(document))
    else:
        output.emit(_text(found))
        reading.narrate_assumptions(read)
        for diagnostic in chance:
            output.narrate(output.diagnostic_to_text(diagnostic))
    return SUCCESS if found.is_announced else ANSWER_IS_NO


def _text(found: Explanation) -> str:
    """Nodes with the same answers together."""
    groups: dict[Any, list[str]] = {}
    for node, trace in found.nodes.items():
        peers = tuple((n, v.sent, v.why, _prefixes(trace, n)) for n, v in trace.peers.items())
        groups.setdefault((trace.steps, peers), []).append(node)
    verdict = "announced" if found.is_announced else "not announced"
    lines = [f"{found.service}: {verdict}"]
    for nodes in groups.values():
        trace = found.nodes[nodes[0]]
        mask = found.tables.nodes.mask_of(nodes)
        lines += ["", f"on {found.tables.nodes.describe(mask)}:", *_steps(trace)]
        for name, peer in trace.peers.items():
            mark = "sent to" if peer.sent else "not sent to"
            lines.append(f"  {mark} {name}: {peer.why}")
            lines += [f"      {text}" for text in _routes(found, trace, name)]
    return "\n".join(lines)


def _prefixes(trace: NodeTrace, peer: str) -> tuple[str, ...]:
    return tuple(str(route.prefix) for route in trace.peers[peer].routes)


def _steps(trace: NodeTrace) -> list[str]:
    lines = []
    for step in trace.steps:
        lines.append(f"  {'ok  ' if step.passed else 'FAIL'} {step.check}: {step.detail}")
        if step.remedy:
            lines.append(f"       to change it: {step.remedy}")
    return lines


def _routes(found: Explanation, trace: NodeTrace, peer: str) -> list[str]:
    """Each route, and what made each of its attributes."""
    from lbtui.core.questions.origins import origins_of

    lines = []
    for route in trace.peers[peer].routes:
        origins = origins_of(found.tables, found.resources, route)
        lines.append(str(route.prefix))
        lines += [f"  prefix: {text}" for text in origins["prefix"]]
        lines.append(f"  localPref {route.local_pref}: {'; '.join(origins['localPref'])}")
        lines += [f"  {value}: {'; '.join(by)}" for value, by in origins["communities"].items()]
    return lines


def _resource(read: Reading, arguments: argparse.Namespace) -> int:
    """Who uses a resource, and which routes depend on it."""
    from lbtui.core.questions.origins import routes_of, users_of

    tables, resources = read.analysis.tables, read.snapshot.resources
    ref = _find(list(resources.refs()), arguments.resource)
    uses = users_of(resources, ref)
    nodes = tables.nodes.mask_of(arguments.node or tables.nodes.names)
    routes = [
        route
        for route in routes_of(tables, resources, ref)
        if route.nodes & nodes and (not arguments.peer or route.peer in arguments.peer)
    ]
    if arguments.output == "json":
        document = {
            "backend": tables.config.backend,
            "resource": _reference(ref),
            "usedBy": [{**_reference(use.user), "path": use.path} for use in uses],
            "routes": [
                {
                    "peer": route.peer,
                    "prefix": str(route.prefix),
                    "nodes": list(tables.nodes.names_of(route.nodes & nodes)),
                    "services": list(route.services),
                }
                for route in routes
            ],
        }
        output.emit(output.to_json(document))
    else:
        lines = [f"used by {use.user} in {use.path}" for use in uses] or ["used by nobody by name"]
        rows = [
            (r.peer, str(r.prefix), tables.nodes.describe(r.nodes & nodes), ", ".join(r.services))
            for r in routes
        ]
        if rows:
            lines += ["", output.to_table(("PEER", "PREFIX", "NODES", "SERVICES"), rows)]
        output.emit("\n".join(lines))
    return SUCCESS if routes else ANSWER_IS_NO


def _reference(ref: ResourceRef) -> dict[str, str]:
    return {"kind": ref.kind, "name": ref.name, "namespace": ref.namespace}


def _find(refs: Sequence[ResourceRef], wanted: str) -> ResourceRef:
    kind, _, name = wanted.partition("/")
    for ref in refs:
        if ref.kind.lower() == kind.lower() and name in (ref.name, f"{ref.namespace}/{ref.name}"):
            return ref
    raise UsageError(f"there is no '{wanted}' in the manifests; write KIND/NAME as in BGPPeer/tor")
