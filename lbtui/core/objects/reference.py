"""How one resource is told from all others."""

from __future__ import annotations

from typing import NamedTuple


class ResourceRef(NamedTuple):
    """Which resource; `ordinal` tells apart several of one name, as a folder can hold them."""

    kind: str
    namespace: str
    name: str
    ordinal: int = 0

    def __str__(self) -> str:
        """`kind/name`, the way kubectl writes it, with the namespace where it helps."""
        return f"{self.kind}/{self.name}"
