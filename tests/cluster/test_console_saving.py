"""Saving to a cluster from the console: the review, the server's word, clashes, what went wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from lbtui.adapters.cluster.kubeconfig import choose_login
from lbtui.adapters.cluster.store import ClusterStore
from lbtui.core.objects.resources import BGPPeer, BGPPeerSpec
from lbtui.tui import following, saving, workspace
from lbtui.tui.app import LbtuiApp
from lbtui.tui.findings import Findings
from tests.cluster.apiserver import webhooks
from tests.cluster.apiserver.answers import Refused
from tests.cluster.apiserver.server import ApiServer
from tests.cluster.conftest import Cluster
from tests.cluster.editor import TOR, edited, made
from tests.cluster.manifests import Manifest, peer, pool, working_set
from tests.tui.console import Console


@pytest.fixture(autouse=True)
def _seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    """Never look before something is saved."""
    monkeypatch.setattr(following, "LOOK_SECONDS", 1e6)


@asynccontextmanager
async def open_cluster(kubeconfig: Path) -> AsyncIterator[Console]:
    store = ClusterStore(choose_login(environment={"KUBECONFIG": str(kubeconfig)}))
    app = LbtuiApp(store=store)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        console = Console(app, pilot)
        await console.settled()
        yield console
    await store.close()


def stage(console: Console, *manifests: Manifest, **fields: Any) -> None:
    """Edits of the peer, and objects more."""
    app = console.app
    resources = made(edited(app.state.history.current, TOR, **fields), *manifests)
    app.change(workspace.edited(app.state, "edit", resources))


def peer_in(console: Console, which: str) -> BGPPeerSpec:
    """The peer in the "saved" or in the "current" set."""
    found = getattr(console.app.state.history, which).get(TOR)
    assert isinstance(found, BGPPeer)
    return found.spec


async def spec_of(cluster: Cluster, manifest: Manifest) -> Manifest:
    found = await cluster.get(manifest)
    assert found is not None
    spec: Manifest = found["spec"]
    return spec


async def test_the_review_shows_objects_routes_and_the_dry_run(
    cluster: Cluster, kubeconfig: Path
) -> None:
    await cluster.put(*working_set())
    async with open_cluster(kubeconfig) as console:
        stage(console, holdTime="30s", nodeSelectors=[{"matchLabels": {"no": "where"}}])
        await console.press("s")
        await console.dialog("ReviewDialog")
        await console.shows("Objects   1 object")
        await console.shows("takes it (dry run)")
        await console.shows("tor  +0 added  -1 withdrawn")
        await console.shows("+   holdTime: 30s")
        assert "holdTime" not in await spec_of(cluster, peer())
        await console.press("s")
        await console.main()
        assert (await spec_of(cluster, peer()))["holdTime"] == "30s"
        assert not console.app.state.history.is_modified


async def test_what_the_server_refuses_is_shown_and_not_sent(
    api: ApiServer, cluster: Cluster, kubeconfig: Path
) -> None:
    await api.put(*working_set())
    api.storage.webhooks.append(webhooks.judge)
    async with open_cluster(kubeconfig) as console:
        stage(console, peer("twin"), holdTime="30s")
        await console.press("s")
        await console.dialog("ReviewDialog")
        await console.shows("would refuse 1")
        await console.shows("spec.peerAddress")
        await console.shows("duplicate peers with same")
        await console.press("s")
        await console.shows("The server refuses BGPPeer/twin")
        await console.press("escape")
        await console.main()
        found = [one for one in Findings(console.app.state).all if one.code == "server-refuses"]
        assert [(str(one.ref), one.path) for one in found] == [("BGPPeer/twin", "spec.peerAddress")]
        stage(console, peer("twin", peerAddress="192.0.2.2"))
        assert "server-refuses" not in {one.code for one in Findings(console.app.state).all}
    assert "holdTime" not in await spec_of(cluster, peer())


@pytest.mark.parametrize(("key", "expected"), [("m", "30s"), ("t", "60s")])
async def test_one_field_changed_by_two_is_chosen(
    cluster: Cluster, kubeconfig: Path, key: str, expected: str
) -> None:
    await cluster.put(peer(holdTime="90s"))
    async with open_cluster(kubeconfig) as console:
        stage(console, pool(), holdTime="30s")
        await cluster.put(peer(holdTime="60s", sourceAddress="192.0.2.9"))
        await console.press("s")
        await console.dialog("ClashDialog")
        await console.shows("spec.holdTime")
        await console.press(key, "enter")
        await console.dialog("ReviewDialog")
        await console.press("s")
        await console.main()
        assert not console.app.state.history.is_modified
    spec = await spec_of(cluster, peer())
    assert (spec["holdTime"], spec["sourceAddress"]) == (expected, "192.0.2.9")
    assert await cluster.names("IPAddressPool") == {"public"}


async def test_what_a_colleague_changes_during_the_review_is_merged(
    cluster: Cluster, kubeconfig: Path
) -> None:
    await cluster.put(peer(holdTime="90s"))
    async with open_cluster(kubeconfig) as console:
        stage(console, holdTime="30s")
        await console.press("s")
        await console.dialog("ReviewDialog")
        await cluster.put(peer(holdTime="90s", sourceAddress="192.0.2.9"))
        await console.press("s")
        await console.until(lambda: peer_in(console, "saved").source_address, "not merged")
        await console.dialog("ReviewDialog")
        await console.press("s")
        await console.main()
        assert not console.app.state.history.is_modified
    spec = await spec_of(cluster, peer())
    assert (spec["holdTime"], spec["sourceAddress"]) == ("30s", "192.0.2.9")


@pytest.mark.parametrize("key", ["r", "b", "escape"])
async def test_a_part_that_was_not_saved_is_tried_again_or_taken_back(
    api: ApiServer, cluster: Cluster, kubeconfig: Path, key: str
) -> None:
    await cluster.put(peer(holdTime="90s"))
    async with open_cluster(kubeconfig) as console:
        stage(console, pool(), holdTime="30s")
        api.faults.writes["tor"] = Refused(500, "InternalError", "etcd is away")
        await console.press("s")
        await console.dialog("ReviewDialog")
        await console.press("s")
        await console.shows("Only a part was saved")
        await console.shows("Done before: created IPAddressPool/public.")
        api.faults.writes.clear()
        await console.press(key)
        if key == "r":
            await console.dialog("ReviewDialog")
            await console.shows("Objects   1 object")
            await console.press("s")
        await console.main()
        assert console.app.state.history.is_modified is (key != "r")
        assert peer_in(console, "current").hold_time == "30s"
    assert (await spec_of(cluster, peer()))["holdTime"] == ("30s" if key == "r" else "90s")
    assert await cluster.names("IPAddressPool") == (set() if key == "b" else {"public"})


@pytest.mark.parametrize("key", ["d", "escape"])
async def test_making_anew_shows_the_routes_that_go_and_asks(
    cluster: Cluster, kubeconfig: Path, key: str
) -> None:
    await cluster.put(*working_set(), peer(enableGracefulRestart=True))
    before = await cluster.get(peer())
    async with open_cluster(kubeconfig) as console:
        stage(console, enableGracefulRestart=False)
        await console.press("s")
        await console.dialog("ReviewDialog")
        await console.shows("only by making anew: BGPPeer/tor")
        await console.press("s")
        await console.dialog("ConsequencesDialog")
        await console.shows("- 198.51.100.10/32")
        await console.press(key)
        await console.main()
        assert console.app.state.history.is_modified is (key != "d")
    found = await cluster.get(peer())
    assert found is not None and before is not None
    assert (found["metadata"]["uid"] != before["metadata"]["uid"]) is (key == "d")


async def test_a_slow_server_is_told_of_while_it_is_asked(
    api: ApiServer, cluster: Cluster, kubeconfig: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await cluster.put(peer())
    monkeypatch.setattr(saving, "SLOW_SECONDS", 0.01)
    async with open_cluster(kubeconfig) as console:
        stage(console, holdTime="30s")
        await console.press("s")
        await console.dialog("ReviewDialog")
        gate = api.faults.gate = asyncio.Event()
        await console.press("s")
        await console.shows("Saving.")
        gate.set()
        await console.main()
        assert not console.app.state.history.is_modified
