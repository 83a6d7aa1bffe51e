"""The editor of one field: its help, the text, what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import Line, Span
from lbtui.tui.view_keys import bindings_of
from lbtui.tui.widgets.bars import Bar

if TYPE_CHECKING:
    from lbtui.core.editing.fields import FieldSpec
    from lbtui.core.editing.insight import Insight


class FieldInput(Input):
    """Text of one line; for booleans and choices space and the arrows change it instead.

    Every key is dealt with here, in the order typed, and every change is told at once. Textual
    alone inserts letters here but leaves other keys to the application, so that of keys that come
    in one go, as over a slow SSH connection, later letters would overtake an earlier arrow.
    """

    DEFAULT_CSS = """
    FieldInput { width: 1fr; height: 1; border: none; padding: 0; background: $boost; }
    FieldInput:focus { border: none; background-tint: $foreground 0%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "screen.move(-1)", "Field above", show=False),
        Binding("down", "screen.move(1)", "Field below", show=False),
        Binding("pageup", "screen.move(-8)", "Up", show=False),
        Binding("pagedown", "screen.move(8)", "Down", show=False),
        Binding("tab", "screen.pick", "Pick", show=False),
        *bindings_of("form", "screen."),
    ]

    def __init__(self, write: Callable[[str], None], cycle: Callable[[int], None]) -> None:
        """Ready for text.

        Args:
            write: takes the text after each change.
            cycle: shows the next (1) or previous (-1) choice.
        """
        self._write, self._cycle = write, cycle
        super().__init__(select_on_focus=False)
        self.cursor_blink = False
        self.has_choices = False

    def watch_value(self, value: str) -> None:
        """Tell a change."""
        self._write(value)

    async def _on_key(self, event: events.Key) -> None:
        # Textual calls the base class's handler by itself unless the default is prevented.
        # With the keys that the user chose; no letter is one of them.
        bound = None if event.is_printable else self.screen.active_bindings.get(event.key)
        if self.has_choices and event.key in _CYCLE:
            self._cycle(_CYCLE[event.key])
        elif self.has_choices and event.key in ("backspace", "delete"):
            self.value = ""
        elif bound is not None and bound.node is self:
            await self.run_action(bound.binding.action)
        elif not (self.has_choices and event.is_printable):
            return
        event.stop()
        event.prevent_default()


_CYCLE = {"space": 1, "right": 1, "left": -1}


class FieldEditor(Vertical):
    """Help above the text; below it what it may be, and what is wrong with it or what it means."""

    DEFAULT_CSS = """
    FieldEditor {
        height: 4;
        background: $surface;
        #field-line { layout: horizontal; height: 1; padding: 0 1; }
    }
    """

    def __init__(self, write: Callable[[str], None], cycle: Callable[[int], None]) -> None:
        """Without a field yet; see `FieldInput` for the arguments."""
        super().__init__(id="editor")
        self.field = FieldInput(write, cycle)
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
        self.field.value = text
        self.field.cursor_position = len(text)

    def show_problem(self, problem: str) -> None:
        """Say what is wrong; empty if nothing is."""
        spans: Line = (Span(f"{SYMBOLS.error} {problem}", "bad"),) if problem else ()
        self._problem.show(spans)

    def show_insight(self, insight: Insight) -> None:
        """Say what the text means in this cluster, where nothing is wrong with it."""
        if insight.is_warning:
            self._problem.show((Span(f"{SYMBOLS.warning} {insight.text}", "warning"),))
        else:
            self._problem.show((Span(insight.text, "good"),))


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
