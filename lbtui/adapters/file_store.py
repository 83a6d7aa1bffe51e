"""The Store over files and folders of manifests."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from lbtui.adapters.atomic_write import write_files
from lbtui.adapters.file_changes import file_change
from lbtui.adapters.file_sources import (
    NEW_FILE,
    SourceFile,
    read_sources,
    reason_of,
    stamp_of,
)
from lbtui.adapters.file_watch import FileWatch
from lbtui.adapters.held_files import Held, hold, resources_of
from lbtui.adapters.manifests import Document, ManifestFile, read_file
from lbtui.adapters.own_text import is_reworded
from lbtui.adapters.save_plan import Plan, own_text, plan_save, unwritten
from lbtui.core.collector import collector_paused
from lbtui.core.objects.resource_set import AnyResource, ResourceRef, ResourceSet
from lbtui.core.objects.resources import METALLB_NAMESPACE
from lbtui.core.objects.rewording import DocumentEdit
from lbtui.ports import ConflictError, FileChange, Reading, SaveReport, Snapshot, StoreError

GROUP = b"metallb.io/"
"""Stands in every file with a kind of MetalLB's."""
TELL_SECONDS = 0.2
"""Between two accounts of how far a reading has come."""


class FileStore:
    """Files, folders (searched for *.yaml and *.yml), or "-" for standard input, as one set."""

    def __init__(
        self, sources: Sequence[str], namespace: str = METALLB_NAMESPACE, title: str = ""
    ) -> None:
        """Take the sources as the user named them; `namespace` is MetalLB's. Nothing is read."""
        self._sources = tuple(sources)
        self._namespace = namespace
        self._title = title or ", ".join("standard input" if s == "-" else s for s in sources)
        self._held: Held | None = None
        self._watch = FileWatch((), {}, frozenset())
        self._seen: tuple[Held, FileWatch] | None = None
        """What `look` found last."""
        self._lock = asyncio.Lock()
        self._reading: Reading | None = None

    @property
    def reading(self) -> Reading | None:
        """See `TellingStore`; files with MetalLB's own kinds come first."""
        return self._reading

    @property
    def title(self) -> str:
        """The sources as the user named them."""
        return self._title

    @property
    def read_only(self) -> str:
        """Why nothing can be saved: standard input cannot be written back."""
        return "read from standard input" if "-" in self._sources else ""

    async def load(self) -> Snapshot:
        """Read everything, in a thread. Raises StoreError for a source that is not there."""
        snapshot = await self.look()
        self.take(snapshot)
        return snapshot

    async def look(self) -> Snapshot:
        """Read everything as it is now, in a thread; see `Store.look`."""
        async with self._lock:
            self._seen = await asyncio.to_thread(self._read)
        return self._seen[0].snapshot

    def take(self, snapshot: Snapshot) -> None:
        """Measure saves against what `look` found last."""
        if self._seen is None or self._seen[0].snapshot is not snapshot:
            raise LookupError("only the snapshot that `look` gave last can be taken")
        self._held, self._watch = self._seen
        self._seen = None

    async def changed(self) -> tuple[str, ...]:
        """Files that changed, went away or are new since they were taken."""
        async with self._lock:
            return await asyncio.to_thread(self._changed)

    async def save(self, new: ResourceSet, *, recreate: Collection[ResourceRef] = ()) -> SaveReport:
        """Change only the documents whose resources differ; see `Store.save`.

        A resource that is new goes behind the last one of its kind, in a folder without any
        manifest to lbtui.yaml.
        """
        if self.read_only:
            raise StoreError(f"Nothing can be saved: {self.read_only}.")
        async with self._lock:
            return await asyncio.to_thread(self._save, new)

    async def changes(self, new: ResourceSet) -> tuple[FileChange, ...]:
        """What `save` would write, file by file, in order of name."""
        planned = await self.planned(new)
        return await asyncio.to_thread(self._changes, new, planned)

    def own_text(
        self, ref: ResourceRef, resource: AnyResource, edits: frozenset[DocumentEdit]
    ) -> str | None:
        """See `Store.own_text`."""
        held = self._held
        return own_text(held, ref, resource, edits, self._namespace) if held is not None else None

    def is_reworded(self, shown: str, text: str) -> bool:
        """See `Store.is_reworded`."""
        return is_reworded(shown, text)

    async def planned(self, new: ResourceSet) -> Mapping[str, tuple[bytes, bytes]]:
        """What `save` would write: name → octets now and then. Raises StoreError."""
        async with self._lock:
            return await asyncio.to_thread(self._planned, new)

    def _changes(
        self, new: ResourceSet, planned: Mapping[str, tuple[bytes, bytes]]
    ) -> tuple[FileChange, ...]:
        held = self._held
        assert held is not None  # something was planned
        known = {source.name: source.data for source in held.sources}
        lost = {
            name: f"The {edit} as typed are not written: the file says something else now."
            for name, edit in unwritten(held, new, self._namespace)
        }
        found = (
            file_change(name, known.get(name), data) for name, (_, data) in sorted(planned.items())
        )
        return tuple(replace(one, notice=lost.get(one.name, one.notice)) for one in found)

    def _changed(self) -> tuple[str, ...]:
        return tuple(self._watch.changed(self._held.sources)) if self._held is not None else ()

    def _read(self) -> tuple[Held, FileWatch]:
        found = read_sources(self._sources)
        known = _documents_by_text(self._held.files) if self._held is not None else {}
        with collector_paused():
            files = self._read_files(found.files, known)
            held = hold(found.files, files, found.diagnostics)
        self._reading = None
        return held, FileWatch(self._sources, found.folders, found.names)

    def _read_files(
        self, sources: Sequence[SourceFile], known: Mapping[str, Document]
    ) -> tuple[ManifestFile, ...]:
        """Read files; what is edited is read first, and can be looked at before the rest is."""
        files: dict[int, ManifestFile] = {}
        told = time.monotonic()
        for at in sorted(range(len(sources)), key=lambda at: GROUP not in sources[at].data):
            source = sources[at]
            files[at] = read_file(source.name, source.data, self._namespace, known)
            if time.monotonic() - told > TELL_SECONDS:
                resources = resources_of(files[at] for at in sorted(files))
                self._reading = Reading(len(files), len(sources), resources)
                told = time.monotonic()
        return tuple(files[at] for at in range(len(sources)))

    def _save(self, new: ResourceSet) -> SaveReport:
        held = self._held
        if held is None:
            raise StoreError("Nothing can be saved before it was loaded.")
        plan = plan_save(held, new, self._namespace, self._new_file())
        if not plan.contents:
            if new.respelled != held.resources.respelled:
                self._held = held = hold(held.sources, held.files, held.found, new.respelled)
            return SaveReport((), held.snapshot)
        _refuse_pipes(held, plan)
        _refuse_changed(held, plan)
        write_files(plan.contents, lambda: _refuse_changed(held, plan))
        self._held = _held_after(held, plan, self._namespace, new.respelled)
        return SaveReport(tuple(plan.contents), self._held.snapshot)

    def _planned(self, new: ResourceSet) -> Mapping[str, tuple[bytes, bytes]]:
        held = self._held
        if held is None:
            raise StoreError("Nothing can be planned before it was loaded.")
        plan = plan_save(held, new, self._namespace, self._new_file())
        known = {source.name: source.data for source in held.sources}
        return {name: (known.get(name, b""), data) for name, data in plan.contents.items()}

    def _new_file(self) -> str | None:
        folders = [source for source in self._sources if os.path.isdir(source)]
        return os.path.join(folders[0], NEW_FILE) if folders else None


