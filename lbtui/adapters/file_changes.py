"""What a save would do to a file, line by line, with every secret left out."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Collection, Sequence

from lbtui.adapters.manifests import BOM, split_documents
from lbtui.adapters.secret_lines import lines_of, masked_lines
from lbtui.core.text_diff import Hunk, hunks, opcodes
from lbtui.ports import FileChange


def file_change(name: str, old: bytes | None, new: bytes) -> FileChange:
    """The difference of a file's octets now (None: it is not there) and then."""
    shown = text_change(_text(old or b""), _text(new))
    return FileChange(name, shown, is_new=old is None, notice=_notice(name))


def text_change(old: str, new: str) -> tuple[Hunk, ...]:
    """The difference of two texts of manifests, secrets as three stars."""
    before, after = list(split_documents(old)), list(split_documents(new))
    kept = set(before) & set(after)
    known: frozenset[str] = frozenset().union(
        *(masked_lines(text).secrets for text in before if text not in kept)
    )
    found = opcodes([lines_of(text) for text in before], [lines_of(text) for text in after])
    return tuple(hunks(found, _MaskedText(before).lines, _MaskedText(after, known, kept).lines))


def _notice(name: str) -> str:
    try:
        links = os.stat(name).st_nlink
    except OSError:
        return ""
    return f"It has {links} names (hard links) and is written in place." if links > 1 else ""


def _text(data: bytes) -> str:
    return data.decode(errors="replace").removeprefix(BOM)


class _MaskedText:
    """The lines of a file; a document's secrets are looked for when a line of it is shown."""

    def __init__(
        self,
        documents: Sequence[str],
        known: frozenset[str] = frozenset(),
        kept: Collection[str] = (),
    ) -> None:
        """Mark secrets that are not `known`, but not in the documents that are `kept`."""
        self._documents = documents
        self._known, self._kept = known, kept
        self._masked: dict[int, list[str]] = {}
        self._starts = [0]
        for text in documents:
            self._starts.append(self._starts[-1] + len(lines_of(text)))

    def lines(self, start: int, end: int) -> list[str]:
        """The lines from `start` up to `end`, counted from 0."""
        shown: list[str] = []
        for at in range(max(bisect_right(self._starts, start) - 1, 0), len(self._documents)):
            first = self._starts[at]
            if first >= end:
                break
            shown += self._document(at)[max(start - first, 0) : end - first]
        return shown

    def _document(self, at: int) -> list[str]:
        if at not in self._masked:
            text = self._documents[at]
            known = frozenset() if text in self._kept else self._known
            self._masked[at] = masked_lines(text, known).lines
        return self._masked[at]
