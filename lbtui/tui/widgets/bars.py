"""Bars of one line: text on the left, text on the right, drawn again only when they change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.message import Message
from textual.strip import Strip

from lbtui.tui.text import Line, Span, cut, plain, width_of
from lbtui.tui.widgets.line_view import LineView


class Bar(LineView):
    """One line. The left part gives way to the right one when there is little room."""

    DEFAULT_CSS = """
    Bar { height: 1; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        """Start empty."""
        super().__init__(id=id, classes=classes)
        self._left: Line = ()
        self._right: Line = ()

    @property
    def text(self) -> str:
        """What it shows, without tones."""
        return f"{plain(self._left)}  {plain(self._right)}".strip()

    def show(self, left: Line, right: Line = ()) -> None:
        """Show other text."""
        if (left, right) != (self._left, self._right):
            self._left, self._right = left, right
            self.refresh_changed()

    def make_line(self, y: int) -> Strip:
        """Draw both parts."""
        width = max(self.line_width - 2, 0)
        right = cut(self._right, width)
        room = width - width_of(right)
        left = cut(self._left, max(room - 2, 0) if right else width)
        gap = Span(" " * max(room - width_of(left), 0))
        return self.strip((Span(" "), *left, gap, *right), self.base(), self.line_width)


class KeyBar(Bar):
    """The keys that work here; what does not fit is left out, the last first."""

    DEFAULT_CSS = """
    KeyBar { background: $panel; }
    KeyBar > .key-bar--key { color: $accent; text-style: bold; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"key-bar--key"}

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        """Start empty."""
        super().__init__(id=id)
        self._keys: tuple[tuple[str, str], ...] = ()

    def show_keys(self, *keys: tuple[str, str]) -> None:
        """Show (key, what it does) pairs, most important first; `?` stays at the right."""
        self._keys = keys
        self.refresh_changed()

    @property
    def text(self) -> str:
        """All pairs as text."""
        return "  ".join(f"{key} {label}" for key, label in self._keys)

    def make_line(self, y: int) -> Strip:
        """Draw as many pairs as fit."""
        width = self.line_width
        base = self.base()
        strips = [self.strip((Span(" "),), base, 1)]
        room = width - 2
        for key, label in self._keys:
            size = width_of(key) + width_of(label) + (3 if len(strips) > 1 else 1)
            if size > room:
                break
            if len(strips) > 1:
                strips.append(self.strip((Span("  "),), base, 2))
            key_style = base + self.component("key-bar--key")
            strips.append(self.strip((Span(key),), key_style, width_of(key)))
            strips.append(self.strip((Span(f" {label}", "muted"),), base, width_of(label) + 1))
            room -= size
        return Strip.join(strips).adjust_cell_length(width, base).simplify()


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab: its key, its full and its short label."""

    key: str
    name: str
    label: str
    short: str


class TabBar(Bar):
    """The views and the keys that show them; the one shown stands out by brackets and colour."""

    DEFAULT_CSS = """
    TabBar { background: $boost; }
    TabBar > .tab-bar--shown { color: $accent; text-style: bold reverse; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"tab-bar--shown"}

    @dataclass
    class Picked(Message):
        """A tab was clicked."""

        name: str

    def __init__(self, tabs: tuple[Tab, ...], *, id: str | None = None) -> None:  # noqa: A002
        """Take the tabs."""
        super().__init__(id=id)
        self._tabs = tabs
        self._shown = ""
        self._spots: list[tuple[int, int, str]] = []

    def show_tab(self, name: str) -> None:
        """Mark a tab as shown."""
        self._shown = name
        self.refresh_changed()

    def make_line(self, y: int) -> Strip:
        """Draw the tabs: with full labels, short ones, or none but that of the shown one."""
        width = self.line_width
        base = self.base()
        labels, margin = self._labels(width - 2)
        strips = [self.strip((Span(" "),), base, 1)]
        self._spots = []
        at = 1
        for tab, label in zip(self._tabs, labels, strict=True):
            is_shown = tab.name == self._shown
            key, rest = f"{margin}{tab.key}", f" {label}{margin}" if label else margin
            spans = (Span(key + rest),) if is_shown else (Span(key, "accent"), Span(rest, "muted"))
            size = len(key) + len(rest)
            style = base + self.component("tab-bar--shown") if is_shown else base
            strips.append(self.strip(spans, style, size))
            if not margin:
                strips.append(self.strip((Span(" "),), base, 1))
            self._spots.append((at, at + size, tab.name))
            at += size + (not margin)
        return Strip.join(strips).adjust_cell_length(width, base).simplify()

    def _labels(self, width: int) -> tuple[list[str], str]:
        """The labels that fit, and the blanks on both sides of each tab."""
        short = [tab.short for tab in self._tabs]
        for labels, margin in (([tab.label for tab in self._tabs], " "), (short, " "), (short, "")):
            gaps = len(labels) * (4 if margin else 3)
            if sum(map(len, labels)) + gaps <= width + (not margin):
                return labels, margin
        return [tab.short if tab.name == self._shown else "" for tab in self._tabs], " "

    def on_click(self, event: events.Click) -> None:
        """Say which tab was clicked."""
        x = event.x
        for start, end, name in self._spots:
            if start <= x < end:
                self.post_message(self.Picked(name))
