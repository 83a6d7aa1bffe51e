"""How a document is written: found in the text, so that what is added looks like the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from lbtui.adapters.yaml_edits import column_of
from lbtui.adapters.yaml_nodes import NodeKind, YamlNode
from lbtui.adapters.yaml_render import Style
from lbtui.adapters.yaml_scalars import read_plain


def style_of(text: str, root: YamlNode) -> Style:
    """Line ends, indentation, and the quotes that all text has, if all has."""
    nested = list(_nested_columns(text, root))
    steps = [inner - outer for kind, outer, inner in nested if kind is NodeKind.MAPPING]
    offsets = [inner - outer for kind, outer, inner in nested if kind is NodeKind.SEQUENCE]
    return Style(
        newline="\r\n" if "\r\n" in text else "\n",
        step=steps[0] if steps and steps[0] > 0 else 2,
        list_offset=offsets[0] if offsets and offsets[0] >= 0 else 0,
        quote=common_quote(_scalars(root)),
    )


def style_near(style: Style, node: YamlNode) -> Style:
    """The style for what is added to this list or mapping: quoted as its neighbours are."""
    values = node.items or [value for _, value in node.pairs]
    quote = common_quote(values) or style.quote
    return replace(style, quote=quote, key_quote=common_quote([key for key, _ in node.pairs]))


def common_quote(nodes: Iterable[YamlNode]) -> str:
    """The quote that every text among the nodes has; empty if they differ or have none."""
    quotes = {
        node.style
        for node in nodes
        if node.kind is NodeKind.SCALAR and (node.style or isinstance(read_plain(node.text), str))
    }
    quote = quotes.pop() if len(quotes) == 1 else ""
    return quote if quote in ("'", '"') else ""


def _nested_columns(text: str, node: YamlNode) -> Iterator[tuple[NodeKind, int, int]]:
    """For each block collection that is a field of a block mapping: its kind, both columns."""
    if node.style != "block":
        return
    for key, value in node.pairs:
        if value.style == "block" and value.anchor is None:
            yield value.kind, column_of(text, key.start), column_of(text, value.start)
        yield from _nested_columns(text, value)
    for item in node.items:
        yield from _nested_columns(text, item)


def _scalars(node: YamlNode) -> Iterator[YamlNode]:
    if node.kind is NodeKind.SCALAR:
        yield node
    for item in node.items:
        yield from _scalars(item)
    for _, value in node.pairs:
        yield from _scalars(value)
