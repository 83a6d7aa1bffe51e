"""What is printed: data to standard output, narration to standard error."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from textwrap import indent
from typing import Any

from lbtui.cli import stdout
from lbtui.core.diagnostics import Diagnostic, Severity
from lbtui.ports import PortError

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|\r(?!\n)")
"""What moves a terminal's cursor, colours it, or turns the direction of text."""


def visible(text: str) -> str:
    """The text with control characters written out, as names in a manifest may hold them."""
    return _CONTROL.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def emit(text: str) -> bool:
    """Write data; False if nobody reads it any more, which is the reader's right, not an error.

    Raises PortError if it cannot be written.
    """
    return emit_all([text if text.endswith("\n") or not text else f"{text}\n"])


def emit_json(document: Mapping[str, Any]) -> bool:
    """Write one JSON document piece by piece; `Rows` and `Entries` in it are made meanwhile.

    Returns and raises as `emit`.
    """
    encoder = json.JSONEncoder(ensure_ascii=False, indent=2)
    return emit_all(chain(_gathered(encoder.iterencode(document)), ["\n"]))


def emit_yaml(document: Mapping[str, Any]) -> bool:
    """Write one YAML document piece by piece; `Entries` in it are made meanwhile.

    Returns and raises as `emit`.
    """
    return emit_all(_yaml_pieces(document))


def _yaml_pieces(document: Mapping[str, Any]) -> Iterator[str]:
    """Each field as text; each member of an object that is made meanwhile by itself."""
    import yaml

    class Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
        """Writes a value as often as it stands there, not as a reference to the first time."""

        def ignore_aliases(self, data: Any) -> bool:
            return True

    def dump(value: Any) -> str:
        return str(yaml.dump(value, Dumper=Dumper, sort_keys=False, allow_unicode=True))

    for name, value in document.items():
        if not isinstance(value, Entries) or not value:
            yield dump({name: dict(value) if isinstance(value, Entries) else value})
            continue
        yield f"{name}:\n"
        for key, member in value.items():
            yield indent(dump({key: member}), "  ")


class Rows(list[Any]):
    """A list of a JSON document whose elements are made while it is written, once."""

    def __init__(self, elements: Iterable[Any]) -> None:
        """Take the elements; the first is made at once."""
        super().__init__()
        rest = iter(elements)
        self._first = list(islice(rest, 1))
        self._rest = rest

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._first)

    def __iter__(self) -> Iterator[Any]:
        """All elements; only once."""
        return chain(self._first, self._rest)


class Entries(dict[str, Any]):
    """An object of a JSON document whose members are made while it is written, once."""

    def __init__(self, members: Iterable[tuple[str, Any]]) -> None:
        """Take the members; the first is made at once."""
        super().__init__()
        self._members = Rows(members)

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._members)

    def items(self) -> Any:
        """All members; only once."""
        return iter(self._members)


def _gathered(pieces: Iterable[str]) -> Iterator[str]:
    """Pieces of a word or two each, some thousands at a time."""
    pieces = iter(pieces)
    while text := "".join(islice(pieces, 4096)):
        yield text


def emit_all(texts: Iterable[str]) -> bool:
    """Write texts that are made meanwhile, as they are. Returns and raises as `emit`."""
    try:
        for text in texts:
            sys.stdout.write(visible(text))
        sys.stdout.flush()
    except BrokenPipeError:
        stdout.silence()
        return False
    except OSError as error:
        stdout.silence()
        raise PortError(f"standard output cannot be written: {error.strerror}") from None
    return True


def narrate(text: str) -> None:
    """Tell the user something that is not the data asked for."""
    print(visible(text), file=sys.stderr, flush=True)


def to_json(document: Any, *, is_line: bool = False) -> str:
    """One JSON document, indented, or as a single line of a stream.

    Control characters are escaped, also those above ASCII: a terminal would obey them.
    """
    if is_line:
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    else:
        text = json.dumps(document, ensure_ascii=False, indent=2)
    return visible(text)


def to_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns two spaces apart, the way kubectl prints them; "-" for an empty cell."""
    lines = [tuple(header), *(tuple(cell or "-" for cell in row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def diagnostic_to_json(diagnostic: Diagnostic) -> dict[str, Any]:
    """A diagnostic in the shape of `lint -o json`."""
    ref, place = diagnostic.ref, diagnostic.place
    return {
        "severity": diagnostic.severity.value,
        "code": diagnostic.code,
        "kind": ref.kind if ref else None,
        "name": ref.name if ref else None,
        "namespace": ref.namespace if ref else None,
        "path": diagnostic.path,
        "message": diagnostic.message,
        "fix": diagnostic.fix,
        "file": place.file if place else None,
        "line": place.line if place and place.line else None,
        "nodes": list(diagnostic.nodes) or None,
        "edit": str(diagnostic.edit) if diagnostic.edit else None,
        "needsDecision": diagnostic.needs_decision if diagnostic.edit else None,
    }


def diagnostic_to_text(diagnostic: Diagnostic) -> str:
    """`file:line: severity code: message`, and what to do on a line of its own."""
    where = diagnostic.place or diagnostic.ref
    lead = f"{where}: " if where else ""
    text = f"{lead}{diagnostic.severity.value} {diagnostic.code}: {diagnostic.message}"
    return f"{text}\n    fix: {diagnostic.fix}" if diagnostic.fix else text


def summarise(diagnostics: Sequence[Diagnostic]) -> str:
    """How many of each severity, in words: "2 errors, 1 warning"; "no findings"."""
    counts = [(s, sum(d.severity is s for d in diagnostics)) for s in Severity]
    words = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
    parts = [count_of(count, words[severity]) for severity, count in counts if count]
    return ", ".join(parts) or "no findings"


def count_of(count: int, noun: str) -> str:
    """A number and its noun: 1 error, 2 errors."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
