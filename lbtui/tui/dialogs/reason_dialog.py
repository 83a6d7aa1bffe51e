"""Asks whether to close a session, and for the words that its peer's operator will read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from lbtui.tui.dialogs.framed import FramedDialog
from lbtui.tui.text import BLANK, Line, line
from lbtui.tui.widgets.line_panel import LinePanel

MAX_OCTETS = 255
"""Of a shutdown communication, RFC 9003 section 2."""


class ReasonDialog(FramedDialog[str | None]):
    """Gives back the reason, which may be empty; None: do nothing."""

    DEFAULT_CSS = """
    ReasonDialog > Vertical { height: auto; max-width: 76; }
    ReasonDialog LinePanel { height: auto; max-height: 100%; padding: 1 2; }
    ReasonDialog Input { height: 1; border: none; padding: 0 2; background: $boost; }
    ReasonDialog Input:focus { border: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "confirm", "Do it", show=False)]
    keys = (("enter", "do it"), ("esc", "do nothing"))

    def __init__(self, title: str, question: str) -> None:
        """Ask `question` under `title`."""
        super().__init__()
        self._heading, self._question = title, question
        self._panel = LinePanel()
        self._input = Input(placeholder="Reason for the peer's operator (optional)")
        self._input.cursor_blink = False

    def body(self) -> Iterator[Widget]:
        """Question and reason."""
        yield self._panel
        yield self._input

    def on_mount(self) -> None:
        """Ask."""
        super().on_mount()
        self.show_title(self._heading)
        lines: list[Line] = [line(self._question), BLANK]
        lines.append(line("The reason goes to the peer in the NOTIFICATION (RFC 9003)."))
        self._panel.show_lines(lines)
        self._input.focus()

    @on(Input.Submitted)
    def action_confirm(self) -> None:
        """Give the reason back, cut to what the protocol carries."""
        octets = self._input.value.encode()[:MAX_OCTETS]
        self.dismiss(octets.decode(errors="ignore"))
