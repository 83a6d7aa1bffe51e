"""Base of what is drawn line by line: toned text becomes strips, styles come from the theme."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.scroll_view import ScrollView
from textual.strip import Strip

from lbtui.tui.text import TONES, Span


class LineView(ScrollView, inherit_bindings=False):
    """Draws toned lines; subclasses say which."""

    DEFAULT_CSS = """
    LineView {
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        background: transparent;
    }
    LineView > .tone--strong { text-style: bold; }
    LineView > .tone--muted { color: $text-muted; }
    LineView > .tone--accent { color: $text-accent; }
    LineView > .tone--good { color: $text-success; }
    LineView > .tone--warning { color: $text-warning; }
    LineView > .tone--bad { color: $text-error; }
    LineView > .tone--added { color: $text-success; }
    LineView > .tone--withdrawn { color: $text-error; }
    LineView > .tone--changed { color: $text-warning; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"tone--{tone}" for tone in TONES}

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        """Start without lines."""
        super().__init__(id=id, classes=classes)
        self._styles_by_name: dict[str, Style] = {}
        self._drawn: dict[int, Strip] = {}

    def make_line(self, y: int) -> Strip:
        """Line `y` of the widget, as wide as its scrollable region. Subclasses draw here."""
        return self.strip((), self.base(), self.scrollable_content_region.width)

    def render_line(self, y: int) -> Strip:
        """Draw a line, and remember what was drawn."""
        strip = self._drawn[y] = self.make_line(y)
        return strip

    def refresh_changed(self) -> None:
        """Draw again only the lines that look different now: what stays costs no bytes."""
        size = self.scrollable_content_region.size
        for y in range(size.height):
            if self.make_line(y) != self._drawn.get(y):
                self.refresh(Region(0, y, size.width, 1))

    def notify_style_update(self) -> None:
        """Forget styles when the theme or a class changed."""
        super().notify_style_update()
        self._styles_by_name.clear()

    def component(self, name: str) -> Style:
        """A component class's own style, to be put on top of another; remembered until it changes.

        The colour is taken as it is on this widget's background: only there is a muted one known.
        """
        style = self._styles_by_name.get(name)
        if style is None:
            style = self.get_component_rich_style(name, partial=True)
            if self.get_component_styles(name).has_rule("color"):
                style += Style(color=self.get_component_rich_style(name).color)
            self._styles_by_name[name] = style
        return style

    def base(self, name: str = "") -> Style:
        """The widget's style, with a component's on top."""
        key = f"base {name}"
        style = self._styles_by_name.get(key)
        if style is None:
            style = self.rich_style
            if name:
                style = self.get_component_rich_style(name)
            self._styles_by_name[key] = style
        return style

    def strip(self, spans: Iterable[Span], base: Style, width: int) -> Strip:
        """Spans on `base`, exactly `width` cells wide; neighbours of one style are joined."""
        segments: list[Segment] = []
        for text, tone in spans:
            if not text:
                continue
            style = base + self.component(f"tone--{tone}") if tone else base
            if segments and segments[-1].style is style:
                segments[-1] = Segment(segments[-1].text + text, style)
            else:
                segments.append(Segment(text, style))
        return Strip(segments).adjust_cell_length(width, base)
