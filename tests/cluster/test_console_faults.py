"""What a user of the console sees on a cluster's bad day, and keeps."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets._toast import Toast

from lbtui.adapters.cluster.following import Pace
from lbtui.adapters.cluster.kubeconfig import choose_login
from lbtui.adapters.cluster.store import ClusterStore
from lbtui.core.objects.resources import BGPPeer
from lbtui.tui import following, workspace
from lbtui.tui.app import LbtuiApp
from tests.cluster.apiserver.access import READING, Rule, User
from tests.cluster.apiserver.answers import Refused, busy
from tests.cluster.apiserver.server import TOKEN, ApiServer
from tests.cluster.editor import TOR, edited
from tests.cluster.manifests import NAMESPACE, peer, service, working_set
from tests.tui.console import Console

PACE = Pace(watch=30.0, silence=5.0, first_retry=0.05, last_retry=0.2, review=0.05)
KINDS = 10
"""How many are followed, each by a watch."""
ETCD = Refused(500, "InternalError", "etcdserver: request timed out")


@pytest.fixture(autouse=True)
def _seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    """Never look before something is saved."""
    monkeypatch.setattr(following, "LOOK_SECONDS", 1e6)


@asynccontextmanager
async def open_cluster(api: ApiServer, kubeconfig: Path) -> AsyncIterator[Console]:
    """The console on the cluster; it hears of every change."""
    await api.put(*working_set())
    store = ClusterStore(choose_login(environment={"KUBECONFIG": str(kubeconfig)}), pace=PACE)
    app = LbtuiApp(store=store)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        console = Console(app, pilot)
        await console.settled()
        await api.watched(KINDS)
        yield console
    await store.close()


def edit(console: Console) -> None:
    app = console.app
    resources = edited(app.state.history.current, TOR, holdTime="30s")
    app.change(workspace.edited(app.state, "edit", resources))


def is_kept(console: Console) -> bool:
    """Whether the edit is there, and not saved."""
    found = console.app.state.history.current.get(TOR)
    assert isinstance(found, BGPPeer)
    return found.spec.hold_time == "30s" and console.app.state.history.is_modified


def outages(console: Console) -> list[str]:
    """What is wrong, of each kind."""
    snapshot = console.app.state.snapshot
    return [one.message for one in snapshot.outages] if snapshot is not None else []


def forbidden(console: Console) -> Mapping[str, tuple[str, ...]]:
    """Verbs that are not permitted, of each kind."""
    snapshot = console.app.state.snapshot
    assert snapshot is not None and snapshot.setting is not None
    return snapshot.setting.forbidden


def told(console: Console) -> str:
    """What toasts of the screen in front say."""
    return " ".join(str(toast.render()) for toast in console.app.screen.query(Toast))


async def until_told(console: Console, text: str) -> None:
    await console.until(lambda: text in " ".join(told(console).split()), f"{text!r} is not told")


async def saved(console: Console, api: ApiServer) -> None:
    await console.press("s")
    await console.dialog("ReviewDialog")
    await console.press("s")
    await console.main()
    assert not console.app.state.history.is_modified
    stored = api.get(peer())
    assert stored is not None and stored["spec"]["holdTime"] == "30s"


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (busy(1, "too many requests"), "the API server is overloaded and asks to wait: too many"),
        (ETCD, "the API server cannot answer (HTTP 500): etcdserver: request timed out"),
    ],
)
async def test_a_server_in_trouble_is_told_of_and_nothing_is_lost(
    api: ApiServer, kubeconfig: Path, refusal: Refused, said: str
) -> None:
    async with open_cluster(api, kubeconfig) as console:
        edit(console)
        api.faults.refusal = refusal
        api.cut()
        await console.shows(" as of ")
        await console.until(lambda: all(said in one for one in outages(console)), "not in words")
        await console.press("9")
        await console.shows("not-readable")
        await api.put(peer("spine", peerAddress="192.0.2.2"), service("late", "198.51.100.30"))
        assert is_kept(console)
        api.faults.refusal = None
        await until_told(console, "The cluster answers again")
        await console.until(lambda: " as of " not in console.screen_text(), "still marked")
        await console.press("2")
        await console.shows("spine")
        await console.press("5")
        await console.shows("default/late")
        assert is_kept(console)
        await saved(console, api)


async def test_a_save_that_a_server_in_trouble_refuses_keeps_the_edits(
    api: ApiServer, kubeconfig: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_cluster(api, kubeconfig) as console:
        edit(console)
        api.faults.writes["tor"] = ETCD
        await console.press("s")
        await console.dialog("ReviewDialog")
        await console.press("s")
        await console.shows("etcdserver: request timed out")
        await console.press("escape")
        await console.main()
        assert is_kept(console)
        api.faults.writes.clear()
        await saved(console, api)


async def test_a_server_that_does_not_answer_blocks_no_key(
    api: ApiServer, kubeconfig: Path
) -> None:
    async with open_cluster(api, kubeconfig) as console:
        api.faults.hold = asyncio.Event()
        api.cut()
        await console.press("5")
        await console.shows("default/web")
        await console.press("2", "e")
        await console.dialog("FormScreen")
        await console.press("escape")
        await console.main()
        edit(console)
        await console.shows("modified 1")
        await console.press("s")
        await console.shows("Working out what is written")
        api.faults.hold.set()
        api.faults.hold = None
        await console.dialog("ReviewDialog")
        await console.press("s")
        await console.main()
        assert not console.app.state.history.is_modified


async def test_rights_that_are_taken_away_and_given_back_are_told_at_once(
    api: ApiServer, kubeconfig: Path
) -> None:
    everything = api.access.users[TOKEN]
    async with open_cluster(api, kubeconfig) as console:
        edit(console)
        api.access.users[TOKEN] = User("viewer", READING)
        await until_told(console, "Your edits are kept, but cannot be saved now")
        await console.shows("read-only")
        await console.press("s")
        await console.shows("Nothing can be saved here")
        await console.shows("'lbtui rbac --full' prints the Role")
        await console.press("escape")
        await console.main()
        await console.press("2", "d")
        await until_told(console, "you may not delete a BGPPeer in metallb-system")
        await console.press("escape")
        assert is_kept(console)
        api.access.users[TOKEN] = everything
        await until_told(console, "You may change MetalLB's objects here again.")
        await console.until(lambda: "read-only" not in console.screen_text(), "still marked")
        await saved(console, api)


async def test_one_right_that_is_taken_away_warns_of_what_needs_it(
    api: ApiServer, kubeconfig: Path
) -> None:
    less = (*READING, Rule(("create", "delete"), ("metallb.io",), namespace=NAMESPACE))
    everything = api.access.users[TOKEN]
    async with open_cluster(api, kubeconfig) as console:
        api.access.users[TOKEN] = replace(everything, name="editor", rules=less)
        await console.until(lambda: forbidden(console).get("BGPPeer") == ("patch",), "not noticed")
        await console.press("2", "e")
        await until_told(console, "you may not patch a BGPPeer")
        await console.press("escape")
        await console.main()
        api.access.users[TOKEN] = everything
        await console.until(lambda: not forbidden(console), "not noticed")
        edit(console)
        await saved(console, api)


async def test_what_may_not_be_read_any_more_is_shown_with_its_age(
    api: ApiServer, kubeconfig: Path
) -> None:
    everything = api.access.users[TOKEN]
    async with open_cluster(api, kubeconfig) as console:
        api.access.users[TOKEN] = User("less", [Rule(("*",), ("metallb.io",))])
        api.cut()
        await until_told(console, 'User "less" cannot ')
        await console.shows(" as of ")
        await console.press("5")
        await console.shows("default/web")
        api.access.users[TOKEN] = everything
        await console.until(lambda: " as of " not in console.screen_text(), "still marked")
