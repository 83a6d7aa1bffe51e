"""Write plain values as YAML, in block or flow style."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lbtui.adapters.yaml_scalars import write_scalar


@dataclass(frozen=True, slots=True)
class Style:
    """How a document is written, so that what is added looks like the rest."""

    newline: str = "\n"
    step: int = 2
    """Blanks by which a mapping inside a mapping is indented."""
    list_offset: int = 0
    """Blanks by which a list's dashes stand right of the field that holds it."""
    quote: str = ""
    """Quotes that all text values have, if they have: ' or "."""
    key_quote: str = ""
    """Quotes that all field names have, if they have."""


def render_flow(value: Any, style: Style) -> str:
    """The value on one line."""
    if isinstance(value, dict):
        parts = (f"{render_key(k, style)}: {render_flow(v, style)}" for k, v in value.items())
        return "{" + ", ".join(parts) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(render_flow(item, style) for item in value) + "]"
    return write_scalar(value, style.quote, is_flow=True)


def render_key(name: str, style: Style) -> str:
    """A field name."""
    return write_scalar(name, style.key_quote, is_flow=True)


def is_inline(value: Any) -> bool:
    """Whether the value stands behind its field name: scalars and what is empty."""
    return not isinstance(value, dict | list) or not value


def render_inline(value: Any, style: Style) -> str:
    """A value for which `is_inline` holds."""
    return (
        render_flow(value, style)
        if isinstance(value, dict | list)
        else write_scalar(value, style.quote)
    )


def render_block(value: Any, style: Style) -> list[str]:
    """Lines of a value in block style, without the indentation of the place they go to."""
    if is_inline(value):
        return [render_inline(value, style)]
    lines: list[str] = []
    if isinstance(value, dict):
        for name, content in value.items():
            lines += render_pair(name, content, style)
    else:
        for item in value:
            lines += render_item(item, style)
    return lines


def render_pair(name: str, value: Any, style: Style) -> list[str]:
    """Lines of one field of a block mapping."""
    key = render_key(name, style)
    if is_inline(value):
        return [f"{key}: {render_inline(value, style)}"]
    offset = style.step if isinstance(value, dict) else style.list_offset
    return [f"{key}:", *indent(render_block(value, style), offset)]


def render_item(value: Any, style: Style) -> list[str]:
    """Lines of one item of a block list."""
    first, *rest = render_block(value, style)
    return [f"- {first}", *indent(rest, 2)]


def indent(lines: list[str], blanks: int) -> list[str]:
    """The lines moved to the right."""
    return [" " * blanks + line for line in lines]
