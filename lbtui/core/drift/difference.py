"""What a rule about drift finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from lbtui.core.diagnostics import Diagnostic
from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.values.nodes import NodeSet

if TYPE_CHECKING:
    from lbtui.core.drift.sides import Stamp


class Difference(NamedTuple):
    """One thing that two facts do not say alike."""

    ref: ResourceRef
    message: str
    stamp: Stamp
    """Who says what is not as intended, and when it was last heard."""
    nodes: NodeSet = 0
    """Nodes concerned; 0: not a matter of nodes."""


@dataclass(frozen=True, slots=True)
class Drift:
    """A finding, and the side that it rests on."""

    diagnostic: Diagnostic
    source: str
    """Such as "BGPSessionState" or "the bundled speaker"."""
    age: float
    """Seconds since the source was last heard."""
