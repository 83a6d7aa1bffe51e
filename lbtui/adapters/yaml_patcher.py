"""Find the text edits that turn a document's value into another one."""

from __future__ import annotations

import difflib
import json
import re
from typing import Any, NamedTuple

from lbtui.adapters.manifest_changes import align
from lbtui.adapters.yaml_edits import (
    Edit,
    Unpatchable,
    apply_edits,
    column_of,
    content_end,
    is_alone_before,
    line_start,
    next_line,
    same_value,
    whole_lines,
)
from lbtui.adapters.yaml_flow_edits import FlowEdits
from lbtui.adapters.yaml_nodes import NodeKind, YamlNode, is_merge_key, key_text
from lbtui.adapters.yaml_render import (
    indent,
    is_inline,
    render_block,
    render_flow,
    render_inline,
    render_item,
    render_key,
    render_pair,
)
from lbtui.adapters.yaml_scalars import write_scalar
from lbtui.adapters.yaml_style import style_near, style_of

_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)*")
_DASH_LINE = re.compile(r"[ ]*-[ ]*(?:#[^\n]*)?\r?\Z")
_ALIKE = 0.7
"""From this likeness on (0 to 1, difflib) a name in another's place is taken for its new name."""
_FILLER_LINE = re.compile(r"\s*(?:#[^\n]*)?\Z")


class _Place(NamedTuple):
    """Where a value stands."""

    key: YamlNode | None
    """The field name in front of it; None for items of lists and the document itself."""
    in_flow: bool
    depth: int
    """Steps from the document to it."""


