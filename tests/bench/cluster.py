"""A large cluster on an API server in another process: read, worked out, followed."""

from __future__ import annotations

import asyncio
import gc
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from lbtui.adapters.cluster.kubeconfig import Login, choose_login
from lbtui.adapters.cluster.store import ClusterStore
from lbtui.core import Analysis, analyse
from lbtui.core.objects.cluster_resources import EndpointSlice, Service
from lbtui.core.objects.resource_set import ResourceSet
from tests.bench.case import Case, Figure, Figures, peak_mib
from tests.bench.cluster_server import EVENTS_PER_SECOND, STAMP, ClusterServer, cluster_server
from tests.bench.clusters import LARGE, Shape

FOLLOW_SECONDS = 10.0
LISTED, WORKED_OUT, MEMORY = "cluster read", "routes and findings, from nothing", "peak memory"
LOAD = f"{EVENTS_PER_SECOND} events a second: processor"
BEHIND, MEDIAN = "routes and findings behind a change, at most", "the same, median"
SEEN = "changes that were seen"


def run() -> Figures:
    """Read, work out, follow ten seconds of events; the last of them must be seen."""
    with cluster_server() as server, tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "kubeconfig"
        config.write_text(server.kubeconfig)
        login = choose_login(environment={"KUBECONFIG": str(config)})
        return asyncio.run(_measure(server, login))


async def _measure(server: ClusterServer, login: Login) -> dict[str, float]:
    start = time.monotonic()
    store = ClusterStore(login, "metallb-system")
    snapshot = await store.load()
    listed = time.monotonic() - start
    whole = analyse(snapshot.resources)
    worked_out = time.monotonic() - start
    assert _shape(snapshot.resources) == (LARGE.services, LARGE.services)
    try:
        found = await _follow(server, store, whole)
    finally:
        await store.close()
    return {LISTED: listed, WORKED_OUT: worked_out, **found, MEMORY: peak_mib()}


async def _follow(server: ClusterServer, store: ClusterStore, whole: Analysis) -> dict[str, float]:
    """What every change takes to be in an analysis, and the work of it all."""
    behind: list[float] = []
    total = int(FOLLOW_SECONDS * EVENTS_PER_SECOND)
    begun: list[float] = []

    async def follow() -> None:
        before = whole
        async for snapshot in store.watch():
            after = await asyncio.to_thread(analyse, snapshot.resources, previous=before)
            now = time.monotonic()
            behind.extend(now - at for at in _stamps(before.resources, after.resources))
            before = after
            if len(behind) >= total:
                return

    following = asyncio.create_task(follow())
    await asyncio.sleep(2.0)  # watches are open
    gc.freeze()  # as the console and the agent do once all is worked out
    begun.append(time.process_time())
    server.make_events(FOLLOW_SECONDS)
    with suppress(TimeoutError):
        async with asyncio.timeout(FOLLOW_SECONDS + 10.0):
            await following
    work = time.process_time() - begun[0]
    return {
        LOAD: work / FOLLOW_SECONDS * 100,
        BEHIND: max(behind),
        MEDIAN: statistics.median(behind),
        SEEN: len(behind) / total * 100,
    }


def _stamps(before: ResourceSet, after: ResourceSet) -> Iterator[float]:
    for kind in (Service, EndpointSlice):
        for resource in before.changed(after, kind).values():
            if resource is not None and STAMP in resource.metadata.labels:
                yield float(resource.metadata.labels[STAMP])


def _shape(resources: ResourceSet) -> tuple[int, int]:
    return len(resources.all(Service)), len(resources.all(EndpointSlice))


def _case(shape: Shape) -> Case:
    return Case(
        f"cluster {shape}",
        (
            Figure(LISTED, "s", 1.5),
            Figure(WORKED_OUT, "s", 5.0),
            Figure(LOAD, "%", 10.0),
            Figure(BEHIND, "s", 0.5),
            Figure(MEDIAN, "s"),
            Figure(SEEN, "%"),
            Figure(MEMORY, "MiB", 250),
        ),
        run,
    )


CASES = (_case(LARGE),)
