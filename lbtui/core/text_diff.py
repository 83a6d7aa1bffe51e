"""The lines in which two texts differ, with a few lines around them, as `diff -u` shows them."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal, NamedTuple, TypeAlias

CONTEXT = 3
"""Lines shown before and behind what differs."""
Opcode: TypeAlias = tuple[str, int, int, int, int]
"""What difflib gives: "equal", "replace", "insert" or "delete", then both ranges of lines."""

Lines: TypeAlias = Callable[[int, int], Sequence[str]]
"""Gives the lines from the first number up to the second, counted from 0."""


class DiffLine(NamedTuple):
    """One line of a difference."""

    mark: Literal[" ", "-", "+"]
    text: str
    """Without its line end."""


class Hunk(NamedTuple):
    """Lines that differ, and those around them."""

    old_line: int
    """Number of the first line in the old text, counted from 1."""
    new_line: int
    lines: tuple[DiffLine, ...]


def opcodes(old: Sequence[Sequence[str]], new: Sequence[Sequence[str]]) -> Iterator[Opcode]:
    """Runs of equal and of different lines of two texts, each given as blocks of lines.

    Blocks (documents) are compared as wholes first, so that a text of 5,000 of them takes no
    longer than the few that differ.
    """
    old_starts, new_starts = _starts(old), _starts(new)
    ones, others = [tuple(block) for block in old], [tuple(block) for block in new]
    for tag, i1, i2, j1, j2 in _matched(ones, others):
        a, b = old_starts[i1], new_starts[j1]
        if tag == "equal":
            yield "equal", a, old_starts[i2], b, new_starts[j2]
            continue
        before = [line for block in old[i1:i2] for line in block]
        after = [line for block in new[j1:j2] for line in block]
        for inner, k1, k2, m1, m2 in _matched(before, after):
            yield inner, a + k1, a + k2, b + m1, b + m2


def hunks(
    found: Iterable[Opcode], old: Lines, new: Lines, context: int = CONTEXT
) -> Iterator[Hunk]:
    """What to show of the differences.

    `old` and `new` give lines by position; they may spell them otherwise than the texts that were
    compared, line for line, so that secrets can be left out.
    """
    runs = list(_joined(found))
    lines: list[DiffLine] = []
    first = (0, 0)
    for at, (tag, i1, i2, j1, j2) in enumerate(runs):
        if tag != "equal":
            first = first if lines else (i1, j1)
            lines += [DiffLine("-", text) for text in old(i1, i2)]
            lines += [DiffLine("+", text) for text in new(j1, j2)]
            continue
        is_last = at == len(runs) - 1
        if lines and not is_last and j2 - j1 <= 2 * context:
            lines += [DiffLine(" ", text) for text in new(j1, j2)]
            continue
        if lines:
            lines += [DiffLine(" ", text) for text in new(j1, min(j1 + context, j2))]
            yield Hunk(first[0] + 1, first[1] + 1, tuple(lines))
        start = max(j2 - context, j1)
        first = (i2 - (j2 - start), start)
        lines = [] if is_last else [DiffLine(" ", text) for text in new(start, j2)]
    if lines:
        yield Hunk(first[0] + 1, first[1] + 1, tuple(lines))


def _matched(old: Sequence[object], new: Sequence[object]) -> Iterator[Opcode]:
    """Difflib's opcodes; what is equal at both ends is left out of its search."""
    shortest = min(len(old), len(new))
    head = next((i for i in range(shortest) if old[i] != new[i]), shortest)
    rest = shortest - head
    tail = next((i for i in range(rest) if old[-1 - i] != new[-1 - i]), rest)
    if head:
        yield "equal", 0, head, 0, head
    ends = len(old) - tail, len(new) - tail
    matcher = difflib.SequenceMatcher(None, old[head : ends[0]], new[head : ends[1]], False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        yield tag, head + i1, head + i2, head + j1, head + j2
    if tail:
        yield "equal", ends[0], len(old), ends[1], len(new)


def _joined(found: Iterable[Opcode]) -> Iterator[Opcode]:
    """The same runs, with neighbours that are both equal, or both different, as one."""
    last: Opcode | None = None
    for run in found:
        if last is not None and (last[0] == "equal") == (run[0] == "equal"):
            tag = "equal" if last[0] == "equal" else "replace"
            last = (tag, last[1], run[2], last[3], run[4])
            continue
        if last is not None:
            yield last
        last = run
    if last is not None:
        yield last


def _starts(blocks: Sequence[Sequence[str]]) -> list[int]:
    starts = [0]
    for block in blocks:
        starts.append(starts[-1] + len(block))
    return starts
