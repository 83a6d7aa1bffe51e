"""Node sets as bit masks, whose bits keep their meaning while nodes come and go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from itertools import pairwise
from operator import or_
from typing import TypeAlias

NodeSet: TypeAlias = int
"""Bit i stands for `NodeIndex.places[i]`."""

MOST_EMPTY = 64
"""Bits of nodes that are gone which an index puts up with, however few nodes there are."""


MOST_REMEMBERED = 100
"""Node sets whose names are kept: findings are about a few, and edits leave them."""


class NodeIndex:
    """The nodes of a cluster, and what their masks mean.

    Indexes that follow from each other by `moved` never give a bit to another node: masks made
    before a node came or went can be kept, and compared with later ones. So bits need not stand
    in name order; whatever is shown is put in name order here.
    """

    __slots__ = ("_bits", "_head", "_known", "all", "names", "places")

    def __init__(self, names: Iterable[str], places: tuple[str, ...] = ()) -> None:
        """Index `names`, each once; those that `places` does not hold get the next bits."""
        wanted = set(names)
        self.names: tuple[str, ...] = tuple(sorted(wanted))
        new = wanted.difference(places) if places else wanted
        self.places: tuple[str, ...] = (*places, *sorted(new)) if new else places
        """The node of each bit, also where it is gone."""
        self._bits: dict[str, NodeSet] = {
            name: 1 << i for i, name in enumerate(self.places) if name in wanted
        }
        self.all: NodeSet = union(self._bits.values())
        self._head = next(
            (i for i, (one, other) in enumerate(pairwise(self.places), 1) if one > other),
            len(self.places),
        )
        """How many of the first places are in name order; mostly all of them."""
        self._known: dict[NodeSet, tuple[str, ...]] = {}

    def moved(self, names: Iterable[str]) -> NodeIndex:
        """The index of other nodes in which everybody keeps their bit, also who comes back.

        Where most bits would stand for nobody, the index is made anew.
        """
        wanted = set(names)
        if len(wanted) == len(self.names) and wanted.issubset(self._bits):
            return self
        next_index = NodeIndex(wanted, self.places)
        if len(next_index.places) > 2 * len(wanted) + MOST_EMPTY:
            return NodeIndex(wanted)
        return next_index

    def __len__(self) -> int:
        """Number of nodes."""
        return len(self.names)

    def __contains__(self, name: object) -> bool:
        """Whether there is such a node."""
        return name in self._bits

    def __eq__(self, other: object) -> bool:
        """Equal when there are the same nodes, and masks mean the same in both."""
        return isinstance(other, NodeIndex) and other._bits == self._bits

    def __hash__(self) -> int:
        """By names."""
        return hash(self.names)

    def is_akin(self, other: NodeIndex) -> bool:
        """Whether no bit stands for one node here and for another there."""
        if self.places is other.places:
            return True
        return all(one == another for one, another in zip(self.places, other.places, strict=False))

    def bit(self, name: str) -> NodeSet:
        """The mask of one node; 0 if there is no such node."""
        return self._bits.get(name, 0)

    def mask_of(self, names: Iterable[str]) -> NodeSet:
        """The mask of several nodes; names that do not exist are left out."""
        bits = self._bits
        return union(bits[name] for name in names if name in bits)

    def first(self, mask: NodeSet) -> str:
        """The first node by name in `mask`, which holds at least one."""
        lowest = self.places[(mask & -mask).bit_length() - 1]
        late = mask >> self._head
        return min(lowest, *self._walk(late << self._head)) if late else lowest

    def iterate(self, mask: NodeSet) -> Iterator[str]:
        """Names of the nodes in `mask`, sorted."""
        return iter(sorted(self._walk(mask))) if mask >> self._head else self._walk(mask)

    def _walk(self, mask: NodeSet) -> Iterator[str]:
        """Names of the nodes in `mask` in the order of their bits."""
        while mask:
            lowest = mask & -mask
            yield self.places[lowest.bit_length() - 1]
            mask ^= lowest

    def names_of(self, mask: NodeSet) -> tuple[str, ...]:
        """Names of the nodes in `mask`, sorted."""
        if mask == self.all:
            return self.names
        known = self._known.get(mask)
        if known is None:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            known = self._known[mask] = tuple(self.iterate(mask))
        return known

    def describe(self, mask: NodeSet, limit: int = 3) -> str:
        """For people: "all 6 nodes", "no node", "node-a, node-b", "node-a, node-b and 4 more"."""
        count = mask.bit_count()
        if not count:
            return "no node"
        if mask == self.all and count > 1:
            return f"all {count} nodes"
        names: list[str] = []
        for name in self.iterate(mask):
            if len(names) == limit and count > limit + 1:
                return f"{', '.join(names)} and {count - limit} more"
            names.append(name)
        return ", ".join(names)


def union(masks: Iterable[NodeSet]) -> NodeSet:
    """All nodes that are in any of the masks."""
    return reduce(or_, masks, 0)
