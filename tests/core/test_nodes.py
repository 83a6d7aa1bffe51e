"""Node sets and how they are described."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lbtui.core.values.nodes import MOST_EMPTY, NodeIndex

INDEX = NodeIndex(["c", "a", "b", "d", "e", "a"])


@given(st.sets(st.sampled_from("abcdexy")))
def test_masks_and_names_round_trip(names: set[str]) -> None:
    mask = INDEX.mask_of(names)
    assert INDEX.names_of(mask) == tuple(sorted(names - {"x", "y"}))


@given(st.lists(st.sets(st.sampled_from("abcdef"), min_size=1), min_size=1, max_size=8))
def test_nodes_keep_their_bits_and_are_told_in_name_order(steps: list[set[str]]) -> None:
    first = index = NodeIndex(steps[0])
    for names in steps:
        before, index = index, index.moved(names)
        assert index.names == tuple(sorted(names)) == index.names_of(index.all)
        assert index.is_akin(before) and index.is_akin(first)
        assert all(before.bit(name) in (0, index.bit(name)) for name in names)
        assert len({index.bit(name) for name in names}) == len(names)
        assert before.all & ~index.all == before.mask_of({*before.names} - names)
        for name in names:
            later = index.mask_of(other for other in names if other >= name)
            assert index.first(later) == name == next(index.iterate(later))
            assert index.describe(index.bit(name)) == name
        assert index.moved(names) is index


def test_bits_are_given_anew_once_most_stand_for_nobody() -> None:
    index = NodeIndex(["stays", "n0"])
    for number in range(1, 10 * MOST_EMPTY):
        index = index.moved(["stays", f"n{number}"])
        assert len(index.places) <= MOST_EMPTY + 4
        assert index.names_of(index.all) == (f"n{number}", "stays")
    assert not index.is_akin(NodeIndex(["stays", "n0"]))


def test_equal_indexes_mean_the_same() -> None:
    assert NodeIndex("ab") == NodeIndex("abc").moved("ab")
    assert NodeIndex("abc") != NodeIndex("ac").moved("abc")
    assert not NodeIndex("abc").is_akin(NodeIndex("ac").moved("abc"))


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
