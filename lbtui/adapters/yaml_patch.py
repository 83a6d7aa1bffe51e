"""Change one YAML document in its own text: the smallest edits, every other character stays.

`patch` makes the edits that turn the document's value into the wanted one, reads the result back,
and if it says something else, writes ever larger parts anew until it does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lbtui.adapters.yaml_edits import Edit, Unpatchable, apply_edits, same_value
from lbtui.adapters.yaml_nodes import (
    NodeKind,
    YamlNode,
    YamlProblem,
    compose,
    fields_of_mapping,
    value_of,
)
from lbtui.adapters.yaml_patcher import Patcher
from lbtui.adapters.yaml_render import Style, render_flow

_DEEPEST = 10
"""Steps from an object to its innermost values; no MetalLB kind has more."""


class PatchError(Exception):
    """The text could not be changed so that it means what is wanted; nothing was changed."""


def patch(text: str, wanted: Any, depth_of_object: int = 0) -> str:
    """The document's text, changed so that its value is `wanted`.

    `depth_of_object` is the number of steps to the object edited (2 inside a List). Raises
    PatchError.
    """
    root = compose(text)
    if root is None:
        raise PatchError("the document is empty")
    old = value_of(root)
    if same_value(old, wanted):
        return text
    changed = _patch(text, old, wanted, depth_of_object)
    if changed is None:
        written_out = _without_aliases(text, root, old, wanted)
        changed = _patch(written_out, old, wanted, depth_of_object)
    if changed is None:
        raise PatchError("no change of its text gives the wanted value")
    return changed


def _patch(text: str, old: Any, wanted: Any, depth_of_object: int) -> str | None:
    """Try the smallest edits first; None if none of them gives the wanted value."""
    padding = "" if text.endswith("\n") else "\r\n" if "\r\n" in text else "\n"
    root = compose(text + padding)
    for depth in range(depth_of_object + _DEEPEST, depth_of_object, -1) if root else ():
        assert root is not None
        try:
            changed = Patcher(text + padding, root, rewrite_from=depth).change(old, wanted)
        except Unpatchable:
            continue
        changed = changed.removesuffix(padding)
        if reads_as(changed, wanted):
            return changed
    return None


def _without_aliases(text: str, root: YamlNode, old: Any, wanted: Any) -> str:
    """The text with the aliases of those anchors written out whose value is to change."""
    anchors = set(_changed_anchors(root, old, wanted))
    edits = [
        Edit(alias.start, alias.end, render_flow(value_of(alias), Style()))
        for alias in _aliases(root)
        if alias.text in anchors
    ]
    return apply_edits(text, edits)


def _changed_anchors(node: YamlNode, old: Any, wanted: Any) -> Iterator[str]:
    if same_value(old, wanted) or node.kind is NodeKind.ALIAS:
        return
    if node.anchor is not None:
        yield node.anchor
    if isinstance(old, dict):
        fields = wanted if isinstance(wanted, dict) else {}
        for name, child in fields_of_mapping(node).items():
            yield from _changed_anchors(child, old[name], fields.get(name))
    elif isinstance(old, list):
        is_alike = isinstance(wanted, list) and len(wanted) == len(old)
        items = wanted if is_alike else [None] * len(old)
        for child, one, other in zip(node.items, old, items, strict=True):
            yield from _changed_anchors(child, one, other)


def _aliases(node: YamlNode) -> Iterator[YamlNode]:
    if node.kind is NodeKind.ALIAS:
        yield node
    for child in (*node.items, *(part for pair in node.pairs for part in pair)):
        yield from _aliases(child)


def reads_as(text: str, wanted: Any) -> bool:
    """Whether the text is one document with exactly this value."""
    try:
        root = compose(text)
        return root is not None and same_value(value_of(root), wanted)
    except YamlProblem:
        return False
