"""`lbtui apply`: a folder's manifests become a cluster's objects, and nothing else changes."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import signal
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.cluster.apiserver import webhooks
from tests.cluster.apiserver.answers import Refused
from tests.cluster.apiserver.server import ApiServer
from tests.cluster.conftest import Cluster
from tests.cluster.manifests import (
    Manifest,
    advertisement,
    endpoints,
    node,
    peer,
    pool,
    service,
    working_set,
)
from tests.support.command import Lbtui

SCHEMA = Path(__file__).parents[2] / "lbtui" / "outputs.schema.json"


@pytest.fixture
def user(lbtui: Lbtui, kubeconfig: Path) -> Lbtui:
    return replace(lbtui, environment={**lbtui.environment, "KUBECONFIG": str(kubeconfig)})


async def applied(
    user: Lbtui, folder: Path, *words: str, code: int = 0
) -> subprocess.CompletedProcess[str]:
    done = await asyncio.to_thread(user, "apply", str(folder), *words)
    assert done.returncode == code, done.stdout + done.stderr
    return done


async def document(user: Lbtui, folder: Path, *words: str, code: int = 0) -> Any:
    told = json.loads((await applied(user, folder, "-o", "json", *words, code=code)).stdout)
    schema = json.loads(SCHEMA.read_text())
    jsonschema.validate(told, {**schema, "anyOf": [{"$ref": "#/$defs/apply"}]})
    return told


def write(folder: Path, *manifests: Manifest) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "all.yaml").write_text(yaml.safe_dump_all(manifests))
    return folder


def actions(told: Any) -> list[tuple[str, str, bool]]:
    return [(one["action"], f"{one['kind']}/{one['name']}", one["done"]) for one in told["changes"]]


async def test_a_dry_run_tells_everything_and_changes_nothing(
    cluster: Cluster, user: Lbtui, tmp_path: Path
) -> None:
    await cluster.put(node(), service(), endpoints())
    await cluster.put(peer(holdTime="90s"), pool("other", "203.0.113.0/24"))
    folder = write(tmp_path / "new", peer(holdTime="30s"), pool(), advertisement("all"), service())
    dry = await document(user, folder, "--dry-run")
    assert actions(dry) == [
        ("create", "IPAddressPool/public", False),
        ("update", "BGPPeer/tor", False),
        ("create", "BGPAdvertisement/all", False),
    ]
    assert dry["changes"][1]["paths"] == ["spec.holdTime"]
    assert [route["prefix"] for route in dry["added"]] == ["198.51.100.10/32"]
    assert [one["name"] for one in dry["notNamed"]] == ["other"]
    assert [one["kind"] for one in dry["leftAlone"]] == ["Service"]
    assert await cluster.names("BGPAdvertisement") == set()


async def test_a_folder_is_applied_and_then_there_is_no_difference(
    cluster: Cluster, user: Lbtui, tmp_path: Path
) -> None:
    await cluster.put(peer(holdTime="90s"), pool("other", "203.0.113.0/24"))
    folder = write(tmp_path / "new", peer(holdTime="30s"), pool(), advertisement("all"))
    told = await document(user, folder, "--yes")
    assert [done for _, _, done in actions(told)] == [True, True, True]
    found = await cluster.get(peer())
    assert found is not None and found["spec"]["holdTime"] == "30s"
    again = await document(user, folder, "--yes")
    assert again["changes"] == [] and again["added"] == []
    assert await cluster.names("IPAddressPool") == {"public", "other"}


async def test_the_difference_is_shown_before_the_question(
    cluster: Cluster, user: Lbtui, tmp_path: Path
) -> None:
    await cluster.put(peer(holdTime="90s", password="moonshine"))
    folder = write(tmp_path / "new", peer(holdTime="30s"))
    done = await applied(user, folder, "--yes")
    assert "update BGPPeer/tor" in done.stdout
    assert "  -   holdTime: 90s\n" in done.stdout and "  +   holdTime: 30s\n" in done.stdout
    assert done.stdout.endswith("changed BGPPeer/tor\n")
    assert "The cluster's password stays" in done.stderr
    assert "moonshine" not in done.stdout + done.stderr
    found = await cluster.get(peer())
    assert found is not None and found["spec"]["password"] == "moonshine"


async def answered(user: Lbtui, folder: Path, *answers: str) -> subprocess.CompletedProcess[bytes]:
    """Run it at a terminal, with these lines typed ahead."""
    terminal, side = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *user.command,
        "apply",
        str(folder),
        stdin=side,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(user.environment),
    )
    os.close(side)
    os.write(terminal, "".join(f"{answer}\n" for answer in answers).encode())
    async with asyncio.timeout(60):
        out, told = await process.communicate()
    os.close(terminal)
    assert process.returncode is not None
    return subprocess.CompletedProcess((), process.returncode, out, told)


@pytest.mark.parametrize(("answer", "code", "hold_time"), [("y", 0, "30s"), ("n", 1, "90s")])
async def test_it_asks_and_takes_only_yes(
    cluster: Cluster, user: Lbtui, tmp_path: Path, answer: str, code: int, hold_time: str
) -> None:
    await cluster.put(peer(holdTime="90s"))
    done = await answered(user, write(tmp_path / "new", peer(holdTime="30s")), answer)
    assert done.returncode == code, done.stderr
    assert b"Apply to tests" in done.stderr
    found = await cluster.get(peer())
    assert found is not None and found["spec"]["holdTime"] == hold_time


async def test_what_a_colleague_does_before_the_yes_is_not_overwritten(
    cluster: Cluster, user: Lbtui, tmp_path: Path
) -> None:
    await cluster.put(peer(holdTime="90s"))
    folder = write(tmp_path / "new", peer(holdTime="30s"))
    terminal, side = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *(*user.command, "apply", str(folder)),
        stdin=side,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(user.environment),
    )
    os.close(side)
    assert process.stderr is not None
    async with asyncio.timeout(60):
        await process.stderr.readuntil(b"[y/N]")
    await cluster.put(peer(holdTime="60s"))
    os.write(terminal, b"y\n")
    async with asyncio.timeout(60):
        _, told = await process.communicate()
    os.close(terminal)
    assert process.returncode == 2
    assert b"BGPPeer/tor changed in the cluster since it was read; nothing was changed" in told
    found = await cluster.get(peer())
    assert found is not None and found["spec"]["holdTime"] == "60s"


@pytest.mark.parametrize(("answer", "code", "pools"), [("y", 1, set()), ("n", 2, {"public"})])
async def test_a_part_can_be_taken_back(
    api: ApiServer,
    cluster: Cluster,
    user: Lbtui,
    tmp_path: Path,
    answer: str,
    code: int,
    pools: set[str],
) -> None:
    await cluster.put(peer(holdTime="90s"))
    api.faults.writes["tor"] = Refused(500, "InternalError", "etcd is away")
    folder = write(tmp_path / "new", peer(holdTime="30s"), pool())
    done = await answered(user, folder, "y", answer)
    assert done.returncode == code, done.stderr
    assert b"Done before: created IPAddressPool/public" in done.stderr
    assert (b"Taken back: IPAddressPool/public" in done.stderr) is (answer == "y")
    assert await cluster.names("IPAddressPool") == pools


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not is_so():
            await asyncio.sleep(0.01)


def has_heard(pid: int) -> bool:
    """Whether the process has taken SIGINT in: from then on it blocks it."""
    status = Path(f"/proc/{pid}/status").read_text()
    mask = next(line for line in status.splitlines() if line.startswith("SigBlk:"))
    return bool(int(mask.split()[1], 16) >> signal.SIGINT - 1 & 1)


def is_making(method: str, path: str, query: Mapping[str, str]) -> bool:
    return method == "POST" and "metallb.io" in path and "dryRun" not in query


async def test_ctrl_c_ends_it_after_a_whole_change_and_says_where(
    api: ApiServer, cluster: Cluster, user: Lbtui, tmp_path: Path
) -> None:
    folder = write(tmp_path / "new", peer(), pool(), advertisement("all"))
    gate = api.faults.gate = asyncio.Event()
    process = await asyncio.create_subprocess_exec(
        *(*user.command, "apply", str(folder), "--yes"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(user.environment),
    )
    await until(lambda: any(is_making(*request) for request in api.requests))
    process.send_signal(signal.SIGINT)
    await until(lambda: has_heard(process.pid))
    gate.set()
    async with asyncio.timeout(60):
        _, told = await process.communicate()
    assert process.returncode == 130, told
    assert b"BGPPeer/tor: not created: interrupted." in told
    assert b"Done before: created IPAddressPool/public." in told
    assert b"Not tried: created BGPAdvertisement/all." in told
    assert await cluster.names("IPAddressPool") == {"public"}
    assert not await cluster.names("BGPPeer")


async def test_without_a_terminal_it_wants_a_yes(
    cluster: Cluster, user: Lbtui, tmp_path: Path
) -> None:
    done = await applied(user, write(tmp_path / "new", peer()), code=2)
    assert "there is no terminal to ask on; add --yes" in done.stderr
    assert not await cluster.names("BGPPeer")


async def test_what_the_webhook_refuses_is_told_at_its_field(
    api: ApiServer, cluster: Cluster, user: Lbtui, tmp_path: Path
) -> None:
    await cluster.put(pool("theirs", "198.51.100.0/25"))
    api.storage.webhooks.append(webhooks.judge)
    told = await document(user, write(tmp_path / "new", pool(), peer()), "--yes", code=1)
    (refusal,) = [one for one in told["diagnostics"] if one["code"] == "server-refuses"]
    assert (refusal["name"], refusal["path"]) == ("public", "spec.addresses[0]")
    assert not any(done for _, _, done in actions(told))
    assert not await cluster.names("BGPPeer")


async def test_manifests_that_cannot_be_read_change_nothing(
    cluster: Cluster, user: Lbtui, tmp_path: Path
) -> None:
    folder = write(tmp_path / "new", peer(), pool())
    (folder / "bad.yaml").write_text("kind: [")
    done = await applied(user, folder, "--yes", code=1)
    assert "bad.yaml:1" in done.stderr and "mend the manifests first" in done.stderr
    assert not await cluster.names("BGPPeer")


async def test_a_folder_without_any_of_metallbs_objects_is_the_wrong_one(
    cluster: Cluster, user: Lbtui, tmp_path: Path
) -> None:
    done = await applied(user, write(tmp_path / "new", service()), "--yes", code=1)
    assert "The manifests hold none of MetalLB's objects" in done.stderr


async def test_an_object_is_made_anew_only_if_it_is_named(
    cluster: Cluster, user: Lbtui, tmp_path: Path
) -> None:
    await cluster.put(*working_set(), peer(enableGracefulRestart=True))
    folder = write(tmp_path / "new", peer(enableGracefulRestart=False, holdTime="30s"))
    done = await applied(user, folder, "--yes", code=1)
    assert "add --recreate BGPPeer/tor. Nothing was changed" in done.stderr
    assert "- withdrawn  tor   198.51.100.10/32  node-a" in done.stderr
    told = await document(user, folder, "--yes", "--recreate", "BGPPeer/tor")
    assert actions(told) == [("recreate", "BGPPeer/tor", True)]
    found = await cluster.get(peer())
    assert found is not None and found["spec"]["holdTime"] == "30s"


async def test_a_part_that_was_not_made_is_told_and_the_next_run_makes_it(
    api: ApiServer, cluster: Cluster, user: Lbtui, tmp_path: Path
) -> None:
    await cluster.put(peer())
    api.faults.writes["tor"] = Refused(500, "InternalError", "etcd is away")
    folder = write(tmp_path / "new", peer(holdTime="30s"), pool(), advertisement("all"))
    told = await document(user, folder, "--yes", code=2)
    assert actions(told) == [
        ("create", "IPAddressPool/public", True),
        ("update", "BGPPeer/tor", False),
        ("create", "BGPAdvertisement/all", False),
    ]
    assert "Done before: created IPAddressPool/public" in told["error"]
    api.faults.writes.clear()
    told = await document(user, folder, "--yes")
    assert [done for _, _, done in actions(told)] == [True, True]
