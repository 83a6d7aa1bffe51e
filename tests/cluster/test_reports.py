"""Reports of components are followed: a session that goes down is known at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from lbtui.adapters.cluster.kubeconfig import choose_login
from lbtui.adapters.cluster.store import ClusterStore
from lbtui.core.drift.gathered import Reports
from lbtui.core.drift.reports import BGPSessionState
from lbtui.tui import facts
from lbtui.tui.app import LbtuiApp
from tests.cluster.apiserver.access import Rule, User
from tests.cluster.apiserver.server import TOKEN, ApiServer
from tests.cluster.conftest import Cluster
from tests.cluster.manifests import working_set
from tests.cluster.test_drift_command import session
from tests.cluster.test_following import PACE, SECONDS
from tests.tui.console import Console

TOR, SPARE = "192.0.2.1", "192.0.2.2"
REPORTS = "servicebgpstatuses", "configurationstates", "bgpsessionstates"


@pytest.fixture
async def store(kubeconfig: Path) -> AsyncIterator[ClusterStore]:
    found = ClusterStore(choose_login(environment={"KUBECONFIG": str(kubeconfig)}), pace=PACE)
    yield found
    await found.close()


def sessions(reports: Reports) -> dict[str, str]:
    """Router to the session's state."""
    found = reports.of(BGPSessionState)
    return {one.status.peer: one.status.bgp_status for one in found.facts} if found else {}


async def until(store: ClusterStore, is_there: Callable[[Reports], bool]) -> Reports:
    async with asyncio.timeout(SECONDS):
        while not is_there(found := await store.reports()):
            await store.reported(SECONDS)
    return found


async def test_every_change_of_a_report_arrives(cluster: Cluster, store: ClusterStore) -> None:
    await cluster.put(*working_set(), session(TOR, "Established"))
    await store.load()
    assert sessions(await store.reports()) == {TOR: "Established"}
    await store.reported(0.01)
    await cluster.put(session(TOR, "Active"))
    await until(store, lambda r: sessions(r) == {TOR: "Active"})
    await cluster.put(session(SPARE, "Connect"))
    await until(store, lambda r: sessions(r) == {TOR: "Active", SPARE: "Connect"})
    await cluster.remove(session(TOR, ""))
    await until(store, lambda r: sessions(r) == {SPARE: "Connect"})


async def test_what_is_followed_is_not_read_again(api: ApiServer, store: ClusterStore) -> None:
    await api.put(*working_set(), session(TOR, "Established"))
    await store.load()
    await store.reports()
    begun = len(api.requests)
    await store.reported(0.01)
    for state in ("Active", "Connect", "Established"):
        await api.put(session(TOR, state))
        await until(store, lambda r, wanted=state: sessions(r) == {TOR: wanted})  # type: ignore[misc]
    asked = [query for _, path, query in api.requests[begun:] if path.endswith(REPORTS)]
    assert len(asked) == len(REPORTS)
    assert all(query.get("allowWatchBookmarks") == "true" for query in asked)


async def test_changes_missed_while_the_history_was_forgotten_are_found(
    api: ApiServer, store: ClusterStore
) -> None:
    await api.put(*working_set(), session(TOR, "Established"))
    await store.load()
    await store.reported(0.01)
    await until(store, lambda r: bool(sessions(r)))
    await api.stop()
    await api.remove(session(TOR, ""))
    await api.put(session(SPARE, "Idle"))
    await api.storage.compact()
    await api.start()
    await until(store, lambda r: sessions(r) == {SPARE: "Idle"})


async def test_without_the_right_to_watch_reports_are_listed(
    api: ApiServer, store: ClusterStore
) -> None:
    rules = [Rule(("*",), ("", "discovery.k8s.io", "metallb.io")), Rule(("list",))]
    api.access.users[TOKEN] = User("poller", rules)
    await api.put(*working_set(), session(TOR, "Established"))
    await store.load()
    assert sessions(await store.reports()) == {TOR: "Established"}
    await store.reported(0.01)
    await api.put(session(TOR, "Active"))
    found = await until(store, lambda r: sessions(r) == {TOR: "Active"})
    assert ("watch", "bgpsessionstates") in api.access.refused
    told = await until(store, lambda r: any("cannot watch" in one for one in r.problems))
    assert sessions(told) == sessions(found)


async def test_a_server_that_is_away_leaves_the_reports_with_their_age(
    api: ApiServer, store: ClusterStore
) -> None:
    await api.put(*working_set(), session(TOR, "Established"))
    await store.load()
    await store.reported(0.01)
    before = await until(store, lambda r: bool(sessions(r)))
    await api.stop()
    away = await until(store, lambda r: "it refuses connections" in " ".join(r.problems))
    assert sessions(away) == {TOR: "Established"}
    was, now = before.of(BGPSessionState), away.of(BGPSessionState)
    assert was is not None and now is not None
    assert "BGPSessionState is shown as last known" in " ".join(away.problems)
    await api.put(session(TOR, "Active"))
    await api.start()
    await until(store, lambda r: sessions(r) == {TOR: "Active"})


async def test_a_session_that_goes_down_is_on_screen_at_once(
    cluster: Cluster, store: ClusterStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "LOOK_SECONDS", 1e6)
    await cluster.put(*working_set(), session(TOR, "Established"))
    app = LbtuiApp(store=store)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        console = Console(app, pilot)
        await console.shows("sessions 1/1 Established in the cluster")
        await cluster.put(session(TOR, "Active"))
        await console.shows("sessions 0/1 Established in the cluster")
