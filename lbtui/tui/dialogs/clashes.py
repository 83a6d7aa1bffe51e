"""Where the user and someone else changed one thing: both are shown, one is chosen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from lbtui.core.editing.merge import Clash, ClashKey, Side
from lbtui.tui.dialogs.framed import FramedDialog
from lbtui.tui.text import BLANK, Cell, Line, Span, line
from lbtui.tui.widgets.line_panel import LinePanel
from lbtui.tui.widgets.line_table import LineTable
from lbtui.tui.widgets.rows import Column, ItemRows

if TYPE_CHECKING:
    from lbtui.core.objects.resource_set import AnyResource

COLUMNS = (
    Column("chosen", "Chosen", width=8),
    Column("what", "What", is_flexible=True, minimum=16),
    Column("field", "Field", is_flexible=True, minimum=16),
)
MOST_ROWS = 8
"""Clashes listed at once; the rest scrolls, so that both values have room below."""


class ClashDialog(FramedDialog["dict[ClashKey, Side] | None"]):
    """Gives a choice for every clash, or None: then nothing is merged and nothing is lost."""

    DEFAULT_CSS = """
    ClashDialog LineTable { height: auto; }
    ClashDialog LinePanel { height: 1fr; border-top: solid $panel; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "choose('mine')", "Mine"),
        Binding("t", "choose('theirs')", "Theirs"),
        Binding("M", "choose_all('mine')", "All mine"),
        Binding("T", "choose_all('theirs')", "All theirs"),
        Binding("tab", "switch", "Switch", show=False, priority=True),
    ]
    keys = (
        ("m/t", "mine/theirs"),
        ("M/T", "for all"),
        ("enter", "done"),
        ("esc", "back"),
        ("tab", "read on"),
    )

    def __init__(self, clashes: Sequence[Clash], why: str = "changed here and outside") -> None:
        """Ask for each of `clashes`; `why` says who changed what, in the title."""
        super().__init__()
        self._clashes = tuple(clashes)
        self._why = why
        self._chosen: dict[ClashKey, Side] = {}
        self._table = LineTable(COLUMNS)
        self._panel = LinePanel()

    def body(self) -> Iterator[Widget]:
        """The clashes, and below them both values of one."""
        yield self._table
        yield self._panel

    def on_mount(self) -> None:
        """Begin with the first."""
        super().on_mount()
        self._table.styles.max_height = MOST_ROWS + 1
        self._table.focus()
        self._show()

    def _show(self) -> None:
        left = len(self._clashes) - len(self._chosen)
        count = f"{len(self._clashes)} {self._why}"
        next_step = f"{left} to choose" if left else "enter goes on"
        self.show_title(count, line(Span(next_step, "muted")))
        self._table.show_rows(
            ItemRows(COLUMNS, self._clashes, lambda clash: clash.key, cells_of=self._cells)
        )
        self._show_both()

    def _cells(self, clash: Clash) -> tuple[Cell, ...]:
        chosen = self._chosen.get(clash.key)
        mark = Span(chosen.value, "good") if chosen else Span("choose", "warning")
        return mark, str(clash.ref), clash.path or "all of it"

    @on(LineTable.Moved)
    def _moved(self, event: LineTable.Moved) -> None:
        event.stop()
        self._show_both()

    def _show_both(self) -> None:
        key = self._table.cursor_key
        clash = next((one for one in self._clashes if one.key == key), self._clashes[0])
        self._panel.show_lines(tuple(clash_lines(clash)), is_new=True)

    def action_choose(self, side: str) -> None:
        """Choose for the clash under the cursor, and go on to the next."""
        key = self._table.cursor_key
        if isinstance(key, ClashKey):
            self._chosen[key] = Side(side)
            self._show()
            self._table.action_move(1)

    def action_choose_all(self, side: str) -> None:
        """Choose for all that have no choice yet."""
        self._chosen = {**{one.key: Side(side) for one in self._clashes}, **self._chosen}
        self._show()

    def action_switch(self) -> None:
        """From the list to the values and back."""
        (self._panel if self._table.has_focus else self._table).focus()

    @on(LineTable.Chosen)
    def _done(self, event: LineTable.Chosen) -> None:
        event.stop()
        if len(self._chosen) == len(self._clashes):
            self.dismiss(dict(self._chosen))
        else:
            self.notify("m takes your value, t theirs; each needs a choice.", timeout=4)


def clash_lines(clash: Clash) -> Iterator[Line]:
    """Both values, and the one that both began with."""
    yield line(Span("Mine", "accent"), Span("  as edited here", "muted"))
    yield from _value_lines(clash, clash.mine, "deleted here")
    yield BLANK
    yield line(Span("Theirs", "accent"), Span("  as it stands there now", "muted"))
    yield from _value_lines(clash, clash.theirs, "deleted there")
    yield BLANK
    yield line(Span("Before", "accent"), Span("  as it was read", "muted"))
    yield from _value_lines(clash, clash.base, "not there yet")


def _value_lines(clash: Clash, value: Any, nothing: str) -> Iterator[Line]:
    from lbtui.core.objects.decode import to_plain
    from lbtui.tui.dialogs.reading import hidden, manifest_lines

    if clash.path:
        nothing = "not set"
    if value is None or (clash.path and value in ("", (), {})):
        yield line(Span(f"  {nothing}", "muted"))
    elif not clash.path:
        resource: AnyResource = value
        for row in manifest_lines(resource):
            yield (Span("  "), *row)
    else:
        import yaml

        text = yaml.safe_dump(to_plain(hidden(value)), sort_keys=False, width=88)
        for text_line in text.removesuffix("...\n").splitlines():
            yield line(f"  {text_line}")
