"""Picks values for a field from what there is: names, aliases, labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from lbtui.tui.dialogs.framed import FramedDialog
from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import Cell, Span
from lbtui.tui.widgets.line_table import LineTable
from lbtui.tui.widgets.rows import Column, ItemRows

if TYPE_CHECKING:
    from lbtui.core.editing.fields import Candidate, FieldSpec

COLUMNS = (
    Column("taken", "", width=1),
    Column("value", "Value", is_flexible=True, minimum=14),
    Column("detail", "What it is", priority=2, is_flexible=True, minimum=10),
)


class FilterInput(Input):
    """An input that leaves space to the dialog around it."""

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        """Whether the key is text here."""
        return key != "space" and super().check_consume_key(key, character)


class Picker(FramedDialog["str | None"]):
    """Gives back the field's new text. Typing filters; space takes several where that is possible.

    In a list each value is there or not; of selectors a picked label makes one more, of which
    any may match.
    """

    DEFAULT_CSS = """
    Picker > Vertical { height: 70%; max-width: 80; }
    Picker Input { height: 1; border: none; padding: 0 1; background: $boost; }
    Picker Input:focus { border: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", show=False),
        Binding("down", "move(1)", "Down", show=False),
        Binding("tab", "take", "Take", priority=True),
        Binding("space", "take", "Take", priority=True),
    ]

    def __init__(self, spec: FieldSpec, offered: Sequence[Candidate], text: str) -> None:
        """Offer `offered` for a field that says `text` now."""
        super().__init__()
        self._spec, self._offered = spec, tuple(offered)
        self._separator = "; " if spec.kind == "selectors" else ", "
        parts = text.split(self._separator.strip()) if spec.kind in ("list", "selectors") else []
        self._taken = [part.strip() for part in parts if part.strip()]
        self._is_single = spec.kind not in ("list", "selectors")
        self._table = LineTable(COLUMNS)
        self._table.can_focus = False
        self._table.is_active = True
        self._field = FilterInput(placeholder="type to filter")
        self._field.cursor_blink = False
        self.keys = (("enter", "take"), ("esc", "cancel"))
        if not self._is_single:
            self.keys = (("space", "take or leave"), ("enter", "done"), ("esc", "cancel"))

    def body(self) -> Iterator[Widget]:
        """Filter and list."""
        yield self._field
        yield self._table

    def on_mount(self) -> None:
        """Show what is offered."""
        self.show_title(f"Pick for {self._spec.label}")
        self._show()
        self._field.focus()

    def _show(self) -> None:
        self._table.show_rows(
            ItemRows(COLUMNS, self._offered, lambda c: c.value, cells_of=self._cells)
        )

    def _cells(self, candidate: Candidate) -> tuple[Cell, ...]:
        is_taken = candidate.value in self._taken
        mark = Span(SYMBOLS.good, "good") if is_taken else ""
        return mark, candidate.value, Span(candidate.detail, "muted")

    @on(Input.Changed)
    def _filter(self, event: Input.Changed) -> None:
        event.stop()
        self._table.filter_by(event.value)

    def action_move(self, by: int) -> None:
        """Go through the list."""
        self._table.action_move(by)

    def action_take(self) -> None:
        """Take the value or leave it; where there can be only one, that is all."""
        value = self._table.cursor_key
        if value is None:
            return
        if self._is_single:
            self.dismiss(str(value))
            return
        if value in self._taken:
            self._taken.remove(str(value))
        else:
            self._taken.append(str(value))
        self._show()

    @on(Input.Submitted)
    def _done(self, event: Input.Submitted) -> None:
        event.stop()
        if self._is_single:
            self.action_take()
        else:
            self.dismiss(self._separator.join(self._taken))
