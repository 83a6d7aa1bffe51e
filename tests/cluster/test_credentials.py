"""Tokens that expire are renewed by the kubeconfig's plugin, once for all who wait for it."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lbtui.adapters.cluster.connection import Connection
from lbtui.adapters.cluster.kubeconfig import choose_login
from lbtui.ports import StoreError
from tests.cluster.apiserver.access import User
from tests.cluster.apiserver.server import ApiServer
from tests.cluster.manifests import peer, working_set
from tests.cluster.test_following import KINDS, following, names

VERSION = "client.authentication.k8s.io/v1"
SCRIPT = """
import json, os, pathlib, sys
folder = pathlib.Path(sys.argv[1])
with (folder / "runs").open("a") as runs:
    runs.write(json.dumps({"info": json.loads(os.environ["KUBERNETES_EXEC_INFO"]),
                           "typed": sys.stdin.read(), "stage": os.environ["STAGE"]}) + "\\n")
if (folder / "complaint").exists():
    sys.exit((folder / "complaint").read_text())
print((folder / "answer").read_text())
"""


class Plugin:
    """A program of one's own that gives credentials."""

    def __init__(self, folder: Path, api: ApiServer) -> None:
        self.folder, self.api = folder, api

    def gives(self, token: str, expires_in: float | None = None) -> None:
        """From now on that token, which is the only one that the server knows."""
        status: dict[str, Any] = {"token": token}
        if expires_in is not None:
            moment = datetime.now(UTC) + timedelta(seconds=expires_in)
            status["expirationTimestamp"] = moment.isoformat(timespec="seconds")
        body = {"apiVersion": VERSION, "kind": "ExecCredential", "status": status}
        (self.folder / "answer").write_text(json.dumps(body))
        self.api.access.users = {token: User("admin")}

    def fails(self, complaint: str) -> None:
        (self.folder / "complaint").write_text(complaint)

    def works(self) -> None:
        (self.folder / "complaint").unlink()

    @property
    def runs(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / "runs").read_text().splitlines()]

    def kubeconfig(self, **more: Any) -> Path:
        config = self.api.kubeconfig()
        settings = {
            "apiVersion": VERSION,
            "command": sys.executable,
            "args": ["-S", "-c", SCRIPT, str(self.folder)],
            "env": [{"name": "STAGE", "value": "tests"}],
            "interactiveMode": "IfAvailable",
        }
        config["users"][0]["user"] = {"exec": settings | more}
        file = self.folder / "with-plugin"
        file.write_text(json.dumps(config))
        return file


@pytest.fixture
def plugin(api: ApiServer, tmp_path: Path) -> Plugin:
    return Plugin(tmp_path, api)


async def refusal(kubeconfig: Path) -> str:
    """Why nothing can be asked."""
    connection = Connection(choose_login(environment={"KUBECONFIG": str(kubeconfig)}))
    try:
        with pytest.raises(StoreError) as caught:
            await connection.get("/api/v1/nodes")
        return str(caught.value)
    finally:
        await connection.close()


async def test_an_expired_token_is_renewed_by_one_run_for_all_watches(
    api: ApiServer, plugin: Plugin
) -> None:
    await api.put(*working_set())
    plugin.gives("first-token")
    async with following(plugin.kubeconfig(provideClusterInfo=True)) as news:
        await api.watched(KINDS)
        plugin.gives("second-token")
        api.cut()
        await api.put(peer("spine"))
        await news.until(lambda s: "spine" in names(s))
        await api.watched(KINDS)
        assert not any(snapshot.outages for snapshot in news.seen)
    assert len(plugin.runs) == 2
    spec = {"interactive": False, "cluster": {"server": api.url}}
    wanted = {"apiVersion": VERSION, "kind": "ExecCredential", "spec": spec}
    assert plugin.runs[0] == {"info": wanted, "typed": "", "stage": "tests"}


async def test_a_plugin_that_fails_is_told_of_and_what_was_known_stays(
    api: ApiServer, plugin: Plugin
) -> None:
    await api.put(*working_set())
    plugin.gives("first-token")
    async with following(plugin.kubeconfig()) as news:
        await api.watched(KINDS)
        plugin.gives("second-token")
        plugin.fails("the ticket has run out, log in at\n  example.com")
        api.cut()
        said = "failed with code 1: the ticket has run out, log in at example.com."
        away = await news.until(lambda s: sum(said in one.message for one in s.outages) == KINDS)
        assert names(away) == {"tor"}
        await api.put(peer("spine"))
        plugin.works()
        await news.until(lambda s: not s.outages and "spine" in names(s))
        told = [f"{one.outages}{one.diagnostics}" for one in news.seen]
    assert not any("-token" in text for text in told)


async def test_a_token_is_renewed_at_its_own_end_before_it_is_refused(
    api: ApiServer, plugin: Plugin
) -> None:
    plugin.gives("first-token", expires_in=-5)
    connection = Connection(choose_login(environment={"KUBECONFIG": str(plugin.kubeconfig())}))
    try:
        await connection.get("/api/v1/nodes")
        plugin.gives("second-token", expires_in=3600)
        for _ in range(3):
            await connection.get("/api/v1/nodes")
        assert len(plugin.runs) == 3, "at first, at the first request, and at the second"
        assert len(api.requests) == 4, "none was refused"
    finally:
        await connection.close()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"command": "no-such-plugin"}, "is not installed; install it, or put it on the PATH."),
        ({"command": "no-such-plugin", "installHint": "Ask ops."}, "is not installed; Ask ops."),
        ({"command": ""}, "the user's exec names no command"),
        ({"interactiveMode": "Always"}, "log in with it first, as for kubectl"),
        ({"args": ["-c", "print('{}')"]}, f"gave no ExecCredential of {VERSION}"),
        ({"args": ["-c", "print('to' + 'ken')"]}, f"gave no ExecCredential of {VERSION}"),
        ({"apiVersion": "client.authentication.k8s.io/v2"}, "gave no ExecCredential of"),
    ],
)
async def test_a_plugin_that_cannot_help_is_told_of(
    plugin: Plugin, more: dict[str, Any], said: str
) -> None:
    plugin.gives("first-token")
    text = await refusal(plugin.kubeconfig(**more))
    assert said in text
    assert "first-token" not in text


async def test_a_plugin_that_gives_nothing_or_does_not_end_is_told_of(
    plugin: Plugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin.gives("")
    assert "gave neither token nor certificate" in await refusal(plugin.kubeconfig())
    monkeypatch.setattr("lbtui.adapters.cluster.credential_plugin.PLUGIN_SECONDS", 0.1)
    endless = plugin.kubeconfig(args=["-c", "import os; os.system('sleep 60; true')"])
    assert "did not end within 0 s" in await refusal(endless)
