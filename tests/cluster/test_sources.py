"""`cluster:` as a source of every command that reads."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cluster.conftest import Cluster
from tests.cluster.manifests import Manifest, advertisement, peer, pool, speaker, working_set
from tests.support.command import Lbtui


@pytest.fixture
async def user(cluster: Cluster, kubeconfig: Path, lbtui: Lbtui) -> Lbtui:
    """Somebody with a kubeconfig for a cluster that sends one route and runs MetalLB with FRR."""
    await cluster.put(*working_set(), speaker(backend="frr"))
    return replace(lbtui, environment={**lbtui.environment, "KUBECONFIG": str(kubeconfig)})


def folder_of(path: Path, *manifests: Manifest) -> str:
    path.mkdir()
    (path / "all.yaml").write_text(yaml.safe_dump_all(manifests))
    return str(path)


async def asked(user: Lbtui, *words: str, code: int = 0) -> Any:
    return await asyncio.to_thread(user.json, *words, "-o", "json", code=code)


def prefixes(preview: Any) -> list[str]:
    return [route["prefix"] for route in preview["nodes"]["node-a"]["tor"]["routes"]]


@pytest.mark.parametrize("words", [("cluster:",), ("cluster:tests",), ("--context", "tests")])
async def test_preview_reads_it_and_what_it_runs(
    user: Lbtui, words: tuple[str, ...], tmp_path: Path
) -> None:
    empty = (
        ()
        if words[0] != "--context"
        else (folder_of(tmp_path / "empty", pool("other", "203.0.113.0/24")),)
    )
    found = await asked(user, "preview", *words, *empty)
    assert prefixes(found) == ["198.51.100.10/32"]
    assert found["backend"] == "frr" and not found["assumedNode"]


async def test_manifests_on_top_are_judged_on_its_nodes_and_services(
    user: Lbtui, tmp_path: Path
) -> None:
    folder = folder_of(tmp_path / "new", advertisement(aggregationLength=24))
    assert prefixes(await asked(user, "preview", folder, "cluster:")) == ["198.51.100.0/24"]
    told = await asked(user, "lint", folder, "cluster:", "--backend", "native")
    assert told["backend"] == "native" and told["valid"]


async def test_a_folder_is_compared_with_it_both_ways(user: Lbtui, tmp_path: Path) -> None:
    changed = advertisement(localPref=0, communities=["64512:1"])
    folder = folder_of(tmp_path / "ours", peer(), changed)
    there = await asked(user, "diff", folder, "cluster:", code=1)
    assert [one["name"] for one in there["resources"]["added"]] == ["public"]
    assert [one["name"] for one in there["resources"]["changed"]] == ["all"]
    assert [one["prefix"] for one in there["added"]] == ["198.51.100.10/32"]
    back = await asked(user, "diff", "cluster:", folder, code=1)
    assert [one["name"] for one in back["resources"]["removed"]] == ["public"]
    assert [one["prefix"] for one in back["withdrawn"]] == ["198.51.100.10/32"]


async def test_what_was_exported_does_not_differ(user: Lbtui, tmp_path: Path) -> None:
    folder = str(tmp_path / "exported")
    done = await asyncio.to_thread(user, "export", folder)
    assert done.returncode == 0, done.stderr
    same = await asked(user, "diff", folder, "cluster:")
    assert not same["resources"]["changed"] and not same["added"]


async def test_the_other_questions_are_answered_too(user: Lbtui) -> None:
    web = await asked(user, "explain", "cluster:", "--service", "default/web")
    assert web["verdict"] == "announced"
    lost = await asked(user, "whatif", "cluster:", "--without", "node/node-a", code=1)
    assert [one["prefix"] for one in lost["withdrawn"]] == ["198.51.100.10/32"]
    assert (await asked(user, "allocate", "cluster:"))["valid"]


async def test_a_context_that_is_not_there_is_said(user: Lbtui) -> None:
    done = await asyncio.to_thread(user, "lint", "cluster:prod")
    assert done.returncode == 2
    assert "there is no context prod; there are: tests" in done.stderr
