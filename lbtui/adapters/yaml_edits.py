"""Edits of a text by position, and the questions about lines that they need answered."""

from __future__ import annotations

from typing import Any, NamedTuple

from lbtui.adapters.yaml_nodes import NodeKind, YamlNode


class Unpatchable(Exception):
    """A change that cannot be made by small edits at this place."""


class Edit(NamedTuple):
    """Put `new` in place of the characters from `start` up to `end`."""

    start: int
    end: int
    new: str


def apply_edits(text: str, edits: list[Edit]) -> str:
    """Make all edits; those at one place in their order. Raises Unpatchable if two overlap."""
    parts: list[str] = []
    done = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if edit.start < done:
            raise Unpatchable("overlapping edits")
        parts += (text[done : edit.start], edit.new)
        done = edit.end
    return "".join([*parts, text[done:]])


def same_value(one: Any, other: Any) -> bool:
    """Equality that tells 1 from true and from 1.0, and does not look at the order of fields."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same_value(one[k], other[k]) for k in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same_value, one, other))
    return bool(one == other) or (one != one and other != other)


def content_end(text: str, node: YamlNode) -> int:
    """Behind the last character of a node, without the line ends that a block scalar takes.

    Of a block scalar that keeps its line ends (|+), the last of them is the first one left out.
    """
    if node.kind is NodeKind.SCALAR and node.style in ("|", ">"):
        written = text[node.start : node.end]
        if "+" in written.partition("\n")[0].partition("#")[0]:
            return node.start + len(written.rstrip(" ")) - 1
        return node.start + len(written.rstrip())
    if node.style == "block":
        children = node.items or [value for pair in node.pairs for value in pair]
        if children:
            return content_end(text, children[-1])
    return node.end


def line_start(text: str, offset: int) -> int:
    """First character of the line."""
    return text.rfind("\n", 0, offset) + 1


def next_line(text: str, offset: int) -> int:
    """First character of the line below; the end of the text if there is none."""
    end = text.find("\n", offset)
    return len(text) if end < 0 else end + 1


def column_of(text: str, offset: int) -> int:
    """Characters between the beginning of the line and the offset."""
    return offset - line_start(text, offset)


def is_alone_before(text: str, offset: int) -> bool:
    """Whether only blanks stand before it on its line."""
    return not text[line_start(text, offset) : offset].strip(" ")


def whole_lines(text: str, start: int, end: int) -> Edit:
    """The edit that takes away the lines from the one of `start` to the one of `end`."""
    return Edit(line_start(text, start), next_line(text, end), "")
