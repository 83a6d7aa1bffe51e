"""An API server in a process of its own that holds a large cluster and changes it on demand.

Its own process: python -m tests.bench.cluster_server. It writes its kubeconfig as a line of JSON;
each line that it reads is a number of seconds to make events for, answered by a line when it is
done.
"""

from __future__ import annotations

import asyncio
import copy
import gc
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.bench.clusters import LARGE, endpoint_slice, manifests, namespace, service
from tests.cluster.apiserver.server import ApiServer

EVENTS_PER_SECOND = 200
STAMP = "changed-at"
"""Label with the time of a change, in seconds of the clock that all processes share."""
_PRIME = 7919
"""Steps through all services before it meets one again."""


class ClusterServer:
    """The process, as the one who measures sees it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.kubeconfig = self._line()

    def make_events(self, seconds: float) -> None:
        """Begin to change services and slices, 200 times a second."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{seconds}\n")
        self._process.stdin.flush()

    def wait(self) -> None:
        """Until the events are made."""
        self._line()

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


@contextmanager
def cluster_server() -> Iterator[ClusterServer]:
    """Start it with the large cluster; it is ended afterwards."""
    command = (sys.executable, "-m", "tests.bench.cluster_server")
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield ClusterServer(process)
        finally:
            process.kill()


async def _serve() -> None:
    server = ApiServer()
    for item in manifests(LARGE):
        await server.put(item)
    for index in range(20):
        name = namespace(index)
        await server.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    await server.start()
    gc.freeze()  # what it holds is no work for the collector while others are measured
    print(json.dumps(server.kubeconfig()), flush=True)
    changes = _changes()
    while line := await asyncio.to_thread(sys.stdin.readline):
        begun, due = time.monotonic(), 0
        for due in range(int(float(line) * EVENTS_PER_SECOND)):
            await asyncio.sleep(max(0.0, begun + due / EVENTS_PER_SECOND - time.monotonic()))
            await server.put(next(changes))
        print(due + 1, flush=True)


def _changes() -> Iterator[dict[str, Any]]:
    """In turn a pod that is no longer ready or ready again, and a service's traffic policy."""
    is_other = [False, False]
    for turn in range(sys.maxsize):
        which, index = turn % 2, turn // 2 * _PRIME % LARGE.services
        if index == 0:
            is_other[which] = not is_other[which]
        changed = copy.deepcopy((endpoint_slice, service)[which](LARGE, index))
        changed["metadata"]["labels"][STAMP] = str(time.monotonic())
        if is_other[which] and which == 0:
            changed["endpoints"][0]["conditions"]["ready"] = False
        elif is_other[which]:
            is_local = changed["spec"]["externalTrafficPolicy"] == "Local"
            changed["spec"]["externalTrafficPolicy"] = "Cluster" if is_local else "Local"
        yield changed


if __name__ == "__main__":
    asyncio.run(_serve())
