"""One-field edits of awkward manifests: the difference on disk, line by line."""

from __future__ import annotations

import difflib
import shutil
from pathlib import Path
from typing import Any

import pytest

from lbtui.adapters.file_store import FileStore
from lbtui.adapters.yaml_patch import PatchError, patch
from lbtui.core.editing.edit import set_field
from lbtui.core.objects.resource_set import ResourceSet
from lbtui.core.objects.resources import MetalLBResource
from lbtui.ports import Snapshot

CORPUS = Path(__file__).parent / "corpus"
DELETE = "delete"

EDITS = [
    pytest.param(
        "crlf.yaml",
        "local",
        {"spec.localPref": 200},
        ["-  localPref: 100\r\n", "+  localPref: 200\r\n"],
        id="crlf-scalar",
    ),
    pytest.param(
        "crlf.yaml",
        "local",
        {
            "spec.peers": ["tor-a", "tor-c", "tor-b"],
            "spec.communities": None,
            "spec.aggregationLength": 24,
        },
        [
            "+  - tor-c\r\n",
            "-  communities:\r\n",
            "-  - 65535:65282\r\n",
            "+  aggregationLength: 24\r\n",
        ],
        id="crlf-several-fields",
    ),
    pytest.param(
        "flow.yaml",
        "local",
        {"spec.localPref": 200},
        ["-   localPref: 100, communities: []\n", "+   localPref: 200, communities: []\n"],
        id="flow-scalar",
    ),
    pytest.param(
        "flow.yaml",
        "local",
        {"spec.peers": ["tor-a", "tor-b", "tor-c"]},
        ["+     tor-c,\n"],
        id="flow-item-behind-trailing-comma",
    ),
    pytest.param(
        "flow.yaml",
        "local",
        {"spec.peers": ["tor-0", "tor-a"]},
        ["+     tor-0,\n", "-     tor-b,   # rack b\n"],
        id="flow-item-in-front-and-last-removed",
    ),
    pytest.param(
        "flow.yaml",
        "local",
        {"spec.ipAddressPools": ["new", "public"], "spec.communities": ["1:2", "yes"]},
        [
            "-   ipAddressPools: [public, 'internal'],   # both\n",
            "+   ipAddressPools: [new, public],   # both\n",
            "-   localPref: 100, communities: []\n",
            '+   localPref: 100, communities: ["1:2", "yes"]\n',
        ],
        id="flow-lists-and-quotes-that-are-needed",
    ),
    pytest.param(
        "comments.yaml",
        "local",
        {"spec.ipAddressPools": ["internal"]},
        ["-  - public                       # first\n"],
        id="first-item-of-a-commented-list",
    ),
    pytest.param(
        "comments.yaml",
        "local",
        {"spec.localPref": None, "spec.aggregationLength": 24},
        [
            "-  localPref: 100                 # pref\n",
            "+  localPref: 0                 # pref\n",
            "+  aggregationLength: 24\n",
        ],
        id="field-set-back-keeps-its-comment-and-field-added",
    ),
    pytest.param(
        "comments.yaml",
        "local",
        {"spec.nodeSelectors[0].matchLabels": {"rack": "b", "zone": "a"}},
        [
            "-      rack: a                    # rack\n",
            "+      rack: b                    # rack\n",
            "+      zone: a\n",
        ],
        id="label-inside-a-selector",
    ),
    pytest.param(
        "comments.yaml",
        "local",
        {"spec.nodeSelectors[1].matchExpressions[0].values": ["a"]},
        [
            "-      values: [a, b]             # values\n",
            "+      values: [a]             # values\n",
        ],
        id="flow-list-deep-inside",
    ),
    pytest.param(
        "anchors.yaml",
        "spine-2",
        {"spec.holdTime": "12s"},
        ["+    holdTime: 12s\n"],
        id="merged-field-overridden",
    ),
    pytest.param(
        "anchors.yaml",
        "spine-2",
        {"spec.holdTime": None},
        ["-    <<: *spine\n", "+    myASN: 64512\n", "+    peerASN: 64500\n"],
        id="merged-field-removed",
    ),
    pytest.param(
        "anchors.yaml",
        "spine-1",
        {"spec.holdTime": "12s"},
        [
            "-    holdTime: 9s\n",
            "+    holdTime: 12s\n",
            "-    <<: *spine\n",
            "+    <<: {myASN: 64512, peerASN: 64500, peerAddress: 192.0.2.1, holdTime: 9s}\n",
            "-  spec: *spine\n",
            "+  spec: {myASN: 64512, peerASN: 64500, peerAddress: 192.0.2.1, holdTime: 9s}\n",
        ],
        id="anchor-that-others-use",
    ),
    pytest.param(
        "anchors.yaml",
        "spine-3",
        {"spec.holdTime": "12s"},
        [
            "-  spec: *spine\n",
            "+  spec:\n",
            "+    myASN: 64512\n",
            "+    peerASN: 64500\n",
            "+    peerAddress: 192.0.2.1\n",
            "+    holdTime: 12s\n",
        ],
        id="alias-edited",
    ),
    pytest.param(
        "documents.yaml",
        "first",
        {"spec.addresses": ["198.51.100.0/26"]},
        ["-  addresses: [198.51.100.0/25]\n", "+  addresses: [198.51.100.0/26]\n"],
        id="document-behind-dots",
    ),
    pytest.param(
        "documents.yaml",
        "second",
        {"spec.autoAssign": False},
        ["+  autoAssign: false\n"],
        id="document-in-the-middle",
    ),
    pytest.param(
        "documents.yaml",
        "second",
        DELETE,
        [
            "---- # the second pool\n",
            "-apiVersion: metallb.io/v1beta1\n",
            "-kind: IPAddressPool\n",
            "-metadata:\n",
            "-  name: second\n",
            "-spec:\n",
            "-  addresses:\n",
            "-    - 198.51.100.128/25\n",
        ],
        id="document-deleted-with-its-separator",
    ),
    pytest.param(
        "list.yaml",
        "ours",
        {"spec.communities[0].value": "1234:2"},
        ["-      value: 1234:1\n", '+      value: "1234:2"\n'],
        id="item-of-a-List",
    ),
    pytest.param(
        "list.yaml",
        "fast",
        {"spec.receiveInterval": 300},
        ["-  spec: {}\n", "+  spec:\n", "+    receiveInterval: 300\n"],
        id="empty-mapping-filled",
    ),
    pytest.param(
        "list.yaml",
        "fast",
        DELETE,
        [
            "-- apiVersion: metallb.io/v1beta1\n",
            "-  kind: BFDProfile\n",
            "-  metadata:\n",
            "-    name: fast\n",
            "-    namespace: metallb-system\n",
            "-  spec: {}\n",
        ],
        id="item-of-a-List-deleted",
    ),
    pytest.param(
        "long_strings.yaml",
        "public",
        {"spec.addresses": ["198.51.100.0/24", "203.0.113.0/25"]},
        ["-  - '203.0.113.0/24'\n", "+  - '203.0.113.0/25'\n"],
        id="quotes-kept",
    ),
    pytest.param(
        "long_strings.yaml",
        "public",
        {"spec.avoidBuggyIPs": True},
        ["+  avoidBuggyIPs: true\n"],
        id="field-behind-kept-line-ends",
    ),
    pytest.param(
        "long_strings.yaml",
        "public",
        {"metadata.labels": {"a": "b"}},
        ["+  labels:\n", "+    a: b\n"],
        id="mapping-added",
    ),
    pytest.param(
        "long_strings.yaml",
        "public",
        {"metadata.annotations": {"notes": "new"}},
        [
            "-    kubectl.kubernetes.io/last-applied-configuration: |\n",
            '-      {"apiVersion":"metallb.io/v1beta1","kind":"IPAddressPool",\n',
            '-       "metadata":{"name":"public"}}\n',
            "-    notes: >-\n",
            "-      Leased from\n",
            "-      the provider.\n",
            "-\n",
            "-      # no comment\n",
            "-    plain: a text that\n",
            "-      goes on below\n",
            '-    quoted: "and one \\\n',
            '-      with a backslash"\n',
            "+    notes: new\n",
        ],
        id="long-strings-removed-and-replaced",
    ),
    pytest.param(
        "no_newline.yaml",
        "local",
        {"spec.peers": ["tor-a"]},
        ["-  - tor-a\n", "-  - tor-b", "+  - tor-a"],
        id="last-line-without-line-end-removed",
    ),
    pytest.param(
        "no_newline.yaml",
        "local",
        {"spec.peers": ["tor-a"], "spec.localPref": 5},
        ["-  - tor-b", "+  localPref: 5"],
        id="last-line-without-line-end-replaced",
    ),
    pytest.param(
        "helm.yaml",
        "local",
        {"spec.localPref": 200},
        ["-  localpref: 100\n", "+  localPref: 200\n"],
        id="misspelled-field-renamed",
    ),
    pytest.param("helm.yaml", "local", {"spec.peers": ["tor"]}, ["+    - tor\n"], id="null-filled"),
    pytest.param(
        "helm.yaml",
        "public",
        {"spec.addresses": ["198.51.100.0/24", "203.0.113.0/24"]},
        ['+    - "203.0.113.0/24"\n'],
        id="item-quoted-like-its-neighbours",
    ),
    pytest.param(
        "pretty.json",
        "local",
        {"spec.localPref": 200, "spec.peers": ["a"]},
        [
            '-        "localPref": 100\n',
            '+        "localPref": 200,\n',
            '+        "peers": ["a"]\n',
        ],
        id="json-field-added",
    ),
    pytest.param(
        "pretty.json",
        "local",
        {"spec.ipAddressPools": ["public", "b"]},
        ['-            "public"\n', '+            "public",\n', '+            "b"\n'],
        id="json-item-added",
    ),
    pytest.param(
        "pretty.json",
        "local",
        {"spec.localPref": None},
        ['-        "localPref": 100\n', '+        "localPref": 0\n'],
        id="json-field-set-back",
    ),
    pytest.param(
        "pretty_bfd.json",
        "fast",
        {"spec.detectMultiplier": None},
        [
            '-        "receiveInterval": 300,\n',
            '-        "detectMultiplier": 5\n',
            '+        "receiveInterval": 300\n',
        ],
        id="json-last-field-removed",
    ),
    pytest.param(
        "bom.yaml",
        "fast",
        {"spec.receiveInterval": 100, "spec.echoMode": None},
        [
            "-    receiveInterval:   300\n",
            "+    receiveInterval:   100\n",
            "-    echoMode: yes\n",
            "+    echoMode: false\n",
        ],
        id="byte-order-mark-and-wide-gaps",
    ),
    pytest.param(
        "odd.yaml",
        "local",
        {"spec.aggregationLength": 24, "spec.localPref": 5},
        [
            '-  aggregationLength: !!int "32"\n',
            "-  localPref: &pref 100\n",
            "+  aggregationLength: 24\n",
            "+  localPref: &pref 5\n",
        ],
        id="tag-and-anchor",
    ),
    pytest.param(
        "odd.yaml",
        "local",
        {"spec.ipAddressPools": ["internal"]},
        ["-  -\n", "-    public\n"],
        id="item-below-its-dash",
    ),
    pytest.param(
        "odd.yaml",
        "local",
        {"spec.nodeSelectors[1].matchLabels": {"rack": "b"}, "metadata.labels": {"a": "b"}},
        [
            "+  labels:\n",
            "+    a: b\n",
            "-    matchLabels: {rack: a}\n",
            "+    matchLabels: {rack: b}\n",
        ],
        id="explicit-key-left-alone",
    ),
    pytest.param(
        "tabs.yaml",
        "local",
        {"spec.localPref": 200, "spec.peers": ["tor", "edge"]},
        [
            "-  localPref: 100\t#\tthe other site sends 90\n",
            "+  localPref: 200\t#\tthe other site sends 90\n",
            "+  - edge\n",
        ],
        id="tabs-in-comments",
    ),
    pytest.param(
        "tabs.yaml",
        "local",
        {"spec.ipAddressPools": ["public"]},
        [
            "-  ipAddressPools: [ \"public\",\t'internal' ]\t# flow, with tabs between\n",
            '+  ipAddressPools: [ "public" ]\t# flow, with tabs between\n',
        ],
        id="tabs-in-flow",
    ),
    pytest.param(
        "blocks.yaml",
        "public",
        {"spec.autoAssign": False},
        ["-  autoAssign: true\n", "+  autoAssign: false\n"],
        id="behind-block-scalars",
    ),
    pytest.param(
        "blocks.yaml",
        "public",
        {"metadata.labels": {"site": "a"}},
        ["+  labels:\n", "+    site: a\n"],
        id="behind-a-block-scalar-that-keeps-its-lines",
    ),
    pytest.param(
        "leftovers.yaml",
        "local",
        {"spec.localPref": 200},
        ["-  localPref: 100   # ours\n", "+  localPref: 200   # ours\n"],
        id="among-what-does-not-parse",
    ),
    pytest.param(
        "duplicates.yaml",
        "local",
        {"spec.localPref": 300},
        ["-  localPref: 200   # this one does\n", "+  localPref: 300   # this one does\n"],
        id="the-duplicate-that-counts",
    ),
    pytest.param(
        "odd.yaml", "local", {"spec.peers": ["a", "b"]}, ["+  - a\n", "+  - b\n"], id="quoted-key"
    ),
]


