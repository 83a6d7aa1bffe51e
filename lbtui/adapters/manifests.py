"""A file of manifests: octets to documents, resources, findings and places.

Documents are read one by one, so that a broken one hides no other, and a document whose text did
not change is not read again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from lbtui.adapters.yaml_nodes import (
    YamlNode,
    YamlProblem,
    compose,
    duplicate_keys,
    find,
    key_of,
    value_of,
)
from lbtui.adapters.yaml_simple import NOT_SIMPLE, read_simple
from lbtui.core.diagnostics import Diagnostic, Place, Severity
from lbtui.core.objects.decode import Decoded, decode_manifest, flatten
from lbtui.core.objects.field_path import Steps, split
from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.objects.resources import METALLB_NAMESPACE

BOM = "\ufeff"
_SEPARATOR = re.compile(r"^(?:---|\.\.\.)(?=[ \t\r\n]|\Z)", re.MULTILINE)
_KIND = re.compile(r"^kind:[ \t]*[\"']?(\w+)", re.MULTILINE)
_NAME = re.compile(r"^(?:[ \t]+|metadata:[ \t]*\{[^}\n]*?)name:[ \t]*[\"']?([\w.-]+)", re.MULTILINE)
_CONFLICT = re.compile(r"^(?:<{7}|>{7})(?: |$)", re.MULTILINE)
NOBODY_KNOWS = ResourceRef("", "", "")
"""Stands for what could not be read, not even what it is."""
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class Member(NamedTuple):
    """One manifest of a document: the document itself, or an item of a List."""

    steps: Steps
    """The way to it inside the document; () for the document itself."""
    manifest: Any
    decoded: Decoded


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a document as YAML."""

    code: str
    message: str
    fix: str
    offset: int
    """Character of the document's text."""
    began: int | None = None
    """Where the list, mapping or text begins that is broken, if it is on a line above."""


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document; its text begins with its `---` line if it has one."""

    text: str
    members: tuple[Member, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def is_malformed(self) -> bool:
        """Whether it cannot be read at all; nothing in it can be edited then."""
        return bool(self.problems) and not self.members

    def unread(self) -> ResourceRef:
        """What a malformed document was probably to be, by its lines `kind:` and `name:`."""
        kind, name = _KIND.search(self.text), _NAME.search(self.text)
        if kind is None:
            return NOBODY_KNOWS
        return ResourceRef(kind[1], "", name[1] if name is not None else "")

    def compose(self) -> YamlNode | None:
        """Its tree of nodes; None if it is empty. Raises YamlProblem."""
        return compose(self.text)


@dataclass(frozen=True, slots=True)
class ManifestFile:
    """A file as it was read."""

    name: str
    """As the user named it."""
    data: bytes
    documents: tuple[Document, ...] = ()
    """In order; their texts put together are the file's text (without a byte order mark)."""
    diagnostics: tuple[Diagnostic, ...] = ()
    """Problems of the file and of its documents as YAML, each with its place."""

    def unread(self) -> frozenset[ResourceRef]:
        """What stands in it and could not be read as YAML."""
        if self.diagnostics and not self.documents:
            return frozenset({NOBODY_KNOWS})
        return frozenset(document.unread() for document in self.documents if document.is_malformed)

    def first_lines(self) -> tuple[int, ...]:
        """Line of the file, counted from 1, on which each document begins."""
        lines, line = [], 1
        for document in self.documents:
            lines.append(line)
            line += document.text.count("\n")
        return tuple(lines)


def read_file(
    name: str,
    data: bytes,
    namespace: str = METALLB_NAMESPACE,
    known: Mapping[str, Document] | None = None,
) -> ManifestFile:
    """Read a file; `known` documents by their text are taken as they are."""
    try:
        text = _decode(data)
    except YamlProblem as problem:
        return ManifestFile(name, data, (), (_unreadable_text(name, data, problem),))
    documents = tuple(
        (known or {}).get(part) or read_document(part, namespace) for part in split_documents(text)
    )
    file = ManifestFile(name, data, documents)
    found = tuple(
        _diagnostic(problem, document, name, line)
        for document, line in zip(documents, file.first_lines(), strict=True)
        for problem in document.problems
    )
    return replace(file, diagnostics=found)


def read_document(text: str, namespace: str = METALLB_NAMESPACE) -> Document:
    """Read one document; whatever is wrong with it becomes a problem."""
    value = read_simple(text)
    if value is not NOT_SIMPLE:
        return Document(text, _members(value, namespace))
    try:
        root = compose(text)
        if root is None:
            return Document(text)
        members = _members(value_of(root), namespace)
        return Document(text, members, tuple(_duplicates(root, members)))
    except YamlProblem as problem:
        message, fix = _explain(str(problem), text, problem.offset)
        began = problem.began
        if began is not None and "\n" not in text[began : problem.offset]:
            began = None
        return Document(text, (), (Problem(problem.code, message, fix, problem.offset, began),))


def _members(value: Any, namespace: str) -> tuple[Member, ...]:
    return tuple(
        Member(steps, manifest, decode_manifest(manifest, namespace))
        for steps, manifest in flatten(value)
    )


