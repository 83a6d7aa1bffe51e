"""`lbtui preview`: the contract's JSON, the same as YAML, tables and CSV, and the filters."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.command import Lbtui
from tests.support.manifests import edit, write_cluster


@pytest.fixture
def cluster(tmp_path: Path) -> Path:
    return write_cluster(tmp_path / "cluster")


def route(node: str, **changes: Any) -> dict[str, Any]:
    """The route that tor gets from a node, but for `changes`."""
    next_hops = {"node-a": "192.0.2.11", "node-b": "192.0.2.12"}
    return {
        "prefix": "198.51.100.10/32",
        "nextHop": next_hops[node],
        "localPref": 100,
        "sentLocalPref": 100,
        "communities": ["65535:65282"],
        "largeCommunities": ["64512:1:10"],
        "advertisements": ["local"],
        "services": ["default/web"],
    } | changes


def aggregate(node: str) -> dict[str, Any]:
    """The route that edge gets from a node."""
    return route(
        node,
        prefix="198.51.100.0/24",
        localPref=0,
        sentLocalPref=None,
        communities=[],
        largeCommunities=[],
        advertisements=["external"],
    )


def test_json_is_the_whole_contract(lbtui: Lbtui, cluster: Path) -> None:
    document = lbtui.json("preview", "cluster", "-o", "json")
    assert document == {
        "backend": "frr-k8s",
        "valid": True,
        "assumedNode": False,
        "assumedEndpoints": [],
        "diagnostics": [],
        "nodes": {
            node: {
                "edge": {"session": True, "routes": [aggregate(node)]},
                "tor": {"session": True, "routes": [route(node)]},
            }
            for node in ("node-a", "node-b")
        },
        "services": {"default/web": {"node-a": "", "node-b": ""}},
        "nodeErrors": {},
        "backendErrors": {},
    }


def test_yaml_says_the_same(lbtui: Lbtui, cluster: Path) -> None:
    done = lbtui("preview", "cluster", "-o", "yaml")
    assert done.returncode == 0
    assert yaml.safe_load(done.stdout) == lbtui.json("preview", "cluster", "-o", "json")


def test_csv_has_a_row_for_each_route_of_each_session(lbtui: Lbtui, cluster: Path) -> None:
    done = lbtui("preview", "cluster", "-o", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [(r["node"], r["peer"], r["prefix"]) for r in rows] == [
        ("node-a", "edge", "198.51.100.0/24"),
        ("node-a", "tor", "198.51.100.10/32"),
        ("node-b", "edge", "198.51.100.0/24"),
        ("node-b", "tor", "198.51.100.10/32"),
    ]
    assert rows[0]["sentLocalPref"] == ""
    assert rows[1]["sentLocalPref"] == "100"
    assert rows[1]["largeCommunities"] == "64512:1:10"


def test_the_table_joins_nodes_that_send_the_same(lbtui: Lbtui, cluster: Path) -> None:
    lines = lbtui("preview", "cluster").stdout.splitlines()
    assert lines[0].split() == [
        "PEER",
        "PREFIX",
        "NODES",
        "LOCALPREF",
        "COMMUNITIES",
        "ADVERTISEMENTS",
        "SERVICES",
    ]
    assert [" ".join(line.split()) for line in lines[1:]] == [
        "edge 198.51.100.0/24 all 2 nodes - - external default/web",
        "tor 198.51.100.10/32 all 2 nodes 100 65535:65282,64512:1:10 local default/web",
    ]


def test_filters_leave_what_was_asked_for(lbtui: Lbtui, cluster: Path) -> None:
    words = ("preview", "cluster", "--node", "node-b", "--peer", "tor", "-o")
    document = lbtui.json(*words, "json")
    assert document["nodes"] == {"node-b": {"tor": {"session": True, "routes": [route("node-b")]}}}
    assert document["services"] == {"default/web": {"node-b": ""}}
    table = lbtui(*words, "table").stdout.splitlines()
    assert [line.split()[:3] for line in table[1:]] == [["tor", "198.51.100.10/32", "node-b"]]


def test_a_service_filter_takes_the_others_routes_away(lbtui: Lbtui, cluster: Path) -> None:
    services = (cluster / "services.yaml").read_text()
    mail = services.replace("web", "mail").replace("100.10", "100.25").replace(".80", ".25")
    (cluster / "mail.yaml").write_text(mail)
    words = ("preview", "cluster", "--service", "default/mail", "-o", "json")
    document = lbtui.json(*words)
    prefixes = {r["prefix"] for peers in document["nodes"].values() for r in peers["tor"]["routes"]}
    assert prefixes == {"198.51.100.25/32"}
    assert document["services"].keys() == {"default/mail"}
    assert document["assumedEndpoints"] == ["default/mail"]


@pytest.mark.parametrize("option", ["node", "peer", "service"])
def test_a_name_that_is_not_there_is_refused(lbtui: Lbtui, cluster: Path, option: str) -> None:
    done = lbtui("preview", "cluster", f"--{option}", "nobody")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"there is no {option} 'nobody'" in done.stderr


def test_without_nodes_one_is_assumed_and_said(lbtui: Lbtui, tmp_path: Path) -> None:
    write_cluster(tmp_path / "bare", without=("nodes.yaml", "endpoints.yaml"))
    document = lbtui.json("preview", "bare", "-o", "json")
    assert document["assumedNode"] is True
    assert document["assumedEndpoints"] == ["default/web"]
    assert document["nodes"].keys() == {"node"}
    assert document["nodes"]["node"]["tor"]["routes"][0]["nextHop"] is None
    told = lbtui("preview", "bare").stderr
    assert "one node named 'node'" in told
    assert "one ready endpoint on every node is assumed" in told


def test_a_silent_service_has_its_reason(lbtui: Lbtui, cluster: Path) -> None:
    edit(cluster / "endpoints.yaml", "ready: true", "ready: false")
    done = lbtui("preview", "cluster")
    assert done.returncode == 0
    assert "NOT ANNOUNCED" in done.stdout
    document = lbtui.json("preview", "cluster", "-o", "json")
    reason = document["services"]["default/web"]["node-a"]
    assert reason
    assert reason in done.stdout


def test_errors_are_in_json_on_stderr_otherwise_and_exit_is_1(lbtui: Lbtui, cluster: Path) -> None:
    edit(cluster / "peers.yaml", "peerASN: 64600", "peerASN: 64600\n  holdTime: 2s")
    document = lbtui.json("preview", "cluster", "-o", "json", code=1)
    assert document["valid"] is False
    assert [d["code"] for d in document["diagnostics"]] == ["peer-hold-time"]
    done = lbtui("preview", "cluster")
    assert done.returncode == 1
    assert "error peer-hold-time" in done.stderr
    assert "error" not in done.stdout


CONTRADICTION = """\
apiVersion: v1
kind: Service
metadata:
  name: other
  namespace: default
  labels: {app: other}
