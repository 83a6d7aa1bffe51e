"""A question to whoever sits at the terminal, in the midst of a command."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from typing import TextIO

from lbtui.cli.exits import UsageError


def open_terminal(sources: Sequence[str], instead: str) -> TextIO:
    """Where answers are typed: standard input, or the terminal where that holds manifests.

    Raises UsageError if there is none; `instead` says what to do then.
    """
    if "-" not in sources and sys.stdin.isatty():
        return sys.stdin
    if "-" in sources:
        try:
            return open("/dev/tty")
        except OSError:
            pass
    raise UsageError(f"there is no terminal to ask on; {instead}")


async def is_agreed(question: str, terminal: TextIO) -> bool:
    """Whether the answer is yes; everything else is no. Ctrl-C ends the waiting."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[str] = loop.create_future()

    def read() -> None:
        if not answer.done():
            answer.set_result(terminal.readline())

    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    loop.add_reader(terminal.fileno(), read)
    try:
        return (await answer).strip().lower() in ("y", "yes")
    finally:
        loop.remove_reader(terminal.fileno())
