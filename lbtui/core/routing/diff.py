"""What changed: between two route tables, and between two sets of resources."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
from lbtui.core.routing.preview import route_document
from lbtui.core.routing.routes import Route, RouteTables
from lbtui.core.values.addresses import Prefix
from lbtui.core.values.nodes import NodeIndex, NodeSet


@dataclass(frozen=True, slots=True)
class RouteChange:
    """One prefix to one peer whose attributes change on `before.nodes` (= `after.nodes`)."""

    before: Route
    after: Route


@dataclass(frozen=True, slots=True)
class RouteDiff:
    """Rows that come, go and change; sorted by peer, prefix, first node."""

    added: tuple[Route, ...]
    """Nodes over the new tables' index."""
    withdrawn: tuple[Route, ...]
    """Nodes over the old tables' index."""
    changed: tuple[RouteChange, ...]
    """`before` over the old tables' index, `after` over the new one's."""
    old: RouteTables | None = field(default=None, compare=False, repr=False)
    new: RouteTables | None = field(default=None, compare=False, repr=False)
    """The tables compared; None only where nothing differs."""

    @property
    def is_empty(self) -> bool:
        """Whether both tables say the same."""
        return not (self.added or self.withdrawn or self.changed)

    def to_json(self) -> dict[str, Any]:
        """`added`, `withdrawn` and `changed` as in the contract of `diff -o json`."""
        return {
            "added": [document for route in self.added for document in _each(self.new, route)],
            "withdrawn": [
                document for route in self.withdrawn for document in _each(self.old, route)
            ],
            "changed": [
                {"before": before, "after": after}
                for change in self.changed
                for before, after in zip(
                    _each(self.old, change.before), _each(self.new, change.after), strict=True
                )
            ],
        }


def _each(tables: RouteTables | None, route: Route) -> Iterator[dict[str, Any]]:
    """The route once per node, by node name."""
    assert tables is not None, "only a diff without rows may be made without tables"
    for node in tables.nodes.iterate(route.nodes):
        own = tables.narrowed(route, tables.nodes.bit(node))
        yield {"node": node, "peer": route.peer, **route_document(tables, node, own)}


@dataclass(frozen=True, slots=True)
class ResourceDiff:
    """Resources that come, go and change."""

    added: tuple[ResourceRef, ...]
    removed: tuple[ResourceRef, ...]
    changed: tuple[tuple[ResourceRef, tuple[str, ...]], ...]
    """With the paths of the fields that differ, e.g. "spec.localPref"."""

    @property
    def is_empty(self) -> bool:
        """Whether both sets hold the same."""
        return not (self.added or self.removed or self.changed)

    def to_json(self) -> dict[str, Any]:
        """`resources` as in the contract of `diff -o json`."""
        return {
            "added": [_reference(ref) for ref in self.added],
            "removed": [_reference(ref) for ref in self.removed],
            "changed": [{**_reference(ref), "paths": list(paths)} for ref, paths in self.changed],
        }


def _reference(ref: ResourceRef) -> dict[str, Any]:
    """A reference as the contract writes it."""
    return {"kind": ref.kind, "name": ref.name, "namespace": ref.namespace}


class _Translation:
    """Node masks of the old tables as masks over the new ones' index, and back."""

    def __init__(self, old: NodeIndex, new: NodeIndex) -> None:
        self._old, self._new = old, new
        self._is_same = old == new
        self._cache: dict[tuple[NodeSet, bool], NodeSet] = {}

    def to_new(self, mask: NodeSet) -> NodeSet:
        """Nodes that are gone are left out."""
        return self._translate(mask, self._old, self._new, True)

    def to_old(self, mask: NodeSet) -> NodeSet:
        """Nodes that came are left out."""
        return self._translate(mask, self._new, self._old, False)

    def _translate(
        self, mask: NodeSet, source: NodeIndex, target: NodeIndex, is_forward: bool
    ) -> NodeSet:
        if self._is_same:
            return mask
        known = self._cache.get((mask, is_forward))
        if known is None:
            known = target.mask_of(source.iterate(mask))
            self._cache[mask, is_forward] = known
        return known


def diff_tables(old: RouteTables, new: RouteTables) -> RouteDiff:
    """Compare by node name, peer name and prefix.

    A route changes when what is sent for it does: localPref, communities or next hop. That other
    advertisements or services are behind it is no change.
    """
    if old is new:
        return RouteDiff((), (), ())
    comparison = _Comparison(old, new)
    for peer in sorted({*old.peers, *new.peers}):
        comparison.compare(peer)
    return comparison.result()


