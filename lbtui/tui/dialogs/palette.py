"""The command palette: type a few letters, take a command."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from lbtui.tui.commands import Command
from lbtui.tui.dialogs.framed import FramedDialog
from lbtui.tui.text import Span
from lbtui.tui.widgets.line_table import LineTable
from lbtui.tui.widgets.rows import Column, ItemRows

COLUMNS = (
    Column("name", "Command", maximum=28),
    Column("help", "What it does", is_flexible=True, minimum=20, priority=2),
    Column("key", "Key", priority=3),
)


class Palette(FramedDialog["str | None"]):
    """Gives back the action of the command taken, or None."""

    DEFAULT_CSS = """
    Palette { align: center top; }
    Palette > Vertical { height: 70%; max-width: 90; margin-top: 2; }
    Palette Input { height: 1; border: none; padding: 0 1; background: $boost; }
    Palette Input:focus { border: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", show=False),
        Binding("down", "move(1)", "Down", show=False),
    ]
    keys = (("enter", "do it"), ("up/down", "choose"), ("esc", "close"))

    def __init__(self, commands: Iterable[Command]) -> None:
        """Offer `commands`."""
        super().__init__()
        self._commands = tuple(commands)
        self._table = LineTable(COLUMNS)
        self._table.can_focus = False
        self._table.is_active = True
        self._field = Input(placeholder="type a command")
        self._field.cursor_blink = False

    def body(self) -> Iterator[Widget]:
        """Input and list."""
        yield self._field
        yield self._table

    def on_mount(self) -> None:
        """Show all commands."""
        self.show_title("Commands")
        self._show("")
        self._field.focus()

    def _show(self, text: str) -> None:
        """Commands that match, those whose name begins with the text first."""
        typed = text.casefold().strip()
        words = typed.split()
        found = [
            command
            for command in self._commands
            if all(word in _searched(command) for word in words)
        ]
        found.sort(key=lambda command: _rank(command, typed))
        self._table.empty_text = "No such command."
        self._table.show_rows(
            ItemRows(
                columns=COLUMNS,
                items=found,
                key_of=lambda command: command.action,
                cells_of=lambda c: (c.name, Span(c.help, "muted"), Span(c.key, "accent")),
            )
        )
        self._table.action_edge(-1)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._show(event.value)

    @on(Input.Submitted)
    def _taken(self, event: Input.Submitted) -> None:
        event.stop()
        if (action := self._table.cursor_key) is not None:
            self.dismiss(str(action))

    def action_move(self, by: int) -> None:
        """Go through the list."""
        self._table.action_move(by)


def _searched(command: Command) -> str:
    return f"{command.name} {' '.join(command.words)} {command.help}".casefold()


def _rank(command: Command, typed: str) -> int:
    """How well a command's own names fit; 0 is best."""
    names = (command.name, *command.words)
    if typed in names:
        return 0
    return 1 if any(name.startswith(typed) for name in names) else 2
