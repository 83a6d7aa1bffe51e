"""The keys that fill in a form, as every task presses them."""

from __future__ import annotations

from tests.support.polling import wait_until
from tests.support.terminal import Terminal


def go_to_field(terminal: Terminal, name: str, title: str) -> None:
    """Open what `title` names with `e`, and go down to a field."""
    terminal.press("e")
    terminal.wait_for(title)
    find_field(terminal, name)


def find_field(terminal: Terminal, name: str) -> None:
    """Go down to a field of the form that is open."""
    at = _next_field(terminal, "")
    while at != name:
        terminal.press("Down")
        at = _next_field(terminal, at)


def _next_field(terminal: Terminal, before: str) -> str:
    """The field that the cursor is on, once that is another one than before."""

    def look() -> str:
        lines = terminal.screen().splitlines()
        found = next((line for line in lines if line.startswith("▌")), "▌")
        name = found[1:].partition(" ")[0]
        return name if name != before else ""

    return wait_until(look, f"the cursor leaves {before}", 10)


def write(terminal: Terminal, text: str) -> None:
    """Replace the text of the field that the cursor is on."""
    terminal.press("C-u")
    terminal.type(text)
    terminal.wait_for(rf"^▌\S+ +{text}")


def accept(terminal: Terminal) -> None:
    """Take the form over."""
    terminal.press("Enter")
    terminal.wait_until_gone("esc cancel")


def save(terminal: Terminal) -> None:
    """Save, after the review."""
    terminal.press("s")
    terminal.wait_for("Save to ")
    terminal.press("s")
    terminal.wait_until_gone("modified")
