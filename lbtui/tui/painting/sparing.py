"""An application that writes to the terminal only what is not there yet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from rich.color import ColorSystem
from textual import events
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.app import App
from textual.binding import Binding, BindingType
from textual.drivers.linux_driver import LinuxDriver

from lbtui.tui.painting.picture import Picture, Piece
from lbtui.tui.painting.terminal_driver import TerminalDriver

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from textual.driver import Driver
    from textual.geometry import Offset
    from textual.screen import Screen


class Difference(CompositorUpdate):
    """What has to be written for an update, worked out already."""

    def __init__(self, text: str) -> None:
        """Take the escape sequences."""
        self._text = text

    def render_segments(self, console: Console) -> str:
        """The escape sequences."""
        return self._text


class SparingApp(App[None]):
    """Stands between Textual's compositor and the terminal."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+l", "redraw", "Redraw", tooltip="Draw the whole screen again", show=False)
    ]
    _picture: Picture | None = None
    _caret: Offset | None = None

    def get_driver_class(self) -> type[Driver]:
        """On a terminal a driver that sleeps between keys."""
        usual = super().get_driver_class()
        return TerminalDriver if usual is LinuxDriver else usual

    def action_redraw(self) -> None:
        """Draw everything again: something else may have written to the terminal."""
        self._forget()
        self.screen.refresh(layout=True)

    def on_mount(self) -> None:
        """Trust nothing that was on the terminal before the user came back to it."""
        self.app_resume_signal.subscribe(self, lambda _: self._forget())

    def on_resize(self, event: events.Resize) -> None:
        """Terminals move or drop lines of their own accord when their size changes.

        After a storm of sizes Textual may find the last one to be the first, and draw nothing.
        """
        self.action_redraw()

    def _forget(self) -> None:
        self._picture = None

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Textual's way to the terminal; updates of unknown kinds go as they are."""
        is_written = self._running and not self._closed and not self._batch_count
        is_written = is_written and renderable is not None
        if not is_written or self.is_headless or self._driver is None:
            super()._display(screen, renderable)
        elif not isinstance(renderable, LayoutUpdate | ChopsUpdate):
            self._forget()
            super()._display(screen, renderable)
        elif (text := self._difference(renderable)) or self._caret != self.cursor_position:
            self._caret = self.cursor_position
            super()._display(screen, Difference(text))  # type: ignore[arg-type]
        else:
            self.post_display_hook()

    def _difference(self, update: LayoutUpdate | ChopsUpdate) -> str:
        width, height = self.size
        picture = self._picture
        if picture is None or (picture.width, picture.height) != (width, height):
            colors = self.console._color_system or ColorSystem.TRUECOLOR
            picture = self._picture = Picture(width, height, colors)
        pieces = _all_pieces(update) if isinstance(update, LayoutUpdate) else _pieces(update)
        return picture.update(pieces)


def _all_pieces(update: LayoutUpdate) -> Iterator[Piece]:
    for y, strips in enumerate(update.strips, update.region.y):
        yield Piece(update.region.x, y, tuple(strips))


def _pieces(update: ChopsUpdate) -> Iterator[Piece]:
    """The pieces of lines that were drawn again; each is drawn whole, wherever it changed."""
    for y, start, end in update.spans:
        for (x, strip), stop in zip(update.chops[y].items(), update.chop_ends[y], strict=False):
            if strip is not None and x < end and stop > start:
                yield Piece(x, y, (strip,))
