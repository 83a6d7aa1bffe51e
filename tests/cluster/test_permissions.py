"""The printed Roles suffice, nothing in them is superfluous, and what they leave out is said."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from textual.widgets._toast import Toast

from lbtui.adapters.cluster.kubeconfig import choose_login
from lbtui.adapters.cluster.permissions import forbidden_writes
from lbtui.adapters.cluster.store import ClusterStore
from lbtui.ports import StoreError
from lbtui.tui.app import LbtuiApp
from tests.cluster.apiserver.access import READING, Rule, User, rules_of
from tests.cluster.apiserver.kinds import FRR_CONFIGURATION, FRR_NODE_STATE
from tests.cluster.apiserver.server import TOKEN, ApiServer
from tests.cluster.editor import TOR, edited, made
from tests.cluster.manifests import (
    NAMESPACE,
    Manifest,
    advertisement,
    metallb,
    peer,
    pool,
    speaker,
    working_set,
)
from tests.support.command import Lbtui
from tests.tui.console import Console

KINDS = 15
"""How many are followed, five kinds of reports among them."""
WHICH = ("--read-only", "--full")


def printed(lbtui: Lbtui, *words: str) -> list[Manifest]:
    done = lbtui("rbac", *words)
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


def each_left_out(rules: Sequence[Rule]) -> Iterator[tuple[str, tuple[Rule, ...]]]:
    """The rules without one verb on one resource, for each of them."""
    for at, one in enumerate(rules):
        for resource in one.resources:
            for verb in one.verbs:
                others = tuple(r for r in one.resources if r != resource)
                verbs = tuple(v for v in one.verbs if v != verb)
                parts = [replace(one, resources=others)]
                parts.append(replace(one, resources=(resource,), verbs=verbs))
                yield f"{verb} {resource}", (*rules[:at], *parts, *rules[at + 1 :])


@pytest.fixture
async def store(api: ApiServer, kubeconfig: Path) -> Any:
    found = ClusterStore(choose_login(environment={"KUBECONFIG": str(kubeconfig)}))
    yield found
    await found.close()


def problems_of(api: ApiServer) -> list[str]:
    """Requests that were refused."""
    return [f"{verb} {resource}" for verb, resource in api.access.refused]


@asynccontextmanager
async def opened(kubeconfig: Path) -> AsyncIterator[ClusterStore]:
    store = ClusterStore(choose_login(environment={"KUBECONFIG": str(kubeconfig)}))
    try:
        await store.load()
        yield store
    finally:
        await store.close()


async def look(api: ApiServer, kubeconfig: Path) -> None:
    """What somebody who looks does: read everything, ask for reports, hear of changes."""
    async with opened(kubeconfig) as store:
        await store.reports()
        begun = len(api.requests)
        await store.stirred(0.01)
        await store.reported(0.01)
        async with asyncio.timeout(10):
            while len({path for _, path, _ in api.requests[begun:]}) < KINDS:
                await asyncio.sleep(0.005)


async def change(api: ApiServer, kubeconfig: Path) -> None:
    """What somebody who edits does to every kind: make, change and delete."""
    kinds = [
        peer("new", peerAddress="192.0.2.7"),
        pool("new", "203.0.113.0/24"),
        advertisement("new"),
        *(metallb(kind, "new", {}) for kind in ("Community", "BFDProfile", "L2Advertisement")),
    ]
    for left in [one for one in kinds if api.get(one)]:
        await api.remove(left)  # somebody was refused before the end
    async with opened(kubeconfig) as store:
        base = store.known().resources
        more = made(base, *kinds)
        await store.save(more)
        await store.save(made(base, *(labelled(one) for one in kinds)))
        await store.save(base)


def labelled(manifest: Manifest) -> Manifest:
    return {**manifest, "metadata": {**manifest["metadata"], "labels": {"a": "b"}}}


@pytest.mark.parametrize("which", WHICH)
async def test_the_roles_suffice_and_nothing_is_superfluous(
    api: ApiServer, kubeconfig: Path, lbtui: Lbtui, which: str
) -> None:
    for kind in (FRR_NODE_STATE, FRR_CONFIGURATION):
        api.kinds[kind.prefix, kind.plural] = kind
    await api.put(*working_set(), speaker())
    rules = rules_of(await asyncio.to_thread(printed, lbtui, which, "--namespace", NAMESPACE))

    async def work(with_rules: Sequence[Rule], is_writing: bool) -> list[str]:
        api.access.users[TOKEN] = User("somebody", with_rules)
        api.access.refused.clear()
        try:
            await look(api, kubeconfig)
            if is_writing:
                await change(api, kubeconfig)
        except StoreError:
            pass
        return problems_of(api)

    # Where MetalLB is in its own namespace, DaemonSets of all namespaces are asked for in vain.
    assert set(await work(rules, which == "--full")) <= {"list daemonsets"}
    if which == "--read-only":
        return  # all of it is in the other, whose parts are tried
    for what, fewer in each_left_out(rules):
        refused = await work(fewer, not what.startswith(("list ", "watch ")))
        assert what in refused, f"{what} is superfluous"


def test_bindings_name_whom_they_are_for(lbtui: Lbtui) -> None:
    made = printed(lbtui, "--full", "--user", "ann", "--service-account", "ops/console")
    kinds = [one["kind"] for one in made]
    assert kinds == ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"]
    subjects = [(one["kind"], one["name"]) for one in made[3]["subjects"]]
    assert subjects == [("User", "ann"), ("ServiceAccount", "console")]
    assert made[3]["roleRef"]["name"] == made[2]["metadata"]["name"]
    assert [one["kind"] for one in printed(lbtui, "--read-only")] == ["ClusterRole", "Role"]
    assert lbtui("rbac", "--full", "--service-account", "console").returncode == 2


def told(console: Console) -> str:
    """What toasts of the screen in front say."""
    return " ".join(str(toast.render()) for toast in console.app.screen.query(Toast))


SOME = (*READING, Rule(("create", "patch"), ("metallb.io",), ("bgppeers",), NAMESPACE))


@pytest.mark.parametrize("is_incomplete", [False, True])
async def test_what_may_not_be_written_is_known(
    api: ApiServer, kubeconfig: Path, store: ClusterStore, is_incomplete: bool
) -> None:
    await api.put(*working_set())
    api.access.users[TOKEN] = User("editor", SOME)
    api.access.is_incomplete = is_incomplete
    setting = (await store.load()).setting
    assert setting is not None
    assert setting.forbidden["BGPPeer"] == ("delete",)
    assert setting.forbidden["IPAddressPool"] == ("create", "patch", "delete")
    assert not store.read_only
    api.access.users[TOKEN] = User("viewer", READING)
    await store.load()
    assert "rbac --full" in store.read_only


async def test_a_server_without_reviews_is_taken_to_permit(api: ApiServer, colleague: Any) -> None:
    api.access.users[TOKEN] = User("viewer", READING)
    api.access.has_reviews = False
    assert await forbidden_writes(colleague, NAMESPACE) == {}


async def test_the_console_says_beforehand_what_could_not_be_saved(
    api: ApiServer, kubeconfig: Path, store: ClusterStore
) -> None:
    await api.put(*working_set())
    api.access.users[TOKEN] = User("editor", SOME)
    app = LbtuiApp(store=store)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        console = Console(app, pilot)
        await console.settled()
        await console.press("1", "e")
        await console.until(lambda: "you may not patch" in told(console), "not said")
        await console.press("escape", "2", "n")
        await console.dialog("FormScreen")
        await console.press("escape")
        assert api.access.users[TOKEN].rules is SOME


async def test_rights_that_are_taken_away_meanwhile_are_told_at_the_save(
    api: ApiServer, kubeconfig: Path, store: ClusterStore
) -> None:
    await api.put(*working_set())
    base = (await store.load()).resources
    api.access.users[TOKEN] = User("viewer", READING)
    with pytest.raises(StoreError, match='User "viewer" cannot patch resource "bgppeers"'):
        await store.save(edited(base, TOR, holdTime="30s"))
    stored = api.get(peer())
    assert stored is not None and "holdTime" not in stored["spec"]
