"""`lbtui diff`: what changes from one set of manifests to another."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lbtui.cli import documents, output
from lbtui.cli.arguments import (
    BACKENDS,
    SOURCE_HELP,
    add_backend,
    add_context,
    add_namespace,
    add_output,
)
from lbtui.cli.exits import ANSWER_IS_NO, SUCCESS, UsageError
from lbtui.cli.sources import CLUSTER, choose_backend

if TYPE_CHECKING:
    from lbtui.core.questions.applied import Applied
    from lbtui.core.routing.resource_diff import ResourceDiff
    from lbtui.core.routing.route import Route
    from lbtui.core.values.nodes import NodeIndex
    from lbtui.ports import Snapshot


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("old", metavar="OLD", help=f"before: {SOURCE_HELP}")
    parser.add_argument(
        "new", metavar="NEW", nargs="?", help="after: likewise; left away with --against-backend"
    )
    add_backend(parser)
    parser.add_argument(
        "--against-backend",
        choices=BACKENDS,
        help="judge the second side under another back end: what changing it would do",
    )
    add_namespace(parser)
    add_output(parser, ("table", "json"))
    add_context(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the differences; 1 if there are any."""
    if arguments.new is None and not arguments.against_backend:
        raise UsageError("name NEW, or compare OLD with itself by --against-backend")
    from lbtui.cli import reading
    from lbtui.core.questions.applied import diff_applied, with_refused_kept
    from lbtui.core.routing.resource_diff import diff_resources

    before, after = _load(arguments)
    backend = choose_backend(arguments, before.setting or after.setting)
    against = arguments.against_backend or backend
    old, new = reading.judge(before, backend), reading.judge(after, against)
    accepted, refused = with_refused_kept(old.snapshot.resources, new.snapshot.resources)
    if refused:
        new = reading.judge(replace(new.snapshot, resources=accepted), against)
    routes = diff_applied(old.analysis, new.analysis)
    resources = diff_resources(old.snapshot.resources, new.snapshot.resources)
    if arguments.output == "json":
        document: dict[str, Any] = {
            "backends": [backend, against],
            **{name: documents.Rows(rows) for name, rows in routes.documents().items()},
            "resources": resources.to_json(),
            "kept": {
                node: {"code": error.code, "message": error.message}
                for node, error in routes.kept.items()
            },
            "refused": [
                {"kind": ref.kind, "name": ref.name, "namespace": ref.namespace} for ref in refused
            ],
        }
        documents.emit_json(document)
    else:
        output.emit(
            table_of(resources, routes, old.analysis.tables.nodes, new.analysis.tables.nodes)
        )
        for read in (old, new):
            reading.narrate_assumptions(read)
            reading.narrate_diagnostics(read)
        for ref in refused:
            output.narrate(f"{ref} of NEW is refused by the API server: that of OLD stays.")
        _narrate_kept(routes, new.analysis.tables.nodes)
    return SUCCESS if routes.is_empty and resources.is_empty else ANSWER_IS_NO


def _load(arguments: argparse.Namespace) -> tuple[Snapshot, Snapshot]:
    """Both sides; manifests beside a cluster are judged on its nodes and services."""
    from lbtui.cli import reading
    from lbtui.core.editing.overlay import in_place

    names = [arguments.old] if arguments.new is None else [arguments.old, arguments.new]
    clusters = [name for name in names if name.startswith(CLUSTER)]
    sides = []
    for name in names:
        is_cluster = not clusters or name in clusters
        sides.append(reading.load([name], arguments, arguments.context if is_cluster else None))
    before, after = sides[0], sides[-1]
    if (before.setting is None) is (after.setting is None):
        return before, after
    cluster, manifests = (before, after) if before.setting is not None else (after, before)
    placed = replace(
        manifests,
        resources=in_place(cluster.resources, manifests.resources),
        setting=cluster.setting,
    )
    return (cluster, placed) if cluster is before else (placed, cluster)


def _narrate_kept(routes: Applied, nodes: NodeIndex) -> None:
    """Say where the new is refused, and what is sent there then."""
    for code in dict.fromkeys(error.code for error in routes.kept.values()):
        where = nodes.mask_of(n for n, error in routes.kept.items() if error.code == code)
        output.narrate(
            f"NEW is refused on {nodes.describe(where)} for {code}: there the configuration of OLD "
            "stays in force, until the speaker restarts; after that nothing is sent."
        )


def table_of(resources: ResourceDiff, routes: Applied, old: NodeIndex, new: NodeIndex) -> str:
    """Resources, then routes, each line marked + (comes), - (goes) or ~ (changes)."""
    lines = [
        *(f"+ {ref}" for ref in resources.added),
        *(f"- {ref}" for ref in resources.removed),
        *(f"~ {ref}  {', '.join(paths)}" for ref, paths in resources.changed),
    ]
    changes = [
        *((r, ("+ added", *_row(r, new), _attributes(r))) for r in routes.added),
        *((r, ("- withdrawn", *_row(r, old), _attributes(r))) for r in routes.withdrawn),
        *(
            (c.after, ("~ changed", *_row(c.after, new), _changes(c.before, c.after)))
            for c in routes.changed
        ),
    ]
    if changes:
        changes.sort(key=lambda change: (change[0].peer, change[0].prefix))
        header = ("CHANGE", "PEER", "PREFIX", "NODES", "ATTRIBUTES")
        table = output.to_table(header, [row for _, row in changes])
        lines += ["", table] if lines else [table]
    return "\n".join(lines)


def _row(route: Route, nodes: NodeIndex) -> tuple[str, str, str]:
    return (route.peer, str(route.prefix), nodes.describe(route.nodes))


def _attribute_values(route: Route) -> dict[str, str]:
    return {
        "localPref": "" if route.sent_local_pref is None else str(route.sent_local_pref),
        "communities": ",".join((*route.communities, *route.large_communities)),
    }


def _attributes(route: Route) -> str:
    """The attributes that are set, e.g. "localPref 100, communities 65535:65282"."""
    return ", ".join(f"{name} {value}" for name, value in _attribute_values(route).items() if value)


def _changes(before: Route, after: Route) -> str:
    """The attributes that differ, e.g. "localPref 100 → 200"."""
    old, new = _attribute_values(before), _attribute_values(after)
    parts = [f"{n} {old[n] or 'none'} → {new[n] or 'none'}" for n in old if old[n] != new[n]]
    if before.services != after.services:
        parts.append(f"services {','.join(before.services)} → {','.join(after.services)}")
    if before.advertisements != after.advertisements:
        advertisements = f"{','.join(before.advertisements)} → {','.join(after.advertisements)}"
        parts.append(f"advertisements {advertisements}")
    return "; ".join(parts)
