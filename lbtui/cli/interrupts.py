"""Ctrl-C: the first one ends the command in good order, the ones after it change nothing.

`timeout` sends SIGINT twice, and so does an impatient user. The second would come while the first
is being dealt with, and end the process with a traceback or by the signal, instead of code 130.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Coroutine
from types import FrameType
from typing import Any, TypeVar

T = TypeVar("T")


def prepare() -> None:
    """Let the first SIGINT raise KeyboardInterrupt; where it is ignored (nohup), leave it so."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)


def finish() -> None:
    """Take no SIGINT any more: what is left to do is to end."""
    # Blocked before it is ignored: Python complains on stderr of a signal that came just before.
    signal.signal(signal.SIGINT, _do_nothing)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    # Other threads do not block it, and Python gives the default action back before it ends.
    sys.unraisablehook = _say_nothing_of_signals
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def run(work: Coroutine[Any, Any, T]) -> T:
    """`asyncio.run` that an interrupt cancels once; then it raises KeyboardInterrupt."""
    import asyncio

    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        task = loop.create_task(work)
        is_interrupted = False

        def cancel(number: int, frame: FrameType | None) -> None:
            nonlocal is_interrupted
            is_interrupted = True
            finish()
            task.cancel()
            loop.call_soon_threadsafe(_do_nothing)  # wakes the loop, which may be waiting

        before = signal.getsignal(signal.SIGINT)
        if before is _interrupt:
            signal.signal(signal.SIGINT, cancel)
        try:
            return loop.run_until_complete(task)
        except (Exception, asyncio.CancelledError):
            if is_interrupted:
                raise KeyboardInterrupt from None
            raise
        finally:
            if before is _interrupt and not is_interrupted:
                signal.signal(signal.SIGINT, before)


def _interrupt(number: int, frame: FrameType | None) -> None:
    finish()
    raise KeyboardInterrupt


def _say_nothing_of_signals(unraisable: sys.UnraisableHookArgs) -> None:
    """Python complains of a signal that another thread took just before it was ignored."""
    if "ignored due to race condition" not in str(unraisable.exc_value):
        sys.__unraisablehook__(unraisable)


def _do_nothing(*_: object) -> None:
    pass
