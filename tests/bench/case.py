"""A benchmark: something done in a process of its own, and the figures that it gives."""

from __future__ import annotations

import importlib
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.support.environment import private_environment

Figures = Mapping[str, float]
"""What a run found: one number for each of the case's figures."""


@dataclass(frozen=True)
class Figure:
    """One number of a case."""

    name: str
    unit: str = "s"
    """Of the number and the limit."""
    limit: float | None = None
    """What it is not to exceed; None: told without judgement."""


@dataclass(frozen=True)
class Case:
    """Figures that belong to one process."""

    name: str
    figures: tuple[Figure, ...]
    run: Callable[[], Figures]
    runs: int = 3


def run_apart(module: str, case: str) -> dict[str, float]:
    """Run a case of a module's CASES once, in a new process. Raises CalledProcessError."""
    with private_environment() as environment:
        done = subprocess.run(
            (sys.executable, "-m", "tests.bench.case", module, case),
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
        )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def time_of(action: Callable[[], object]) -> float:
    """Seconds by the clock that it takes, other processes included."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def work_of(action: Callable[[], object]) -> float:
    """Seconds of processor time that it takes in this process, however busy the machine is."""
    start = time.process_time()
    action()
    return time.process_time() - start


def peak_mib() -> float:
    """The most memory that this process has held so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _main(module: str, name: str) -> None:
    cases = importlib.import_module(module).CASES
    (case,) = (case for case in cases if case.name == name)
    print(json.dumps(dict(case.run())))


if __name__ == "__main__":
    _main(*sys.argv[1:])
