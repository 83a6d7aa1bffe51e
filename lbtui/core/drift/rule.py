"""What a rule about drift is, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from lbtui.core.diagnostics import Diagnostic, Severity
from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.values.nodes import NodeSet

if TYPE_CHECKING:
    from lbtui.core.drift.sides import Sides, Stamp

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO


class Difference(NamedTuple):
    """One thing that two facts do not say alike."""

    ref: ResourceRef
    message: str
    stamp: Stamp
    """Who says what is not as intended, and when it was last heard."""
    nodes: NodeSet = 0
    """Nodes concerned; 0: not a matter of nodes."""


Check = Callable[["Sides"], Iterator[Difference]]


@dataclass(frozen=True, slots=True)
class DriftRule:
    """One code with all that is said about it, and the function that looks for it."""

    code: str
    severity: Severity
    meaning: str
    remedy: str
    source: str
    check: Check


@dataclass(frozen=True, slots=True)
class Drift:
    """A finding, and the side that it rests on."""

    diagnostic: Diagnostic
    source: str
    """Such as "BGPSessionState" or "the bundled speaker"."""
    age: float
    """Seconds since the source was last heard."""


def drift_rule(
    code: str, severity: Severity, *, meaning: str, remedy: str, source: str
) -> Callable[[Check], DriftRule]:
    """Make a rule of a function."""

    def make(check: Check) -> DriftRule:
        return DriftRule(code, severity, meaning, remedy, source, check)

    return make
