"""Node sets and how they are described."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lbtui.core.values.nodes import NodeIndex

INDEX = NodeIndex(["c", "a", "b", "d", "e", "a"])


@given(st.sets(st.sampled_from("abcdexy")))
def test_masks_and_names_round_trip(names: set[str]) -> None:
    mask = INDEX.mask_of(names)
    assert INDEX.names_of(mask) == tuple(sorted(names - {"x", "y"}))


DESCRIBED = [
    pytest.param("", "no node", id="none"),
    pytest.param("b", "b", id="one"),
    pytest.param("cba", "a, b, c", id="some"),
    pytest.param("abcd", "a, b, c, d", id="one-more-fits"),
    pytest.param("abcde", "all 5 nodes", id="all"),
]


@pytest.mark.parametrize(("names", "text"), DESCRIBED)
def test_descriptions(names: str, text: str) -> None:
    assert INDEX.describe(INDEX.mask_of(names)) == text


def test_many_nodes_are_counted() -> None:
    index = NodeIndex(f"n{i:02}" for i in range(40))
    assert index.describe(index.all >> 1) == "n00, n01, n02 and 36 more"
    assert NodeIndex(["only"]).describe(1) == "only"
