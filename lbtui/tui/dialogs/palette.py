"""The command palette: type a few letters, take a command or go to a resource."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from lbtui.core.objects.resource_set import ResourceRef
from lbtui.tui.commands import Command, jump_to
from lbtui.tui.dialogs.framed import FramedDialog
from lbtui.tui.finding_names import Fit, fitter
from lbtui.tui.text import Span
from lbtui.tui.widgets.line_table import LineTable
from lbtui.tui.widgets.rows import Column, ItemRows

COLUMNS = (
    Column("name", "Command", maximum=28),
    Column("help", "What it does", is_flexible=True, minimum=20, priority=2),
    Column("key", "Key", priority=3),
)

MOST_FOUND = 100
"""Entries shown; nobody goes through more instead of typing another letter."""


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

    def __init__(self, commands: Iterable[Command], refs: Iterable[ResourceRef] = ()) -> None:
        """Offer `commands`, and to go to one of `refs`."""
        super().__init__()
        self._commands = tuple(commands)
        self._names = [
            (ref.name.casefold(), f"{ref.namespace}/{ref.name} {ref.kind}".casefold(), ref)
            for ref in refs
        ]
        self._table = LineTable(COLUMNS)
        self._table.can_focus = False
        self._table.is_active = True
        self._field = Input(placeholder="a command, a view and a filter, or a name")
        self._field.cursor_blink = False

    def body(self) -> Iterator[Widget]:
        """Input and list."""
        yield self._field
        yield self._table

    def on_mount(self) -> None:
        """Show all commands."""
        self.show_title("Commands, and names to go to")
        self._show("")
        self._field.focus()

    def _show(self, text: str) -> None:
        """What fits, the best first; nothing typed: all commands."""
        self._table.empty_text = "No such command, and nothing of that name."
        self._table.show_rows(
            ItemRows(
                columns=COLUMNS,
                items=list(islice(self._found(text.strip()), MOST_FOUND)),
                key_of=lambda command: command.action,
                cells_of=lambda c: (c.name, Span(c.help, "muted"), Span(c.key, "accent")),
            )
        )
        self._table.action_edge(-1)

    def _found(self, typed: str) -> Iterator[Command]:
        """A command with what was typed behind it, then commands and resources by their fit."""
        if not typed:
            yield from self._commands
            return
        first, _, rest = typed.partition(" ")
        for command in self._commands:
            if rest and command.takes and first in (command.name, *command.words):
                yield command.given(rest.strip())
        fit = fitter(typed)
        ranked: list[tuple[Fit, bool, int, Command | ResourceRef]] = []
        for at, command in enumerate(self._commands):
            about = command.help.casefold()
            # Other words are for those who type them, not to stand before a resource's letters.
            others = [fit(word, about) for word in command.words]
            fits = (fit(command.name, about), *(one for one in others if one is not Fit.LETTERS))
            if known := [one for one in fits if one is not None]:
                ranked.append((min(known), False, at, command))
        for at, (name, about, ref) in enumerate(self._names):
            if (found := fit(name, about)) is not None:
                ranked.append((found, True, at, ref))
        ranked.sort(key=lambda one: one[:3])
        for *_, one in ranked:
            yield one if isinstance(one, Command) else jump_to(one)

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
