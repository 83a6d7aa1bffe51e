"""Communities, durations and label selectors."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lbtui.core.objects.meta import LabelSelector
from lbtui.core.values.communities import CommunityError, parse_community
from lbtui.core.values.durations import parse_duration
from lbtui.core.values.selectors import (
    LabelIndex,
    Selector,
    SelectorError,
    compile_selector,
    identity,
)

COMMUNITIES = [
    pytest.param("64500:7", "64500:7", id="standard"),
    pytest.param("064500:007", "64500:7", id="leading-zeros"),
    pytest.param("large:4294967295:0:1", "4294967295:0:1", id="large"),
]


@pytest.mark.parametrize(("text", "value"), COMMUNITIES)
def test_communities(text: str, value: str) -> None:
    assert str(parse_community(text)) == value


NO_COMMUNITIES = [
    pytest.param("65536:1", False, id="too-large"),
    pytest.param("-1:1", False, id="sign"),
    pytest.param("64500: 1", False, id="blank"),
    pytest.param("64500:", False, id="empty-part"),
    pytest.param("Large:1:2:3", False, id="large-is-spelled-so"),
    pytest.param("large:1:2:4294967296", False, id="large-too-large"),
    pytest.param("no-export", True, id="perhaps-an-alias"),
    pytest.param("1:2:3", True, id="three-parts-perhaps-an-alias"),
]


@pytest.mark.parametrize(("text", "is_format"), NO_COMMUNITIES)
def test_text_that_is_no_community(text: str, is_format: bool) -> None:
    with pytest.raises(CommunityError) as caught:
        parse_community(text)
    assert caught.value.is_format is is_format


def test_communities_sort_as_large_ones() -> None:
    texts = ["65535:1", "large:1:0:0", "0:2", "large:2:0:1"]
    values = sorted(parse_community(text) for text in texts)
    assert [str(value) for value in values] == ["1:0:0", "0:2", "2:0:1", "65535:1"]


DURATIONS = [
    pytest.param("90s", 90_000_000_000, id="seconds"),
    pytest.param("1m30s", 90_000_000_000, id="parts"),
    pytest.param("1.5s", 1_500_000_000, id="fraction"),
    pytest.param(".5s", 500_000_000, id="no-digit-before-the-point"),
    pytest.param("-2s", -2_000_000_000, id="negative"),
    pytest.param("0", 0, id="zero-needs-no-unit"),
    pytest.param("1\u00b5s", 1_000, id="micro"),
    pytest.param("90", None, id="no-unit"),
    pytest.param("", None, id="empty"),
    pytest.param("1d", None, id="days"),
    pytest.param(".s", None, id="no-digit"),
    pytest.param("1 s", None, id="blank"),
]


@pytest.mark.parametrize(("text", "nanoseconds"), DURATIONS)
def test_durations_are_go_s(text: str, nanoseconds: int | None) -> None:
    assert parse_duration(text) == nanoseconds


def selector_of(**manifest: object) -> LabelSelector:
    return msgspec.convert(manifest, LabelSelector)


def expression(key: str, operator: str, *values: str) -> dict[str, object]:
    return {"key": key, "operator": operator, "values": list(values)}


BAD_SELECTORS = [
    pytest.param(expression("rack", "In"), "values", id="in-without-values"),
    pytest.param(expression("rack", "Exists", "a"), "values", id="exists-with-values"),
    pytest.param(expression("rack", "Gt", "1"), "operator", id="operator"),
    pytest.param(expression("-rack", "Exists"), "", id="key"),
    pytest.param(expression("Example.com/rack", "Exists"), "", id="prefix"),
    pytest.param(expression("rack", "In", "a b"), "", id="value"),
    pytest.param(expression("rack", "In", "x" * 64), "", id="long-value"),
]


@pytest.mark.parametrize(("bad", "path"), BAD_SELECTORS)
def test_selectors_that_kubernetes_refuses(bad: dict[str, object], path: str) -> None:
    with pytest.raises(SelectorError) as caught:
        compile_selector(selector_of(matchExpressions=[bad]))
    assert caught.value.path.startswith("matchExpressions[0]")
    assert caught.value.path.endswith(path)


def test_a_selector_prints_as_kubernetes_prints_it() -> None:
    selector = selector_of(
        matchLabels={"zone": "a"},
        matchExpressions=[
            expression("rack", "NotIn", "r2", "r1"),
            expression("gpu", "DoesNotExist"),
        ],
    )
    assert str(compile_selector(selector)) == "!gpu,rack notin (r1,r2),zone=a"


def test_values_in_another_order_are_the_same_selector() -> None:
    first = selector_of(matchExpressions=[expression("rack", "In", "a", "b")])
    second = selector_of(matchExpressions=[expression("rack", "In", "b", "a")])
    label = selector_of(matchLabels={"rack": "a"})
    assert identity(first) == identity(second)
    assert identity(label) != identity(
        selector_of(matchExpressions=[expression("rack", "In", "a")])
    )


KEYS = st.sampled_from(["rack", "zone", "gpu"])
VALUES = st.sampled_from(["a", "b", ""])
EXPRESSIONS = st.one_of(
    st.builds(
        lambda key, operator, values: expression(key, operator, *values),
        KEYS,
        st.sampled_from(["In", "NotIn"]),
        st.lists(VALUES, min_size=1, max_size=2),
    ),
    st.builds(expression, KEYS, st.sampled_from(["Exists", "DoesNotExist"])),
)
SELECTORS = st.builds(
    lambda labels, expressions: compile_selector(
        selector_of(matchLabels=labels, matchExpressions=expressions)
    ),
    st.dictionaries(KEYS, VALUES, max_size=2),
    st.lists(EXPRESSIONS, max_size=2),
)


@given(st.lists(SELECTORS, max_size=3), st.lists(st.dictionaries(KEYS, VALUES), max_size=6))
def test_an_index_agrees_with_each_selector(
    selectors: list[Selector], labelled: list[dict[str, str]]
) -> None:
    mask = LabelIndex(labelled).any_of(selectors)
    for position, labels in enumerate(labelled):
        is_matching = not selectors or any(selector.matches(labels) for selector in selectors)
        assert bool(mask >> position & 1) is is_matching
