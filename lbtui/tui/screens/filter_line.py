"""The filter's line below a list: there only while it is typed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.message import Message
from textual.widgets import Static

if TYPE_CHECKING:
    from textual.widgets import Input


class FilterLine(Container):
    """Asks for a filter. Says every change at once; enter keeps it, esc drops it."""

    DEFAULT_CSS = """
    FilterLine {
        height: 1;
        layout: horizontal;
        display: none;
        background: $panel;
        Static { width: 9; padding: 0 1; color: $accent; }
        Input { width: 1fr; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "drop", "Drop the filter")]

    @dataclass
    class Changed(Message):
        """The filter as typed so far."""

        text: str

    class Closed(Message):
        """The keyboard goes back to the list."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        """Hidden until it is opened; the input is made then."""
        super().__init__(id=id)
        self._field: Input | None = None

    def compose(self) -> ComposeResult:
        """The label; the input comes when it is needed."""
        yield Static("filter", markup=False)

    async def open(self, text: str) -> None:
        """Show the line with the filter at hand."""
        from textual.widgets import Input

        self.display = True
        if self._field is None:
            self._field = Input(text, placeholder="word  !word  /regex/  state=error  label=value")
            self._field.compact = True
            self._field.cursor_blink = False
            await self.mount(self._field)
        else:
            self._field.value = text
        self.screen.set_focus(self._field)

    def close(self) -> None:
        """Hide the line; the filter stays as it is."""
        self.display = False

    def on_input_changed(self, event: Input.Changed) -> None:
        """Pass the text on."""
        event.stop()
        if self.display:
            self.post_message(self.Changed(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep the filter."""
        event.stop()
        self.close()
        self.post_message(self.Closed())

    def on_key(self, event: events.Key) -> None:
        """Down goes to the list, where the filter can be seen at work."""
        if event.key == "down":
            event.stop()
            self.close()
            self.post_message(self.Closed())

    def action_drop(self) -> None:
        """Show all rows again."""
        self.post_message(self.Changed(""))
        self.close()
        self.post_message(self.Closed())
