"""The cluster that the tests run against: a server of their own, or a real one."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lbtui.adapters.cluster.connection import Connection
from lbtui.adapters.cluster.kubeconfig import choose_login
from tests.cluster.apiserver.server import ApiServer
from tests.cluster.manifests import namespaces

REAL = os.environ.get("LBTUI_TEST_KUBECONFIG", "")


@pytest.fixture
async def api() -> AsyncIterator[ApiServer]:
    """The tests' own server, with MetalLB's namespace and two more; for faults and access."""
    server = ApiServer()
    await server.start()
    await server.put(*namespaces())
    yield server
    await server.stop()


@pytest.fixture
async def kubeconfig(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
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


def written(server: ApiServer, file: Path, **more: str) -> Path:
    """A kubeconfig file for the tests' own server."""
    file.write_text(json.dumps(server.kubeconfig(**more)))
    return file
