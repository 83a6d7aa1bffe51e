"""The topology view: racks with their nodes and peers as a tree, a picture of each beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual import on

from lbtui.core.questions.fabric import Fabric, fabric_of
from lbtui.tui.answer_view import AnswerRow, AnswerView
from lbtui.tui.assumptions import assumed_spans
from lbtui.tui.text import Line, counted
from lbtui.tui.view import View
from lbtui.tui.view_state import ViewState
from lbtui.tui.views.session_tally import by_pair
from lbtui.tui.views.topology_rows import Drawn, topology_rows
from lbtui.tui.widgets.rows import Column

if TYPE_CHECKING:
    from lbtui.core.configuration.model import Peer

MOST_OPEN = 6
"""Groups up to which all are unfolded at first."""
FOLDABLE = ("section", "group", "bundle")


class TopologyView(AnswerView[Fabric]):
    """Nodes of one place and with the same peers are one line until they are unfolded."""

    name_in_commands = "topology"
    title = "Topology"
    columns = (
        Column("what", "Peers and nodes", is_flexible=True, minimum=24),
        Column("about", "About", priority=3, is_flexible=True, minimum=14),
        Column("sessions", "Sessions", priority=2, is_flexible=True, minimum=14),
        Column("routes", "Routes", align="right", priority=2),
    )
    help_text = (
        "Peers, nodes and the sessions between them. Nodes are grouped by the label whose key "
        "ends in rack; without one by zone, row, room or region. Peers with sessions into several "
        "groups, such as spines, come first; the peers of one group, such as its top-of-rack "
        "switches, stand in it.\n\n"
        "Nodes with the same peers are one line; enter unfolds it, and folds it again. enter on "
        "a peer or a node goes there. Sessions are those of lbtui's own speaker where it runs "
        "them, else planned."
    )

    def __init__(self) -> None:
        """Fold as the number of groups suggests."""
        super().__init__()
        self._turned: frozenset[tuple[str, str]] = frozenset()

    def question(self, state: ViewState) -> Callable[[], Fabric] | None:
        """How everything is wired."""
        analysis = state.analysis
        return None if analysis is None else lambda: fabric_of(analysis)

    def also_shows(self, state: ViewState) -> tuple[object, ...]:
        """Sessions, and what is unfolded."""
        return (state.speaker.sessions, self._turned)

    def answer_rows(self, state: ViewState, found: Fabric) -> Sequence[AnswerRow]:
        """The tree."""
        config = state.analysis.config if state.analysis else None
        peers = config.peers if config else ()
        return topology_rows(
            Drawn(
                found,
                by_pair(state.speaker),
                {peer.name: peer.ref for peer in peers},
                {peer.name: link_text(peer) for peer in peers},
                self._is_open,
            )
        )

    def _is_open(self, key: tuple[str, str]) -> bool:
        is_small = self.found is not None and len(self.found.groups) <= MOST_OPEN
        return (is_small and key[0] != "bundle") is not (key in self._turned)

    @on(View.Opened)
    def _turn(self, event: View.Opened) -> None:
        """Unfold or fold; rows that cannot be folded lead somewhere."""
        key = self.selected_key
        if isinstance(key, tuple) and key[0] in FOLDABLE and self.state is not None:
            event.stop()
            self._turned ^= {key}
            self.update_state(self.state)

    def summary(self, state: ViewState) -> str:
        """How many of each."""
        if self.found is None:
            return ""
        sessions = sum(map(len, self.found.routes.values()))
        parts = [
            counted(len(self.found.nodes), "node"),
            counted(len(self.found.peers), "peer"),
            counted(sessions, "session"),
        ]
        if self.found.label:
            parts.append(f"by {self.found.label}")
        return ", ".join(parts)

    def empty_text(self, state: ViewState) -> str:
        """Why there is nothing."""
        return "There is no node." if self.found else "Reading and working out the routes."

    def assumed(self, state: ViewState) -> Line:
        """Whether nodes or endpoints are assumed."""
        return assumed_spans(state)


def link_text(peer: Peer) -> str:
    """Address, AS and the kind of session."""
    asn = peer.dynamic_asn or str(peer.peer_asn)
    where = peer.interface or str(peer.address or "")
    return f"{where}  AS {asn} {'iBGP' if peer.is_ibgp else 'eBGP'}".strip()
