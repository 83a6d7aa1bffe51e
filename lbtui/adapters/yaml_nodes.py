"""One YAML document as a tree of nodes that know where in the text they stand.

PyYAML's C parser gives the events; the tree is our own, so that a value is read the way
Kubernetes reads it and an edit can be made in the text itself.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from lbtui.adapters.yaml_scalars import read_scalar

try:
    from yaml._yaml import CParser as _Parser
except ImportError:  # PyYAML without libyaml

    class _Parser(  # type: ignore[no-redef]
        yaml.reader.Reader, yaml.scanner.Scanner, yaml.parser.Parser
    ):
        """PyYAML's own parser: the same events, ten times slower."""

        def __init__(self, text: str) -> None:
            yaml.reader.Reader.__init__(self, text)
            yaml.scanner.Scanner.__init__(self)
            yaml.parser.Parser.__init__(self)


MAX_DEPTH = 100
"""Nesting that no manifest needs; deeper ones are refused before Python's stack ends."""
MAX_EXPANDED = 500_000
"""Nodes that a document may have once its aliases are written out, or as many as characters."""


class NodeKind(enum.Enum):
    """What a node is."""

    SCALAR = "scalar"
    SEQUENCE = "sequence"
    MAPPING = "mapping"
    ALIAS = "alias"


@dataclass(slots=True, eq=False)
class YamlNode:
    """A node and its place; offsets count characters from the beginning of the document's text."""

    kind: NodeKind
    start: int
    """First character, of its anchor or tag if it has one."""
    end: int
    """Behind the last character of it; for block collections, of its last child."""
    text: str = ""
    """A scalar's text without quotes; an alias' name."""
    style: str = ""
    """ "" plain, ', ", | or > for scalars; "flow" or "block" for collections."""
    tag: str | None = None
    anchor: str | None = None
    items: Sequence[YamlNode] = ()
    """Of a sequence."""
    pairs: Sequence[tuple[YamlNode, YamlNode]] = ()
    """Of a mapping, in the order written, duplicates and merge keys included."""
    target: YamlNode | None = None
    """What an alias stands for."""
    size: int = 1
    """Nodes in it once aliases are written out."""

    @property
    def real(self) -> YamlNode:
        """The node itself, or what the alias stands for."""
        return self.target if self.target is not None else self


class YamlProblem(Exception):
    """Text that is no YAML, or YAML that Kubernetes would not take."""

    def __init__(
        self, message: str, offset: int, code: str = "bad-yaml", began: int | None = None
    ) -> None:
        """Say what is wrong at the character `offset`; what it is part of begins at `began`."""
        super().__init__(message)
        self.offset = offset
        self.code = code
        self.began = began


def compose(text: str) -> YamlNode | None:
    """The tree of the one document in `text`; None if it is empty. Raises YamlProblem."""
    try:
        return _Composer(text).compose_document()
    except yaml.MarkedYAMLError as error:
        mark, outer = error.problem_mark or error.context_mark, error.context_mark
        words = ", ".join(part for part in (error.problem, error.context) if part)
        began = outer.index if outer else None
        raise YamlProblem(words, mark.index if mark else 0, began=began) from None
    except yaml.reader.ReaderError as error:
        character = error.character
        code = character if isinstance(character, int) else ord(character[:1] or "\0")
        raise YamlProblem(
            f"the character U+{code:04X} is not allowed in YAML", max(text.find(chr(code)), 0)
        ) from None


class _Composer:
    """Turns the parser's events into nodes."""

    def __init__(self, text: str) -> None:
        self._parser = _Parser(text)
        self._anchors: dict[str, YamlNode] = {}
        self._limit = max(MAX_EXPANDED, len(text))  # without aliases a node has a character

    def compose_document(self) -> YamlNode | None:
        next_event: Callable[[], Any] = self._parser.get_event
        next_event()  # the stream's start
        event = next_event()
        if isinstance(event, yaml.StreamEndEvent):
            return None
        root = self._compose(next_event(), 0)
        next_event()  # the document's end
        event = next_event()
        if not isinstance(event, yaml.StreamEndEvent):
            raise YamlProblem("a second document begins here without ---", event.start_mark.index)
        return root

    def _compose(self, event: Any, depth: int) -> YamlNode:
        if type(event) is yaml.ScalarEvent:
            node = YamlNode(
                NodeKind.SCALAR,
                *_span(event),
                event.value,
                event.style or "",
                event.tag,
                event.anchor,
            )
        elif type(event) is yaml.AliasEvent:
            return self._compose_alias(event)
        elif depth > MAX_DEPTH:
            raise YamlProblem(f"nested deeper than {MAX_DEPTH} levels", event.start_mark.index)
        else:
            node = self._compose_collection(event, depth)
        if node.anchor is not None:
            self._anchors[node.anchor] = node
        return node

    def _compose_alias(self, event: Any) -> YamlNode:
        start, end = _span(event)
        target = self._anchors.get(event.anchor)
        if target is None:
            raise YamlProblem(f"*{event.anchor} stands for no anchor above it", start)
        return YamlNode(NodeKind.ALIAS, start, end, event.anchor, target=target, size=target.size)

    def _compose_collection(self, event: Any, depth: int) -> YamlNode:
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        node = YamlNode(
            NodeKind.MAPPING if is_mapping else NodeKind.SEQUENCE,
            *_span(event),
            style="flow" if event.flow_style else "block",
            tag=event.tag,
            anchor=event.anchor,
        )
        children: list[YamlNode] = []
        next_event = self._parser.get_event
        while not isinstance(event := next_event(), yaml.CollectionEndEvent):
            child = self._compose(event, depth + 1)
            children.append(child)
            node.size += child.size
            if node.size > self._limit:
                raise YamlProblem("its aliases write out to too many values", node.start)
        if is_mapping:
            node.pairs = list(zip(children[::2], children[1::2], strict=True))
        else:
            node.items = children
        if node.style == "flow":
            node.end = _span(event)[1]
        elif children:
            node.end = children[-1].end
        return node


