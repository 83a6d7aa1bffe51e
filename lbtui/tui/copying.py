"""Copies the row under the cursor: to the terminal's clipboard by OSC 52, or into a file."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from lbtui.ports import PortError
from lbtui.tui.text import Line, Span, counted, line

if TYPE_CHECKING:
    from lbtui.tui.app import LbtuiApp
    from lbtui.tui.copies import Copy

KeepCopy = Callable[[str, str, str], str]
"""Writes (text, name, suffix) into a file of the user's own and says where; raises PortError."""

MOST_OCTETS = 74_994
"""Of base64 in one OSC 52 sequence: xterm and what follows it drop longer ones."""
NO_CLIPBOARD = ("linux", "dumb", "vt100")
"""Terminals that print an OSC sequence, or do nothing with it."""


class Copying:
    """Asks for the shape, copies, and says what was copied, and where to."""

    def __init__(self, app: LbtuiApp, keep: KeepCopy | None) -> None:
        """Copy for one app; without `keep` nothing can go into a file."""
        self._app, self._keep = app, keep

    async def copy(self) -> None:
        """Copy what is under the cursor, if it can be copied."""
        from lbtui.tui.dialogs.choice import Choice, ChoiceDialog

        name, found = self._found()
        if not found:
            self._app.notify("There is nothing to copy under the cursor.", timeout=3)
            return
        choices = [Choice(one.key, one.shape, one.key) for one in found]
        if self._keep is not None and has_clipboard():
            choices.append(Choice("w", "YAML into a file", "w"))
        answer = await self._app.push_screen_wait(
            ChoiceDialog(f"Copy {name}", _explanation(self._keep is not None), choices)
        )
        chosen = next((one for one in found if one.key == answer), found[0])
        if answer is not None:
            self._deliver(chosen, name, is_file_wanted=answer == "w")

    def _found(self) -> tuple[str, Sequence[Copy]]:
        """What is under the cursor is called, and what can be copied of it."""
        from lbtui.tui.copies import copies_of_resource, copies_of_route
        from lbtui.tui.views.route_rows import RouteRow

        view, state = self._app.main.view, self._app.state
        row = getattr(view, "selected_row", None)
        if isinstance(row, RouteRow):
            name = f"{row.route.prefix} to {row.route.peer}"
            return name, tuple(copies_of_route(row, state))
        ref = self._app.main.selected_ref
        if ref is None:
            return "", ()
        return str(ref), tuple(copies_of_resource(ref, state))

    def _deliver(self, copy: Copy, name: str, *, is_file_wanted: bool) -> None:
        size = f"{copy.shape} of {name}, {counted(len(copy.text.splitlines()), 'line')}"
        if not is_file_wanted and fits_clipboard(copy.text):
            self._app.copy_to_clipboard(copy.text)
            self._app.notify(f"Given to the terminal's clipboard: {size}.", timeout=4)
            return
        if self._keep is None:
            self._app.notify("This terminal cannot take it.", severity="warning")
            return
        try:
            path = self._keep(copy.text, name, copy.suffix)
        except PortError as error:
            self._app.notify(str(error), severity="error", timeout=8)
        else:
            self._app.notify(f"Written to {path}: {size}.", timeout=8)


def has_clipboard() -> bool:
    """Whether the terminal may know OSC 52; none says whether it took the text."""
    return os.environ.get("TERM") not in NO_CLIPBOARD


def fits_clipboard(text: str) -> bool:
    """Whether a text can be given to the terminal: one that knows OSC 52, and no longer text."""
    return has_clipboard() and len(base64.b64encode(text.encode())) <= MOST_OCTETS


def _explanation(has_file: bool) -> Sequence[Line]:
    lines = [line("Secrets are left out."), line(*_clipboard_words())]
    if has_file and not has_clipboard():
        lines.append(line("It goes into a file."))
    return lines


def _clipboard_words() -> Sequence[Span]:
    if not has_clipboard():
        return (Span("This terminal has no clipboard."),)
    text = "The terminal puts it on the clipboard, if it is allowed to (OSC 52)"
    if os.environ.get("TMUX"):
        text += "; tmux passes it on with: set -g set-clipboard on"
    return (Span(f"{text}.", "muted"),)
