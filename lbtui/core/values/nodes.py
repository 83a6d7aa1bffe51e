"""Node sets as bit masks over a fixed, sorted index of node names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

NodeSet: TypeAlias = int
"""Bit i stands for `NodeIndex.names[i]`."""


class NodeIndex:
    """The nodes of a cluster in name order, and what their masks mean."""

    __slots__ = ("_bits", "all", "names")

    def __init__(self, names: Iterable[str]) -> None:
        """Index `names`, each once, sorted."""
        self.names: tuple[str, ...] = tuple(sorted(set(names)))
        self._bits: dict[str, NodeSet] = {name: 1 << i for i, name in enumerate(self.names)}
        self.all: NodeSet = (1 << len(self.names)) - 1

    def __len__(self) -> int:
        """Number of nodes."""
        return len(self.names)

    def __contains__(self, name: object) -> bool:
        """Whether there is such a node."""
        return name in self._bits

    def __eq__(self, other: object) -> bool:
        """Equal when masks mean the same in both."""
        return isinstance(other, NodeIndex) and other.names == self.names

    def __hash__(self) -> int:
        """By names."""
        return hash(self.names)

    def bit(self, name: str) -> NodeSet:
        """The mask of one node; 0 if there is no such node."""
        return self._bits.get(name, 0)

    def mask_of(self, names: Iterable[str]) -> NodeSet:
        """The mask of several nodes; names that do not exist are left out."""
        mask = 0
        for name in names:
            mask |= self._bits.get(name, 0)
        return mask

    def iterate(self, mask: NodeSet) -> Iterator[str]:
        """Names of the nodes in `mask`, sorted."""
        while mask:
            lowest = mask & -mask
            yield self.names[lowest.bit_length() - 1]
            mask ^= lowest

    def names_of(self, mask: NodeSet) -> tuple[str, ...]:
        """Names of the nodes in `mask`, sorted."""
        return self.names if mask == self.all else tuple(self.iterate(mask))

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
