"""Runs analyses beside the event loop, one at a time; of what waits only the newest is done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lbtui.tui.analysis_work import Outcome, Request


class Compiler:
    """Takes requests at any rate and never makes the caller wait."""

    def __init__(
        self,
        spawn: Callable[[Coroutine[Any, Any, None]], object],
        done: Callable[[Outcome], None],
        failed: Callable[[Exception], None],
        *,
        has_counts: bool = False,
    ) -> None:
        """`spawn` runs a coroutine in the background; the other two are called in the loop.

        With `has_counts`, `done` is called once more in a large cluster, when routes were counted.
        """
        self._has_counts = has_counts
        self._spawn = spawn
        self._done = done
        self._failed = failed
        self._next: Request | None = None
        self._is_running = False

    @property
    def is_busy(self) -> bool:
        """Whether something is being worked out."""
        return self._is_running

    def request(self, request: Request) -> None:
        """Work this out as soon as possible; an older request that still waits is dropped."""
        self._next = request
        if not self._is_running:
            self._is_running = True
            self._spawn(self._run())

    async def _run(self) -> None:
        from lbtui.tui.analysis_work import work_out

        try:
            while self._next is not None:
                request, self._next = self._next, None
                try:
                    outcome = await asyncio.to_thread(work_out, request)
                except Exception as error:  # a bug there must not cost the user their edits
                    self._failed(error)
                else:
                    self._done(outcome)
                    await self._count(outcome)
        finally:
            self._is_running = False

    async def _count(self, outcome: Outcome) -> None:
        from lbtui.tui.analysis_work import counted

        if self._has_counts and outcome.route_counts is None:
            found = await asyncio.to_thread(counted, outcome, lambda: self._next is None)
            if found is not None:
                self._done(found)
