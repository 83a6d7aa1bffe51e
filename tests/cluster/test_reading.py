"""What a cluster holds becomes the same set that its manifests would."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lbtui.adapters.cluster.kubeconfig import choose_login
from lbtui.adapters.cluster.store import ClusterStore
from lbtui.core import Configuration, compile_routes, load_resources, preview_document, resolve
from lbtui.core.objects.resources import BGPPeer
from lbtui.ports import StoreError
from tests.cluster.apiserver.access import READING, Rule, User
from tests.cluster.apiserver.answers import Refused, busy
from tests.cluster.apiserver.server import TOKEN, ApiServer
from tests.cluster.conftest import Cluster, written
from tests.cluster.manifests import (
    namespaces,
    node,
    peer,
    pool,
    service,
    speaker,
    working_set,
)


def open_store(kubeconfig: Path, namespace: str | None = None) -> ClusterStore:
    return ClusterStore(choose_login(environment={"KUBECONFIG": str(kubeconfig)}), namespace)


def document(config: Configuration) -> dict[str, Any]:
    return preview_document(compile_routes(config))


async def test_the_routes_are_those_of_the_manifests(cluster: Cluster, kubeconfig: Path) -> None:
    await cluster.put(*working_set(), speaker())
    store = open_store(kubeconfig)
    found = await store.load()
    await store.close()
    manifests = load_resources([*namespaces(), *working_set()]).resources
    assert store.installation.backend == "frr"
    assert store.installation.version == "v0.16.0"
    expected = document(resolve(manifests, "frr").config)
    tables = document(resolve(found.resources, "frr", store.options).config)
    assert tables == expected
    assert expected["nodes"]["node-a"]["tor"]["routes"]
    assert not found.diagnostics


async def test_a_list_of_many_pages_is_whole(api: ApiServer, kubeconfig: Path) -> None:
    await api.put(*working_set())
    services = [service(f"s{i:04}", f"198.51.{i // 250}.{i % 250}") for i in range(1203)]
    await api.put(*services)
    store = open_store(kubeconfig)
    found = await store.load()
    await store.close()
    assert len(found.resources.members("Service")) == 1204
    pages = [query for _, path, query in api.requests if path == "/api/v1/services"]
    assert [bool(page.get("continue")) for page in pages] == [False, True, True]


async def test_a_token_that_expires_between_pages_does_not_mix_versions(
    api: ApiServer, kubeconfig: Path
) -> None:
    await api.put(*working_set(), *(service(f"s{i:04}") for i in range(600)))
    api.faults.compactions = 30
    store = open_store(kubeconfig)
    found = await store.load()
    await store.close()
    assert len(found.resources.members("Service")) == 601


async def test_the_namespace_is_that_of_the_speaker(cluster: Cluster, kubeconfig: Path) -> None:
    elsewhere = peer()
    elsewhere["metadata"]["namespace"] = "lb"
    await cluster.put(*working_set(), elsewhere, speaker("lb", "native", "--lb-class=mine"))
    store = open_store(kubeconfig)
    found = await store.load()
    await store.close()
    assert [ref.namespace for ref, _ in found.resources.items(BGPPeer)] == ["lb"]
    assert store.options.load_balancer_class == "mine"


async def test_a_kind_that_may_not_be_read_is_said_and_left_unjudged(
    api: ApiServer, kubeconfig: Path
) -> None:
    await api.put(*working_set())
    rules = [Rule(("get", "list", "watch"), ("metallb.io",)), Rule(("list",), ("",), ("nodes",))]
    api.access.users[TOKEN] = User("viewer", rules)
    store = open_store(kubeconfig)
    found = await store.load()
    await store.close()
    told = {d.message.split(":")[0]: d for d in found.diagnostics}
    assert set(told) == {"Namespace", "Service", "EndpointSlice"}
    assert 'User "viewer" cannot list resource "services"' in told["Service"].message
    assert {ref.kind for ref in found.resources.unread} == {"Namespace", "Service", "EndpointSlice"}
    assert {o.kind for o in found.outages} == {"Namespace", "Service", "EndpointSlice"}


@pytest.mark.parametrize(
    ("user", "text"),
    [
        (User("nobody", ()), 'User "nobody" cannot list'),
        (User("gone", READING, is_expired=True), "Unauthorized"),
    ],
)
async def test_without_any_permission_the_reason_is_told(
    api: ApiServer, kubeconfig: Path, user: User, text: str
) -> None:
    api.access.users[TOKEN] = user
    store = open_store(kubeconfig)
    with pytest.raises(StoreError, match=text):
        await store.load()
    await store.close()


async def test_a_cluster_without_metallb_is_said_to_be_one(tmp_path: Path) -> None:
    from tests.cluster.apiserver.kinds import KUBERNETES

    server = ApiServer(KUBERNETES)
    await server.start()
    store = open_store(written(server, tmp_path / "config"))
    with pytest.raises(StoreError, match="MetalLB is not installed here"):
        await store.load()
    await store.close()
    await server.stop()


async def test_a_server_that_is_not_there_is_named(api: ApiServer, kubeconfig: Path) -> None:
    await api.stop()
    store = open_store(kubeconfig)
    with pytest.raises(StoreError, match=rf"API server 127.0.0.1:{api.port}: .*[Cc]onnect"):
        await store.load()
    await store.close()


@pytest.mark.parametrize("fault", [busy(1), Refused(500, "InternalError", "etcd is away")])
async def test_a_server_that_is_busy_is_asked_again(
    api: ApiServer, kubeconfig: Path, fault: Refused
) -> None:
    await api.put(*working_set())
    api.faults.answers.extend([fault] * 3)
    store = open_store(kubeconfig)
    found = await store.load()
    await store.close()
    assert len(found.resources.members("BGPPeer")) == 1
    assert not found.diagnostics


async def test_what_the_schema_of_mine_refuses_is_a_finding(
    cluster: Cluster, kubeconfig: Path
) -> None:
    await cluster.put(*working_set(), peer("odd", holdTime="abc"), pool("no", "hello"), node("n2"))
    store = open_store(kubeconfig)
    found = await store.load()
    await store.close()
    assert len(found.resources.members("BGPPeer")) == 2
