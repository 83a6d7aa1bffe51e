"""What changed: between two route tables, and between two sets of resources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lbtui.core.resource_set import ResourceRef, ResourceSet
from lbtui.core.routes import Route, RouteTables


@dataclass(frozen=True, slots=True)
class RouteChange:
    """One prefix to one peer whose attributes change on `before.nodes` (= `after.nodes`)."""

    before: Route
    after: Route


@dataclass(frozen=True, slots=True)
class RouteDiff:
    """Rows that come, go and change; node masks are over the new tables' index, see below."""

    added: tuple[Route, ...]
    """Nodes over the new tables' index."""
    withdrawn: tuple[Route, ...]
    """Nodes over the old tables' index."""
    changed: tuple[RouteChange, ...]
    """`before` over the old tables' index, `after` over the new one's."""

    @property
    def is_empty(self) -> bool:
        """Whether both tables say the same."""
        return not (self.added or self.withdrawn or self.changed)

    def to_json(self) -> dict[str, Any]:
        """`added`, `withdrawn` and `changed` as in the contract of `diff -o json`."""
        raise NotImplementedError


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
        raise NotImplementedError


def diff_tables(old: RouteTables, new: RouteTables) -> RouteDiff:
    """Compare by node name, peer name and prefix."""
    raise NotImplementedError


def diff_resources(old: ResourceSet, new: ResourceSet) -> ResourceDiff:
    """Compare by reference and field."""
    raise NotImplementedError
