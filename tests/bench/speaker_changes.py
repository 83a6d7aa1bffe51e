"""How soon a change is at the peer's socket: one route of 100,000 by PATCH, all of them by PUT."""

from __future__ import annotations

import json
import select
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from tests.bench.case import Case, Figure, Figures
from tests.bench.speaker_channel import Channel
from tests.bench.speaker_rivals import Task, document, host_routes, lbtui
from tests.bench.speaker_sink import PEER, Sink, listen
from tests.support.ports import free_port

ROUTES = 100_000
CHANGES = 300
MEDIAN = "one route, PATCH sent to UPDATE received: median"
LATE = "one route, PATCH sent to UPDATE received: p99"
ACCEPTED = "the same, PATCH accepted to UPDATE received: p99"
NO_DISK_MEDIAN = "the same, state in memory instead of on disk: median"
NO_DISK_LATE = "the same, state in memory instead of on disk: p99"
WITHDRAWAL = "all withdrawn by PUT, first UPDATE to last"
REPLACEMENT = "all announced by PUT, first UPDATE to last"


def run() -> Figures:
    """One session; changes one after another, then all at once; the state on disk, then not."""
    found = _measure(None)
    memory = Path("/dev/shm")
    without = _measure(memory if memory.is_dir() else None)
    return {**found, NO_DISK_MEDIAN: without[MEDIAN], NO_DISK_LATE: without[LATE]}


def _measure(parent: Path | None) -> Figures:
    folder = Path(tempfile.mkdtemp(prefix="lbtui-bench-", dir=parent))
    port = free_port(PEER)
    routes = host_routes(ROUTES, 4)
    task = Task(folder, routes, port)
    running = lbtui(task)
    try:
        with listen(port) as listener:
            listener.settimeout(60)
            sink = Sink.accept(listener)
        sink.count(ROUTES)
        time.sleep(1)
        channel = Channel(folder / "run" / "control.sock")
        changes = [_change(sink, channel, number) for number in range(CHANGES)]
        latencies, since = (sorted(seconds) for seconds in zip(*changes, strict=True))
        late = int(CHANGES * 0.99)
        found = {MEDIAN: statistics.median(latencies), LATE: latencies[late], ACCEPTED: since[late]}
        for name, wanted in ((WITHDRAWAL, []), (REPLACEMENT, routes)):
            found[name] = _replace(sink, channel, task, wanted)
        return found
    finally:
        running.stop()
        shutil.rmtree(folder)


def _change(sink: Sink, channel: Channel, number: int) -> tuple[float, float]:
    """Seconds to the UPDATE: from the request, the fsync in between included; from the answer."""
    route = {"prefix": f"203.0.113.{number % 250}/32", "communities": [f"64512:{number}"]}
    change = {"generation": number + 2, "announce": [route]}
    sink.mark()
    channel.send_json("PATCH", "/v1/route-sets/rs", json.dumps(change))
    if sink.sock not in select.select([channel.sock, sink.sock], [], [], 30)[0]:
        accepted = time.perf_counter() - sink.began
        received = sink.next_update()
    else:
        accepted = received = sink.next_update()
    answer = channel.getresponse()
    answer.read()
    return received, received - accepted


def _replace(sink: Sink, channel: Channel, task: Task, wanted: list[str]) -> float:
    """Seconds from the first UPDATE to the last."""
    body = {
        **document(task),
        "generation": 10_000 + len(wanted),
        "routeSets": {"rs": [{"prefix": prefix} for prefix in wanted]},
    }
    sink.mark()
    channel.send_json("PUT", "/v1/config", json.dumps(body))
    first = sink.next_update()
    found = sink.count(ROUTES - 5000)  # the first piece that came had some
    channel.getresponse().read()
    return found.seconds - first


CASES = (
    Case(
        "lbtui: changes of 100,000 routes",
        (
            Figure(MEDIAN),
            Figure(LATE),
            Figure(ACCEPTED, limit=0.005),
            Figure(NO_DISK_MEDIAN),
            Figure(NO_DISK_LATE),
            Figure(WITHDRAWAL, limit=0.1),
            Figure(REPLACEMENT),
        ),
        run,
    ),
)
