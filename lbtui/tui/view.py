"""Base of the views: a table on the left, lines about the selected row for the panel beside it.

A view is told the state and shows it; what it wants done it says by messages.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.message import Message
from textual.widget import Widget

from lbtui.core.objects.repairs import Repair
from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.objects.resources import MetalLBResource
from lbtui.tui.places import Place, place_of, target_of_ref
from lbtui.tui.remembered import are_same
from lbtui.tui.text import Line
from lbtui.tui.view_state import ViewState
from lbtui.tui.widgets.line_table import LineTable
from lbtui.tui.widgets.marking_table import MarkingTable
from lbtui.tui.widgets.rows import NO_ROWS, Column, Rows


class View(Widget):
    """One way to look at the state. Subclasses give columns, rows and details.

    The main screen calls `update_state` with every new state while the view is shown, and once
    when it is shown again. It shows `title`, `summary`, `details` and `details_title` itself.
    """

    DEFAULT_CSS = """
    View { height: 1fr; width: 1fr; layout: vertical; }
    """

    name_in_commands: ClassVar[str]
    """One lower-case word, e.g. "pools": the widget's id and the word for the command palette."""
    title: ClassVar[str]
    """Shown over the table, e.g. "Address pools"."""
    columns: ClassVar[tuple[Column, ...]]
    kind: ClassVar[type[MetalLBResource] | None] = None
    """The kind that its rows are and that `n` makes; None if they are not edited."""
    can_mark: ClassVar[bool] = False
    """Its rows are resources; several can be marked, for one edit or for a what-if."""
    leads_to_resource: ClassVar[bool] = False
    """Enter on a row goes to the resource that the row is about, in the view of its kind."""
    help_text: ClassVar[str] = ""
    """What the view shows and what its words mean, for `?`; paragraphs of plain text."""

    @dataclass
    class DetailsChanged(Message):
        """Another row is selected, or what is to be said about it changed."""

        view: View
        is_move: bool = False
        """Nothing but the cursor moved."""

        def can_replace(self, message: Message) -> bool:
            """Only the newest matters."""
            return isinstance(message, View.DetailsChanged) and message == self

    @dataclass
    class Opened(Message):
        """Enter was pressed on a row that the view itself has no use for."""

        view: View

    def __init__(self) -> None:
        """Make the view; it shows nothing until it is told a state."""
        super().__init__(id=self.name_in_commands)
        self.table = (MarkingTable if self.can_mark else LineTable)(self.columns)
        self.state: ViewState | None = None
        self._subject: object = None
        self.has_new_details = False
        """`details` would say something else now; whoever shows them takes it back."""

    def compose(self) -> ComposeResult:
        """The table; override to put something above or below it."""
        yield self.table

    # ---- for subclasses ----------------------------------------------------------------------

    def rows(self, state: ViewState) -> Rows:
        """What the table shows."""
        return NO_ROWS

    def empty_text(self, state: ViewState) -> str:
        """What an empty table says, and what to do about it."""
        return "Nothing here."

    def summary(self, state: ViewState) -> str:
        """A few words beside the title, e.g. "6 peers"."""
        return ""

    def assumed(self, state: ViewState) -> Line:
        """What its rows rest on without being known, shown over the table."""
        return ()

    def heading(self, state: ViewState) -> str:
        """What stands over the table and in the crumbs: the title, or more than that."""
        return self.title

    def details_title(self, state: ViewState) -> str:
        """Heading of the panel."""
        return ""

    def details(self, state: ViewState, width: int) -> Sequence[Line]:
        """Lines about the selected row; the panel wraps them, `width` helps to align."""
        return ()

    def slow_details(self, state: ViewState) -> Callable[[], Sequence[Line]] | None:
        """What gives the same lines, for the row selected now, where a key cannot wait for them.

        It is called beside the event loop. None: `details` is quick.
        """
        return None

    @property
    def selected_ref(self) -> ResourceRef | None:
        """The resource that `e`, `y` and `d` work on; by default the row's key if it is one."""
        key = self.selected_key
        return key if isinstance(key, ResourceRef) else None

    @property
    def subject(self) -> object:
        """What the view is about, where it can be about several things; None: nothing special."""
        return self._subject

    @subject.setter
    def subject(self, subject: object) -> None:
        """Be about something else, from the next state shown on."""
        self._subject = subject

    @property
    def leads_to(self) -> Place | None:
        """Where enter goes; None: it edits the row, or goes to the panel."""
        return place_of(self.selected_ref) if self.leads_to_resource else None

    @property
    def to_explain(self) -> object:
        """What `x` explains: a resource, or a route; None if there is nothing."""
        return self.selected_ref

    @property
    def marked_refs(self) -> tuple[ResourceRef, ...]:
        """The resources of the marked rows that there still are, in the order of the set."""
        if self.state is None or self.kind is None or not self.table.marks:
            return ()
        marks = self.table.marks
        return tuple(ref for ref, _ in self.state.history.current.items(self.kind) if ref in marks)

    @property
    def marked(self) -> tuple[ResourceRef, ...]:
        """The marked rows that there still are, of resources that are only read, too."""
        if self.state is None or not self.table.marks:
            return ()
        current = self.state.history.current
        refs = (key for key in self.table.marks if isinstance(key, ResourceRef))
        return tuple(sorted(ref for ref in refs if ref in current))

    @property
    def removable(self) -> tuple[str, ...]:
        """What `w` takes away to see what is lost, in the words of what-if: "node/edge-1"."""
        ref = self.selected_ref
        refs = self.marked or ((ref,) if ref is not None else ())
        return tuple(filter(None, map(target_of_ref, refs)))

    @property
    def selected_edit(self) -> Repair | None:
        """What `f` does; None if the selected row has nothing to mend."""
        return None

    # ---- shared ------------------------------------------------------------------------------

    @property
    def selected_key(self) -> Hashable | None:
        """The key of the selected row."""
        return self.table.cursor_key

    @property
    def filter_text(self) -> str:
        """The filter of the table."""
        return self.table.filter_text

    def concerns(self, state: ViewState) -> tuple[object, ...]:
        """The parts of the state that the view shows; while they are the same, nothing is done."""
        return (
            state.backend,
            state.snapshot,
            state.load_error,
            state.history,
            state.analysis,
            state.saved_analysis,
            state.route_diff,
            state.route_counts,
        )

    def update_state(self, state: ViewState) -> None:
        """Show a new state. The cursor stays on its row."""
        old, self.state = self.state, state
        if old is not None and are_same(self.concerns(old), self.concerns(state)):
            return
        self.table.marks = frozenset(self.marked)
        self.table.empty_text = self.empty_text(state)
        self.table.show_rows(self.rows(state))
        self.tell_details()

    def tell_details(self) -> None:
        """Say that there is something else to be said about the selected row."""
        self.has_new_details = True
        self.post_message(self.DetailsChanged(self))

    def filter_by(self, text: str) -> None:
        """Show only the rows that match."""
        self.table.filter_by(text)

    def select(self, key: Hashable) -> bool:
        """Put the cursor on a row; false if it is not shown."""
        return self.table.move_to(key)

    def focus_table(self) -> None:
        """Give the keyboard to the table."""
        self.screen.set_focus(self.table, scroll_visible=False)

    @on(LineTable.Moved)
    def _tell_details(self, event: LineTable.Moved) -> None:
        event.stop()
        self.post_message(self.DetailsChanged(self, is_move=True))

    @on(LineTable.Chosen)
    def _tell_opened(self, event: LineTable.Chosen) -> None:
        event.stop()
        self.post_message(self.Opened(self))
