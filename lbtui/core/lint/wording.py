"""Names and numbers as lint's sentences put them."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable

from lbtui.core.values.nodes import NodeSet


def nearest(name: str, names: Collection[str]) -> str | None:
    """The known name that `name` was probably meant to be."""
    found = difflib.get_close_matches(name, names, n=1, cutoff=0.7)
    return found[0] if found else None


def listed(names: Iterable[object], limit: int = 3) -> str:
    """Names for a sentence: "a, b, c and 4 more"."""
    every = list(names)
    if len(every) <= limit + 1:
        return ", ".join(map(str, every))
    return f"{', '.join(map(str, every[:limit]))} and {len(every) - limit} more"


def counted(count: int, noun: str) -> str:
    """A number and its noun: 1 route, 2 routes, 3 addresses."""
    plural = f"{noun}es" if noun.endswith("s") else f"{noun}s"
    return f"{count} {noun if count == 1 else plural}"


def for_nodes(nodes: NodeSet, one: str, several: str) -> str:
    """The form of a verb for one node, or for none or several."""
    return one if nodes.bit_count() == 1 else several
