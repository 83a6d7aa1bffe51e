"""The console in a pseudo-terminal of 120x40: octets and seconds from a key to the last octet."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.bench.case import Case, Figure, Figures
from tests.bench.clusters import LARGE, write
from tests.support.environment import private_environment
from tests.support.pseudo_terminal import PseudoTerminal, Reaction, open_pseudo_terminal

LBTUI = (sys.executable, "-m", "lbtui")
IDLE_SECONDS = 20.0
VIEWS = "1234567890"

PAINT, LIST, WORKED_OUT = "first paint", "first list on screen", "routes and findings on screen"
CURSOR, CURSOR_OCTETS = "cursor key on 184,000 routes", "octets of a cursor key"
FILTER = "slowest letter of a filter on them"
SWITCH, SWITCH_OCTETS = "view switch", "octets of a view switch"
SLOWEST = "slowest view switch"
ECHO, PREVIEW = "field of an advertisement: key to echo", "the same: preview, every route changing"
IDLE, IDLE_OCTETS, MEMORY = "idle: processor", "idle: octets", "memory"


def run_large() -> Figures:
    """Open the large cluster from files; routes, a filter, all views, an edit."""
    with tempfile.TemporaryDirectory() as folder, private_environment() as environment:
        write(LARGE, Path(folder))
        with open_pseudo_terminal((*LBTUI, folder), environment) as terminal:
            figures = _opened(terminal)
            terminal.press("7", settle=1.0)
            figures |= _cursor(terminal) | _filter(terminal)
            terminal.press("escape", settle=1.0)
            return figures | _switches(terminal) | _edit(terminal)


def _opened(terminal: PseudoTerminal) -> dict[str, float]:
    start = terminal.started
    paint = terminal.wait_for_octets(200) - start
    listed = terminal.wait_for("pool-00") - start
    worked_out = terminal.wait_for("warning") - start
    terminal.quiet(3.0)
    return {PAINT: paint, LIST: listed, WORKED_OUT: worked_out}


def _cursor(terminal: PseudoTerminal) -> dict[str, float]:
    found = [terminal.press("down") for _ in range(12)]
    return {CURSOR: _seconds(found), CURSOR_OCTETS: _octets(found)}


def _filter(terminal: PseudoTerminal) -> dict[str, float]:
    terminal.press("/", settle=0.1)
    word = "team-07"
    found = [
        _timed(terminal, letter, f"filter {word[: at + 1]} ") for at, letter in enumerate(word)
    ]
    terminal.quiet(1.0)
    return {FILTER: max(found)}


def _switches(terminal: PseudoTerminal) -> dict[str, float]:
    terminal.press("escape", settle=1.0)
    for key in VIEWS:
        terminal.press(key, settle=1.0)
    found = [terminal.press(key, settle=1.0) for key in VIEWS]
    return {
        SWITCH: _seconds(found),
        SLOWEST: max(one.last for one in found),
        SWITCH_OCTETS: _octets(found),
    }


def _edit(terminal: PseudoTerminal) -> dict[str, float]:
    """Type another localPref into the first advertisement."""
    terminal.press("3", settle=1.0)
    terminal.press("e", settle=1.0)
    terminal.wait_for("Edit BGPAdvertisement")
    while "localPref" not in _cursor_line(terminal):
        terminal.press("down", settle=0.1)
    terminal.quiet(1.0)
    echoes, previews = [], []
    for digit in "234":
        reaction = terminal.press(digit, settle=1.0)
        echoes.append(reaction.first)
        previews.append(reaction.last)
        terminal.press("backspace", settle=1.0)
    return {ECHO: statistics.median(echoes), PREVIEW: statistics.median(previews)}


def _cursor_line(terminal: PseudoTerminal) -> str:
    return next((line for line in terminal.screen.splitlines() if line.startswith("▌")), "")


def _timed(terminal: PseudoTerminal, key: str, awaited: str) -> float:
    start = time.perf_counter()
    terminal.send(key)
    return terminal.wait_for(awaited) - start


def run_demo() -> Figures:
    """Open the demo, let its sessions come up, then do nothing."""
    with private_environment() as environment:
        with open_pseudo_terminal((*LBTUI, "--demo"), environment) as terminal:
            paint = terminal.wait_for_octets(200) - terminal.started
            terminal.wait_for("20/20 Established")
            terminal.quiet(2.0)
            terminal.press("7", settle=0.5)
            moves = [terminal.press("down") for _ in range(12)]
            terminal.quiet(1.0)
            octets, work = terminal.octets, terminal.processor_seconds()
            terminal.quiet(IDLE_SECONDS)
            return {
                PAINT: paint,
                CURSOR_OCTETS: _octets(moves),
                IDLE_OCTETS: terminal.octets - octets,
                IDLE: (terminal.processor_seconds() - work) / IDLE_SECONDS * 100,
                MEMORY: terminal.resident_mib(),
            }


def _seconds(reactions: Sequence[Reaction]) -> float:
    return statistics.median(one.last for one in reactions)


def _octets(reactions: Sequence[Reaction]) -> float:
    return statistics.median(one.octets for one in reactions)


CASES = (
    Case(
        "console, demo",
        (
            Figure(PAINT, "s", 0.5),
            Figure(CURSOR_OCTETS, "octets", 1500),
            Figure(IDLE_OCTETS, "octets", 0),
            Figure(IDLE, "%", 0.3),
            Figure(MEMORY, "MiB", 120),
        ),
        run_demo,
    ),
    Case(
        f"console {LARGE}",
        (
            Figure(PAINT, "s", 1.5),
            Figure(LIST, "s", 1.5),
            Figure(WORKED_OUT),
            Figure(CURSOR, "s", 0.015),
            Figure(CURSOR_OCTETS, "octets", 1500),
            Figure(FILTER, "s", 0.1),
            Figure(SWITCH, "s", 0.08),
            Figure(SLOWEST),
            Figure(SWITCH_OCTETS, "octets"),
            Figure(ECHO, "s", 0.02),
            Figure(PREVIEW, "s", 0.15),
        ),
        run_large,
    ),
)
