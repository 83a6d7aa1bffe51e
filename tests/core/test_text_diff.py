"""Differences of texts against difflib's own unified diff."""

from __future__ import annotations

import difflib

from hypothesis import given, settings
from hypothesis import strategies as st

from lbtui.core.text_diff import hunks, opcodes

LINES = st.lists(st.sampled_from("abcdefgh"), max_size=40)


def shown(old: list[str], new: list[str], blocks: int = 1) -> list[str]:
    def cut(lines: list[str]) -> list[list[str]]:
        size = max(len(lines) // blocks, 1)
        return [lines[at : at + size] for at in range(0, len(lines), size)]

    found = hunks(opcodes(cut(old), cut(new)), lambda a, b: old[a:b], lambda a, b: new[a:b])
    return [text for hunk in found for text in _written(hunk.old_line, hunk.lines)]


def _written(at: int, lines: tuple[tuple[str, str], ...]) -> list[str]:
    return [f"@{at}", *(mark + text for mark, text in lines)]


def expected(old: list[str], new: list[str]) -> list[str]:
    found: list[str] = []
    for text in list(difflib.unified_diff(old, new, lineterm=""))[2:]:
        if text.startswith("@@"):
            start, _, count = text.split()[1].removeprefix("-").partition(",")
            text = f"@{int(start) + (count == '0')}"
        found.append(text)
    return found


def test_equal_texts_have_no_difference() -> None:
    assert shown([], []) == shown(["a"], ["a"]) == []


def test_a_line_of_many_is_shown_with_its_neighbours() -> None:
    old = [str(number) for number in range(10)]
    new = [*old[:5], "x", *old[6:]]
    assert shown(old, new) == ["@3", " 2", " 3", " 4", "-5", "+x", " 6", " 7", " 8"]
    assert shown(old, new) == expected(old, new)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(LINES, LINES, st.integers(1, 6))
def test_both_texts_can_be_made_from_what_is_shown(
    old: list[str], new: list[str], blocks: int
) -> None:
    """Whatever lines are taken for equal: applied to the old text the hunks give the new one."""
    found = list(
        hunks(
            opcodes([old[i : i + blocks] for i in range(0, len(old), blocks)], [new]),
            lambda a, b: old[a:b],
            lambda a, b: new[a:b],
        )
    )
    result, at = [], 0
    for hunk in found:
        result += old[at : hunk.old_line - 1]
        assert len(result) == hunk.new_line - 1
        before = [line.text for line in hunk.lines if line.mark != "+"]
        assert old[hunk.old_line - 1 : hunk.old_line - 1 + len(before)] == before
        result += [line.text for line in hunk.lines if line.mark != "-"]
        at = hunk.old_line - 1 + len(before)
    assert result + old[at:] == new
