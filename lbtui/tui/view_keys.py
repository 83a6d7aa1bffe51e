"""Keys that only one view has: a row here is its key, its help and its name in the settings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from textual.binding import Binding


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
        "By peer, node, ...",
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


def bindings_of(view: str) -> Iterator[Binding]:
    """The bindings of a view."""
    for one in VIEW_KEYS:
        if one.view == view:
            yield Binding(
                one.keys, one.action, one.label, tooltip=one.help, show=one.is_in_bar, id=one.id
            )
