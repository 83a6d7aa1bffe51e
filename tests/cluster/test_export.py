"""`lbtui export`: a cluster's objects as somebody would have written them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from lbtui.adapters.file_store import FileStore
from lbtui.core.editing.overlay import overlay
from tests.cluster.conftest import Cluster
from tests.cluster.editor import Editor
from tests.cluster.manifests import advertisement, peer, pool
from tests.support.command import Lbtui


@pytest.fixture
def user(lbtui: Lbtui, kubeconfig: Path) -> Lbtui:
    return replace(lbtui, environment={**lbtui.environment, "KUBECONFIG": str(kubeconfig)})


async def test_what_is_exported_is_what_was_written(
    cluster: Cluster, user: Lbtui, tmp_path: Path
) -> None:
    theirs = peer(holdTime="90s")
    theirs["metadata"]["annotations"] = {"shop.example/owner": "net"}
    selective = advertisement("all", ipAddressPools=["public"], localPref=100)
    await cluster.put(theirs, pool("public"), pool("spare", "203.0.113.0/24"), selective)
    folder = tmp_path / "out"
    done = await asyncio.to_thread(user, "export", str(folder))
    assert done.returncode == 0, done.stderr
    names = ["bgpadvertisements.yaml", "bgppeers.yaml", "ipaddresspools.yaml"]
    assert sorted(path.name for path in folder.iterdir()) == names
    assert sorted(done.stdout.split()) == [str(folder / name) for name in names]
    found = {name: list(yaml.safe_load_all((folder / name).read_text())) for name in names}
    assert found == {
        "bgpadvertisements.yaml": [selective],
        "bgppeers.yaml": [theirs],
        "ipaddresspools.yaml": [pool("public"), pool("spare", "203.0.113.0/24")],
    }


async def test_what_is_exported_changes_nothing_when_it_is_applied(
    cluster: Cluster, editor: Editor, user: Lbtui, tmp_path: Path
) -> None:
    theirs = peer(password="moonshine", peerPort=1179)
    copy = "kubectl.kubernetes.io/last-applied-configuration"
    theirs["metadata"]["annotations"] = {copy: '{"spec":{"password":"moonshine"}}'}
    await cluster.put(theirs, pool(), advertisement("all"))
    done = await asyncio.to_thread(user, "export", str(tmp_path / "out"))
    assert "Passwords are not exported" in done.stderr
    texts = [path.read_text() for path in (tmp_path / "out").iterdir()]
    assert len(texts) == 3 and not any("moonshine" in text for text in texts)
    held = await editor.read()
    manifests = (await FileStore([str(tmp_path / "out")]).load()).resources
    found = overlay(held, manifests)
    assert found.resources == held and len(manifests) == 3
    assert [str(ref) for ref in found.kept_passwords] == ["BGPPeer/tor"]


async def test_no_file_is_overwritten(cluster: Cluster, user: Lbtui, tmp_path: Path) -> None:
    await cluster.put(peer(), pool())
    (tmp_path / "bgppeers.yaml").write_text("mine")
    done = await asyncio.to_thread(user, "export", str(tmp_path))
    assert done.returncode == 2
    assert "bgppeers.yaml would be overwritten; nothing was written" in done.stderr
    assert (tmp_path / "bgppeers.yaml").read_text() == "mine"
    assert not (tmp_path / "ipaddresspools.yaml").exists()