class Patcher:
    """Collects the edits of one document; use it once."""

    def __init__(self, text: str, root: YamlNode, rewrite_from: int) -> None:
        """Take the document; values that differ `rewrite_from` steps deep are written anew.

        The text must end with a line end.
        """
        self._text = text
        self._root = root
        self._rewrite_from = rewrite_from
        self._style = style_of(text, root)
        self._edits: list[Edit] = []

    def change(self, old: Any, new: Any) -> str:
        """The text with the value `new` instead of `old`. Raises Unpatchable."""
        self._change(self._root, old, new, _Place(None, False, 0))
        return apply_edits(self._text, self._edits)

    def _change(self, node: YamlNode, old: Any, new: Any, place: _Place) -> None:
        if same_value(old, new):
            return
        is_nested = bool(old and new) and place.depth < self._rewrite_from
        if is_nested and node.kind is NodeKind.MAPPING and isinstance(new, dict):
            self._change_mapping(node, old, new, place)
        elif is_nested and node.kind is NodeKind.SEQUENCE and isinstance(new, list):
            self._change_sequence(node, old, new, place)
        else:
            self._replace(node, new, place)

    # Mappings

    def _change_mapping(self, node: YamlNode, old: Any, new: Any, place: _Place) -> None:
        in_flow = node.style == "flow"
        own = {key_text(k): i for i, (k, _) in enumerate(node.pairs) if not is_merge_key(k)}
        names = _renames(old, new)
        gone = [name for name in old if name not in new and name not in names]
        if any(name not in own for name in gone):
            raise Unpatchable("the field comes from a merge key")
        kept = [i for i in range(len(node.pairs)) if i not in {own[name] for name in gone}]
        if not kept:
            raise Unpatchable("no field stays")
        for name in old:
            target = names.get(name, name)
            if target in new and name in own:
                key, value = node.pairs[own[name]]
                if target != name:
                    self._edits.append(Edit(key.start, key.end, self._key_like(key, target)))
                self._change(value, old[name], new[target], _Place(key, in_flow, place.depth + 1))
        added = {
            name: value
            for name, value in new.items()
            if (name not in old and name not in names.values())
            or (name not in own and name in old and not same_value(old[name], value))
        }
        removed = [own[name] for name in gone]
        if in_flow:
            flow = FlowEdits(self._text, [(k.start, max(k.end, v.end)) for k, v in node.pairs])
            style = style_near(self._style, node)
            texts = [f"{render_key(n, style)}: {render_flow(v, style)}" for n, v in added.items()]
            self._edits += flow.remove(removed)
            self._edits += flow.insert(kept[-1], texts, style.newline)
        else:
            self._remove_pairs(node, removed)
            self._add_pairs(node, kept[-1], added)

    def _key_like(self, key: YamlNode, name: str) -> str:
        return write_scalar(name, key.style or None, is_flow=True)

    def _remove_pairs(self, node: YamlNode, removed: list[int]) -> None:
        leading = 0  # pairs gone that stand behind a dash, where what follows has to take over
        if removed and not is_alone_before(self._text, node.pairs[0][0].start):
            while leading in removed:
                leading += 1
        if leading:
            start, end = node.pairs[0][0].start, node.pairs[leading][0].start
            self._edits.append(Edit(start, end, ""))
        for i in removed:
            if i >= leading:
                key, value = node.pairs[i]
                if not is_alone_before(self._text, key.start):
                    raise Unpatchable("the field name is not the first thing on its line")
                end = max(key.end, content_end(self._text, value))
                self._edits.append(whole_lines(self._text, key.start, end))

    def _add_pairs(self, node: YamlNode, after: int, added: dict[str, Any]) -> None:
        if not added:
            return
        style = style_near(self._style, node)
        # An explicit key (`? name`) stands further right than the fields do.
        blanks = min(column_of(self._text, key.start) for key, _ in node.pairs)
        lines = [line for n, value in added.items() for line in render_pair(n, value, style)]
        self._insert_lines(content_end(self._text, node.pairs[after][1]), indent(lines, blanks))

    def _insert_lines(self, behind: int, lines: list[str]) -> None:
        position = next_line(self._text, behind)
        new = "".join(line + self._style.newline for line in lines)
        self._edits.append(Edit(position, position, new))

    # Lists

    def _change_sequence(self, node: YamlNode, old: Any, new: Any, place: _Place) -> None:
        in_flow = node.style == "flow"
        removed: list[int] = []
        inserted: list[tuple[int, list[Any]]] = []
        for _, i1, i2, j1, j2 in align([*map(_identity, old)], [*map(_identity, new)]):
            for i, j in zip(range(i1, i2), range(j1, j2), strict=False):
                where = _Place(None, in_flow, place.depth + 1)
                self._change(node.items[i], old[i], new[j], where)
            removed += range(i1 + (j2 - j1), i2)
            if j2 - j1 > i2 - i1:
                inserted.append((i2 - 1, new[j1 + (i2 - i1) : j2]))
        if in_flow:
            flow = FlowEdits(self._text, [(item.start, item.end) for item in node.items])
            style = style_near(self._style, node)
            self._edits += flow.remove(removed)
            for after, items in inserted:
                texts = [render_flow(item, style) for item in items]
                self._edits += flow.insert(after, texts, style.newline)
            return
        for i in removed:
            dash = self._dash_of(node.items[i])
            if not is_alone_before(self._text, dash):
                raise Unpatchable("the item stands behind another dash")
            end = max(dash, content_end(self._text, node.items[i]))
            self._edits.append(whole_lines(self._text, dash, end))
        for after, items in inserted:
            self._insert_items(node, after, items)

    def _insert_items(self, node: YamlNode, after: int, items: list[Any]) -> None:
        style = style_near(self._style, node)
        first = self._dash_of(node.items[0])
        lines = [line for item in items for line in render_item(item, style)]
        lines = indent(lines, column_of(self._text, first))
        if after >= 0:
            self._insert_lines(content_end(self._text, node.items[after]), lines)
            return
        if not is_alone_before(self._text, first):
            raise Unpatchable("the list stands behind a dash")
        start = line_start(self._text, first)
        self._edits.append(Edit(start, start, "".join(ln + self._style.newline for ln in lines)))

    def _dash_of(self, item: YamlNode) -> int:
        """Position of the dash in front of an item of a block list."""
        text, start = self._text, line_start(self._text, item.start)
        before = text[start : item.start].rstrip(" ")
        if before.endswith("-"):
            return start + len(before) - 1
        while not before and start:
            end, start = start - 1, line_start(text, start - 1)
            line = text[start:end]
            if _DASH_LINE.match(line):
                return start + line.index("-")
            if not _FILLER_LINE.match(line):
                break
        raise Unpatchable("the item's dash was not found")

    # Whole values

    def _replace(self, node: YamlNode, new: Any, place: _Place) -> None:
        start = node.start
        if node.anchor is not None or node.tag is not None:
            found = _PROPERTIES.match(self._text, node.start)
            start = found.end() if found and node.anchor is not None else start
        is_collection = isinstance(new, dict | list)
        is_filled_flow = node.style == "flow" and bool(node.items or node.pairs)
        if is_collection and (place.in_flow or is_filled_flow):
            self._put(start, node.end, render_flow(new, self._style))
        elif node.style == "block":
            self._replace_block(node, new, place)
        elif is_inline(new):
            text = self._inline_like(node, new, place.in_flow)
            self._put(start, max(start, content_end(self._text, node)), text)
        elif place.key is not None:
            self._replace_inline_by_block(node, new, place.key)
        else:
            lines = render_block(new, self._style)
            self._put(start, node.end, self._joined(lines, column_of(self._text, start)))

    def _inline_like(self, node: YamlNode, new: Any, in_flow: bool) -> str:
        if isinstance(new, dict | list):
            return render_flow(new, self._style)
        is_quoted = node.kind is NodeKind.SCALAR and node.style in ("'", '"')
        return write_scalar(new, node.style if is_quoted else None, is_flow=in_flow)

    def _replace_block(self, node: YamlNode, new: Any, place: _Place) -> None:
        """Write a block list or mapping anew where it stands."""
        text = self._text
        first = self._dash_of(node.items[0]) if node.items else node.pairs[0][0].start
        end = content_end(text, node)
        if not is_inline(new):
            lines = render_block(new, style_near(self._style, node))
            self._edits.append(Edit(first, end, self._joined(lines, column_of(text, first))))
        elif place.key is not None:
            colon = self._colon_of(place.key)
            self._edits.append(Edit(colon, colon, " " + render_inline(new, self._style)))
            self._edits.append(whole_lines(text, first, end))
        else:
            self._put(first, end, render_inline(new, self._style))

    def _replace_inline_by_block(self, node: YamlNode, new: Any, key: YamlNode) -> None:
        """Put a list or mapping below its field name; a comment behind the name stays there."""
        offset = self._style.step if isinstance(new, dict) else self._style.list_offset
        lines = indent(render_block(new, self._style), column_of(self._text, key.start) + offset)
        end = max(self._colon_of(key), content_end(self._text, node))
        self._edits.append(Edit(self._colon_of(key), end, ""))
        self._insert_lines(end, lines)

    def _colon_of(self, key: YamlNode) -> int:
        """Behind the colon of a field name."""
        return self._text.index(":", key.end) + 1

    def _put(self, start: int, end: int, new: str) -> None:
        """Replace; with a blank in front where the old value was nothing at all."""
        needs_blank = start > 0 and self._text[start - 1] in ":-" and start == end
        self._edits.append(Edit(start, end, " " + new if needs_blank else new))

    def _joined(self, lines: list[str], blanks: int) -> str:
        return (self._style.newline + " " * blanks).join(lines)


def _renames(old: dict[str, Any], new: dict[str, Any]) -> dict[str, str]:
    """Fields that get a like name: localpref → localPref, and peerPrt → peerPort in its place."""
    fresh = {name.lower(): name for name in new if name not in old}
    gone = [name for name in old if name not in new]
    found = {name: fresh[name.lower()] for name in gone if name.lower() in fresh}
    places = dict(zip(old, new, strict=False))
    for name in gone:
        other = places.get(name, name)
        is_alike = difflib.SequenceMatcher(None, name, other).ratio() > _ALIKE
        if name not in found and other not in old and is_alike:
            if same_value(old[name], new[other]):
                found[name] = other
    return found


def _identity(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
