"""Base of what is drawn line by line: toned text becomes strips, styles come from the theme.

Scrolls by itself instead of Textual's scroll view: there a new number of lines lays the whole
screen out again, and a step of scrolling draws every line. Here only cells that differ are drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import TONES, Span

WHEEL_LINES = 3


class LineView(Widget, inherit_bindings=False):
    """Draws toned lines; subclasses say which, and how many there are."""

    DEFAULT_CSS = """
    LineView { background: transparent; }
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
    HEADER_LINES: ClassVar[int] = 0
    """Lines at the top that do not scroll."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        """Start without lines."""
        super().__init__(id=id, classes=classes)
        self.top = 0
        """The first scrolling line on screen, counted from 0."""
        self._styles_by_name: dict[str, Style] = {}
        self._drawn: dict[int, Strip] = {}

    # ---- for subclasses ----------------------------------------------------------------------

    @property
    def line_count(self) -> int:
        """Number of lines that scroll."""
        return 0

    def make_line(self, y: int) -> Strip:
        """Line `y` of the widget, `line_width` cells wide."""
        return self.strip((), self.base(), self.line_width)

    # ---- scrolling ---------------------------------------------------------------------------

    @property
    def visible_count(self) -> int:
        """How many scrolling lines there is room for, at least 1."""
        return max(self.size.height - self.HEADER_LINES, 1)

    @property
    def line_width(self) -> int:
        """Cells for a line: all but the last, which shows how far it is scrolled, if it scrolls."""
        return max(self.size.width - (self.line_count > self.visible_count), 0)

    def scroll_lines(self, top: int) -> None:
        """Show the lines from `top` on, as far as there are lines to fill the widget."""
        self.top = max(0, min(top, self.line_count - self.visible_count))
        self.refresh_changed()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll by the wheel."""
        event.stop()
        self.scroll_lines(self.top + WHEEL_LINES)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll by the wheel."""
        event.stop()
        self.scroll_lines(self.top - WHEEL_LINES)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """All lines; used where the height is left to the content."""
        return self.HEADER_LINES + self.line_count

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as there is room for."""
        return container.width

    # ---- drawing -----------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """Draw a line, and remember what was drawn."""
        strip = self._drawn[y] = self._whole_line(y)
        return strip

    def _whole_line(self, y: int) -> Strip:
        line = self.make_line(y)
        width = self.size.width
        if line.cell_length >= width:
            return line
        thumb = SYMBOLS.thumb if self._is_thumb(y) else " "
        # In the line's own style, so that it joins the blanks before it: fewer bytes a line.
        return Strip.join([line, Strip([Segment(thumb, self.base())], 1)]).simplify()

    def _is_thumb(self, y: int) -> bool:
        """Whether line `y` is where the scrolled part is within the whole."""
        at, room, count = y - self.HEADER_LINES, self.visible_count, self.line_count
        size = max(1, room * room // count)
        start = round((room - size) * self.top / max(count - room, 1))
        return start <= at < start + size

    def refresh_changed(self, lines: Iterable[int] | None = None) -> None:
        """Draw again only the cells that look different now: what stays costs no bytes.

        `lines` says where to look; None: everywhere.
        """
        if not self.is_mounted or not self.is_attached:
            return
        width, height = self.size
        # Known to the screen now, not by a message later: what changes together is drawn together.
        self.screen._dirty_widgets.add(self)
        for y in range(height) if lines is None else lines:
            old = self._drawn.get(y)
            if old is None:
                self.refresh(Region(0, y, width, 1))
            elif span := changed_cells(old, self._whole_line(y)):
                self.refresh(Region(span[0], y, span[1] - span[0], 1))

    def refresh_size(self) -> None:
        """The number of lines changed: where the height follows it, lay out anew."""
        if self.styles.height is not None and self.styles.height.is_auto:
            self.refresh(layout=True)

    # ---- styles ------------------------------------------------------------------------------

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
            style = self.get_component_rich_style(name) if name else self.rich_style
            self._styles_by_name[key] = style
        return style

    def strip(self, spans: Iterable[Span], base: Style, width: int) -> Strip:
        """Spans on `base`, exactly `width` cells wide; neighbours of one style are joined."""
        segments: list[Segment] = []
        for text, tone in spans:
            if not text:
                continue
            style = base + self.component(f"tone--{tone}") if tone else base
            if segments and segments[-1].style == style:
                segments[-1] = Segment(segments[-1].text + text, style)
            else:
                segments.append(Segment(text, style))
        return Strip(segments).adjust_cell_length(width, base).simplify()


def changed_cells(old: Strip, new: Strip) -> tuple[int, int] | None:
    """The first and the end of the cells that differ; None if none does."""
    if old == new:
        return None
    width = max(old.cell_length, new.cell_length)
    before, after = list(_cells(old)), list(_cells(new))
    if len(before) != width or len(after) != width:  # characters of two cells, or another width
        return 0, width
    start = next((i for i in range(width) if before[i] != after[i]), None)
    if start is None:
        return None
    end = next(i for i in range(width, start, -1) if before[i - 1] != after[i - 1])
    return start, end


def _cells(strip: Strip) -> Iterator[tuple[str, Style | None]]:
    for text, style, _ in strip:
        for character in text:
            yield character, style
