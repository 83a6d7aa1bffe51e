"""A panel of toned, wrapped lines that scrolls; only lines that changed are drawn again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.strip import Strip

from lbtui.tui.text import Line, plain, wrap
from lbtui.tui.widgets.line_view import LineView


class LinePanel(LineView, can_focus=True):
    """Shows lines; knows nothing about them."""

    DEFAULT_CSS = """
    LinePanel { height: 1fr; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_up", "Scroll up", show=False),
        Binding("down,j", "scroll_down", "Scroll down", show=False),
        Binding("pageup,ctrl+b", "page_up", "Page up", show=False),
        Binding("pagedown,ctrl+f,space", "page_down", "Page down", show=False),
        Binding("home,g", "scroll_home", "Top", show=False),
        Binding("end,G", "scroll_end", "Bottom", show=False),
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

    def show_lines(self, lines: Sequence[Line], *, is_new: bool = False) -> None:
        """Show other lines; a new subject (`is_new`) begins at its top."""
        lines = tuple(lines)
        if lines == self._lines and not is_new:
            return
        self._lines = lines
        self._wrapped_width = -1
        self._wrap()
        if is_new and self.scroll_offset.y:
            self.scroll_to(y=0, animate=False, force=True)
        self.refresh_changed()

    def _wrap(self) -> None:
        width = self.scrollable_content_region.width
        if width != self._wrapped_width and width > 0:
            self._wrapped_width = width
            self._wrapped = [part for line in self._lines for part in wrap(line, width)]
            self.virtual_size = Size(0, len(self._wrapped))

    def on_resize(self) -> None:
        """Wrap anew."""
        self._wrap()
        self.refresh()

    def make_line(self, y: int) -> Strip:
        """Draw one wrapped line."""
        at = self.scroll_offset.y + y
        spans = self._wrapped[at] if at < len(self._wrapped) else ()
        return self.strip(spans, self.base(), self.scrollable_content_region.width)
