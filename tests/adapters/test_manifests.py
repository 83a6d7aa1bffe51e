"""Octets to documents: what is wrong with a file is told with line, column and remedy."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lbtui.adapters.manifests import MemberPlaces, read_document, read_file, split_documents
from lbtui.adapters.yaml_nodes import MAX_DEPTH
from lbtui.core.diagnostics import Severity

POOL = "apiVersion: metallb.io/v1beta1\nkind: IPAddressPool\nmetadata: {name: p}\n"

BROKEN = [
    pytest.param(b"a: [1\nb: 2\n", "bad-yaml", (2, 2), "", id="unclosed-list"),
    pytest.param(b"a:\n\tb: 1\n", "bad-yaml", (2, 1), "Indent with spaces", id="tab"),
    pytest.param(b"a: 1\n b: 2\n", "bad-yaml", (2, 3), "indentation", id="indentation"),
    pytest.param(b"a: b: c\n", "bad-yaml", (1, 5), "in quotes", id="colon-in-a-value"),
    pytest.param(b"a: 'b\n", "bad-yaml", (2, 1), "closing quote", id="unclosed-quote"),
    pytest.param(b"a: @b\n", "bad-yaml", (1, 4), "in quotes", id="reserved-character"),
    pytest.param(b"a: {{ .Values.x }}\n", "bad-yaml", (1, 5), "helm template", id="helm"),
    pytest.param(b"a: *b\n", "bad-yaml", (1, 4), "", id="alias-of-nothing"),
    pytest.param(b"a: &a [*a]\n", "bad-yaml", (1, 8), "", id="alias-of-itself"),
    pytest.param(b"<<: 1\n", "bad-yaml", (1, 5), "", id="merge-of-a-number"),
    pytest.param(b"? [a]\n: b\n", "bad-yaml", (1, 3), "", id="list-as-key"),
    pytest.param(b"a: \x00\n", "bad-yaml", (1, 4), "another file", id="nul"),
    pytest.param(b"a: \x07\n", "bad-yaml", (1, 4), "", id="bell"),
    pytest.param(b"\xe9: 1\n", "not-utf-8", (1, 1), "iconv -f latin1", id="latin-1"),
    pytest.param(b"a: 1\nb: \xff\n", "not-utf-8", (2, 4), "iconv", id="octet-that-is-no-utf-8"),
    pytest.param("a: 1\n".encode("utf-16"), "not-utf-8", (1, 1), "iconv -f utf-16", id="utf-16"),
    pytest.param(b"[" * (MAX_DEPTH + 2), "bad-yaml", (1, 102), "", id="nested-too-deep"),
    pytest.param(
        b"a: &a [x,x,x,x,x,x,x,x,x]\n"
        + b"".join(
            b"%c: &%c [%s]\n" % (c + 1, c + 1, b",".join([b"*%c" % c] * 9)) for c in b"abcdefgh"
        ),
        "bad-yaml",
        (6, 4),
        "",
        id="billion-laughs",
    ),
]


@pytest.mark.parametrize(("data", "code", "where", "fix"), BROKEN)
def test_what_cannot_be_read_is_told_with_its_place(
    data: bytes, code: str, where: tuple[int, int], fix: str
) -> None:
    (finding,) = read_file("x.yaml", data).diagnostics
    assert (finding.severity, finding.code) == (Severity.ERROR, code)
    assert finding.place is not None and finding.place.file == "x.yaml"
    assert (finding.place.line, finding.place.column) == where
    assert finding.fix and fix in finding.fix
    assert "left out" in finding.message or "nothing of this file" in finding.message


def test_where_the_broken_part_begins_is_told() -> None:
    (finding,) = read_file("x.yaml", b"---\nb: 1\n---\na: [1,\n  2\n").diagnostics
    assert str(finding.place) == "x.yaml:6:1"
    assert "while parsing a flow sequence begun on line 4; this document" in finding.message


def test_a_field_given_twice_is_an_error_and_the_last_one_counts() -> None:
    text = POOL + "spec:\n  addresses: [192.0.2.0/24]\n  addresses: []\n"
    file = read_file("x.yaml", text.encode())
    (finding,) = file.diagnostics
    assert (finding.severity, finding.code) == (Severity.ERROR, "duplicate-key")
    assert str(finding.place) == "x.yaml:6:3"
    assert file.documents[0].members[0].manifest["spec"] == {"addresses": []}


def test_in_documents_of_other_kinds_nothing_is_judged() -> None:
    assert read_file("x.yaml", b"kind: Deployment\na: 1\na: 2\n").diagnostics == ()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        ("a: 1\n", ["a: 1\n"]),
        ("---\na\n---\nb", ["---\na\n", "---\nb"]),
        ("--- a\n...\nb\n", ["--- a\n...\n", "b\n"]),
        ("a: ---\n--- # c\n", ["a: ---\n", "--- # c\n"]),
        ("---x: 1\n ---\n", ["---x: 1\n ---\n"]),
        ("%YAML 1.1\n# c\n---\na\n", ["%YAML 1.1\n# c\n---\na\n"]),
        ("a\r\n---\r\nb\r\n", ["a\r\n", "---\r\nb\r\n"]),
        ("---\n---\n", ["---\n", "---\n"]),
    ],
)
def test_documents_are_cut_at_their_separators(text: str, parts: list[str]) -> None:
    assert list(split_documents(text)) == parts


def test_lines_count_from_the_beginning_of_the_file() -> None:
    text = "# one\n---\n" + POOL + "spec:\n  addresses:\n  - x\n  labels:\n    a.b/c: d\n"
    file = read_file("x.yaml", b"\xef\xbb\xbf" + text.encode())
    document, line = file.documents[1], file.first_lines()[1]
    locate = MemberPlaces(document, (), "x.yaml", line)
    assert str(locate("spec.addresses[0]")) == "x.yaml:8:5"
    assert str(locate("spec.addresses")) == "x.yaml:7:3"
    assert str(locate('spec.labels["a.b/c"]')) == "x.yaml:10:5"
    assert str(locate("spec.labels.nothing.more[3]")) == "x.yaml:9:3"
    assert str(locate("metadata.name")) == "x.yaml:5:12"
    assert str(locate("no path at all [")) == "x.yaml:2"


def test_members_of_a_list_are_found() -> None:
    text = "kind: List\nitems:\n- kind: ConfigMap\n- " + POOL.replace("\n", "\n  ")
    document = read_document(text + "spec: {addresses: []}\n")
    assert [member.steps for member in document.members] == [("items", 0), ("items", 1)]
    locate = MemberPlaces(document, ("items", 1), "x.yaml", 1)
    assert str(locate("spec.addresses")) == "x.yaml:7:10"


def test_documents_already_known_are_taken_as_they_are() -> None:
    first = read_file("x.yaml", POOL.encode()).documents
    again = read_file("y.yaml", b"---\n---\n" + POOL.encode(), known={first[0].text: first[0]})
    assert again.documents[-1] is not first[0], "its text begins with a separator"
    assert read_file("y.yaml", POOL.encode(), known={POOL: first[0]}).documents[0] is first[0]


@given(
    st.binary(max_size=200)
    | st.text("ab:-#[]{}&*!|>'\"%@`?,. \n\r\t~<=", max_size=60).map(str.encode)
)
@example(b"\xef\xbb\xbf")
@example(b"---\r\r---")
@example(b"%TAG ! x\n---\n! a")
@example(b"a: \xc2\x85b\n\xe2\x80\xa8c: d")
def test_any_octets_are_read_or_refused_with_a_place(data: bytes) -> None:
    file = read_file("x.yaml", data)
    for finding in file.diagnostics:
        assert finding.place is not None
        assert 1 <= finding.place.line <= data.count(b"\n") + 1
        assert finding.place.column >= 1
    if file.documents:
        text = "".join(document.text for document in file.documents)
        assert text.encode() == data.removeprefix(b"\xef\xbb\xbf")


def test_without_libyaml_the_same_is_read() -> None:
    script = (
        "import sys\n"
        "sys.modules['yaml._yaml'] = None\n"
        "from lbtui.adapters import yaml_nodes\n"
        "assert yaml_nodes._Parser.__module__ == 'lbtui.adapters.yaml_nodes'\n"
        "root = yaml_nodes.compose(sys.stdin.read())\n"
        "print(yaml_nodes.value_of(root))\n"
        "print([(k.start, v.start, v.end) for k, v in root.pairs])\n"
    )
    text = "é: 1234:1\nb: [1, 'x']  # c\nc:\n- d: e\n-\n  - f\n"
    done = subprocess.run(
        [sys.executable, "-c", script], input=text, capture_output=True, text=True
    )
    assert done.stderr == ""
    assert done.stdout.splitlines()[0] == str(
        {"é": "1234:1", "b": [1, "x"], "c": [{"d": "e"}, ["f"]]}
    )
    root = read_document(text).compose()
    assert root is not None
    places = [(key.start, value.start, value.end) for key, value in root.pairs]
    assert done.stdout.splitlines()[1] == str(places)
