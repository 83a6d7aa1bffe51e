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
from tests.cluster.apiserver.kinds import Kind
from tests.cluster.apiserver.server import KINDS as SERVED
from tests.cluster.apiserver.server import ApiServer
from tests.cluster.editor import Editor
from tests.cluster.manifests import NAMESPACE, Manifest, namespaces

APPLY = "application/apply-patch+yaml"
COLLEAGUE = "colleague"
MERGE = "application/merge-patch+json"
KINDS = {kind.name: kind for kind in SERVED}
REPORTS = ("ServiceBGPStatus", "ConfigurationState", "BGPSessionState")
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
    """The cluster's objects as a colleague sees and changes them, over the API alone."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._made: list[Manifest] = []

    async def put(self, *manifests: Manifest) -> None:
        """Apply manifests as another manager, whoever owns their fields; then their status."""
        query = {"fieldManager": COLLEAGUE, "force": "true"}
        for manifest in manifests:
            self._made.append(manifest)
            await self._prepare(manifest["metadata"].get("namespace", ""))
            path, body = path_of(manifest), dict(manifest)
            status = body.pop("status", None)
            await self.connection.send("PATCH", path, body, query, APPLY)
            if status:
                await self.connection.send(
                    "PATCH", f"{path}/status", {"status": status}, content_type=MERGE
                )

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
        return {item["metadata"]["name"] for item in await self.all(kind)}

    async def all(self, kind: str) -> list[Manifest]:
        """Every object of a kind in MetalLB's namespace."""
        found = KINDS[kind]
        body = await self.connection.get(f"{_root(found, NAMESPACE)}/{found.plural}")
        return list(body["items"])

    async def _prepare(self, namespace: str) -> None:
        """Make a namespace if it is not there: a real server knows only a few of its own."""
        if REAL and namespace:
            manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
            with contextlib.suppress(ApiError):
                await self.connection.send("POST", "/api/v1/namespaces", manifest)

    async def begin(self) -> None:
        """Delete all that MetalLB has there."""
        await self._prepare(NAMESPACE)
        for kind in (*(one.name for one in METALLB), *REPORTS):
            for item in await self.all(kind):
                await self.remove({"kind": kind, "apiVersion": KINDS[kind].api_version, **item})

    async def end(self) -> None:
        """Delete that, and what was put there."""
        for manifest in self._made:
            with contextlib.suppress(ApiError):
                await self.remove(manifest)
        await self.begin()


def path_of(manifest: Manifest) -> str:
    metadata, kind = manifest["metadata"], KINDS[manifest["kind"]]
    return f"{_root(kind, metadata.get('namespace', ''))}/{kind.plural}/{metadata['name']}"


def _root(kind: Kind, namespace: str) -> str:
    return f"{kind.prefix}/namespaces/{namespace}" if kind.is_namespaced else kind.prefix


@pytest.fixture
async def cluster(colleague: Connection) -> AsyncIterator[Cluster]:
    """A cluster that holds nothing of MetalLB's but what the test puts there."""
    found = Cluster(colleague)
    if REAL:
        await found.begin()
    yield found
    if REAL:
        await found.end()


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
