"""Base of the dialogs: a frame with a title, a body, and the keys that work in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widget import Widget

from lbtui.tui.text import Line, Span, line
from lbtui.tui.widgets.bars import Bar, KeyBar

R = TypeVar("R")


class FramedDialog(ModalScreen[R]):
    """Title above, keys below, `body` between; esc closes it without a result, as q does."""

    DEFAULT_CSS = """
    FramedDialog { align: center middle; background: $background 60%; }
    FramedDialog > Vertical {
        width: 94%;
        max-width: 130;
        height: 94%;
        border: round $primary;
        background: $surface;
    }
    FramedDialog .dialog--title { background: $boost; dock: top; }
    FramedDialog KeyBar { dock: bottom; }
    FramedDialog ContentSwitcher { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "close", "Close", show=False)]
    keys: tuple[tuple[str, str], ...] = (("esc", "close"),)
    """(key, what it does), most important first."""

    def compose(self) -> ComposeResult:
        """Frame, title, body, keys."""
        self._title_bar = Bar(classes="dialog--title")
        self._key_bar = KeyBar()
        with Vertical():
            yield self._title_bar
            yield from self.body()
            yield self._key_bar

    def body(self) -> Iterator[Widget]:
        """What is between title and keys."""
        yield from ()

    def on_mount(self) -> None:
        """Show the keys."""
        self._key_bar.show_keys(*self.keys)

    def show_title(self, title: str, right: Line = ()) -> None:
        """Show a title, and something short at its right."""
        self._title_bar.show(line(Span(title, "strong")), right)

    def action_close(self) -> None:
        """Close without a result."""
        self.dismiss(None)
