"""Scalars as Kubernetes reads them, and written so that nobody reads them otherwise."""

from __future__ import annotations

import math
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from lbtui.adapters.yaml_nodes import compose, value_of
from lbtui.adapters.yaml_scalars import is_plain_text, read_plain, read_scalar, write_scalar


def read(text: str) -> Any:
    root = compose(text)
    assert root is not None
    return value_of(root)


# sigs.k8s.io/yaml, goyaml.v2: YAML 1.1 booleans and octals, but no base 60 and no dates.
PLAIN = [
    ("1234:1", "1234:1"),
    ("64512:10", "64512:10"),
    ("12:30:45", "12:30:45"),
    ("65535:65282", "65535:65282"),
    ("2026-01-02", "2026-01-02"),
    ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"),
    ("yes", True),
    ("On", True),
    ("y", True),
    ("no", False),
    ("OFF", False),
    ("n", False),
    ("true", True),
    ("tRUE", "tRUE"),
    ("~", None),
    ("null", None),
    ("Null", None),
    ("", None),
    ("0", 0),
    ("-17", -17),
    ("+17", 17),
    ("017", 15),
    ("0o17", 15),
    ("0x1F", 31),
    ("0b101", 5),
    ("1_000", 1000),
    ("018", 18.0),
    ("4294967296", 4294967296),
    ("1.5", 1.5),
    ("1e3", 1000.0),
    (".5", 0.5),
    ("1.", 1.0),
    (".inf", math.inf),
    ("-.INF", -math.inf),
    ("1.2.3", "1.2.3"),
    ("192.0.2.1", "192.0.2.1"),
    ("0x", "0x"),
    ("-", "-"),
    ("2001:db8::1", "2001:db8::1"),
    ("=", "="),
]


@pytest.mark.parametrize(("text", "value"), PLAIN)
def test_a_plain_scalar_is_what_kubernetes_makes_of_it(text: str, value: Any) -> None:
    found = read_plain(text)
    assert found == value and type(found) is type(value)


def test_not_a_number_is_read() -> None:
    assert math.isnan(read_plain(".nan"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'yes'", "yes"),
        ('"1234:1"', "1234:1"),
        ("!!str 12", "12"),
        ("! 12", "12"),
        ('!!int "12"', 12),
        ('!!bool "yes"', True),
        ("!!float 1", 1.0),
        ("!!null ''", None),
        ("!!binary aGk=", "hi"),
        ("!vault secret", "secret"),
        ("|\n  12\n", "12\n"),
    ],
)
def test_quotes_and_tags_decide(text: str, value: Any) -> None:
    found = read(text)
    assert found == value and type(found) is type(value)


def test_keys_are_text() -> None:
    assert read("{1: a, true: b, yes: c, ~: d, 1.5: e}") == {
        "1": "a",
        "true": "c",
        "null": "d",
        "1.5": "e",
    }


def test_merge_keys_are_followed_and_overridden() -> None:
    text = "a: &a {p: 1, q: 2}\nb: {<<: *a, q: 3}\nc:\n  <<: [{p: 9}, *a]\n"
    assert read(text) == {"a": {"p": 1, "q": 2}, "b": {"p": 1, "q": 3}, "c": {"p": 9, "q": 2}}


awkward = st.sampled_from([text for text, _ in PLAIN]) | st.text(
    st.sampled_from(list("aZ09:-_.,[]{}#&*!|>'\"%@`? \t\n\r\x00\x85\u2028\ufeffé\U0001d11e=<~"))
)


@given(awkward | st.text(), st.sampled_from([None, "'", '"']))
@example("a: b", None)
@example(":1", None)
@example("--- a", None)
@example("0?", None)
def test_written_text_is_read_back_by_every_reader(text: str, like: str | None) -> None:
    text = text.encode("utf-8", "replace").decode()
    for document in (
        f"a: {write_scalar(text, like)}\n",
        f"a: {write_scalar(text, like)}  # note\n",
        f"{{a: {write_scalar(text, like, is_flow=True)}, b: c}}\n",
        f"a: [{write_scalar(text, like, is_flow=True)}]\n",
        f"a:\n- {write_scalar(text, like)}\n",
    ):
        ours, theirs = read(document), yaml.safe_load(document)
        for found in (ours, theirs):
            value = found["a"][0] if isinstance(found["a"], list) else found["a"]
            assert value == text, document


@pytest.mark.parametrize("value", [True, False, None, 0, -5, 2**40, 1.5])
def test_other_values_are_written_as_they_are(value: Any) -> None:
    found = read(f"[{write_scalar(value)}]")[0]
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize(
    "text", ["tor-a", "192.0.2.0/24", "1m30s", "a b", "198.51.100.1-198.51.100.9"]
)
def test_harmless_text_is_not_quoted(text: str) -> None:
    assert is_plain_text(text) and write_scalar(text) == text


@pytest.mark.parametrize("text", ["1234:1", "yes", "12", "2026-01-02", "", " a", "a: b", "a #b"])
def test_text_that_could_be_misread_is_quoted(text: str) -> None:
    assert write_scalar(text) == f'"{text}"'
    assert read_scalar(text, None, is_plain=False) == text