def split_documents(text: str) -> Iterator[str]:
    """Cut the text at `---` and behind `...`; put together, the parts are the text.

    YAML lets neither stand at the beginning of a line inside a document, not even in a quoted or
    block scalar, so this needs no parser.
    """
    cuts = [0]
    for found in _SEPARATOR.finditer(text):
        if found.group() == "---":
            cut = found.start()
        else:
            newline = text.find("\n", found.start())
            cut = newline + 1 if newline >= 0 else len(text)
        if cut > cuts[-1] and not _is_directives(text[cuts[-1] : cut]):
            cuts.append(cut)
    for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True):
        if end > start:
            yield text[start:end]


class MemberPlaces:
    """Finds the fields of one member in its file; composes the document when first asked."""

    __slots__ = ("_document", "_file", "_first_line", "_root", "_steps")

    def __init__(self, document: Document, steps: Steps, file: str, first_line: int) -> None:
        """Of the member at `steps`; `first_line` is the line of `file` the document begins on."""
        self._document = document
        self._steps = steps
        self._file = file
        self._first_line = first_line
        self._root: YamlNode | None = None

    def __call__(self, path: str = "") -> Place:
        """The place of a field: its key or item, or the nearest parent there is."""
        try:
            self._root = self._root or self._document.compose()
            steps = (*self._steps, *split(path))
        except (YamlProblem, ValueError):
            return Place(self._file, self._first_line)
        if self._root is None:
            return Place(self._file, self._first_line)
        node, taken = find(self._root, steps)
        key = key_of(self._root, steps[:taken])
        return place_at(self._document.text, (key or node).start, self._file, self._first_line)


def place_at(text: str, offset: int, file: str, first_line: int) -> Place:
    """The place of a character of a document's text."""
    before = text[:offset]
    return Place(file, first_line + before.count("\n"), offset - before.rfind("\n"))


def _is_directives(text: str) -> bool:
    """Whether a part holds only directives (%YAML, %TAG), which belong to what follows."""
    if "%" not in text:
        return False
    lines = [line.strip() for line in text.splitlines()]
    return any(line.startswith("%") for line in lines) and all(
        not line or line.startswith(("%", "#")) for line in lines
    )


def _decode(data: bytes) -> str:
    if data.startswith(_UTF16):
        raise YamlProblem("it is UTF-16; kubectl reads only UTF-8", 0, "not-utf-8")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        octet = data[error.start]
        raise YamlProblem(
            f"the octet 0x{octet:02X} is not UTF-8", error.start, "not-utf-8"
        ) from None
    return text.removeprefix(BOM)


def _unreadable_text(name: str, data: bytes, problem: YamlProblem) -> Diagnostic:
    before = data[: problem.offset]
    encoding = "utf-16" if data.startswith(_UTF16) else "latin1"
    place = Place(name, before.count(b"\n") + 1, problem.offset - before.rfind(b"\n"))
    return Diagnostic(
        Severity.ERROR,
        problem.code,
        f"{problem}; nothing of this file was read.",
        fix=f"Convert it, for example with: iconv -f {encoding} -t utf-8 {name}",
        place=place,
    )


def _duplicates(root: YamlNode, members: tuple[Member, ...]) -> Iterator[Problem]:
    if not any(member.decoded.is_relevant for member in members):
        return
    for name, key in duplicate_keys(root):
        yield Problem(
            "duplicate-key",
            f"the field {name} is there twice in one mapping; the last one counts, "
            "and kubectl refuses it",
            "Remove one of them.",
            key.start,
        )


def _diagnostic(problem: Problem, document: Document, file: str, line: int) -> Diagnostic:
    place = place_at(document.text, problem.offset, file, line)
    began = ""
    if problem.began is not None:
        began = f" begun on line {place_at(document.text, problem.began, file, line).line}"
    outcome = "; this document was left out" if document.is_malformed else ""
    message = f"{problem.message}{began}{outcome}."
    return Diagnostic(Severity.ERROR, problem.code, message, fix=problem.fix, place=place)


def _explain(words: str, text: str, offset: int) -> tuple[str, str]:
    """The parser's words, and what to do about them."""
    line = text[text.rfind("\n", 0, offset) + 1 :].split("\n", 1)[0]
    rest = text[offset : offset + 1]
    if _CONFLICT.search(text):
        return f"Git's conflict markers are in it ({words})", "Resolve the conflict."
    if "{{" in line or "{{" in "".join(text[:offset].splitlines()[-2:]):
        return words, "This looks like a Helm template: render it with `helm template` first."
    if rest == "\t" or ("\t" in line[: len(line) - len(line.lstrip())]):
        return f"a tab in the indentation ({words})", "Indent with spaces."
    if rest == "\0" or "U+0000" in words:
        return "a NUL octet, so this is probably no text file", "Remove it, or name another file."
    if "mapping values are not allowed" in words:
        return words, "Check the indentation, and put text that holds `: ` in quotes."
    if "could not find expected ':'" in words or "simple key" in words:
        return words, "Check the line above it: a `:` behind a field name is missing."
    if "did not find expected" in words or "expected <block end>" in words:
        return words, "Check the indentation here and of the lines above."
    if "quoted scalar" in words:
        return words, "A closing quote is missing."
    if "cannot start any token" in words:
        return words, "Put the value in quotes."
    return words, "Correct the YAML here; `kubectl apply --dry-run=client -f` checks it too."