def _span(event: Any) -> tuple[int, int]:
    """First character of an event, and the one behind its last."""
    return event.start_mark.index, event.end_mark.index


def is_merge_key(key: YamlNode) -> bool:
    """Whether the key is `<<`, which takes in the fields of another mapping."""
    return key.kind is NodeKind.SCALAR and key.text == "<<" and not key.style and key.tag is None


def key_text(key: YamlNode) -> str:
    """The field name of a key; numbers and booleans become text. Raises YamlProblem."""
    real = key.target or key
    if real.kind is not NodeKind.SCALAR:
        raise YamlProblem("a list or mapping cannot be a field name", key.start)
    if real.style and real.tag is None:
        return real.text
    value = read_scalar(real.text, real.tag, not real.style)
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def fields_of_mapping(node: YamlNode) -> dict[str, YamlNode]:
    """Field name → value of a mapping, merge keys followed; of duplicates the last one."""
    found: dict[str, YamlNode] = {}
    merged: dict[str, YamlNode] = {}
    for key, value in node.pairs:
        if is_merge_key(key):
            for source in _merge_sources(value):
                for name, content in fields_of_mapping(source).items():
                    merged.setdefault(name, content)
        else:
            found[key_text(key)] = value
    return {**merged, **found} if merged else found


def value_of(node: YamlNode) -> Any:
    """The plain value of a node, as Kubernetes reads it. Raises YamlProblem."""
    node = node.target or node
    if node.kind is NodeKind.SCALAR:
        return read_scalar(node.text, node.tag, not node.style)
    if node.kind is NodeKind.SEQUENCE:
        return [value_of(item) for item in node.items]
    return {name: value_of(content) for name, content in fields_of_mapping(node).items()}


def duplicate_keys(node: YamlNode) -> Iterator[tuple[str, YamlNode]]:
    """Every key that its mapping has had before."""
    seen: set[str] = set()
    for key, value in node.pairs:
        name = key_text(key)
        if name in seen:
            yield name, key
        seen.add(name)
        if value.pairs or value.items:
            yield from duplicate_keys(value)
    for item in node.items:
        if item.pairs or item.items:
            yield from duplicate_keys(item)


def find(root: YamlNode, steps: tuple[str | int, ...]) -> tuple[YamlNode, int]:
    """The node at a path, or the nearest parent that is there; and how many steps it took."""
    node = root
    for taken, step in enumerate(steps):
        real = node.real
        if isinstance(step, int) and real.kind is NodeKind.SEQUENCE and step < len(real.items):
            node = real.items[step]
            continue
        child = fields_of_mapping(real).get(str(step)) if real.kind is NodeKind.MAPPING else None
        if child is None:
            return node, taken
        node = child
    return node, len(steps)


def key_of(root: YamlNode, steps: tuple[str | int, ...]) -> YamlNode | None:
    """The key that names the field at a path, if it is written there and not merged in."""
    if not steps or isinstance(steps[-1], int):
        return None
    parent, taken = find(root, steps[:-1])
    if taken < len(steps) - 1:
        return None
    own = [key for key, _ in parent.real.pairs if not is_merge_key(key)]
    return next((key for key in reversed(own) if key_text(key) == steps[-1]), None)


def _merge_sources(value: YamlNode) -> list[YamlNode]:
    real = value.real
    sources = [item.real for item in real.items] if real.kind is NodeKind.SEQUENCE else [real]
    if any(source.kind is not NodeKind.MAPPING for source in sources):
        raise YamlProblem("only mappings can be merged with <<", value.start)
    return sources
