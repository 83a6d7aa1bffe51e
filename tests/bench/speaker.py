"""How long speakers take to tell a peer of many routes, side by side: a Markdown table.

Every one is given the same routes, dials the same sink, and is measured from the KEEPALIVE that
brings its session up to the last prefix. Runs alternate, so that a busy moment meets all of them.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.speaker_rivals import RIVALS, Running, Task
from tests.bench.speaker_sink import PEER, Sink, listen
from tests.interop.routers.base import missing
from tests.support.ports import free_port

RUNS = 3
SIZES = ((100_000, 4), (100_000, 6))
LBTUI_ALONE = ((1_000_000, 4),)
"""Too much for some of the others."""
PROGRAMS = {"BIRD": "bird", "GoBGP": "gobgpd", "FRR": "bgpd"}


@dataclass(frozen=True, slots=True)
class Figure:
    """One run."""

    seconds: float
    cpu: float
    """Seconds, from the moment the sink listens to the last prefix."""
    memory: float
    """MiB, the most."""
    updates: int


def prefixes(count: int, version: int) -> list[str]:
    """So many host routes."""
    if version == 6:
        return [f"2001:db8:0:1::{at >> 16:x}:{at & 0xFFFF:x}/128" for at in range(count)]
    return [f"10.{at >> 16}.{at >> 8 & 255}.{at & 255}/32" for at in range(count)]


def measure_one(name: str, routes: Sequence[str]) -> Figure:
    """Start it, let its session come up, count, end it."""
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
                return Figure(
                    found.seconds, running.cpu() - before, running.memory(), found.updates
                )
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


def least_updates(routes: Sequence[str]) -> int:
    """What 4096 octets can hold at best: header and lengths, ORIGIN, AS_PATH, the next hop."""
    if ":" in routes[0]:
        return -(-len(routes) // ((4096 - 23 - 4 - 9 - 4 - 5 - 16) // 17))
    return -(-len(routes) // ((4096 - 23 - 4 - 9 - 7) // 5))


def measure(runs: int = RUNS) -> Iterator[str]:
    """Lines of Markdown."""
    names = [name for name in RIVALS if not missing([PROGRAMS.get(name, "env")])]
    for count, version in SIZES:
        yield from _compare(names, prefixes(count, version), f"{count:,} IPv{version} routes", runs)
    for count, version in LBTUI_ALONE:
        yield from _compare(
            ["lbtui"], prefixes(count, version), f"{count:,} IPv{version} routes", runs
        )
    yield ""
    yield (
        "Medians. Each has read its routes before the sink listens; seconds run from the KEEPALIVE "
        "that brings the session up to the last prefix, CPU seconds from when the sink listens. "
        "GoBGP holds some 0.5% fewer than its own client injects. BIRD and FRR wait, idle, in "
        "between: their seconds tell of timers, their CPU seconds of work."
    )


def _compare(names: Sequence[str], routes: Sequence[str], title: str, runs: int) -> Iterator[str]:
    found: dict[str, list[Figure]] = {name: [] for name in names}
    for _ in range(runs):
        for name in names:
            found[name].append(measure_one(name, routes))
    yield ""
    least = f"UPDATEs (least possible: {least_updates(routes)})"
    yield f"| {title} | seconds | times lbtui's | CPU seconds | MiB | {least} |"
    yield "|---|---|---|---|---|---|"
    ours = statistics.median(one.seconds for one in found["lbtui"])
    for name, figures in found.items():
        seconds, cpu, memory, updates = (
            statistics.median(values)
            for values in zip(
                *((f.seconds, f.cpu, f.memory, f.updates) for f in figures), strict=True
            )
        )
        ratio = f"{seconds / ours:.1f}"
        yield f"| {name} | {seconds:.3f} | {ratio} | {cpu:.3f} | {memory:.0f} | {updates:.0f} |"


if __name__ == "__main__":
    for text in measure(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS):
        print(text, flush=True)
