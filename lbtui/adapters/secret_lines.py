"""A document's lines with its secrets replaced, so that a difference can be shown on a screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from lbtui.adapters.yaml_nodes import NodeKind, YamlNode, YamlProblem, compose, is_merge_key

STARS = "***"
_SECRET_FIELDS = frozenset({"data", "stringData"})
"""Of a Secret: everything in them is secret."""
_WORD = re.compile(r"password|secret|token|stringData", re.IGNORECASE)
_IN_TEXT = re.compile(r"""(password\\?["']?\s*[:=]\s*\\?["']?)([^"',}\s\\]+)""", re.IGNORECASE)
_VALUE = re.compile(r"(^[^#:]*:[ \t]+|^[ \t]*-[ \t]+|^[ \t]+)(\S.*)$")
_VISIBLE = re.compile(r"\S.*\S|\S")


class MaskedLines(NamedTuple):
    """Lines that may be shown."""

    lines: list[str]
    """Without line ends, as many as the text has."""
    secrets: frozenset[str]
    """What was left out; for comparing only."""


def lines_of(text: str) -> list[str]:
    """The lines without their line ends."""
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    return lines if lines[-1] else lines[:-1]


def masked_lines(text: str, known: frozenset[str] = frozenset()) -> MaskedLines:
    """The lines of a document, each secret as three stars.

    Where `known`, the secrets of the text before, are given, a secret that is not among them is
    marked, so that its change can be seen. A text that cannot be read as YAML loses every value
    as soon as it speaks of a secret.
    """
    try:
        root = compose(text)
    except YamlProblem:
        lines = lines_of(text)
        if _WORD.search(text):
            lines = [_VALUE.sub(rf"\1{STARS}", line) for line in lines]
        return MaskedLines(lines, frozenset())
    found: set[str] = set()
    pieces: list[str] = []
    done = 0
    for start, end in sorted(set(_secret_spans(root))) if root is not None else ():
        if start < done:
            continue
        secret = text[start:end]
        found.add(secret)
        stars = STARS if secret in known or not known else f"{STARS} (changed)"
        pieces += (text[done:start], _VISIBLE.sub(stars, secret))
        done = end
    masked = "".join([*pieces, text[done:]])
    lines = [_IN_TEXT.sub(rf"\1{STARS}", line) for line in lines_of(masked)]
    return MaskedLines(lines, frozenset(found))


def _secret_spans(node: YamlNode) -> Iterator[tuple[int, int]]:
    """Where in the text the values stand that nobody may see."""
    fields = {key.text: value.real for key, value in node.pairs if not is_merge_key(key)}
    kind = fields.get("kind")
    is_secret = kind is not None and kind.text in ("Secret", "SecretList")
    for key, value in node.pairs:
        if key.text == "password" or (is_secret and key.text in _SECRET_FIELDS):
            yield from _scalar_spans(value.real)
        else:
            yield from _secret_spans(value)
    for item in node.items:
        yield from _secret_spans(item)


def _scalar_spans(node: YamlNode) -> Iterator[tuple[int, int]]:
    if node.kind is NodeKind.SCALAR:
        if node.end > node.start:
            yield node.start, node.end
        return
    for value in (*node.items, *(value for _, value in node.pairs)):
        yield from _scalar_spans(value.real)
