"""How calm the console stays while the sessions of a speaker change state all the time."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

from tests.bench.case import Case, Figure, Figures
from tests.bench.speaker_channel import Channel
from tests.support.demo_copy import copy_demo
from tests.support.environment import private_environment
from tests.support.pseudo_terminal import PseudoTerminal, open_pseudo_terminal

SESSIONS = 100
SECONDS = 10.0
PAUSE_SECONDS = 0.01
"""From one call to the next: the sessions are held down and let go one after the other."""
ONE_REDRAW_SECONDS = 0.01
"""Octets that follow each other faster belong to one redraw."""

CHANGES, REDRAWS = "state changes", "redraws"
CLOSEST, WORK = "least time between two redraws", "processor"


def run() -> Figures:
    """Watch the list of sessions while each is held down and let go again and again."""
    with tempfile.TemporaryDirectory() as folder, private_environment() as environment:
        manifests, socket = copy_demo(Path(folder) / "manifests"), Path(folder) / "s.sock"
        command = (sys.executable, "-m", "lbtui", str(manifests), "--socket", str(socket))
        with _speaker(Path(folder), socket):
            with open_pseudo_terminal(command, environment) as terminal:
                terminal.wait_for(f"/{SESSIONS}")
                terminal.press("8", settle=2.0)
                work, start = terminal.processor_seconds(), time.perf_counter()
                changes = _Changes(socket, start + SECONDS)
                changes.start()
                redraws = _redraws(terminal, start + SECONDS)
                changes.join()
                taken = time.perf_counter() - start
                work = terminal.processor_seconds() - work
    return {
        CHANGES: changes.count / taken,
        REDRAWS: len(redraws) / taken,
        CLOSEST: min(after - before for before, after in pairwise(redraws)),
        WORK: work / taken * 100,
    }


class _Changes(threading.Thread):
    """Holds sessions down and lets them go, one call after the other."""

    def __init__(self, socket: Path, until: float) -> None:
        super().__init__()
        self._socket, self._until = socket, until
        self.count = 0

    def run(self) -> None:
        channel = Channel(self._socket)
        while True:
            for what in ("disable", "enable"):
                for number in range(SESSIONS):
                    if time.perf_counter() > self._until:
                        return
                    channel.call("POST", f"/v1/sessions/{quote(_id(number), safe='')}/{what}", "{}")
                    self.count += 1
                    time.sleep(PAUSE_SECONDS)


def _redraws(terminal: PseudoTerminal, until: float) -> list[float]:
    """When each redraw began; read by `until` or a moment later."""
    found: list[float] = []
    last = 0.0
    while (now := time.perf_counter()) < until:
        if terminal.read(until - now):
            read = time.perf_counter()
            if read - last > ONE_REDRAW_SECONDS:
                found.append(read)
            last = read
    return found


def _id(number: int) -> str:
    return f"a/{number}"


def _document() -> str:
    """Sessions to where nobody listens."""
    sessions = [
        {
            "id": _id(number),
            "peer": str(number),
            "localAsn": 64512,
            "peerAsn": 64513,
            "address": f"127.62.0.{number + 1}",
            "passive": True,
            "routeSet": "none",
        }
        for number in range(SESSIONS)
    ]
    speaker = {"name": "a", "routerId": "192.0.2.1", "sessions": sessions}
    return json.dumps({"generation": 1, "speakers": [speaker], "routeSets": {"none": []}})


@contextmanager
def _speaker(folder: Path, socket: Path) -> Iterator[None]:
    """A speaker with the sessions, ended afterwards."""
    config = folder / "config.json"
    config.write_text(_document())
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            (
                *(sys.executable, "-m", "speaker", "run", "--socket", str(socket)),
                *("--state", str(folder / "state"), "--config", str(config)),
            ),
            stderr=log,
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait()


CASES = (
    Case(
        f"console, {SESSIONS} sessions changing state",
        (
            Figure(CHANGES, "a second"),
            Figure(REDRAWS, "a second", 10),
            Figure(CLOSEST),
            Figure(WORK, "%"),
        ),
        run,
    ),
)
