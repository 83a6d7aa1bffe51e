"""What changed between two route tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lbtui.core.routing.comparison import Comparison
from lbtui.core.routing.prefix_comparison import PeerChanges, RouteChange
from lbtui.core.routing.preview import route_document
from lbtui.core.routing.route import Route
from lbtui.core.routing.routes import RouteTables
from lbtui.core.routing.row_groups import RowGroups

__all__ = ["RouteChange", "RouteDiff", "diff_tables"]


@dataclass(frozen=True, slots=True)
class RouteDiff:
    """Rows that come, go and change; sorted by peer, prefix, first node.

    How many there are is known at once; the rows themselves are made when they are looked at.
    """

    added: Sequence[Route]
    """Nodes over the new tables' index."""
    withdrawn: Sequence[Route]
    """Nodes over the old tables' index."""
    changed: Sequence[RouteChange]
    """`before` over the old tables' index, `after` over the new one's."""
    old: RouteTables | None = field(default=None, compare=False, repr=False)
    new: RouteTables | None = field(default=None, compare=False, repr=False)
    """The tables compared; None only where nothing differs."""
    peers: Mapping[str, PeerChanges] = field(default_factory=dict, compare=False, repr=False)
    """The same rows by peer, of those for which something differs."""

    @property
    def row_count(self) -> int:
        """How many rows differ; makes none."""
        return len(self.added) + len(self.withdrawn) + len(self.changed)

    @property
    def is_empty(self) -> bool:
        """Whether both tables say the same."""
        return not (self.added or self.withdrawn or self.changed)

    def to_json(self) -> dict[str, Any]:
        """`added`, `withdrawn` and `changed` as in the contract of `diff -o json`."""
        return {name: list(documents) for name, documents in self.documents().items()}

    def documents(self) -> dict[str, Iterator[dict[str, Any]]]:
        """The same, each document made when it is asked for: there is one per node and route."""
        return {
            "added": (document for route in self.added for document in _each(self.new, route)),
            "withdrawn": (
                document for route in self.withdrawn for document in _each(self.old, route)
            ),
            "changed": (
                {"before": before, "after": after}
                for change in self.changed
                for before, after in zip(
                    _each(self.old, change.before), _each(self.new, change.after), strict=True
                )
            ),
        }


def _each(tables: RouteTables | None, route: Route) -> Iterator[dict[str, Any]]:
    """The route once per node, by node name."""
    assert tables is not None, "only a diff without rows may be made without tables"
    for node in tables.nodes.iterate(route.nodes):
        own = tables.narrowed(route, tables.nodes.bit(node))
        yield {"node": node, "peer": route.peer, **route_document(tables, node, own)}


def diff_tables(old: RouteTables, new: RouteTables) -> RouteDiff:
    """Compare by node name, peer name and prefix.

    A route changes when what is sent for it does: localPref, communities or next hop. That other
    advertisements or services are behind it is no change. Walks only what the two do not share.
    """
    if old is new:
        return RouteDiff((), (), ())
    comparison = Comparison(old, new)
    compared = {peer: comparison.compare(peer) for peer in sorted({*old.peers, *new.peers})}
    peers = {peer: changes for peer, changes in compared.items() if changes.row_count}
    return RouteDiff(
        RowGroups([changes.added for changes in peers.values()]),
        RowGroups([changes.withdrawn for changes in peers.values()]),
        RowGroups([changes.changed for changes in peers.values()]),
        old=old,
        new=new,
        peers=peers,
    )
