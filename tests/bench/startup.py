"""How long lbtui takes to start, beside a bare Textual app on the same machine at the same time."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from tests.bench.pseudo_terminal import time_painting
from tests.support.environment import private_environment

RUNS = 7
LBTUI = (sys.executable, "-m", "lbtui")
BARE = (sys.executable, str(Path(__file__).with_name("bare_app.py")))
DEMO_TEXT = "spine-1"
"""On the demo's first screen."""


def measure() -> Iterator[str]:
    """Lines of a report. Runs alternate, so that a busy moment meets both."""
    with private_environment() as environment:
        versions = [_time_run((*LBTUI, "--version"), environment) for _ in range(RUNS)]
        yield _line("lbtui --version", versions)
        bare, demo, ready = [], [], []
        for _ in range(RUNS):
            bare.append(time_painting(BARE, environment, "bare and ready").first)
            painting = time_painting((*LBTUI, "--demo"), environment, DEMO_TEXT)
            demo.append(painting.first)
            ready.append(painting.ready)
    yield _line("bare Textual app: first paint", bare)
    yield _line("lbtui --demo: first paint", demo)
    yield _line("lbtui --demo: resources on screen", ready)
    ratio = statistics.median(demo) / statistics.median(bare)
    yield f"first paint, lbtui --demo / bare Textual app: {ratio:.2f}"


def _time_run(command: Sequence[str], environment: Mapping[str, str]) -> float:
    return _time(
        lambda: subprocess.run(command, env=dict(environment), check=True, capture_output=True)
    )


def _time(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def _line(what: str, seconds: Sequence[float]) -> str:
    low, middle, high = min(seconds), statistics.median(seconds), max(seconds)
    return f"{what:36} min {low:.3f}  median {middle:.3f}  max {high:.3f} s  ({len(seconds)} runs)"
