"""How soon a change is at the peer's socket: one route of 100,000 by PATCH, all of them by PUT."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import statistics
import tempfile
import time
from pathlib import Path

from tests.bench.case import Case, Figure, Figures
from tests.bench.speaker_rivals import Task, document, host_routes, lbtui
from tests.bench.speaker_sink import PEER, Sink, listen
from tests.support.ports import free_port

ROUTES = 100_000
CHANGES = 300
MEDIAN = "one route, PATCH sent to UPDATE received: median"
LATE = "one route, PATCH sent to UPDATE received: p99"
WITHDRAWAL = "all withdrawn by PUT, first UPDATE to last"
REPLACEMENT = "all announced by PUT, first UPDATE to last"


class _Channel(http.client.HTTPConnection):
    """HTTP over the control socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("speaker")
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(str(self._path))


def run() -> Figures:
    """One session; changes one after another, then all at once."""
    folder = Path(tempfile.mkdtemp(prefix="lbtui-bench-"))
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
        channel = _Channel(folder / "run" / "control.sock")
        latencies = [_change(sink, channel, number) for number in range(CHANGES)]
        latencies.sort()
        found = {MEDIAN: statistics.median(latencies), LATE: latencies[int(CHANGES * 0.99)]}
        for name, wanted in ((WITHDRAWAL, []), (REPLACEMENT, routes)):
            found[name] = _replace(sink, channel, task, wanted)
        return found
    finally:
        running.stop()
        shutil.rmtree(folder)


def _change(sink: Sink, channel: _Channel, number: int) -> float:
    """Seconds from the request to the UPDATE, the fsync in between included."""
    route = {"prefix": f"203.0.113.{number % 250}/32", "communities": [f"64512:{number}"]}
    change = {"generation": number + 2, "announce": [route]}
    sink.mark()
    channel.request(
        "PATCH", "/v1/route-sets/rs", json.dumps(change), {"Content-Type": "application/json"}
    )
    seconds = sink.next_update()
    answer = channel.getresponse()
    answer.read()
    return seconds


def _replace(sink: Sink, channel: _Channel, task: Task, wanted: list[str]) -> float:
    """Seconds from the first UPDATE to the last."""
    body = {
        **document(task),
        "generation": 10_000 + len(wanted),
        "routeSets": {"rs": [{"prefix": prefix} for prefix in wanted]},
    }
    sink.mark()
    channel.request("PUT", "/v1/config", json.dumps(body), {"Content-Type": "application/json"})
    first = sink.next_update()
    found = sink.count(ROUTES - 5000)  # the first piece that came had some
    channel.getresponse().read()
    return found.seconds - first


CASES = (
    Case(
        "lbtui: changes of 100,000 routes",
        (Figure(MEDIAN), Figure(LATE), Figure(WITHDRAWAL, limit=0.1), Figure(REPLACEMENT)),
        run,
    ),
)
