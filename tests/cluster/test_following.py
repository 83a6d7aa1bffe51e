"""A cluster is followed through everything that happens to a connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from lbtui.adapters.cluster.following import Pace
from lbtui.adapters.cluster.kubeconfig import choose_login
from lbtui.adapters.cluster.store import ClusterStore
from lbtui.core.objects.resources import BGPPeer
from lbtui.ports import Snapshot
from tests.cluster.apiserver.access import Rule, User
from tests.cluster.apiserver.server import TOKEN, ApiServer
from tests.cluster.conftest import Cluster
from tests.cluster.manifests import node, peer, service, working_set

PACE = Pace(watch=30.0, silence=1.0, first_retry=0.05, last_retry=0.2)
SECONDS = 10.0
KINDS = 10
"""How many are followed, each by a watch."""


class Following:
    """The newest snapshot of a store that is followed."""

    def __init__(self, first: Snapshot) -> None:
        self.seen = [first]
        self._news = asyncio.Condition()

    async def run(self, snapshots: AsyncIterator[Snapshot]) -> None:
        async for snapshot in snapshots:
            async with self._news:
                self.seen.append(snapshot)
                self._news.notify_all()

    async def until(self, is_there: Callable[[Snapshot], bool]) -> Snapshot:
        async with self._news:
            async with asyncio.timeout(SECONDS):
                await self._news.wait_for(lambda: is_there(self.seen[-1]))
        return self.seen[-1]


@asynccontextmanager
async def following(kubeconfig: Path) -> AsyncIterator[Following]:
    store = ClusterStore(choose_login(environment={"KUBECONFIG": str(kubeconfig)}), pace=PACE)
    news = Following(await store.load())
    task = asyncio.create_task(news.run(store.watch()))
    try:
        yield news
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await store.close()


def names(snapshot: Snapshot, kind: str = "BGPPeer") -> set[str]:
    return {ref.name for ref in snapshot.resources.members(kind)}


def hold_times(snapshot: Snapshot) -> dict[str, str | None]:
    return {ref.name: one.spec.hold_time for ref, one in snapshot.resources.items(BGPPeer)}


async def test_every_change_arrives(cluster: Cluster, kubeconfig: Path) -> None:
    await cluster.put(*working_set())
    async with following(kubeconfig) as news:
        await cluster.put(peer("spine"))
        await news.until(lambda s: names(s) == {"tor", "spine"})
        await cluster.put(peer("spine", holdTime="30s"))
        await news.until(lambda s: hold_times(s).get("spine") == "30s")
        await cluster.remove(peer("spine"))
        await news.until(lambda s: names(s) == {"tor"})


async def test_what_does_not_concern_lbtui_makes_no_news(
    cluster: Cluster, kubeconfig: Path
) -> None:
    await cluster.put(*working_set())
    async with following(kubeconfig) as news:
        for beat in range(20):  # a node's heartbeat changes what is not read
            changed = node()
            changed["metadata"]["annotations"] = {}
            changed["status"]["heartbeat"] = beat
            await cluster.put(changed)
        await cluster.put(peer("spine"))
        await news.until(lambda s: "spine" in names(s))
        assert len(news.seen) == 2


async def test_cut_watches_go_on_where_they_were(api: ApiServer, kubeconfig: Path) -> None:
    await api.put(*working_set())
    async with following(kubeconfig) as news:
        begun = len(api.requests)
        for name in ("p0", "p1", "p2"):
            await api.watched(KINDS)
            api.cut()
            await api.put(peer(name))
            await news.until(lambda s, wanted=name: wanted in names(s))  # type: ignore[misc]
        assert all("watch" in query for _, _, query in api.requests[begun:]), "nothing is listed"


async def test_changes_missed_while_the_history_was_forgotten_are_found(
    api: ApiServer, kubeconfig: Path
) -> None:
    await api.put(*working_set(), peer("goes"))
    async with following(kubeconfig) as news:
        before = news.seen[-1]
        await api.stop()
        await api.remove(peer("goes"))
        await api.put(peer("comes"))
        await api.storage.compact()
        await api.start()
        after = await news.until(lambda s: names(s) == {"tor", "comes"})
        ref = next(ref for ref in before.resources.members("Service"))
        assert after.resources.get(ref) is before.resources.get(ref), "what is equal is the same"


async def test_a_server_that_is_away_leaves_what_was_known_with_its_age(
    api: ApiServer, kubeconfig: Path
) -> None:
    await api.put(*working_set())
    async with following(kubeconfig) as news:
        await api.stop()
        away = await news.until(lambda s: len(s.outages) == KINDS)
        assert names(away) == {"tor"}
        assert all("API server 127.0.0.1" in outage.message for outage in away.outages)
        assert all(outage.since > 0 and not outage.is_refused for outage in away.outages)
        await api.put(peer("spine"))
        await api.start()
        back = await news.until(lambda s: not s.outages and "spine" in names(s))
        assert names(back) == {"tor", "spine"}


async def test_a_watch_that_stalls_silently_is_begun_again(
    api: ApiServer, kubeconfig: Path
) -> None:
    await api.put(*working_set())
    async with following(kubeconfig) as news:
        await api.watched(KINDS)
        api.stall()
        await api.put(peer("spine"))
        await news.until(lambda s: "spine" in names(s))


async def test_permission_that_is_taken_away_is_said_and_comes_back(
    api: ApiServer, kubeconfig: Path
) -> None:
    await api.put(*working_set())
    everything = api.access.users[TOKEN]
    async with following(kubeconfig) as news:
        await api.watched(KINDS)
        api.access.users[TOKEN] = User("viewer", [Rule(("*",), ("", "discovery.k8s.io"))])
        api.cut()
        less = await news.until(lambda s: any(o.is_refused for o in s.outages))
        assert names(less) == {"tor"}, "what was known stays"
        assert 'User "viewer" cannot ' in next(o.message for o in less.outages if o.is_refused)
        api.access.users[TOKEN] = everything
        await api.put(peer("spine"))
        await news.until(lambda s: not s.outages and "spine" in names(s))


async def test_many_changes_are_gathered(api: ApiServer, kubeconfig: Path) -> None:
    await api.put(*working_set())
    async with following(kubeconfig) as news:
        for number in range(500):
            await api.put(service(f"s{number}"))
        await news.until(lambda s: len(names(s, "Service")) == 501)
        assert len(news.seen) < 50