class _Comparison:
    """Collects the differences of two route tables, peer by peer."""

    def __init__(self, old: RouteTables, new: RouteTables) -> None:
        self._old, self._new = old, new
        self._translation = _Translation(old.nodes, new.nodes)
        self._is_same_index = old.nodes == new.nodes
        self._added: list[Route] = []
        self._withdrawn: list[Route] = []
        self._changed: list[RouteChange] = []

    def result(self) -> RouteDiff:
        """Everything found so far."""
        return RouteDiff(
            tuple(self._added),
            tuple(self._withdrawn),
            tuple(self._changed),
            old=self._old,
            new=self._new,
        )

    def compare(self, peer: str) -> None:
        """Compare what one peer gets."""
        before = self._old.peer_routes(peer) if peer in self._old.session_nodes else ()
        after = self._new.peer_routes(peer) if peer in self._new.session_nodes else ()
        moved = {family: self._moved_next_hops(peer, family) for family in (4, 6)}
        if before == after and self._old.nodes == self._new.nodes and not any(moved.values()):
            return
        old_rows, new_rows = _by_prefix(before), _by_prefix(after)
        for prefix in sorted(old_rows.keys() | new_rows.keys()):
            self._compare_prefix(
                old_rows.get(prefix, []), new_rows.get(prefix, []), moved[prefix.family]
            )

    def _compare_prefix(self, before: list[Route], after: list[Route], moved: NodeSet) -> None:
        """Compare the rows of one prefix; `moved`: nodes whose next hop differs."""
        if self._is_same_index and len(before) == len(after) == 1:
            old, new = before[0], after[0]
            if old.nodes == new.nodes and not (moved and _is_alike(old, new)):
                if not _is_alike(old, new):
                    self._changed.append(RouteChange(old, new))
                return
        had = self._translation.to_new(_nodes(before))
        has = self._translation.to_old(_nodes(after))
        self._added += _narrow(self._new, after, lambda route: route.nodes & ~had)
        self._withdrawn += _narrow(self._old, before, lambda route: route.nodes & ~has)
        for new in after:
            for old in before:
                common = self._translation.to_new(old.nodes) & new.nodes
                if _is_alike(old, new):
                    common &= moved
                if common:
                    self._changed.append(
                        RouteChange(
                            self._old.narrowed(old, self._translation.to_old(common)),
                            self._new.narrowed(new, common),
                        )
                    )

    def _moved_next_hops(self, peer: str, family: int) -> NodeSet:
        """Nodes of both sessions whose next hop for a family is another one now."""
        both = self._new.session_nodes.get(peer, 0) & self._translation.to_new(
            self._old.session_nodes.get(peer, 0)
        )
        if self._old.next_hops.is_alike(self._new.next_hops, peer):
            return 0
        prefix = Prefix(family, 0, 0)
        return self._new.nodes.mask_of(
            node
            for node in self._new.nodes.iterate(both)
            if self._old.next_hop(node, peer, prefix) != self._new.next_hop(node, peer, prefix)
        )


def _by_prefix(routes: Iterable[Route]) -> dict[Prefix, list[Route]]:
    """Routes of each prefix."""
    found: dict[Prefix, list[Route]] = {}
    for route in routes:
        found.setdefault(route.prefix, []).append(route)
    return found


def _nodes(routes: Iterable[Route]) -> NodeSet:
    """All nodes of some routes."""
    nodes = 0
    for route in routes:
        nodes |= route.nodes
    return nodes


def _narrow(
    tables: RouteTables, routes: Iterable[Route], nodes_of: Callable[[Route], NodeSet]
) -> Iterator[Route]:
    """Routes limited to some of their nodes; those that lose all are left out."""
    for route in routes:
        nodes = nodes_of(route)
        if nodes:
            yield tables.narrowed(route, nodes)


def _is_alike(old: Route, new: Route) -> bool:
    """Whether a peer sees no difference, and localPref is configured the same."""
    return (
        old.local_pref == new.local_pref
        and old.sent_local_pref == new.sent_local_pref
        and old.communities == new.communities
        and old.large_communities == new.large_communities
    )


def diff_resources(old: ResourceSet, new: ResourceSet) -> ResourceDiff:
    """Compare by reference and field."""
    kinds = old.changed_kinds(new)
    before = {ref: old.get(ref) for ref in old.refs() if ref.kind in kinds}
    after = {ref: new.get(ref) for ref in new.refs() if ref.kind in kinds}
    found: dict[ResourceRef, list[str]] = {}
    for ref, resource in after.items():
        was = before.get(ref)
        if was is not None and was != resource:
            found[ref] = list(_paths(was, resource, ""))
    for one in sorted(old.respelled ^ new.respelled, key=str):
        if one.ref in old and one.ref in new:
            found.setdefault(one.ref, []).append(one.path)
    changed = [(ref, tuple(paths)) for ref, paths in sorted(found.items())]
    return ResourceDiff(
        tuple(sorted(after.keys() - before.keys())),
        tuple(sorted(before.keys() - after.keys())),
        tuple(changed),
    )


def _paths(old: Any, new: Any, path: str) -> Iterator[str]:
    """Paths of the fields that differ; lists and label maps count as one field."""
    if old == new:
        return
    if not isinstance(old, msgspec.Struct) or type(old) is not type(new):
        yield path
        return
    names: Mapping[str, str] = {
        own.name: own.encode_name for own in msgspec.structs.fields(type(old))
    }
    for name, written in names.items():
        below = f"{path}.{written}" if path else written
        yield from _paths(getattr(old, name), getattr(new, name), below)
