"""Lines of toned text: what tables and panels draw, without a colour or a widget in sight.

A tone names a meaning; the theme gives it a colour. Words and symbols carry the meaning first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, TypeAlias

from rich.cells import cell_len, set_cell_size

from lbtui.tui.symbols import SYMBOLS

Tone: TypeAlias = Literal[
    "", "strong", "muted", "accent", "good", "warning", "bad", "added", "withdrawn", "changed"
]
TONES: tuple[Tone, ...] = (
    "strong",
    "muted",
    "accent",
    "good",
    "warning",
    "bad",
    "added",
    "withdrawn",
    "changed",
)


class Span(NamedTuple):
    """Text of one tone."""

    text: str
    tone: Tone = ""


Cell: TypeAlias = str | Span | tuple[Span, ...]
"""One cell of a table: plain text, or text with tones."""

Line: TypeAlias = tuple[Span, ...]
"""One line of a panel."""

BLANK: Line = ()


def line(*parts: str | Span) -> Line:
    """Make a line of plain and toned parts."""
    return tuple(Span(part) if isinstance(part, str) else part for part in parts)


def spans_of(cell: Cell) -> tuple[Span, ...]:
    """A cell's spans."""
    if isinstance(cell, str):
        return (Span(cell),)
    return (cell,) if isinstance(cell, Span) else cell


def plain(cell: Cell) -> str:
    """A cell's (or line's) text without tones."""
    if isinstance(cell, str):
        return cell
    return cell.text if isinstance(cell, Span) else "".join(span.text for span in cell)


def width_of(cell: Cell) -> int:
    """Width in terminal cells."""
    return cell_len(plain(cell))


def cut(spans: Sequence[Span], width: int) -> tuple[Span, ...]:
    """The spans within `width` cells; what is cut off shows as an ellipsis."""
    if sum(cell_len(span.text) for span in spans) <= width:
        return tuple(spans)
    kept: list[Span] = []
    room = width - 1
    for span in spans:
        length = cell_len(span.text)
        if length >= room:
            kept.append(Span(set_cell_size(span.text, max(room, 0)), span.tone))
            break
        kept.append(span)
        room -= length
    return (*kept, Span(SYMBOLS.ellipsis, kept[-1].tone)) if width > 0 else ()


def counted(count: int, word: str, words: str = "") -> str:
    """A number with its word: "1 node", "2 nodes"; `words` where the plural is not with an s."""
    return f"{count} {word if count == 1 else words or f'{word}s'}"


def wrap(text: Line, width: int, indent: int = 2) -> list[Line]:
    """Break a line at spaces; what follows is indented. Words too long for a line are cut apart."""
    if sum(cell_len(span.text) for span in text) <= width or width <= indent + 4:
        return [text]
    lines: list[Line] = []
    current: list[Span] = []
    used = 0
    for word in _words(text):
        length = cell_len(word.text)
        if used + cell_len(word.text.rstrip()) > width and used > indent:
            lines.append(tuple(current))
            current, used = [Span(" " * indent)], indent
            word = Span(word.text.lstrip(), word.tone)
            length = cell_len(word.text)
        while used + length > width and (bare := word.text.rstrip()):
            if used + cell_len(bare) <= width:
                word, length = Span(bare, word.tone), cell_len(bare)
                break  # only the space behind it is too much
            piece = word.text[: max(1, width - used)]
            lines.append((*current, Span(piece, word.tone)))
            current, used = [Span(" " * indent)], indent
            word = Span(word.text[len(piece) :], word.tone)
            length = cell_len(word.text)
        current.append(word)
        used += length
    return [*lines, tuple(current)]


def _words(text: Iterable[Span]) -> Iterable[Span]:
    """Split at spaces; each word keeps the spaces that follow it."""
    for span in text:
        word = ""
        for at, character in enumerate(span.text):
            word += character
            follows = span.text[at + 1 : at + 2]
            if character == " " and follows != " " and word.strip():
                yield Span(word, span.tone)
                word = ""
        if word:
            yield Span(word, span.tone)
