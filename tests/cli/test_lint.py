"""`lbtui lint`: findings as text and JSON, exit codes, files and lines."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.support.command import Lbtui
from tests.support.environment import CHECKOUT
from tests.support.manifests import edit, write_cluster

FIELDS = {
    "severity",
    "code",
    "kind",
    "name",
    "namespace",
    "path",
    "message",
    "fix",
    "file",
    "line",
    "nodes",
    "edit",
}


@pytest.fixture
def cluster(tmp_path: Path) -> Path:
    return write_cluster(tmp_path / "cluster")


def test_a_sound_cluster_has_no_errors(lbtui: Lbtui, cluster: Path) -> None:
    done = lbtui("lint", "cluster")
    assert (done.returncode, done.stdout) == (0, "")
    assert "no findings; MetalLB (frr-k8s) would accept this." in done.stderr
    document = lbtui.json("lint", "cluster", "-o", "json")
    judges = ("BGPPeer", "BGPAdvertisement", "IPAddressPool", "L2Advertisement", "Community")
    assert document == {
        "backend": "frr-k8s",
        "valid": True,
        "diagnostics": [],
        "admission": dict.fromkeys((*judges, "controller")),
    }


def test_who_refuses_at_admission_is_told(lbtui: Lbtui, cluster: Path) -> None:
    edit(cluster / "advertisements.yaml", "- NO_ADVERTISE", "- NO_ADVERTIZE")
    told = lbtui("lint", "cluster").stderr
    assert "Admission refuses nothing of this" in told
    assert "would refuse it for unknown-alias: there the last valid configuration stays" in told
    edit(cluster / "pools.yaml", "198.51.100.0/24", "198.51.100.0/33")
    done = lbtui("lint", "cluster")
    assert "The webhook for IPAddressPool refuses this set for pool-invalid-cidr." in done.stderr
    assert "The controller refuses this set for pool-invalid-cidr." in done.stderr
    admission = lbtui.json("lint", "cluster", "-o", "json", code=1)["admission"]
    assert admission["BGPPeer"] is None
    assert (admission["controller"]["code"], admission["controller"]["line"]) != (None, None)


def test_what_the_api_server_refuses_is_not_said_to_pass_admission(
    lbtui: Lbtui, cluster: Path
) -> None:
    edit(cluster / "peers.yaml", "64600", '"64600"')
    told = lbtui("lint", "cluster").stderr
    assert "kubectl or the API server refuses objects of this for wrong-type." in told
    assert "Admission refuses nothing" not in told


def test_an_error_names_file_line_code_and_fix(lbtui: Lbtui, cluster: Path) -> None:
    edit(cluster / "advertisements.yaml", "- NO_ADVERTISE", "- NO_ADVERTIZE")
    done = lbtui("lint", "cluster")
    assert done.returncode == 1
    first, second = done.stdout.splitlines()[:2]
    assert first.startswith("cluster/advertisements.yaml:11:")
    assert ": error unknown-alias: " in first
    assert "NO_ADVERTIZE" in first
    assert second.startswith("    fix: ")


def test_json_has_every_field_of_the_contract(lbtui: Lbtui, cluster: Path) -> None:
    edit(cluster / "advertisements.yaml", "- NO_ADVERTISE", "- NO_ADVERTIZE")
    document = lbtui.json("lint", "cluster", "-o", "json", code=1)
    assert document["valid"] is False
    (finding,) = [d for d in document["diagnostics"] if d["severity"] != "info"]
    assert finding.keys() >= FIELDS
    expected = {
        "severity": "error",
        "code": "unknown-alias",
        "kind": "BGPAdvertisement",
        "name": "local",
        "namespace": "metallb-system",
        "path": "spec.communities[0]",
        "file": "cluster/advertisements.yaml",
        "line": 11,
        "fix": "Did you mean NO_ADVERTISE?",
        "edit": "set spec.communities[0] of BGPAdvertisement/local to NO_ADVERTISE",
    }
    assert {name: finding[name] for name in expected} == expected


def test_the_back_end_decides(lbtui: Lbtui, cluster: Path) -> None:
    assert lbtui("lint", "cluster", "--backend", "frr").returncode == 0
    document = lbtui.json("lint", "cluster", "--backend", "native", "-o", "json", code=1)
    assert document["backend"] == "native"
    codes = [d["code"] for d in document["diagnostics"] if d["severity"] != "info"]
    assert codes == ["native-large-community", "local-pref-zero"][: len(codes)]
    assert "native-large-community" in codes


def test_the_settings_choose_the_back_end_unless_told(lbtui: Lbtui, cluster: Path) -> None:
    settings = Path(lbtui.environment["XDG_CONFIG_HOME"]) / "lbtui" / "settings.toml"
    settings.parent.mkdir()
    settings.write_text('backend = "frr"\n')
    assert lbtui.json("lint", "cluster", "-o", "json")["backend"] == "frr"
    told = lbtui.json("lint", "cluster", "--backend", "frr-k8s", "-o", "json")
    assert told["backend"] == "frr-k8s"


def test_standard_input_is_a_source(lbtui: Lbtui, cluster: Path) -> None:
    text = "\n---\n".join(file.read_text() for file in sorted(cluster.iterdir()))
    assert lbtui("lint", "-", stdin=text).returncode == 0
    done = lbtui("lint", "-", stdin=text.replace("64600", "many"))
    assert done.returncode == 1
    assert done.stdout.startswith("-:")


def test_rules_lists_codes_once_with_their_meaning(lbtui: Lbtui) -> None:
    rules = lbtui.json("lint", "--rules", "-o", "json")
    codes = [rule["code"] for rule in rules]
    assert len(codes) == len(set(codes)) > 140
    assert all(rule["meaning"].endswith(".") and rule["fix"].endswith(".") for rule in rules)
    assert all(
        rule["source"] and rule["group"] in ("acceptance", "lint", "cluster") for rule in rules
    )
    assert sum(rule["group"] == "lint" for rule in rules) >= 35
    lines = lbtui("lint", "--rules").stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == codes


def test_rules_lists_what_reading_files_can_find(lbtui: Lbtui) -> None:
    codes = {rule["code"] for rule in lbtui.json("lint", "--rules", "-o", "json")}
    adapters = CHECKOUT / "lbtui" / "adapters"
    used: set[str] = set()
    for name in ("file_sources", "held_files", "manifests", "yaml_nodes"):
        text = (adapters / f"{name}.py").read_text()
        used |= set(re.findall(r'"([a-z0-9]+(?:-[a-z0-9]+)+)"', text)) - {"utf-8", "utf-16"}
    assert {"bad-yaml", "unreadable-file", "empty-folder", "no-resources"} <= used
    assert used <= codes


def test_malformed_yaml_names_file_line_and_column(lbtui: Lbtui, cluster: Path) -> None:
    (cluster / "pools.yaml").write_text("kind: IPAddressPool\nspec:\n  addresses: [1.2.3.4/32\n")
    done = lbtui("lint", "cluster")
    assert done.returncode == 1
    assert "cluster/pools.yaml:" in done.stdout
    assert ": error bad-yaml: " in done.stdout


BAD = [
    pytest.param("localPref: 100 ", 'localPref: "high" ', "wrong-type", 1, 9, id="type"),
    pytest.param("localPref: 100 ", "localPreff: 100 ", "unknown-field", 0, 9, id="unknown"),
    pytest.param("localPref: 100 ", "localPref: 9999999999 ", "out-of-range", 1, 9, id="range"),
    pytest.param("  name: external\n", "", "missing-field", 1, 17, id="no-name"),
]


@pytest.mark.parametrize(("old", "new", "code", "exit_code", "line"), BAD)
def test_what_the_schema_refuses_has_its_line(
    lbtui: Lbtui, cluster: Path, old: str, new: str, code: str, exit_code: int, line: int
) -> None:
    edit(cluster / "advertisements.yaml", old, new)
    document = lbtui.json("lint", "cluster", "-o", "json", code=exit_code)
    found = [d for d in document["diagnostics"] if d["code"] == code]
    assert [(d["file"], d["line"]) for d in found] == [("cluster/advertisements.yaml", line)]


def test_an_unknown_metallb_kind_is_told_and_unrelated_ones_are_not(
    lbtui: Lbtui, cluster: Path
) -> None:
    (cluster / "other.yaml").write_text(
        "apiVersion: metallb.io/v1beta1\nkind: BGPPear\nmetadata: {name: x}\n"
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: y}\n"
    )
    document = lbtui.json("lint", "cluster", "-o", "json")
    (finding,) = document["diagnostics"]
    assert (finding["code"], finding["line"]) == ("unknown-kind", 2)
    assert finding["fix"] == "Did you mean BGPPeer?"


def test_an_empty_folder_is_told_and_is_no_error(lbtui: Lbtui, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = lbtui("lint", "empty")
    assert done.returncode == 0
    assert "info empty-folder: " in done.stdout


def test_a_missing_path_is_a_failure(lbtui: Lbtui) -> None:
    done = lbtui("lint", "nowhere.yaml")
    assert (done.returncode, done.stdout) == (2, "")
    assert "nowhere.yaml" in done.stderr


def test_an_unreadable_file_is_named_and_the_rest_is_judged(lbtui: Lbtui, cluster: Path) -> None:
    (cluster / "lost.yaml").symlink_to("gone.yaml")
    document = lbtui.json("lint", "cluster", "-o", "json", code=1)
    (finding,) = document["diagnostics"]
    assert (finding["code"], finding["file"]) == ("unreadable-file", "cluster/lost.yaml")


def test_an_unreadable_source_is_a_failure(lbtui: Lbtui, tmp_path: Path) -> None:
    loop = tmp_path / "loop.yaml"
    loop.symlink_to(loop)
    done = lbtui("lint", "loop.yaml")
    assert (done.returncode, done.stdout) == (2, "")
    assert "loop.yaml: " in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_a_failure(lbtui: Lbtui, cluster: Path) -> None:
    (cluster / "pools.yaml").chmod(0)
    done = lbtui("lint", "cluster/pools.yaml")
    assert done.returncode == 2
    assert "permissions" in done.stderr


def test_broken_settings_are_told_and_ignored(lbtui: Lbtui, cluster: Path) -> None:
    settings = Path(lbtui.environment["XDG_CONFIG_HOME"]) / "lbtui" / "settings.toml"
    settings.parent.mkdir()
    settings.write_text("backend = \n")
    done = lbtui("lint", "cluster")
    assert done.returncode == 0
    assert "settings.toml" in done.stderr


def test_a_file_name_that_is_no_text_is_written_all_the_same(lbtui: Lbtui, cluster: Path) -> None:
    edit(cluster / "advertisements.yaml", "- NO_ADVERTISE", "- NO_ADVERTIZE")
    os.rename(cluster / "advertisements.yaml", os.fsencode(cluster) + b"/\xff.yaml")
    document = lbtui.json("lint", "cluster", "-o", "json", code=1)
    assert [d["code"] for d in document["diagnostics"] if d["severity"] == "error"] == [
        "unknown-alias"
    ]