def edited(snapshot: Snapshot, name: str, edits: Any) -> ResourceSet:
    ref = next(ref for ref in snapshot.resources.refs() if ref.name == name)
    resource = snapshot.resources.get(ref)
    assert isinstance(resource, MetalLBResource)
    if edits == DELETE:
        return snapshot.resources.without(ref)
    for path, value in edits.items():
        changed = set_field(resource, path, value).resource
        assert changed is not None
        resource = changed
    return snapshot.resources.with_resource(ref, resource)


def difference(old: bytes, new: bytes) -> list[str]:
    lines = difflib.unified_diff(
        old.decode().splitlines(keepends=True), new.decode().splitlines(keepends=True), n=0
    )
    return [line for line in list(lines)[2:] if not line.startswith("@@")]


@pytest.mark.parametrize(("file", "name", "edits", "expected"), EDITS)
async def test_only_the_lines_of_the_edit_change(
    tmp_path: Path, file: str, name: str, edits: Any, expected: list[str]
) -> None:
    path = tmp_path / file
    shutil.copy(CORPUS / file, path)
    store = FileStore([str(path)])
    snapshot = await store.load()
    new = edited(snapshot, name, edits)

    report = await store.save(new)

    assert report.files == (str(path),)
    assert difference((CORPUS / file).read_bytes(), path.read_bytes()) == expected
    assert report.snapshot.resources == new
    again = await FileStore([str(path)]).load()
    assert again.resources == new
    assert again.diagnostics == report.snapshot.diagnostics


