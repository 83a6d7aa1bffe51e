"""Notices a peer that answers nothing at all, which is what a wrong TCP-MD5 key looks like.

The kernel drops a segment whose signature is wrong or missing without a word to either side (RFC
2385 section 2), and drops unsigned refusals too: all that is seen is that nothing comes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

PATIENCE: Final = 5.0
"""Seconds without a sign of life before something is said."""
NO_ANSWER: Final = "no answer, maybe an MD5 mismatch"


class Silence:
    """A watch over one session with a password."""

    def __init__(self, note: Callable[[str], None]) -> None:
        """Give `note` the words when the peer is silent, "" when it is not any more."""
        self._note = note
        self._timer: asyncio.TimerHandle | None = None
        self._is_noted = False

    def wait(self) -> None:
        """Nothing is there yet and something should come; goes on waiting if it does already."""
        if self._timer is None and not self._is_noted:
            self._timer = asyncio.get_running_loop().call_later(PATIENCE, self._expire)

    def heard(self) -> None:
        """The peer gave a sign of life, or none is expected."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._is_noted:
            self._is_noted = False
            self._note("")

    def _expire(self) -> None:
        self._timer = None
        self._is_noted = True
        self._note(NO_ANSWER)
