"""How long lbtui takes to start, beside a bare Textual app on the same machine at the same time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.bench.case import Case, Figure, Figures, time_of
from tests.bench.painting import time_painting
from tests.support.environment import private_environment

RUNS = 7
LBTUI = (sys.executable, "-m", "lbtui")
BARE = (sys.executable, str(Path(__file__).with_name("bare_app.py")))
DEMO_TEXT = "spine-1"
"""On the demo's first screen."""


VERSION = "lbtui --version"
BARE_PAINT = "bare Textual app: first paint"
PAINT = "lbtui --demo: first paint"
READY = "lbtui --demo: resources on screen"
RATIO = "first paint, lbtui --demo / bare Textual app"


def run() -> Figures:
    """Each once, one after the other, so that a busy moment meets all of them."""
    with private_environment() as environment:
        version = time_of(
            lambda: subprocess.run(
                (*LBTUI, "--version"), env=environment, check=True, capture_output=True
            )
        )
        bare = time_painting(BARE, environment, "bare and ready").first
        painting = time_painting((*LBTUI, "--demo"), environment, DEMO_TEXT)
    return {
        VERSION: version,
        BARE_PAINT: bare,
        PAINT: painting.first,
        READY: painting.ready,
        RATIO: painting.first / bare,
    }


CASES = (
    Case(
        "start-up",
        (
            Figure(VERSION),
            Figure(BARE_PAINT),
            Figure(PAINT),
            Figure(READY),
            Figure(RATIO, "x"),
        ),
        run,
        RUNS,
    ),
)
