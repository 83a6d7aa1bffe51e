"""Lab mode: which routers play the peers, and which addresses of this host the nodes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from lbtui.core.objects.cluster_resources import Node
from lbtui.core.routing.lab import LabMapping, read_lab
from lbtui.tui.dialogs.framed import FramedDialog
from lbtui.tui.text import Cell, Span, line
from lbtui.tui.view_state import ViewState
from lbtui.tui.widgets.line_panel import LinePanel
from lbtui.tui.widgets.line_table import LineTable
from lbtui.tui.widgets.rows import Column, ItemRows

if TYPE_CHECKING:
    from lbtui.core.analysis import Analysis

COLUMNS = (
    Column("name", "Peer or node", is_flexible=True, minimum=14),
    Column("real", "Its address", is_flexible=True, minimum=15),
    Column("lab", "In the lab", is_flexible=True, minimum=15),
)
ABOUT = (
    "A peer's sessions go to the lab router's address (with a port if it is another), a node's "
    "come from an address of this host. Peers without one keep their real address.",
    "The mapping holds until the console ends; [lab] in the settings keeps it. Nothing is sent "
    "before an apply.",
)


class LabDialog(FramedDialog[LabMapping | None]):
    """Gives back the mapping, or None to leave it as it was."""

    DEFAULT_CSS = """
    LabDialog > Vertical { max-width: 100; }
    LabDialog LinePanel { height: auto; max-height: 40%; padding: 0 1; }
    LabDialog LineTable { height: 1fr; }
    LabDialog Input { height: 1; border: none; padding: 0 1; background: $boost; }
    LabDialog Input:focus { border: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,s", "use", "Use"),
        Binding("delete,backspace", "drop", "Real address"),
        Binding("x", "drop_all", "No lab"),
    ]
    keys = (
        ("enter", "set"),
        ("del", "real address"),
        ("x", "no lab"),
        ("s", "use it"),
        ("esc", "as before"),
    )

    def __init__(self, state: ViewState) -> None:
        """Begin with the mapping of `state`."""
        super().__init__()
        self._entries = dict(state.lab_mapping.entries)
        self._real = real_addresses(state.analysis) if state.analysis else {}
        self._table = LineTable(COLUMNS)
        self._panel = LinePanel()
        self._field = Input(placeholder="address of the lab router, maybe :port; enter sets it")
        self._field.cursor_blink = False

    def body(self) -> Iterator[Widget]:
        """What it is about, peers and nodes, the address."""
        yield self._panel
        yield self._table
        yield self._field

    def on_mount(self) -> None:
        """Show them."""
        super().on_mount()
        self.show_title("Lab: where sessions go instead")
        self._table.empty_text = "There is no peer and no node."
        self._say()
        self._show()
        self._table.focus()

    def _show(self) -> None:
        names = [*self._real, *(name for name in self._entries if name not in self._real)]
        self._table.show_rows(ItemRows(COLUMNS, names, lambda name: name, self._cells))

    def _cells(self, name: str) -> tuple[Cell, ...]:
        lab = self._entries.get(name)
        shown = Span(lab, "warning") if lab else Span("-", "muted")
        return name, self._real.get(name, Span("not in the working set", "muted")), shown

    def _say(self, *wrong: str) -> None:
        texts = [line(Span(text, "bad")) for text in wrong]
        self._panel.show_lines(texts or [line(Span(text, "muted")) for text in ABOUT])

    @property
    def _selected(self) -> str:
        return str(self._table.cursor_key or "")

    @on(LineTable.Chosen)
    def _ask(self, event: LineTable.Chosen) -> None:
        event.stop()
        self._field.value = self._entries.get(self._selected, "")
        self._field.focus()

    @on(Input.Submitted)
    def _set(self, event: Input.Submitted) -> None:
        event.stop()
        text = event.value.strip()
        problems = read_lab({self._selected: text}).problems if text else ()
        self._say(*problems)
        if problems or not self._selected:
            return
        self._entries.pop(self._selected, None)
        if text:
            self._entries[self._selected] = text
        self._field.value = ""
        self._show()
        self._table.focus()

    def action_drop(self) -> None:
        """The real address again."""
        self._entries.pop(self._selected, None)
        self._show()

    def action_drop_all(self) -> None:
        """Every peer and node at its real address."""
        self._entries.clear()
        self._show()

    def action_use(self) -> None:
        """Give the mapping back."""
        self.dismiss(read_lab(self._entries))


def real_addresses(analysis: Analysis) -> Mapping[str, str]:
    """The addresses of the working set, by "peer/NAME" and "node/NAME"."""
    peers = {
        f"peer/{name}": ", ".join(sorted({str(one.address or one.interface) for one in found}))
        for name, found in analysis.tables.peer_objects.items()
    }
    nodes = {
        f"node/{node.metadata.name}": ", ".join(
            one.address for one in node.status.addresses if one.type == "InternalIP"
        )
        for node in analysis.resources.all(Node)
    }
    return peers | nodes
