"""Keys that only one view or form has: a row is its key, its help and its name in the settings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.binding import Binding

if TYPE_CHECKING:
    from textual.screen import Screen


@dataclass(frozen=True, slots=True)
class ViewKey:
    """One thing to do in one view."""

    view: str
    """The view's name in commands."""
    name: str
    key: str
    action: str
    """As the view runs it."""
    label: str
    """For the key bar."""
    help: str
    is_in_bar: bool = True
    more_keys: str = ""
    """Keys that do the same without being told about, separated by commas."""

    @property
    def id(self) -> str:
        """Its name in the settings: "sessions.reset"."""
        return f"{self.view}.{self.name}"

    @property
    def keys(self) -> str:
        """All its keys, as Textual separates them."""
        return ",".join(filter(None, (self.key, self.more_keys)))


VIEW_KEYS: tuple[ViewKey, ...] = (
    ViewKey(
        "sessions", "reset", "r", "ask('reset')", "Reset", "Close the session and open it again"
    ),
    ViewKey(
        "sessions",
        "switch",
        "D",
        "ask('switch')",
        "Down/up",
        "Hold the session down, or let it run",
    ),
    ViewKey("log", "pause", "F", "pause", "Pause/follow", "Hold the list still, or let it go on"),
    ViewKey(
        "routes",
        "by",
        "b",
        "by_next",
        "By peer/node/prefix",
        "All, one peer, node, service or prefix",
    ),
    ViewKey("routes", "previous", "left", "step(-1)", "Previous", "The one before", False),
    ViewKey("routes", "next", "right", "step(1)", "Next", "The next one", False),
    ViewKey(
        "whatif",
        "put-back",
        "delete",
        "put_back",
        "Put back",
        "Put back what is under the cursor",
        more_keys="backspace",
    ),
    ViewKey("matrix", "previous", "left", "peer(-1)", "Peer before", "The peer before", False),
    ViewKey("matrix", "next", "right", "peer(1)", "Next peer", "The next peer", False),
)

FORM_KEYS: tuple[ViewKey, ...] = (
    ViewKey("form", "accept", "ctrl+s", "accept", "Accept", "Take the edit", more_keys="enter"),
    ViewKey("form", "unset", "ctrl+x", "unset", "Unset", "Back to the default"),
    ViewKey("text", "accept", "ctrl+s", "accept", "Accept", "Take the text"),
    ViewKey("text", "next-problem", "f8", "next_problem", "Next problem", "To what is wrong"),
)
"""Keys of what one types into: only such as type nothing can be chosen for them."""


def bindings_of(view: str, receiver: str = "") -> Iterator[Binding]:
    """The bindings of a view or form; `receiver`: who acts, where it is not who has the keys."""
    for one in (*VIEW_KEYS, *FORM_KEYS):
        if one.view == view:
            action = f"{receiver}{one.action}"
            yield Binding(
                one.keys, action, one.label, tooltip=one.help, show=one.is_in_bar, id=one.id
            )


def key_now(screen: Screen[Any], binding_id: str) -> str:
    """The first key of a binding that works on the screen, the user's choice if there is one."""
    active = screen.active_bindings.items()
    return next((key for key, one in active if one.binding.id == binding_id), "")
