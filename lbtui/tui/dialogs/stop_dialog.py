"""Asks whether to stop the speaker, and says what that does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from lbtui.tui.dialogs.framed import FramedDialog
from lbtui.tui.text import BLANK, line
from lbtui.tui.view_state import ViewState
from lbtui.tui.widgets.line_panel import LinePanel


class StopDialog(FramedDialog[bool | None]):
    """Gives back True to stop it."""

    DEFAULT_CSS = """
    StopDialog > Vertical { height: 10; max-width: 76; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("S,y,enter", "confirm", "Stop it")]
    keys = (("enter", "stop it"), ("esc", "let it run"))

    def __init__(self, state: ViewState) -> None:
        """Count what would be lost from `state`."""
        super().__init__()
        speaker = state.speaker
        up = sum(row.state == "Established" for row in speaker.sessions)
        self._text = (
            f"Its {len(speaker.sessions)} sessions ({up} Established) are closed with a Cease, "
            "and the peers drop their routes."
        )
        self._panel = LinePanel()

    def body(self) -> Iterator[Widget]:
        """What stopping does."""
        yield self._panel

    def on_mount(self) -> None:
        """Ask."""
        super().on_mount()
        self.show_title("Stop the speaker?")
        more = "It keeps what it was told; started again, it opens the same sessions."
        self._panel.show_lines([line(self._text), BLANK, line(more)])
        self._panel.focus()

    def action_confirm(self) -> None:
        """Stop it."""
        self.dismiss(True)
