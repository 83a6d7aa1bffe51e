"""`lbtui lint --fix`: edits in the files, comments kept, secrets unseen."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command import Lbtui
from tests.support.manifests import edit, write_cluster


@pytest.fixture
def cluster(tmp_path: Path) -> Path:
    """A misspelled field, an unknown one, a wrong alias, and mistakes that need a decision."""
    folder = write_cluster(tmp_path / "cluster")
    edit(folder / "advertisements.yaml", "  localPref: 100 ", "  localpref: 100 ")
    edit(folder / "advertisements.yaml", "- NO_ADVERTISE", "- NO_ADVERTIZE   # stays here")
    edit(folder / "advertisements.yaml", "aggregationLength", "agregationLength")
    edit(folder / "advertisements.yaml", "peers: [edge]", "peers: [edge, edges]")
    edit(
        folder / "peers.yaml",
        "  peerAddress: 192.0.2.2\n",
        "  peerAddress: 192.0.2.2\n  password: hush\n  peerPrt: 1179   # theirs\n",
    )
    return folder


def texts(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in folder.iterdir()}


WANTED = {
    "localpref-spelling": "rename spec.localpref of BGPAdvertisement/local to localPref",
    "unknown-field": "rename spec.peerPrt of BGPPeer/edge to peerPort",
    "unknown-alias": "set spec.communities[0] of BGPAdvertisement/local to NO_ADVERTISE",
}


def test_the_files_are_mended_and_nothing_else_in_them_changes(lbtui: Lbtui, cluster: Path) -> None:
    before = texts(cluster)
    done = lbtui("lint", "--fix", "cluster")
    after = texts(cluster)
    assert done.returncode == 1, "the name that needs a decision is left"
    for code, what in WANTED.items():
        assert f": {code}: {what}" in done.stderr
    assert "4 edits made in cluster/advertisements.yaml, cluster/peers.yaml." in done.stderr
    assert "hush" not in done.stdout + done.stderr
    expected = dict(before)
    for old, new in (
        ("localpref: 100   # the other", "localPref: 100   # the other"),
        ("- NO_ADVERTIZE   # stays here", "- NO_ADVERTISE   # stays here"),
        ("agregationLength", "aggregationLength"),
    ):
        expected["advertisements.yaml"] = expected["advertisements.yaml"].replace(old, new)
    expected["peers.yaml"] = expected["peers.yaml"].replace("peerPrt", "peerPort")
    assert after == expected
    again = lbtui("lint", "--fix", "cluster")
    assert "Nothing to fix that needs no decision." in again.stderr
    assert texts(cluster) == after


def test_a_dry_run_shows_a_diff_without_secrets_and_writes_nothing(
    lbtui: Lbtui, cluster: Path
) -> None:
    before = texts(cluster)
    done = lbtui("lint", "--fix", "--dry-run", "cluster")
    assert done.returncode == 1
    assert texts(cluster) == before
    assert "-  localpref: 100   # the other" in done.stdout
    assert "+  localPref: 100   # the other" in done.stdout
    assert "   password: ***" in done.stdout
    assert "hush" not in done.stdout + done.stderr
    assert "nothing was written" in done.stderr
    document = lbtui.json("lint", "--fix", "--dry-run", "cluster", "-o", "json", code=1)
    assert {one["code"] for one in document["fixed"]} == set(WANTED)
    assert len(document["fixed"]) == 4
    assert document["diff"] == done.stdout
    assert {one["code"] for one in document["diagnostics"] if one["severity"] == "error"} == {
        "unknown-peer"
    }


def test_a_code_that_is_named_is_fixed_even_if_it_needs_a_decision(
    lbtui: Lbtui, cluster: Path
) -> None:
    document = lbtui.json("lint", "cluster", "-o", "json", code=1)
    (unknown,) = [one for one in document["diagnostics"] if one["code"] == "unknown-peer"]
    assert unknown["needsDecision"] is True
    document = lbtui.json(
        "lint", "--fix", "--only", "unknown-peer", "cluster", "-o", "json", code=1
    )
    assert [one["code"] for one in document["fixed"]] == ["unknown-peer"]
    assert document["diff"] is None
    text = (cluster / "advertisements.yaml").read_text()
    assert "peers: [edge]" in text
    assert "localpref" in text


def test_nothing_to_fix_is_fine(lbtui: Lbtui, tmp_path: Path) -> None:
    folder = write_cluster(tmp_path / "sound")
    before = texts(folder)
    assert lbtui("lint", "--fix", "sound").returncode == 0
    assert lbtui("lint", "--fix", "--dry-run", "sound").stdout == ""
    assert texts(folder) == before


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--fix", "-"), "standard input cannot be written back"),
        (("--dry-run", "cluster"), "belong to --fix"),
        (("--only", "unknown-peer", "cluster"), "belong to --fix"),
        (("--fix", "--only", "unknown-pear", "cluster"), "there is no code unknown-pear"),
    ],
)
def test_what_makes_no_sense_is_refused(
    lbtui: Lbtui, cluster: Path, words: tuple[str, ...], says: str
) -> None:
    before = texts(cluster)
    done = lbtui("lint", *words, stdin="")
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert texts(cluster) == before


def test_standard_input_is_shown_as_it_would_be(lbtui: Lbtui, cluster: Path) -> None:
    text = (cluster / "advertisements.yaml").read_text()
    done = lbtui("lint", "--fix", "--dry-run", "--only", "localpref-spelling", "-", stdin=text)
    assert "+  localPref: 100" in done.stdout


def test_fields_inside_lists_and_of_lists_of_objects(lbtui: Lbtui, tmp_path: Path) -> None:
    file = tmp_path / "all.yaml"
    file.write_text(
        "apiVersion: v1\n"
        "kind: List\n"
        "items:\n"
        "- apiVersion: metallb.io/v1beta1\n"
        "  kind: IPAddressPool\n"
        "  metadata: {name: p, namespace: metallb-system}\n"
        '  spec: {addresses: ["198.51.100.0/24"], autoAsign: false}   # one\n'
        "- apiVersion: metallb.io/v1beta1\n"
        "  kind: BGPAdvertisement\n"
        "  metadata: {name: a, namespace: metallb-system}\n"
        "  spec:\n"
        "    localpref: 7   # two\n"
        "    nodeSelectors:\n"
        "    - matchlabels: {rack: a}\n"
        "    - matchLabels: {rack: b}\n"
        "      matchLabel: {x: y}   # goes with --only\n"
    )
    before = file.read_text()
    lbtui("lint", "--fix", "all.yaml")
    wanted = before.replace("autoAsign", "autoAssign").replace("localpref", "localPref")
    wanted = wanted.replace("matchlabels", "matchLabels")
    assert file.read_text() == wanted
