"""Symbols that stand beside words; plain ASCII where the terminal cannot draw the others."""

from __future__ import annotations

import locale
import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Symbols:
    """One character each, one cell wide."""

    error: str = "✖"
    warning: str = "▲"
    info: str = "·"
    good: str = "●"
    waiting: str = "◌"
    down: str = "○"
    added: str = "+"
    withdrawn: str = "-"
    changed: str = "~"
    arrow: str = "→"
    cursor: str = "▌"
    ellipsis: str = "…"
    ascending: str = "↑"
    descending: str = "↓"
    rule: str = "─"
    bar: str = "│"
    dot: str = "·"
    modified: str = "●"
    thumb: str = "▕"
    crumb: str = "›"  # noqa: RUF001
    full: str = "█"
    empty: str = "░"
    marked: str = "■"


ASCII = Symbols(
    error="x",
    warning="!",
    info="i",
    good="*",
    waiting=".",
    down="o",
    arrow=">",
    cursor=">",
    ellipsis="~",
    ascending="^",
    descending="v",
    rule="-",
    bar="|",
    dot="-",
    modified="*",
    thumb="|",
    crumb=">",
    full="#",
    empty=".",
    marked="#",
)


def is_unicode() -> bool:
    """Whether the terminal draws more than ASCII: not the Linux console, and a UTF-8 locale."""
    if os.environ.get("TERM") in ("linux", "vt100", "dumb"):
        return False
    return "utf" in locale.getpreferredencoding(False).lower()


SYMBOLS = Symbols() if is_unicode() else ASCII
