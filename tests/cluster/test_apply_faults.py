"""Whatever goes wrong on the way, it is known what was changed and what was not."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from lbtui.adapters.cluster.changes import Baseline
from lbtui.adapters.cluster.connection import Connection
from lbtui.adapters.cluster.kubeconfig import choose_login
from lbtui.adapters.cluster.saving import object_changes, save_objects
from lbtui.core.objects.resource_set import ResourceSet
from lbtui.ports import StoreError
from tests.cluster.apiserver.access import Rule, User
from tests.cluster.apiserver.answers import Refused, busy
from tests.cluster.apiserver.kinds import KUBERNETES
from tests.cluster.apiserver.kinds import METALLB as SERVED
from tests.cluster.apiserver.server import TOKEN, ApiServer
from tests.cluster.conftest import Cluster, written
from tests.cluster.editor import TOR, Editor, edited, made, told, without
from tests.cluster.manifests import (
    community,
    peer,
    pool,
)


async def test_after_a_refusal_in_the_middle_it_is_known_what_was_done(
    api: ApiServer, cluster: Cluster, editor: Editor
) -> None:
    await cluster.put(peer(), pool("old", "203.0.113.0/24"))
    api.faults.writes["tor"] = Refused(500, "InternalError", "etcd is away")
    read = await editor.read()
    new = without(made(edited(read, TOR, holdTime="30s"), pool()), "old")
    saved = await editor.save(new)
    assert told(saved) == ["created IPAddressPool/public"]
    assert str(saved.outcome) == (
        "BGPPeer/tor: not changed: etcd is away. Done before: created IPAddressPool/public. "
        "Not tried: deleted IPAddressPool/old."
    )
    api.faults.writes.clear()
    assert told(await editor.save(new)) == ["changed BGPPeer/tor", "deleted IPAddressPool/old"]
    assert await editor.read() == new


async def test_what_was_done_can_be_taken_back(
    api: ApiServer, cluster: Cluster, editor: Editor
) -> None:
    theirs = pool("old", "203.0.113.0/24")
    theirs["metadata"]["annotations"] = {"shop.example/owner": "net"}
    await cluster.put(peer(), theirs)
    read = await editor.read()
    new = without(made(edited(read, TOR, holdTime="30s"), pool()), "old")
    api.faults.writes["old"] = Refused(500, "InternalError", "etcd is away")
    assert len((await editor.save(new)).outcome.done) == 2
    assert told(await editor.save(read)) == ["changed BGPPeer/tor", "deleted IPAddressPool/public"]
    assert await editor.read() == read


async def test_a_deleted_object_comes_back_with_all_that_it_was(
    cluster: Cluster, editor: Editor
) -> None:
    theirs = peer()
    theirs["metadata"]["annotations"] = {"shop.example/owner": "net"}
    await cluster.put(theirs)
    read = await editor.read()
    await editor.save(without(read, "tor"))
    assert await cluster.get(theirs) is None
    assert told(await editor.save(read)) == ["created BGPPeer/tor"]
    found = await cluster.get(theirs)
    assert found is not None
    assert found["metadata"]["annotations"] == {"shop.example/owner": "net"}


async def test_two_objects_of_one_name_are_refused(cluster: Cluster, editor: Editor) -> None:
    await cluster.put(peer())
    read = await editor.read()
    found = read.get(TOR)
    assert found is not None
    with pytest.raises(StoreError, match="BGPPeer/tor: there is another one of this name"):
        await editor.save(read.with_resource(TOR._replace(ordinal=1), found))


async def test_a_kind_that_an_older_metallb_lacks_is_said(tmp_path: Path) -> None:
    older = [kind for kind in SERVED if kind.name != "Community"]
    server = ApiServer([*KUBERNETES, *older])
    await server.start()
    login = choose_login(environment={"KUBECONFIG": str(written(server, tmp_path / "config"))})
    connection = Connection(login)
    new = made(ResourceSet(), community("c", edge="64512:1"))
    with pytest.raises(StoreError, match="Community/c: the cluster does not have this kind"):
        await save_objects(connection, Baseline(ResourceSet(), {}), new)
    await connection.close()
    await server.stop()


async def test_without_permission_nothing_is_changed(
    api: ApiServer, cluster: Cluster, editor: Editor
) -> None:
    await cluster.put(peer())
    rules = [Rule(("get", "list", "watch")), Rule(("create",), ("*",), ("ipaddresspools",))]
    api.access.users[TOKEN] = User("viewer", rules)
    new = made(edited(await editor.read(), TOR, holdTime="30s"), pool())
    changes = await object_changes(editor.connection, editor.base, new)
    (finding,) = next(change for change in changes if change.name == "BGPPeer/tor").findings
    assert 'User "viewer" cannot patch resource "bgppeers"' in finding.message
    assert finding.fix == "Ask for permission to change it."
    with pytest.raises(StoreError, match="nothing was changed"):
        await editor.save(new)
    assert not await cluster.names("IPAddressPool")


async def test_a_server_that_begins_is_asked_again(
    api: ApiServer, cluster: Cluster, editor: Editor
) -> None:
    new = made(await editor.read(), peer())
    api.faults.answers.append(busy(1))
    assert told(await editor.save(new)) == ["created BGPPeer/tor"]


async def test_a_webhook_that_does_not_answer_is_explained(
    api: ApiServer, cluster: Cluster, editor: Editor
) -> None:
    hook = "bgppeersvalidationwebhook.metallb.io"
    text = f'Internal error occurred: failed calling webhook "{hook}": connection refused'
    api.storage.webhooks.append(lambda *_: Refused(500, "InternalError", text))
    new = made(await editor.read(), peer())
    with pytest.raises(StoreError, match=f"the webhook {hook} does not answer"):
        await editor.save(new)


async def test_of_a_change_whose_answer_is_lost_nobody_says_what_became(
    api: ApiServer, cluster: Cluster, editor: Editor
) -> None:
    new = made(await editor.read(), peer())
    api.faults.gate = asyncio.Event()
    saving = asyncio.create_task(editor.save(new))
    async with asyncio.timeout(30):
        while not any(v == "POST" and "dryRun" not in query for v, _, query in api.requests):
            await asyncio.sleep(0.01)
    await api.stop()
    with pytest.raises(StoreError, match="BGPPeer/tor: nobody knows whether it was created: API"):
        await saving
    api.faults.gate = None
    await api.start()
    assert told(await editor.save(new)) == ["created BGPPeer/tor"]