async def test_every_file_of_the_corpus_is_edited_and_saved_unchanged(tmp_path: Path) -> None:
    files = {path.name for path in CORPUS.iterdir() if path.suffix in (".yaml", ".json")}
    assert len(files) >= 10
    assert files == {str(case.values[0]) for case in EDITS}
    for file in files:
        path = tmp_path / file
        shutil.copy(CORPUS / file, path)
        store = FileStore([str(path)])
        snapshot = await store.load()
        assert (await store.save(snapshot.resources)).files == ()
        assert path.read_bytes() == (CORPUS / file).read_bytes()


async def test_one_of_5000_documents_is_changed_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "many.yaml"
    one = (CORPUS / "blocks.yaml").read_text()
    path.write_text("---\n".join(one.replace("name: public", f"name: p{n}") for n in range(5000)))
    before = path.read_bytes()
    store = FileStore([str(path)])
    new = edited(await store.load(), "p2500", {"spec.autoAssign": False})
    (change,) = await store.changes(new)
    assert [line for hunk in change.hunks for line in hunk.lines if line.mark != " "] == [
        ("-", "  autoAssign: true"),
        ("+", "  autoAssign: false"),
    ]
    await store.save(new)
    at = before.index(b"p2500")
    place = before.index(b"autoAssign: true", at) + len("autoAssign: ")
    assert path.read_bytes() == before[:place] + b"false" + before[place + 4 :]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a: 1\n", id="block"),
        pytest.param("{a: 1}\n", id="flow"),
        pytest.param("# c\na: 1  # d", id="no-line-end"),
    ],
)
def test_an_edit_taken_back_restores_every_octet(text: str) -> None:
    changed = patch(text, {"a": 1, "b": {"c": ["d", {"e": "f"}]}})
    assert changed != text
    assert patch(changed, {"a": 1}) == text


def test_text_without_a_document_is_refused() -> None:
    with pytest.raises(PatchError):
        patch("# nothing\n", {"a": 1})