def _documents_by_text(files: Sequence[ManifestFile]) -> Mapping[str, Document]:
    return {document.text: document for file in files for document in file.documents}


def _refuse_pipes(held: Held, plan: Plan) -> None:
    """Raise StoreError if something to be written was read from a pipe, as in <(command)."""
    pipes = [s.name for s in held.sources if s.stamp is None and s.name in plan.contents]
    if pipes:
        raise StoreError(f"{', '.join(pipes)} is a pipe and cannot be written; nothing was saved.")


def _refuse_changed(held: Held, plan: Plan) -> None:
    """Raise ConflictError if a file to be written is not what was read."""
    known = {source.name: source.data for source in held.sources}
    changed = [name for name in plan.contents if _octets(name) != known.get(name)]
    if changed:
        raise ConflictError(
            f"{', '.join(changed)} changed on disk since it was read; nothing was saved. "
            "Read it again, so that your change is made in what is there now.",
            changed,
        )


def _octets(name: str) -> bytes | None:
    """What the file holds now; None if it is not there."""
    try:
        with open(name, "rb") as stream:
            return stream.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"{name}: cannot be read again: {reason_of(error)}.") from None


def _held_after(held: Held, plan: Plan, namespace: str, respelled: frozenset[DocumentEdit]) -> Held:
    """What the files hold once the plan is carried out."""
    known = _documents_by_text(plan.files)
    names = [source.name for source in held.sources]
    sources = {source.name: source for source in held.sources}
    files = dict(zip(names, held.files, strict=True))
    for name, data in plan.contents.items():
        sources[name] = SourceFile(name, data, stamp_of(name))
        files[name] = read_file(name, data, namespace, known)
    found = [finding for finding in held.found if finding.code != "empty-folder"]
    return hold(tuple(sources.values()), tuple(files[name] for name in sources), found, respelled)
