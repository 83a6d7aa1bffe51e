"""The cluster that the tests run against: a server of their own, or a real one."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lbtui.adapters.cluster.connection import Connection
from lbtui.adapters.cluster.errors import ApiError
from lbtui.adapters.cluster.kinds import METALLB
from lbtui.adapters.cluster.kubeconfig import choose_login
from tests.cluster.apiserver.server import ApiServer
from tests.cluster.editor import Editor
from tests.cluster.manifests import NAMESPACE, Manifest, namespaces

APPLY = "application/apply-patch+yaml"
COLLEAGUE = "colleague"
COLLECTIONS = {kind.name: kind for kind in METALLB}
REAL = os.environ.get("LBTUI_TEST_KUBECONFIG", "")


@pytest.fixture
async def api() -> AsyncIterator[ApiServer]:
    """The tests' own server, with MetalLB's namespace and two more; for faults and access."""
    if REAL:
        pytest.skip("needs the tests' own API server")
    server = ApiServer()
    await server.start()
    await server.put(*namespaces())
    yield server
    await server.stop()


@pytest.fixture
def kubeconfig(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A kubeconfig whose user may do everything, of a real cluster if one is named."""
    if REAL:
        return Path(REAL)
    return written(request.getfixturevalue("api"), tmp_path / "kubeconfig")


@pytest.fixture
async def colleague(kubeconfig: Path) -> AsyncIterator[Connection]:
    """Somebody else who works on the same cluster."""
    connection = Connection(choose_login(environment={"KUBECONFIG": str(kubeconfig)}))
    yield connection
    await connection.close()


class Cluster:
    """The cluster's objects of MetalLB as a colleague sees and changes them, over the API."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def put(self, *manifests: Manifest) -> None:
        """Apply manifests as another manager, whoever owns their fields."""
        query = {"fieldManager": COLLEAGUE, "force": "true"}
        for manifest in manifests:
            path = path_of(manifest)
            await self.connection.send("PATCH", path, manifest, query, APPLY)

    async def get(self, manifest: Manifest) -> Manifest | None:
        """The object as it is now; None: it is not there."""
        try:
            found: Manifest = await self.connection.get(path_of(manifest))
        except ApiError as error:
            if error.code == 404:
                return None
            raise
        return found

    async def remove(self, manifest: Manifest) -> None:
        await self.connection.send("DELETE", path_of(manifest), {})

    async def names(self, kind: str) -> set[str]:
        body = await self.connection.get(COLLECTIONS[kind].path(NAMESPACE))
        return {item["metadata"]["name"] for item in body["items"]}

    async def prepare(self) -> None:
        """Make MetalLB's namespace if it is not there."""
        manifest = namespaces()[0]
        with contextlib.suppress(ApiError):
            await self.connection.send("POST", "/api/v1/namespaces", manifest)

    async def clear(self) -> None:
        """Delete all of MetalLB's objects."""
        for kind in METALLB:
            path = kind.path(NAMESPACE)
            for name in await self.names(kind.name):
                await self.connection.send("DELETE", f"{path}/{name}", {})


def path_of(manifest: Manifest) -> str:
    metadata = manifest["metadata"]
    return COLLECTIONS[manifest["kind"]].path(NAMESPACE, metadata["name"])


@pytest.fixture
async def cluster(colleague: Connection) -> AsyncIterator[Cluster]:
    """A cluster that holds nothing of MetalLB's but what the test puts there."""
    found = Cluster(colleague)
    if REAL:
        await found.prepare()
        await found.clear()
    yield found
    if REAL:
        await found.clear()


@pytest.fixture
async def editor(kubeconfig: Path) -> AsyncIterator[Editor]:
    """Somebody who edits with lbtui."""
    connection = Connection(choose_login(environment={"KUBECONFIG": str(kubeconfig)}))
    yield Editor(connection)
    await connection.close()


def written(server: ApiServer, file: Path, **more: str) -> Path:
    """A kubeconfig file for the tests' own server."""
    file.write_text(json.dumps(server.kubeconfig(**more)))
    return file
