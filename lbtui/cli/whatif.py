"""`lbtui whatif`: what is lost without a node, a peer, a rack, a service or an endpoint."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from lbtui.cli import documents, output
from lbtui.cli.arguments import add_backend, add_context, add_namespace, add_output, add_sources
from lbtui.cli.exits import ANSWER_IS_NO, SUCCESS, UsageError

if TYPE_CHECKING:
    from lbtui.core.questions.whatif import Loss, SinglePoint
    from lbtui.core.routing.routes import RouteTables


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_sources(parser)
    parser.add_argument(
        "--without",
        metavar="WHAT",
        action="append",
        default=[],
        help="node/N, peer/P, service/NS/NAME, endpoint/NS/NAME/N or nodes/LABEL-SELECTOR; several "
        "times: all at once; without it the single points of failure are listed",
    )
    add_backend(parser)
    add_namespace(parser)
    add_output(parser, ("table", "json"))
    add_context(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print what is lost; 1 if a service is left without a path, or hangs on a single point."""
    from lbtui.cli import reading
    from lbtui.core.questions.whatif import UnknownTarget, lose, single_points

    read = reading.read(arguments)
    tables = read.analysis.tables
    points = single_points(tables)
    if not arguments.without:
        answer: dict[str, Any] = {"singlePoints": _points_document(points)}
        text = _points_text(points)
        harm = bool(points)
    else:
        try:
            loss = lose(read.analysis, arguments.without)
        except UnknownTarget as error:
            raise UsageError(str(error)) from None
        routes = {name: documents.Rows(rows) for name, rows in loss.routes.documents().items()}
        answer = {**loss.to_json(), **routes, "singlePoints": _points_document(points)}
        text, harm = _loss_text(loss, tables), bool(loss.unreachable)
    if arguments.output == "json":
        documents.emit_json({"backend": tables.config.backend, **answer})
    else:
        output.emit(text)
        reading.narrate_assumptions(read)
        reading.narrate_diagnostics(read)
    return ANSWER_IS_NO if harm else SUCCESS


def _points_document(points: tuple[SinglePoint, ...]) -> list[dict[str, object]]:
    return [{"kind": p.kind, "name": p.name, "services": list(p.services)} for p in points]


def _points_text(points: tuple[SinglePoint, ...]) -> str:
    if not points:
        output.narrate("No single node or peer carries a service alone.")
        return ""
    rows = [(p.kind, p.name, str(len(p.services)), _some(p.services)) for p in points]
    return output.to_table(("SINGLE POINT", "NAME", "COUNT", "SERVICES THAT HANG ON IT"), rows)


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _loss_text(loss: Loss, tables: RouteTables) -> str:
    """Services first, then the routes."""
    services = [(name, "no path", "", "") for name in loss.unreachable]
    services += [(name, "one path", node, peer) for name, node, peer in loss.single]
    parts = []
    if services:
        parts.append(output.to_table(("SERVICE", "LEFT WITH", "NODE", "PEER"), services))
    rows = [
        (
            route.peer,
            str(route.prefix),
            tables.nodes.describe(route.nodes),
            ", ".join(route.services),
        )
        for route in loss.routes.withdrawn
    ]
    if rows:
        parts.append(output.to_table(("PEER", "LOST PREFIX", "FROM NODES", "SERVICES"), rows))
    lost = output.count_of(len(loss.unreachable), "service")
    single = output.count_of(len(loss.single), "service")
    kept = output.count_of(loss.still, "service")
    output.narrate(
        f"Without {', '.join(loss.without)}: {lost} lost, {single} brought down to one path, "
        f"{kept} with several left."
    )
    added = len(loss.routes.added) + len(loss.routes.changed)
    if added:
        output.narrate(
            f"{output.count_of(added, 'route')} would come or change; -o json lists them."
        )
    return "\n\n".join(parts)
