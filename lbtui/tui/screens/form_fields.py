"""The editor of one field: its help, the text, what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import Line, Span
from lbtui.tui.widgets.bars import Bar

if TYPE_CHECKING:
    from lbtui.core.fields import FieldSpec


class FieldInput(Input):
    """Text of one line; for booleans and choices space and the arrows change it instead."""

    DEFAULT_CSS = """
    FieldInput { width: 1fr; height: 1; border: none; padding: 0; background: $boost; }
    FieldInput:focus { border: none; background-tint: $foreground 0%; }
    """

    @dataclass
    class Cycled(Message):
        """The next (1) or previous (-1) choice is wanted."""

        by: int

    def __init__(self) -> None:
        """Ready for text."""
        super().__init__(select_on_focus=False)
        self.cursor_blink = False
        self.has_choices = False

    def _on_key(self, event: events.Key) -> None:  # type: ignore[override]
        # Textual calls the base class's handler by itself unless the default is prevented.
        if not self.has_choices:
            return
        if event.key in _CYCLE:
            self.post_message(self.Cycled(_CYCLE[event.key]))
        elif event.key in ("backspace", "delete"):
            self.value = ""
        elif not event.is_printable:
            return
        event.stop()
        event.prevent_default()


_CYCLE = {"space": 1, "right": 1, "left": -1}


class FieldEditor(Vertical):
    """Help above the text, the problem or what it may be below."""

    DEFAULT_CSS = """
    FieldEditor {
        height: 4;
        background: $surface;
        #field-line { layout: horizontal; height: 1; padding: 0 1; }
    }
    """

    def __init__(self) -> None:
        """Without a field yet."""
        super().__init__(id="editor")
        self.field = FieldInput()
        self._help = Bar(id="field-help")
        self._limits = Bar(id="field-limits")
        self._problem = Bar(id="field-problem")

    def compose(self) -> ComposeResult:
        """Help, text, limits, problem."""
        yield self._help
        with Vertical(id="field-line"):
            yield self.field
        yield self._limits
        yield self._problem

    def show(self, spec: FieldSpec, label: str, text: str, default: str) -> None:
        """Edit a field."""
        self._help.show((Span(spec.help or label),))
        self._limits.show((Span(limits_text(spec, default), "muted"),))
        self.field.has_choices = spec.kind in ("boolean", "choice")
        self.field.password = spec.kind == "secret"
        self.field.placeholder = default
        with self.field.prevent(Input.Changed):
            self.field.value = text
        self.field.cursor_position = len(text)

    def show_problem(self, problem: str) -> None:
        """Say what is wrong; empty if nothing is."""
        spans: Line = (Span(f"{SYMBOLS.error} {problem}", "bad"),) if problem else ()
        self._problem.show(spans)


_FORMS = {
    "list": "separated by commas",
    "selectors": "rack=a, zone in (a,b), !slow; or another after ;",
    "selector": "rack=a, !slow, zone in (a,b)",
    "pairs": "key=value, key=value",
    "boolean": "space changes it",
    "choice": "space changes it",
    "secret": "never shown",
}


def limits_text(spec: FieldSpec, default: str) -> str:
    """Range, form and default in one line."""
    parts = []
    if default and spec.kind not in ("records", "secret"):
        parts.append(f"empty: {default}")
    if spec.minimum is not None and spec.maximum is not None:
        parts.append(f"{spec.minimum} to {spec.maximum}")
    if spec.refers:
        parts.append("tab picks")
    if spec.format == "duration":
        parts.append("for example 90s or 1m30s")
    if spec.kind in _FORMS:
        parts.append(_FORMS[spec.kind])
    if spec.kind == "records":
        parts.append(f"{' = '.join(f.label for f in spec.fields)}; empty removes it")
    return f" {SYMBOLS.dot} ".join(parts)
