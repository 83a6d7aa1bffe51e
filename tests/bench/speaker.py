"""How long speakers take to tell a peer of many routes, side by side.

Each is given the same routes and has read them before the sink listens; seconds run from the
KEEPALIVE that brings the session up to the last prefix, CPU seconds from when the sink listens.
BIRD and FRR wait, idle, in between: their seconds tell of timers, their CPU seconds of work.
GoBGP holds some 0.5% fewer routes than its own client injects.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from tests.bench import speaker_changes, speaker_scale
from tests.bench.case import Case, Figure, Figures
from tests.bench.speaker_rivals import RIVALS, Running, Task, host_routes
from tests.bench.speaker_sink import PEER, Sink, listen
from tests.interop.routers.base import missing
from tests.support.ports import free_port

WALL, CPU, MEMORY, UPDATES = "session up to last prefix", "processor time", "memory", "UPDATEs"
PROGRAMS = {"BIRD": "bird", "GoBGP": "gobgpd", "FRR": "bgpd"}
SIZES = ((100_000, 4), (100_000, 6))
LARGE = (1_000_000, 4)
"""Too many for some of the others."""


def run(name: str, count: int, version: int) -> Figures:
    """Start it, let its session come up, count, end it."""
    routes = host_routes(count, version)
    folder = Path(tempfile.mkdtemp(prefix="lbtui-bench-"))
    try:
        port = free_port(PEER)
        running = RIVALS[name](Task(folder, routes, port))
        try:
            running.then()
            _settle(running)
            before = running.cpu()
            with listen(port) as listener:
                listener.settimeout(180)
                sink = Sink.accept(listener)
            with sink.sock:
                least = len(routes) - (len(routes) // 50 if name == "GoBGP" else 0)
                found = sink.count(least)
                if found.announced < least:
                    raise RuntimeError(f"{name}: {found.announced} prefixes of {len(routes)}")
                return {
                    WALL: found.seconds,
                    CPU: running.cpu() - before,
                    MEMORY: running.memory(),
                    UPDATES: found.updates,
                }
        finally:
            running.stop()
    finally:
        shutil.rmtree(folder)


def _settle(running: Running) -> None:
    """Wait until it has read everything and only dials: nobody listens yet."""
    idle, before = 0, running.cpu()
    while idle < 3:
        time.sleep(0.2)
        now = running.cpu()
        idle, before = (idle + 1 if now - before < 0.02 else 0), now


def least_updates(count: int, version: int) -> int:
    """What 4096 octets can hold at best: header and lengths, ORIGIN, AS_PATH, the next hop."""
    if version == 6:
        return -(-count // ((4096 - 23 - 4 - 9 - 4 - 5 - 16) // 17))
    return -(-count // ((4096 - 23 - 4 - 9 - 7) // 5))


def _case(name: str, count: int, version: int, limits: Sequence[float | None]) -> Case:
    wall, cpu, memory = limits
    figures = (
        Figure(WALL, limit=wall),
        Figure(CPU, limit=cpu),
        Figure(MEMORY, "MiB", memory),
        Figure(UPDATES, "", least_updates(count, version) * 1.02 if wall else None),
    )
    return Case(
        f"{name}: {count:,} IPv{version} routes", figures, partial(run, name, count, version)
    )


LIMITS = {(100_000, 4): (0.12, 0.2, 80), (100_000, 6): (0.18, 0.3, 80), LARGE: (1.3, None, 500)}
NO_LIMITS = (None, None, None)
CASES = (
    *(
        _case(name, *size, LIMITS[size] if name == "lbtui" else NO_LIMITS)
        for size in SIZES
        for name in RIVALS
        if not missing([PROGRAMS.get(name, "env")])
    ),
    _case("lbtui", *LARGE, LIMITS[LARGE]),
    *speaker_changes.CASES,
    *speaker_scale.CASES,
)
