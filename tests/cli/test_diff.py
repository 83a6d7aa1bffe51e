"""`lbtui diff`: routes and resources that come, go and change."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command import Lbtui
from tests.support.manifests import edit, write_cluster


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    return write_cluster(tmp_path / "old"), write_cluster(tmp_path / "new")


def test_no_difference_is_0(lbtui: Lbtui, pair: tuple[Path, Path]) -> None:
    document = lbtui.json("diff", "old", "new", "-o", "json")
    assert document == {
        "backends": ["frr-k8s", "frr-k8s"],
        "added": [],
        "withdrawn": [],
        "changed": [],
        "resources": {"added": [], "removed": [], "changed": []},
        "kept": {},
        "refused": [],
    }
    assert lbtui("diff", "old", "new").stdout == ""


def test_a_changed_field_is_a_changed_route_on_each_node(
    lbtui: Lbtui, pair: tuple[Path, Path]
) -> None:
    edit(pair[1] / "advertisements.yaml", "localPref: 100", "localPref: 200")
    document = lbtui.json("diff", "old", "new", "-o", "json", code=1)
    assert document["added"] == document["withdrawn"] == []
    changes = [
        (
            change["after"]["node"],
            change["after"]["peer"],
            change["before"]["localPref"],
            change["after"]["localPref"],
        )
        for change in document["changed"]
    ]
    assert changes == [("node-a", "tor", 100, 200), ("node-b", "tor", 100, 200)]
    (resource,) = document["resources"]["changed"]
    assert (resource["kind"], resource["name"]) == ("BGPAdvertisement", "local")
    assert resource["paths"] == ["spec.localPref"]
    text = lbtui("diff", "old", "new").stdout
    assert "~ BGPAdvertisement/local  spec.localPref" in text
    assert "localPref 100 → 200" in text


def test_routes_come_and_go(lbtui: Lbtui, pair: tuple[Path, Path]) -> None:
    edit(pair[1] / "services.yaml", "- ip: 198.51.100.10", "- ip: 198.51.100.11")
    document = lbtui.json("diff", "old", "new", "-o", "json", code=1)
    for key, prefix in (("added", "198.51.100.11/32"), ("withdrawn", "198.51.100.10/32")):
        found = {(r["node"], r["peer"], r["prefix"]) for r in document[key]}
        assert found == {("node-a", "tor", prefix), ("node-b", "tor", prefix)}
    text = lbtui("diff", "old", "new").stdout.split("\n")
    assert [line.split()[:4] for line in text if line.startswith(("+ added", "- withdrawn"))] == [
        ["-", "withdrawn", "tor", "198.51.100.10/32"],
        ["+", "added", "tor", "198.51.100.11/32"],
    ]


def test_resources_come_and_go(lbtui: Lbtui, pair: tuple[Path, Path]) -> None:
    edit(pair[1] / "pools.yaml", "name: public", "name: renamed")
    resources = lbtui.json("diff", "old", "new", "-o", "json", code=1)["resources"]
    assert [r["name"] for r in resources["added"]] == ["renamed"]
    assert [r["name"] for r in resources["removed"]] == ["public"]


def test_a_missing_side_is_a_failure(lbtui: Lbtui, pair: tuple[Path, Path]) -> None:
    done = lbtui("diff", "old", "nowhere")
    assert (done.returncode, done.stdout) == (2, "")
    assert "nowhere" in done.stderr


def test_one_side_under_two_back_ends(lbtui: Lbtui, pair: tuple[Path, Path]) -> None:
    edit(pair[0] / "advertisements.yaml", "  - large:64512:1:10\n", "")
    edit(pair[0] / "advertisements.yaml", "localPref: 100 ", "localPref: 0 ")
    words = ("diff", "old", "--backend", "native", "--against-backend", "frr", "-o", "json")
    document = lbtui.json(*words, code=1)
    assert document["backends"] == ["native", "frr"]
    assert document["resources"] == {"added": [], "removed": [], "changed": []}
    # native sends LOCAL_PREF 0 to an iBGP peer, FRR sends none.
    assert {
        (c["before"]["peer"], c["before"]["sentLocalPref"], c["after"]["sentLocalPref"])
        for c in document["changed"]
    } == {("tor", 0, None)}


def test_one_side_needs_another_back_end(lbtui: Lbtui, pair: tuple[Path, Path]) -> None:
    done = lbtui("diff", "old")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--against-backend" in done.stderr


def test_nodes_that_refuse_the_new_keep_the_old(lbtui: Lbtui, pair: tuple[Path, Path]) -> None:
    edit(pair[1] / "advertisements.yaml", "- NO_ADVERTISE", "- NO_ADVERTIZE")
    document = lbtui.json("diff", "old", "new", "-o", "json", code=1)
    assert document["added"] == document["withdrawn"] == document["changed"] == []
    assert {node: error["code"] for node, error in document["kept"].items()} == {
        "node-a": "unknown-alias",
        "node-b": "unknown-alias",
    }
    told = lbtui("diff", "old", "new").stderr
    assert "NEW is refused on all 2 nodes for unknown-alias: there the configuration of OLD" in told


def test_what_the_api_server_refuses_stays_as_it_was(lbtui: Lbtui, pair: tuple[Path, Path]) -> None:
    edit(pair[1] / "advertisements.yaml", "localPref: 100", 'localPref: "100"')
    document = lbtui.json("diff", "old", "new", "-o", "json")
    assert document["withdrawn"] == document["resources"]["removed"] == []
    assert document["refused"] == [
        {"kind": "BGPAdvertisement", "name": "local", "namespace": "metallb-system"}
    ]
    told = lbtui("diff", "old", "new").stderr
    assert "BGPAdvertisement/local of NEW is refused by the API server: that of OLD stays." in told
