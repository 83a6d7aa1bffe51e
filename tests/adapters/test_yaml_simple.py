"""What is read without the parser is what the parser says."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lbtui.adapters.manifests import split_documents
from lbtui.adapters.yaml_nodes import YamlProblem, compose, duplicate_keys, value_of
from lbtui.adapters.yaml_simple import NOT_SIMPLE, read_simple
from tests.bench.clusters import SMALL, write

INDENTS = st.sampled_from(["", "", "  ", "  ", "    ", "   ", "      "])
DASHES = st.sampled_from(["", "", "", "- ", "- ", "- - ", "-", "-  "])
KEYS = st.sampled_from(
    ["a: ", "b: ", "c.d/e: ", "a:", "b:", "c:", "", "yes: ", "? a: ", "1: ", "'a': "]
)
VALUES = st.sampled_from(
    "x|x y|12|0x1F|1.5|true|no|null|a:b|1234:1|2001:db8::1|a::|''|'a: b'|\"x # y\"|\"\\n\"|'it''s'|"
    '[]|{}|[a]|{a: b}|[|"|~|-|- x|---|...|a: b|a #b|a  b|x # note|&a x|*a|!!str 1|>-|2026-01-01|'
    "192.0.2.0/24|é|\t|x\t|%a|@a|a,b|a?||<<|=|x:".split("|")
)
LINES = st.one_of(
    st.builds("{}{}{}{}".format, INDENTS, DASHES, KEYS, VALUES),
    st.sampled_from(
        ["", "  ", "# a: b", "    # note", "---", "--- # x", "...", "%YAML 1.2", "\ta: b"]
    ),
)
TEXTS = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "---\n", "# first\n"]),
    st.lists(LINES, max_size=8).map("\n".join),
    st.sampled_from(["\n", "", "\n\n"]),
)


def _agrees(text: str) -> bool:
    """Whether the document was simple; if so, that the parser reads the same and finds no fault."""
    value = read_simple(text)
    if value is NOT_SIMPLE:
        return False
    root = compose(text)
    assert root is not None
    assert _typed(value_of(root)) == _typed(value)
    assert list(duplicate_keys(root)) == []
    return True


def _typed(value: object) -> object:
    """The value with its types: 1, 1.0 and True are equal in Python."""
    if isinstance(value, dict):
        return {key: _typed(content) for key, content in value.items()}
    if isinstance(value, list):
        return [_typed(item) for item in value]
    return (type(value).__name__, repr(value))


@given(TEXTS)
@example("a:\n- b:\n  - c\n  -\n")
@example("a:\n  b\n")
@example("a: b\n  c\n")
@example("a:\n\n# x\n  - b\nc: d")
def test_random_lines_mean_the_same(text: str) -> None:
    for part in split_documents(text):
        with contextlib.suppress(YamlProblem):
            _agrees(part)
            continue
        assert read_simple(part) is NOT_SIMPLE


@given(st.data())
def test_a_manifest_with_a_line_gone_or_moved_means_the_same(data: st.DataObject) -> None:
    lines = data.draw(st.sampled_from(MANIFESTS)).splitlines()
    place = data.draw(st.integers(0, len(lines) - 1))
    lines[place] = data.draw(
        st.sampled_from([f"  {lines[place]}", lines[place][2:], lines[place] + " x", ""])
    )
    for part in split_documents("\n".join(lines)):
        try:
            compose(part)
        except YamlProblem:
            assert read_simple(part) is NOT_SIMPLE
        else:
            _agrees(part)


MANIFESTS = [
    "---\nkind: Service\nmetadata:\n  name: a\n  labels:\n    app: b\nspec:\n  ports:\n"
    "  - name: http\n    port: 80\n  - port: 443\n  ipFamilies: [] # none\nstatus: {}\n",
    "# peers\nkind: BGPPeer\nspec:\n    nodeSelectors:\n    - matchExpressions:\n        - key: r\n"
    "          values:\n          - a\n          - 'b c'\n      other:\n    peerASN: 64512\n",
]


def test_manifests_as_people_keep_them_are_simple(tmp_path: Path) -> None:
    write(SMALL, tmp_path)
    texts = [path.read_text() for path in tmp_path.iterdir()] + MANIFESTS
    documents = [part for text in texts for part in split_documents(text)]
    assert len(documents) > 200
    assert all(map(_agrees, documents))


@pytest.mark.parametrize(
    "text", ["", "---\n", "# only a note\n", "a: &x 1\n", "a: 1\na: 2\n", "x\n"]
)
def test_what_needs_the_parser_is_left_to_it(text: str) -> None:
    assert read_simple(text) is NOT_SIMPLE
