"""Asks the user one thing at a time. A part of the application class."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from lbtui.tui.key_order import OrderedKeys

if TYPE_CHECKING:
    from lbtui.tui.screens.main import MainScreen

PATIENCE_SECONDS = 0.2
"""Between two looks whether the user is free for a question."""


class AskingApp(OrderedKeys):
    """Runs what asks the user, from the main screen."""

    main: MainScreen

    @property
    def is_asking(self) -> bool:
        """Whether the user is being asked something, or an answer is being carried out."""
        return self.screen is not self.main or any(
            worker.group == "dialog" and not worker.is_finished for worker in self.workers
        )

    async def when_free(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run what asks the user as soon as nothing else does."""
        while self.is_asking:
            await asyncio.sleep(PATIENCE_SECONDS)
        self.ask(work)

    def ask(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run what asks the user; one at a time, so that a key held down opens one dialog."""
        if self.screen is self.main:
            self.hold_keys()
            self.run_worker(self._asked(work), group="dialog", exclusive=True)
        else:
            work.close()

    async def _asked(self, work: Coroutine[Any, Any, Any]) -> None:
        try:
            await work
        finally:
            await self.release_keys()
