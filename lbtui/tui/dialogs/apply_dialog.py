"""Apply: which nodes the speaker acts as, and what that does, before it is done."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.widget import Widget

from lbtui.ports import Speaker
from lbtui.tui.dialogs.framed import FramedDialog
from lbtui.tui.text import BLANK, Line, Span, Tone, line
from lbtui.tui.view_state import ViewState
from lbtui.tui.views.apply_words import consequences
from lbtui.tui.views.lab_words import mapping_lines
from lbtui.tui.views.node_choice import NodeChoice, default_nodes, node_choices
from lbtui.tui.widgets.line_panel import LinePanel
from lbtui.tui.widgets.line_table import LineTable
from lbtui.tui.widgets.rows import Column, ItemRows

if TYPE_CHECKING:
    from lbtui.core.routing.announcements import Announcements

STAND_IN = (
    "This speaker is a stand-in for the lab: it must not run beside a live MetalLB speaker on "
    "the same pair of addresses."
)
_TONES: dict[str, Tone] = {"+": "added", "-": "withdrawn", "~": "changed", " ": "muted"}


class ApplyDialog(FramedDialog["Announcements | None"]):
    """Gives back what to announce, or None."""

    DEFAULT_CSS = """
    ApplyDialog LineTable { height: auto; max-height: 50%; min-height: 3; margin-bottom: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "switch", "Toggle node"),
        Binding("a", "switch_all", "All nodes"),
        Binding("A,y", "confirm", "Apply"),
    ]
    keys = (
        ("A", "apply"),
        ("space", "node on/off"),
        ("a", "all/none"),
        ("esc", "do nothing"),
    )
    columns: ClassVar[tuple[Column, ...]] = (
        Column("acts", "Act"),
        Column("node", "as node", is_flexible=True, minimum=10),
        Column("addresses", "InternalIP", is_flexible=True, minimum=15),
        Column("here", "On this host", priority=2),
        Column("sessions", "Sessions", priority=2, align="right"),
    )

    def __init__(
        self,
        state: ViewState,
        speaker: Speaker,
        current: Announcements | None,
    ) -> None:
        """Compare the routes of `state` with `current`, what the speaker was told last."""
        super().__init__()
        self._state, self._speaker, self._current = state, speaker, current
        self._table = LineTable(self.columns)
        self._panel = LinePanel()
        analysis = state.analysis
        self._choices = node_choices(analysis, speaker.has_address) if analysis else ()
        self._chosen = default_nodes(self._choices, current)
        self._wanted: Announcements | None = None

    def body(self) -> Iterator[Widget]:
        """Nodes above, consequences below."""
        yield self._table
        yield self._panel

    def on_mount(self) -> None:
        """Show the nodes, and the consequences of the choice at first."""
        super().on_mount()
        running = "" if self._state.speaker.is_running else "the speaker will be started"
        self.show_title("Apply the routes to the speaker", line(Span(running, "warning")))
        self._table.empty_text = "There is no node."
        self._table.focus()
        self._choose(self._chosen)

    # ---- choice ------------------------------------------------------------------------------

    def _choose(self, chosen: frozenset[str]) -> None:
        self._chosen = chosen
        self._wanted = None
        self._table.show_rows(
            ItemRows(
                columns=self.columns,
                items=self._choices,
                key_of=lambda node: node.name,
                cells_of=lambda node: node.cells(node.name in chosen),
            )
        )
        self._work_out(chosen)

    def action_switch(self) -> None:
        """Act as the node under the cursor, or not."""
        if (key := self._table.cursor_key) is not None:
            self._choose(self._chosen ^ frozenset((str(key),)))

    def action_switch_all(self) -> None:
        """Act as every node; if it does already, as none."""
        every = frozenset(node.name for node in self._choices)
        self._choose(frozenset() if self._chosen == every else every)

    @on(LineTable.Chosen)
    def _toggle_chosen(self, event: LineTable.Chosen) -> None:
        event.stop()
        self.action_switch()

    # ---- consequences ------------------------------------------------------------------------

    @work(exclusive=True, group="plan")
    async def _work_out(self, chosen: frozenset[str]) -> None:
        from lbtui.core.routing.announcements import announce
        from lbtui.core.routing.apply_plan import plan_apply

        analysis = self._state.analysis
        if analysis is None:
            return
        names = [node.name for node in self._choices if node.name in chosen]
        announced = await asyncio.to_thread(announce, analysis.tables, names)
        mapping = self._state.lab_mapping
        wanted = mapping.relocated(announced)
        plan = await asyncio.to_thread(plan_apply, self._current, wanted)
        self._wanted = wanted
        lines = [line(Span(text, _TONES[text[0]])) for text in consequences(plan)]
        if not chosen:
            lines.insert(0, line(Span("No node is chosen; space chooses one.", "warning")))
        lab = [*mapping_lines(mapping, announced)]
        self._panel.show_lines([*lab, *lines, BLANK, *self._warnings(wanted.unsigned)])

    def _warnings(self, unsigned: Mapping[str, str]) -> Iterator[Line]:
        for peer, secret in sorted(unsigned.items()):
            text = (
                f"{peer} is left out: its password is in the Secret {secret}, which is not among "
                "the manifests."
            )
            yield line(Span(text, "warning"))
        foreign = [n.name for n in self._choices if n.name in self._chosen and not self._is_here(n)]
        if foreign:
            yield line(
                Span(
                    f"This host has no address of {', '.join(foreign[:4])}"
                    f"{' and others' if len(foreign) > 4 else ''}: the kernel will choose the "
                    "source of those sessions.",
                    "warning",
                )
            )
        yield line(Span(STAND_IN, "muted"))

    def _is_here(self, node: NodeChoice) -> bool:
        """Whether sessions of the node can come from its address, or the one of the lab."""
        address = self._state.lab_mapping.nodes.get(node.name)
        return node.is_here if address is None else self._speaker.has_address(str(address))

    def action_confirm(self) -> None:
        """Give the announcements back, once they are worked out."""
        if self._wanted is not None:
            self.dismiss(self._wanted)
