"""The YAML that most manifests are written in, read without a parser.

Block mappings and sequences, scalars on one line, comments: nothing else. A document with anything
more is left to the parser, which gives the same value for every document that is read here, ten
times more slowly. Where in the text a field stands is for the parser as well, when it is asked.
"""

from __future__ import annotations

import re
from typing import Any, Final

from lbtui.adapters.yaml_scalars import read_plain

NOT_SIMPLE: Final = object()
"""Instead of a value: the parser must read this document."""
_PART = "[A-Za-z0-9_./,=@+()~-]"
_SCALAR = (
    rf"[A-Za-z0-9_/](?:{_PART}|:(?={_PART}|:)| (?={_PART}))*"  # a colon or space never ends it
    r'|"[ !#-\[\]-~]*"'  # no escapes
    r"|'[ -&(-~]*'"
    r"|\[\]|\{\}"
)
_LINE = re.compile(
    rf"( *)((?:- )*)(?:([A-Za-z][A-Za-z0-9_./-]{{0,200}}):(?: ({_SCALAR}))?|({_SCALAR}))"
    r"(?: +\#[ -~]*)?\n"
    r"| *(?:\#[ -~]*)?\n"
)
"""Indentation, dashes, key, its value, item; or a line without content."""
_MARKER = re.compile(r"---\n")
_DEEPEST = 40


def read_simple(text: str) -> Any:
    """The value of one document, or NOT_SIMPLE."""
    if not text.endswith("\n"):
        text += "\n"
    marker = _MARKER.match(text)
    end = marker.end() if marker else 0
    reader = _Reader()
    for found in _LINE.finditer(text, end):
        if found.start() != end:
            return NOT_SIMPLE
        end = found.end()
        indent, dashes, key, value, item = found.groups()
        if indent is not None and not reader.take(len(indent), len(dashes) // 2, key, value, item):
            return NOT_SIMPLE
    return reader.result() if end == len(text) else NOT_SIMPLE


class _Reader:
    """The collections that are open, innermost last, and the key that waits for its value."""

    __slots__ = ("_columns", "_open", "_root", "_waiting")

    def __init__(self) -> None:
        self._columns: list[int] = []
        self._open: list[Any] = []
        self._root: Any = NOT_SIMPLE
        self._waiting: str | None = None

    def result(self) -> Any:
        """The whole document."""
        if self._waiting is not None:
            self._open[-1][self._waiting] = None
        return self._root

    def take(
        self, column: int, dashes: int, key: str | None, value: str | None, item: str | None
    ) -> bool:
        """Take a line in; False if it means something that only the parser knows."""
        if key is None and not dashes:
            return False  # a scalar that goes on, or a document that is nothing else
        if not self._settle(column, dashes):
            return False
        top = self._open[-1]
        for _ in range(dashes - 1):
            column += 2
            top = self._push(column, [])
        if key is None:
            top.append(_value(item or ""))
            return True
        if dashes:
            top = self._push(column + 2, {})
        if key in top or type(read_plain(key)) is not str:
            return False
        if value is None:
            self._waiting = key
        else:
            top[key] = _value(value)
        return len(self._open) < _DEEPEST

    def _settle(self, column: int, dashes: int) -> bool:
        """Close and open collections until the innermost is the one that the line belongs to."""
        columns, waiting = self._columns, self._waiting
        if not columns:
            self._root = self._push(column, [] if dashes else {})
            return True
        if waiting is not None:
            self._waiting = None
            # A sequence may stand below its key without being indented.
            if column > columns[-1] or (dashes and column == columns[-1]):
                self._push(column, [] if dashes else {}, waiting)
                return True
            self._open[-1][waiting] = None
        while columns and columns[-1] > column:
            self._pop()
        if not dashes and len(columns) > 1 and columns[-1] == columns[-2] == column:
            self._pop()
        is_level = bool(columns) and columns[-1] == column
        return is_level and (type(self._open[-1]) is list) == bool(dashes)

    def _push(self, column: int, collection: Any, key: str | None = None) -> Any:
        if self._open:
            parent = self._open[-1]
            if key is None:
                parent.append(collection)
            else:
                parent[key] = collection
        self._columns.append(column)
        self._open.append(collection)
        return collection

    def _pop(self) -> None:
        self._columns.pop()
        self._open.pop()


def _value(text: str) -> Any:
    first = text[0]
    if first == '"' or first == "'":
        return text[1:-1]
    if first == "[":
        return []
    return {} if first == "{" else read_plain(text)
