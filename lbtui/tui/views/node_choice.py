"""Which nodes a speaker can act as, and which it does unless told otherwise. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lbtui.core.objects.cluster_resources import Node
from lbtui.tui.text import Cell, Span

if TYPE_CHECKING:
    from lbtui.core.analysis import Analysis
    from lbtui.core.routing.announcements import Announcements


@dataclass(frozen=True, slots=True)
class NodeChoice:
    """One node and what speaks for acting as it."""

    name: str
    addresses: tuple[str, ...]
    """Its InternalIPs."""
    is_here: bool
    """The speaker's host has one of them."""
    sessions: int
    """Peers that select it."""

    def cells(self, is_chosen: bool) -> Sequence[Cell]:
        """Cells of the dialog's table."""
        return (
            Span("[x]", "good") if is_chosen else "[ ]",
            self.name,
            ", ".join(self.addresses) or "none",
            Span("yes", "good") if self.is_here else Span("no", "muted"),
            str(self.sessions),
        )


def node_choices(analysis: Analysis, has_address: Callable[[str], bool]) -> tuple[NodeChoice, ...]:
    """Every node of the configuration, by name."""
    tables = analysis.tables
    addresses = {
        node.metadata.name: tuple(
            a.address for a in node.status.addresses if a.type == "InternalIP"
        )
        for node in analysis.resources.all(Node)
    }
    choices = []
    for name in tables.nodes.names:
        bit = tables.nodes.bit(name)
        found = addresses.get(name, ())
        choices.append(
            NodeChoice(
                name=name,
                addresses=found,
                is_here=any(map(has_address, found)),
                sessions=sum(bool(mask & bit) for mask in tables.session_nodes.values()),
            )
        )
    return tuple(choices)


def default_nodes(choices: Sequence[NodeChoice], current: Announcements | None) -> frozenset[str]:
    """Those that the speaker acts as already; else those of this host; else the only one."""
    names = {choice.name for choice in choices}
    if current is not None and (acting := names & {node.name for node in current.nodes}):
        return frozenset(acting)
    here = frozenset(choice.name for choice in choices if choice.is_here)
    if here:
        return here
    return frozenset(names) if len(names) == 1 else frozenset()
