"""Keys that come in one burst: each waits for what the one before it led to."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from textual import events
from textual.app import App
from textual.message import Message

if TYPE_CHECKING:
    from textual.dom import DOMNode
    from textual.timer import Timer

PATIENCE_SECONDS = 0.5
"""After which keys no longer wait: whoever got the one before is gone, or no dialog comes."""


class OrderedKeys(App[None]):
    """Gives a key to whoever has the keyboard once the key before it has had its effect.

    Textual hands a whole burst ("/web", typed fast or over a slow line) to the widget that has the
    keyboard when it arrives. Here the second key goes out when the first was taken or is back: "w"
    into the filter, not to the list. While a dialog is being made, keys wait for it.
    """

    class Passed(Message):
        """Follows a key on its way; when it is back, the key was taken, or is back, too."""

        bubble = True

        def __init__(self, number: int) -> None:
            """Follow the key of this number."""
            super().__init__()
            self.number = number

    def __init__(self) -> None:
        """Start without a key under way."""
        super().__init__()
        self._waiting: deque[events.Key] = deque()
        self._target: DOMNode | None = None
        """Where the key that is under way went; None: none is."""
        self._number = 0
        """Of the key that was sent last."""
        self._is_opening = False
        self._patience: Timer | None = None

    async def on_event(self, event: events.Event) -> None:
        """Send keys one by one, and again if the keyboard went elsewhere meanwhile."""
        if not isinstance(event, events.Key):
            await super().on_event(event)
        elif not event.is_forwarded:
            self._waiting.append(event)
            await self._send_next()
        elif self._target in (None, self._keyboard):
            await super().on_event(event)
        else:
            self._waiting.appendleft(events.Key(event.key, event.character))

    async def on_ordered_keys_passed(self, message: Passed) -> None:
        """The key under way had its effect."""
        if message.number == self._number:
            self._target = None
            await self._send_next()

    def hold_keys(self) -> None:
        """Keep the keys that come for a dialog that is being made, until `release_keys`."""
        self._is_opening = True
        self._be_patient()

    async def release_keys(self) -> None:
        """There is no dialog."""
        self._is_opening = False
        await self._send_next()

    async def screen_changed(self) -> None:
        """A dialog came up or is gone, and so maybe whoever got the key that did it."""
        self._target, self._is_opening = None, False
        await self._send_next()

    @property
    def _keyboard(self) -> DOMNode:
        """Whoever has the keyboard."""
        return self.focused or self.screen

    async def _send_next(self) -> None:
        while self._waiting and self._target is None and not self._is_opening:
            self._stop_waiting()
            event, self._target = self._waiting.popleft(), self._keyboard
            await super().on_event(event)
            self._number += 1
            if not self._target.post_message(self.Passed(self._number)):
                self._target = None
        if self._waiting and self._patience is None:
            self._be_patient()

    def _be_patient(self) -> None:
        self._stop_waiting()
        self._patience = self.set_timer(PATIENCE_SECONDS, self._give_up)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.stop()
            self._patience = None

    async def _give_up(self) -> None:
        self._patience, self._target, self._is_opening = None, None, False
        await self._send_next()
