"""Keys that come in one burst, each for what the one before it led to."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from textual import events
from textual.app import App

if TYPE_CHECKING:
    from textual.dom import DOMNode

MOST_UNDERWAY = 256
"""Keys remembered on their way; a terminal hands over 4,096 octets at once at most."""


class OrderedKeys(App[None]):
    """Gives a key to whoever has the keyboard once the keys before it have had their effect.

    Textual hands a whole burst ("/web", typed fast or over a slow line) to the widget that has the
    keyboard when it arrives. So a key that this widget had no use for, and that comes back here
    after the keyboard went elsewhere, is sent there: "w" into the filter, not to the list.
    """

    def __init__(self) -> None:
        """Start without a key under way."""
        super().__init__()
        self._underway: deque[tuple[events.Key, DOMNode]] = deque(maxlen=MOST_UNDERWAY)

    async def on_event(self, event: events.Event) -> None:
        """Send keys again that went where the keyboard no longer is."""
        if not isinstance(event, events.Key):
            await super().on_event(event)
        elif not event.is_forwarded:
            self._underway.append((event, self._keyboard))
            await super().on_event(event)
        elif self._sent_to(event) is self._keyboard:
            await super().on_event(event)
        else:
            again = events.Key(event.key, event.character)
            self._underway.append((again, self._keyboard))
            await super().on_event(again)

    @property
    def _keyboard(self) -> DOMNode:
        """Whoever has the keyboard."""
        return self.focused or self.screen

    def _sent_to(self, event: events.Key) -> DOMNode:
        """Where a key went; keys before it that did not come back were taken there."""
        while self._underway:
            found, target = self._underway.popleft()
            if found is event:
                return target
        return self._keyboard
