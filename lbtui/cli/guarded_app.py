"""The application with its last resorts: unexpected errors and signals end it in good order."""

from __future__ import annotations

import asyncio
import signal

from lbtui.tui.app import LbtuiApp


class GuardedApp(LbtuiApp):
    """Leaves the terminal as it was, whatever ends it."""

    unexpected: Exception | None = None
    """What ended the console, if it was neither the user nor a signal."""

    def on_load(self) -> None:
        """End as if asked to when told by a signal: a shutdown, a lost terminal, `kill`."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.exit, None, 128 + number)

    async def on_unmount(self) -> None:
        """Let go of the speakers; their processes go on."""
        for speaker in (self.speaker, self.lab):
            if speaker is not None:
                await speaker.close()

    def _handle_exception(self, error: Exception) -> None:
        self.unexpected = self.unexpected or error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """Close down, in place of Textual's traceback with the values of local variables."""
        self._close_messages_no_wait()
