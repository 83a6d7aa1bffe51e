"""What is printed: data to standard output, narration to standard error."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from lbtui.cli import stdout
from lbtui.core.diagnostics import Diagnostic, Severity
from lbtui.ports import PortError

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|\r(?!\n)")
"""What moves a terminal's cursor, colours it, or turns the direction of text."""

_DOUBTFUL = bytes(code for code in (*range(32), 127) if chr(code) not in "\t\n")
"""The ASCII characters that may be among them."""


def visible(text: str) -> str:
    """The text with control characters written out, as names in a manifest may hold them."""
    if text.isascii() and len(text.encode().translate(None, _DOUBTFUL)) == len(text):
        return text  # many times faster than looking for them, and nearly always so
    return _CONTROL.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def emit(text: str) -> bool:
    """Write data; False if nobody reads it any more, which is the reader's right, not an error.

    Raises PortError if it cannot be written.
    """
    return emit_all([text if text.endswith("\n") or not text else f"{text}\n"])


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
    try:
        encoded = msgspec.json.encode(document)
        text = (encoded if is_line else msgspec.json.format(encoded, indent=2)).decode()
    except UnicodeEncodeError:  # the name of a file that is not UTF-8
        style: dict[str, Any] = {"separators": (",", ":")} if is_line else {"indent": 2}
        text = json.dumps(document, ensure_ascii=False, **style)
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
