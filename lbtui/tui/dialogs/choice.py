"""A question with a few answers, each on its own key; esc is always "do nothing"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from textual import events
from textual.app import App
from textual.widget import Widget

from lbtui.tui.dialogs.framed import FramedDialog
from lbtui.tui.text import Line, line
from lbtui.tui.widgets.line_panel import LinePanel


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer."""

    key: str
    label: str
    value: str


class ChoiceDialog(FramedDialog["str | None"]):
    """Gives back the value of the answer chosen, or None."""

    DEFAULT_CSS = """
    ChoiceDialog > Vertical { height: auto; max-height: 94%; max-width: 100; }
    ChoiceDialog LinePanel { height: auto; max-height: 100%; padding: 1 1; }
    """

    def __init__(
        self, title: str, lines: Sequence[Line], choices: Sequence[Choice], stay: str = "cancel"
    ) -> None:
        """Ask `title`, explained by `lines`; `stay` is what esc does."""
        super().__init__()
        self._title_text, self._lines, self._choices = title, tuple(lines), tuple(choices)
        self._panel = LinePanel()
        self.keys = (*((choice.key, choice.label) for choice in choices), ("esc", stay))

    def body(self) -> Iterator[Widget]:
        """The explanation."""
        yield self._panel

    def on_mount(self) -> None:
        """Show it all."""
        self.show_title(self._title_text)
        self.show_explanation(self._lines)
        self._panel.focus()

    def show_explanation(self, lines: Sequence[Line]) -> None:
        """Say something else."""
        self._panel.show_lines(lines)

    def on_key(self, event: events.Key) -> None:
        """Answer by key."""
        for choice in self._choices:
            if event.key == choice.key or event.character == choice.key:
                event.stop()
                self.dismiss(choice.value)


async def tell(app: App[Any], title: str, *texts: str) -> None:
    """Say something that must be read before going on; each text is a line."""
    lines = [line(text) for text in texts]
    await app.push_screen_wait(ChoiceDialog(title, lines, [], stay="close"))
