"""What stands in a session's way outside its machine: a port that is taken, a path that is down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from speaker.daemon.clock import Clock


class Trouble(NamedTuple):
    """Something on this side that keeps a session from working."""

    name: str
    text: str
    at: float
    """When it was noticed, on the clock's scale."""


class Troubles:
    """Those of one session, each under a name of its own."""

    def __init__(self, clock: Clock, report: Callable[[str], None]) -> None:
        """None yet; `report` is told each text that comes, and "" when one goes."""
        self._clock, self._report = clock, report
        self._found: dict[str, Trouble] = {}

    def __contains__(self, name: object) -> bool:
        """Whether there is one of this name."""
        return name in self._found

    def __iter__(self) -> Iterator[Trouble]:
        """The one noticed first comes first."""
        return iter(self._found.values())

    def note(self, name: str, text: str) -> None:
        """Remember, and report, the trouble called `name`; an empty `text` ends it."""
        before = self._found.get(name)
        if text == (before.text if before else ""):
            return
        self._found.pop(name, None)
        if text:
            self._found[name] = Trouble(name, text, self._clock.now())
        self._report(text)
