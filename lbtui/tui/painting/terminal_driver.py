"""The terminal's driver, with a reader of keys that sleeps until there is one.

Textual's own reader wakes ten times a second to see whether an escape sequence stays unfinished or
the end has come; here only an unfinished sequence has a time limit, and the end wakes the reader.
"""

from __future__ import annotations

import os
import select
import signal
from codecs import getincrementaldecoder

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

UNFINISHED_SECONDS = 0.02
"""Between two looks whether the rest of an escape sequence is still awaited."""


class TerminalDriver(LinuxDriver):
    """Reads keys without waking in vain."""

    _end: tuple[int, int] | None = None
    """A pipe: an octet in it ends the reader."""

    def start_application_mode(self) -> None:
        """Take the terminal and start the reader."""
        if self._end is None:
            self._end = os.pipe()
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def disable_input(self) -> None:
        """Wake the reader, so that it sees the end, and wait for it."""
        end, self._end = self._end, None
        if end is not None:
            os.write(end[1], b"\0")
        super().disable_input()
        for descriptor in end or ():
            os.close(descriptor)

    def run_input_thread(self) -> None:
        """Read and dispatch until the end; a terminal that is gone is a hang-up."""
        if self._end is None:
            return
        woken, parser = self._end[0], XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        while not self.exit_event.is_set():
            is_unfinished = parser._timeout_time is not None
            limit = UNFINISHED_SECONDS if is_unfinished else None
            ready, _, _ = select.select([self.fileno, woken], [], [], limit)
            if self.fileno in ready:
                data = self._read()
                if not data:
                    os.kill(os.getpid(), signal.SIGHUP)
                    return
                for event in parser.feed(decode(data)):
                    self.process_message(event)
            for event in parser.tick():
                self.process_message(event)

    def _read(self) -> bytes:
        """Octets from the terminal; none if it is gone."""
        try:
            return os.read(self.fileno, 4096)
        except OSError:
            return b""
