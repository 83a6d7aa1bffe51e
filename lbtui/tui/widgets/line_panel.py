"""A panel of toned, wrapped lines that scrolls; only lines that changed are drawn again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.strip import Strip

from lbtui.tui.text import Line, Span, plain, wrap
from lbtui.tui.widgets.line_view import LineView


class LinePanel(LineView, can_focus=True):
    """Shows lines; knows nothing about them."""

    DEFAULT_CSS = """
    LinePanel { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_by(-1)", "Scroll up", show=False),
        Binding("down,j", "scroll_by(1)", "Scroll down", show=False),
        Binding("pageup,ctrl+b", "scroll_page(-1)", "Page up", show=False),
        Binding("pagedown,ctrl+f,space", "scroll_page(1)", "Page down", show=False),
        Binding("home,g", "scroll_edge(-1)", "Top", show=False),
        Binding("end,G", "scroll_edge(1)", "Bottom", show=False),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        """Start empty."""
        super().__init__(id=id, classes=classes)
        self._lines: tuple[Line, ...] = ()
        self._wrapped: list[Line] = []
        self._wrapped_width = -1

    @property
    def text(self) -> str:
        """What it shows, without tones or wrapping."""
        return "\n".join(plain(line) for line in self._lines)

    @property
    def line_count(self) -> int:
        """Number of lines after wrapping."""
        return len(self._wrapped)

    def show_lines(self, lines: Sequence[Line], *, is_new: bool = False) -> None:
        """Show other lines; a new subject (`is_new`) begins at its top."""
        lines = tuple(lines)
        if lines == self._lines and not is_new:
            return
        self._lines = lines
        if is_new:
            self.top = 0
        self._wrap()
        self.refresh_size()
        self.scroll_lines(self.top)

    def _wrap(self) -> None:
        """Break the lines; a cell on each side stays free, the right one for the scroll mark."""
        width = self.size.width - 2
        self._wrapped_width = width
        if width > 0:
            self._wrapped = [part for line in self._lines for part in wrap(line, width)]
        else:
            self._wrapped = list(self._lines)

    def on_resize(self) -> None:
        """Wrap anew."""
        if self.size.width - 2 != self._wrapped_width:
            self._wrap()
            self.refresh_size()
        self.scroll_lines(self.top)

    def make_line(self, y: int) -> Strip:
        """Draw one wrapped line."""
        at = self.top + y
        spans = self._wrapped[at] if at < len(self._wrapped) else ()
        return self.strip((Span(" "), *spans), self.base(), self.line_width)

    def action_scroll_by(self, lines: int) -> None:
        """Scroll some lines."""
        self.scroll_lines(self.top + lines)

    def action_scroll_page(self, pages: int) -> None:
        """Scroll by screenfuls."""
        self.scroll_lines(self.top + pages * max(self.visible_count - 1, 1))

    def action_scroll_edge(self, side: int) -> None:
        """Scroll to the top (-1) or the bottom (1)."""
        self.scroll_lines(0 if side < 0 else self.line_count)

    def scroll_to_heading(self, by: int) -> None:
        """Scroll to the next (1) or the last (-1) line that begins in the accent tone."""
        lines = enumerate(self._wrapped)
        headings = [at for at, line in lines if line and line[0].tone == "accent"]
        if by > 0:
            target = next((at for at in headings if at > self.top), self.line_count)
        else:
            target = next((at for at in reversed(headings) if at < self.top), 0)
        self.scroll_lines(target)