spec:
  type: LoadBalancer
status:
  loadBalancer:
    ingress:
    - ip: 198.51.100.10
---
apiVersion: metallb.io/v1beta1
kind: BGPAdvertisement
metadata:
  name: contradicts
  namespace: metallb-system
spec:
  localPref: 200
  peers: [tor]
  serviceSelectors:
  - matchLabels: {app: other}
"""
"""A second service on the address, announced by another localPref alone."""


def test_what_frr_k8s_refuses_is_not_shown_as_sent(lbtui: Lbtui, cluster: Path) -> None:
    local = "serviceSelectors: [{matchExpressions: [{key: app, operator: DoesNotExist}]}]"
    edit(cluster / "advertisements.yaml", "  peers: [tor]", f"  peers: [tor]\n  {local}")
    (cluster / "more.yaml").write_text(CONTRADICTION, encoding="utf-8")
    done = lbtui("preview", "cluster")
    assert done.returncode == 1
    assert "NOTHING NEW SENT BY  WHY" in done.stdout
    assert "all 2 nodes          BGPAdvertisement/contradicts and BGPAdv" in done.stdout
    assert "198.51.100.10/32 " not in done.stdout.partition("NOTHING NEW SENT BY")[0]
    assert len(lbtui("preview", "cluster", "-o", "csv").stdout.splitlines()) == 1
    document = lbtui.json("preview", "cluster", "-o", "json", code=1)
    assert sorted(document["backendErrors"]) == ["node-a", "node-b"]
    frr = lbtui.json("preview", "cluster", "-o", "json", "--backend", "frr")
    assert frr["backendErrors"] == {}
