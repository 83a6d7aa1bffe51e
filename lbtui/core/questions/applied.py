"""What changes on the wire when a set of resources is applied to a cluster that runs another.

A node that refuses what is new keeps the last configuration that it accepted, and sends by that;
only its services and endpoints go on changing. Source: MetalLB internal/k8s/controllers: a
configuration that cannot be read or applied is not handed on; frr-k8s likewise.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, NamedTuple

from lbtui.core.analysis import Analysis
from lbtui.core.configuration.config import resolve
from lbtui.core.configuration.model import NodeError
from lbtui.core.objects.cluster_resources import EndpointSlice, Node, Service
from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
from lbtui.core.routing.diff import RouteChange, RouteDiff, diff_tables
from lbtui.core.routing.route import Route
from lbtui.core.routing.routes import RouteTables, compile_routes

BACKEND_CODE = "frr-k8s-local-pref-conflict"
"""The one reason for which a back end refuses a node's whole configuration."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What comes, goes and changes, on nodes that take the new and on those that keep the old."""

    parts: tuple[RouteDiff, ...]
    """Apart by nodes; in the first those that take what is new."""
    kept: Mapping[str, NodeError]
    """Nodes that keep what they have, and why; by name."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing changes on the wire."""
        return all(part.is_empty for part in self.parts)

    @property
    def added(self) -> Iterator[Route]:
        """Rows that come; as in `RouteDiff`."""
        return chain.from_iterable(part.added for part in self.parts)

    @property
    def withdrawn(self) -> Iterator[Route]:
        """Rows that go."""
        return chain.from_iterable(part.withdrawn for part in self.parts)

    @property
    def changed(self) -> Iterator[RouteChange]:
        """Rows that change."""
        return chain.from_iterable(part.changed for part in self.parts)

    def documents(self) -> dict[str, Iterator[dict[str, Any]]]:
        """As `RouteDiff.documents`."""
        each = [part.documents() for part in self.parts]
        return {
            name: chain.from_iterable([documents[name] for documents in each])
            for name in ("added", "withdrawn", "changed")
        }


class _Side(NamedTuple):
    """The same nodes before and after."""

    old: RouteTables
    new: RouteTables


def diff_applied(old: Analysis, new: Analysis) -> Applied:
    """Compare what a cluster sends that runs `old` with what it sends once it was given `new`.

    Another back end is another installation: its speakers have nothing that they could keep.
    """
    before = in_force(old.tables)
    refused = {**new.config.node_errors, **_refused_by_backend(new.tables)}
    if not refused:
        return Applied((diff_tables(before, new.tables),), {})
    if old.config.backend != new.config.backend:
        return Applied((diff_tables(before, in_force(new.tables)),), {})
    side = _Side(_without(before, refused), _without(new.tables, refused))
    parts = [diff_tables(*side)]
    holding = before.config.nodes.names_of(before.config.active_nodes)
    kept = {name: error for name, error in refused.items() if name in holding}
    frozen = [name for name in kept if name in new.config.node_errors]
    if frozen and old.resources.changed_kinds(new.resources) & _MOVING.keys():
        going_on = _going_on(before, old, new, frozen)
        parts.append(diff_tables(*going_on))
    return Applied(tuple(parts), dict(sorted(kept.items())))


def with_refused_kept(
    old: ResourceSet, new: ResourceSet
) -> tuple[ResourceSet, tuple[ResourceRef, ...]]:
    """NEW as the API server takes it, and what of it is refused.

    Resources of OLD whose new text cannot be read are refused: the server keeps what it has.
    """
    there = set(new.refs())
    refused = sorted(ref for ref in new.unread if ref in old and ref not in there)
    for ref in refused:
        resource = old.get(ref)
        assert resource is not None
        new = new.with_resource(ref, resource)
    return new, tuple(refused)


def in_force(tables: RouteTables) -> RouteTables:
    """The tables without the nodes whose configuration the back end refuses: they send nothing."""
    return _without(tables, tables.backend_errors)


_MOVING = {kind.kind: kind for kind in (Node, Service, EndpointSlice)}
"""What a speaker goes on following while it refuses a configuration."""


def _going_on(before: RouteTables, old: Analysis, new: Analysis, frozen: Collection[str]) -> _Side:
    """Some nodes under the old configuration, with the services and nodes of before and of now."""
    kinds = {ref.kind for ref in old.resources.refs()} | _MOVING.keys()
    mixed = ResourceSet(
        {kind: (new if kind in _MOVING else old).resources.by_kind(kind) for kind in sorted(kinds)}
    )
    config = resolve(mixed, old.config.backend, old.config.options, new.config).config
    now = in_force(compile_routes(config, new.tables))
    # A node that could not even take this keeps everything.
    staying = {name for name in frozen if name not in now.config.node_errors}
    return _Side(
        _without(before, [name for name in before.nodes.names if name not in staying]),
        _without(now, [name for name in now.nodes.names if name not in staying]),
    )


def _refused_by_backend(tables: RouteTables) -> dict[str, NodeError]:
    return {
        name: NodeError(BACKEND_CODE, message) for name, message in tables.backend_errors.items()
    }


def _without(tables: RouteTables, names: Collection[str]) -> RouteTables:
    """The tables as if these nodes had an error of their own."""
    config = tables.config
    others = {name: _SILENT for name in names if name not in config.node_errors}
    if not others:
        return tables
    errors = {**config.node_errors, **others}
    return compile_routes(replace(config, node_errors=dict(sorted(errors.items()))), tables)


_SILENT = NodeError("", "")
