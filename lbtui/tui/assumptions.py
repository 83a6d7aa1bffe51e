"""What shown routes rest on: what is assumed, and which nodes refuse. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import Line, Span, line

if TYPE_CHECKING:
    from lbtui.tui.view_state import ViewState


def refusals(state: ViewState) -> Mapping[str, str]:
    """Node → why MetalLB there refuses its configuration; empty until the routes are known."""
    if state.analysis is None:
        return {}
    own = state.analysis.config.node_errors
    found = {name: f"{error.code}: {error.message}" for name, error in own.items()}
    return {**state.analysis.tables.backend_errors, **found}


def refusal_spans(state: ViewState) -> Line:
    """How many nodes refuse, for the title bar; empty if none does."""
    count = len(refusals(state))
    if not count:
        return ()
    text = "1 node refuses" if count == 1 else f"{count} nodes refuse"
    return (Span(f"{SYMBOLS.error} {text}", "bad"),)


def refusal_lines(state: ViewState, node: str) -> Iterator[Line]:
    """That one node refuses its configuration, and what that means for the routes shown."""
    if (why := refusals(state).get(node)) is not None:
        yield line(Span(f"{SYMBOLS.error} {node} refuses this configuration", "bad"), f"  {why}")
        yield line(Span("  MetalLB there keeps its last valid configuration.", "muted"))


def assumed_spans(state: ViewState) -> Line:
    """What is assumed, in a few words for the line over a table; empty if nothing is."""
    if state.analysis is None:
        return ()
    config = state.analysis.config
    parts = ["any node"] if config.is_node_assumed else []
    if count := len(config.assumed_endpoints):
        parts.append(f"endpoints of {count} service{'' if count == 1 else 's'}")
    return (Span(f"{SYMBOLS.warning} assumed: {', '.join(parts)}", "warning"),) if parts else ()


def assumed_node_text(state: ViewState) -> str:
    """That "node" stands for any node; empty if there are Node objects."""
    if state.analysis is None or not state.analysis.config.is_node_assumed:
        return ""
    (name,) = state.analysis.tables.nodes.names
    return f'No Node objects: one assumed "{name}", without labels, stands for any.'


def assumed_endpoints_text(state: ViewState, service: str) -> str:
    """That a service (namespace/name) counts as ready everywhere; empty if that is known."""
    if state.analysis is None or service not in state.analysis.config.assumed_endpoints:
        return ""
    return "It has no EndpointSlice: one ready endpoint on every node is assumed."
