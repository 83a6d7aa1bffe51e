"""The application with its last resort: an unexpected error is kept for the caller to tell."""

from __future__ import annotations

from lbtui.tui.app import LbtuiApp


class GuardedApp(LbtuiApp):
    """Ends by an unexpected error without printing a traceback over the user's terminal."""

    unexpected: Exception | None = None
    """What ended the console, if it was not the user."""

    def _handle_exception(self, error: Exception) -> None:
        self.unexpected = self.unexpected or error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """Close down, in place of Textual's traceback with the values of local variables."""
        self._close_messages_no_wait()
