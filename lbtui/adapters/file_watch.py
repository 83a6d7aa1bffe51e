"""Notices that files are no longer what was read, at the cost of asking for their status."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

from lbtui.adapters.file_sources import (
    SourceFile,
    Stamp,
    folder_time,
    manifests_below,
    stamp_of,
)


class FileWatch:
    """Compares what is on disk with what was read. A file touched but not changed is none."""

    def __init__(
        self, sources: Sequence[str], folders: Mapping[str, int], names: frozenset[str]
    ) -> None:
        """Take the sources, when each folder changed last before it was read, what was found."""
        self._sources = tuple(sources)
        self._folders = dict(folders)
        self._names = names
        self._new: frozenset[str] = frozenset()
        self._same: dict[str, Stamp] = {}
        """Files that have another stamp, and the octets that were read."""

    def changed(self, files: Sequence[SourceFile]) -> Iterator[str]:
        """Names of files that changed, went away or are new."""
        known = self._names | {os.path.realpath(file.name) for file in files}
        for file in files:
            if file.stamp is not None and self._is_changed(file):
                yield file.name
        if any(folder_time(path) != time for path, time in self._folders.items()):
            self._folders.clear()
            self._new = manifests_below(self._sources, self._folders) - self._names
        yield from sorted(self._new - known)

    def _is_changed(self, file: SourceFile) -> bool:
        try:
            stamp = stamp_of(file.name)
            if stamp in (file.stamp, self._same.get(file.name)):
                return False
            with open(file.name, "rb") as stream:
                if stream.read() != file.data:
                    return True
        except OSError:
            return True
        self._same[file.name] = stamp
        return False
