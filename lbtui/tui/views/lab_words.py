"""Sessions to other than the peers' own addresses, in words that no one overlooks. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lbtui.core.routing.lab import Endpoint
from lbtui.core.values.addresses import parse_address
from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import Line, Span, line

if TYPE_CHECKING:
    from lbtui.core.configuration.model import Peer
    from lbtui.core.routing.announcements import Announcements
    from lbtui.core.routing.lab import LabMapping
    from lbtui.ports import SessionRow
    from lbtui.tui.view_state import ViewState


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A session that goes to another address than its peer has in the working set."""

    here: Endpoint
    real: str
    """The peer's own address, or its interface."""
    is_lab: bool
    """As the lab mapping says; else it was applied before, or an edit is not applied."""

    @property
    def tag(self) -> str:
        """A word to stand beside the peer's name."""
        return "LAB" if self.is_lab else "elsewhere"

    @property
    def text(self) -> str:
        """The whole truth in a sentence."""
        if self.is_lab:
            return f"LAB: goes to {self.here}, which plays the peer at {self.real}."
        return (
            f"Goes to {self.here}, but the peer's address is {self.real}: a lab that was applied "
            "before, or an edit that is not applied."
        )


def sessions_elsewhere(state: ViewState) -> Mapping[str, Elsewhere]:
    """By session, those that do not go to the address that their peer has in the working set."""
    if state.analysis is None:
        return {}
    peers = state.analysis.tables.peer_objects
    real = {
        name: {("" if one.address is None else str(one.address), one.port) for one in found}
        for name, found in peers.items()
    }
    lab = {name: str(endpoint.address) for name, endpoint in state.lab_mapping.peers.items()}
    found: dict[str, Elsewhere] = {}
    for row in state.speaker.sessions:
        own = real.get(row.peer)
        if not own or (row.address, row.port) in own:
            continue
        is_lab = lab.get(row.peer) == row.address
        if not is_lab and ("", row.port) in own:
            continue  # unnumbered: it goes to whatever link-local address is there
        if (endpoint := _endpoint(row)) is not None:
            found[row.id] = Elsewhere(endpoint, _real(peers[row.peer][0]), is_lab)
    return found


def _endpoint(row: SessionRow) -> Endpoint | None:
    """Where a session goes; None while it has no address."""
    address = parse_address(row.address)
    return None if address is None else Endpoint(address, row.port)


def _real(peer: Peer) -> str:
    if peer.address is None:
        return f"interface {peer.interface}"
    return str(Endpoint(peer.address, peer.port))


def badge(state: ViewState) -> Line:
    """For the line of the sessions, which every view has; nothing outside a lab."""
    found = sessions_elsewhere(state)
    lab = sum(one.is_lab for one in found.values())
    if lab:
        return (Span(f"  {SYMBOLS.warning} LAB: {lab} at lab routers", "warning"),)
    if found:
        return (Span(f"  {SYMBOLS.warning} {len(found)} not at the peers' addresses", "warning"),)
    return (Span(f"  {SYMBOLS.warning} LAB", "warning"),) if not state.lab_mapping.is_empty else ()


def mapping_lines(mapping: LabMapping, wanted: Announcements) -> Iterator[Line]:
    """Before an apply: which sessions go to lab routers, and which to the real ones."""
    if mapping.is_empty:
        return
    peers = {session.peer for node in wanted.nodes for session in node.sessions}
    for peer in sorted(peers & mapping.peers.keys()):
        yield line(Span(f"LAB: sessions to {peer} go to {mapping.peers[peer]}.", "warning"))
    for node in wanted.nodes:
        if node.name in mapping.nodes:
            address = mapping.nodes[node.name]
            yield line(Span(f"LAB: sessions of {node.name} come from {address}.", "warning"))
    for peer in mapping.misfits(wanted):
        text = f"{peer} is left out: its lab router has an address of the other family."
        yield line(Span(text, "bad"))
    if real := sorted(peers - mapping.peers.keys()):
        text = f"Not mapped, sessions go to the real address: {', '.join(real)}."
        yield line(Span(text, "bad"))


def refusal(mapping: LabMapping) -> str:
    """Why nothing is applied while the mapping cannot be understood."""
    wrong = " ".join(mapping.problems)
    return f"{wrong} Nothing is applied, for sessions would go to real routers; :lab corrects it."
