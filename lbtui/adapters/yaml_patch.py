"""Change one YAML document in its own text: the smallest edits, every other character stays.

`patch` makes the edits that turn the document's value into the wanted one, reads the result back,
and if it says something else, writes ever larger parts anew until it does.
"""

from __future__ import annotations

from typing import Any

from lbtui.adapters.yaml_edits import Unpatchable, same_value
from lbtui.adapters.yaml_nodes import YamlProblem, compose, value_of
from lbtui.adapters.yaml_patcher import Patcher

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
    padding = "" if text.endswith("\n") else "\r\n" if "\r\n" in text else "\n"
    padded = compose(text + padding) or root
    for depth in range(depth_of_object + _DEEPEST, depth_of_object, -1):
        try:
            changed = Patcher(text + padding, padded, rewrite_from=depth).change(old, wanted)
        except Unpatchable:
            continue
        changed = changed.removesuffix(padding)
        if reads_as(changed, wanted):
            return changed
    raise PatchError("no change of its text gives the wanted value")


def reads_as(text: str, wanted: Any) -> bool:
    """Whether the text is one document with exactly this value."""
    try:
        root = compose(text)
        return root is not None and same_value(value_of(root), wanted)
    except YamlProblem:
        return False
