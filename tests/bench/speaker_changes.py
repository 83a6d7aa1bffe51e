"""How soon a change is at the peer's socket: one route of 100,000 by PATCH, all of them by PUT."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.speaker import prefixes
from tests.bench.speaker_rivals import Task, document, lbtui
from tests.bench.speaker_sink import PEER, Sink, listen
from tests.support.ports import free_port

ROUTES = 100_000
CHANGES = 300


class _Channel(http.client.HTTPConnection):
    """HTTP over the control socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("speaker")
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(str(self._path))


def measure() -> Iterator[str]:
    """Lines of a report."""
    folder = Path(tempfile.mkdtemp(prefix="lbtui-bench-"))
    port = free_port(PEER)
    routes = prefixes(ROUTES, 4)
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
        yield _line("one route of 100,000, from PATCH sent to UPDATE received", latencies)
        for what, wanted in (("withdrawal", []), ("announcement", routes)):
            body = {**document(Task(folder, wanted or routes[:1], port)), "generation": 10_000}
            body["generation"] = 10_000 + len(wanted)
            body["routeSets"] = {"rs": [{"prefix": prefix} for prefix in wanted]}
            data = json.dumps(body).encode()
            sink.mark()
            channel.request("PUT", "/v1/config", data, {"Content-Type": "application/json"})
            first = sink.next_update()
            found = sink.count(ROUTES - 2000)
            channel.getresponse().read()
            yield (
                f"{what} of all 100,000 by PUT: {first:.3f} s to the first UPDATE, "
                f"{found.seconds - first:.3f} s from there to the last"
            )
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


def _line(what: str, seconds: list[float]) -> str:
    ordered = sorted(seconds)
    middle, late = statistics.median(ordered), ordered[int(len(ordered) * 0.99)]
    return f"{what}: median {middle * 1000:.1f} ms, p99 {late * 1000:.1f} ms ({len(ordered)} times)"


if __name__ == "__main__":
    for text in measure():
        print(text, flush=True)
