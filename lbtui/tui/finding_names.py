"""How well what was typed fits a name: from the very same down to its letters in order. Pure."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable


class Fit(enum.IntEnum):
    """Smaller is better."""

    SAME = 0
    BEGINS = 1
    CONTAINS = 2
    ALL_WORDS = 3
    """Every word typed is somewhere in the name or in what is said about it."""
    LETTERS = 4
    """The letters typed are in the name, in their order."""


def fitter(typed: str) -> Callable[[str, str], Fit | None]:
    """A function from a name and what else is said about it, both casefolded, to the fit."""
    wanted = typed.casefold().strip()
    words = wanted.split()
    letters = re.compile(".*?".join(map(re.escape, wanted.replace(" ", ""))))

    def fit(name: str, about: str) -> Fit | None:
        if name == wanted:
            return Fit.SAME
        if wanted in name:
            return Fit.BEGINS if name.startswith(wanted) else Fit.CONTAINS
        if all(word in name or word in about for word in words):
            return Fit.ALL_WORDS
        return Fit.LETTERS if len(wanted) > 1 and letters.search(name) else None

    return fit
