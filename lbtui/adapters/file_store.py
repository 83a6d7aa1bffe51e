"""The Store over files and folders of manifests."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lbtui.adapters.file_sources import SourceFile, file_changed, read_sources
from lbtui.adapters.manifests import Document, ManifestFile, MemberPlaces, read_file
from lbtui.core.decode import Decoded, assemble
from lbtui.core.diagnostics import Diagnostic, Severity
from lbtui.core.field_path import Steps
from lbtui.core.resource_set import ResourceRef, ResourceSet
from lbtui.core.resources import METALLB_NAMESPACE
from lbtui.ports import SaveReport, Snapshot, StoreError


class Origin(NamedTuple):
    """Where a resource was read from."""

    file: int
    """Position in the list of files."""
    document: int
    steps: Steps


@dataclass(frozen=True, slots=True)
class Held:
    """What the files held when they were read or saved last."""

    sources: tuple[SourceFile, ...]
    files: tuple[ManifestFile, ...]
    resources: ResourceSet
    origins: Mapping[ResourceRef, Origin]
    snapshot: Snapshot


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
        self._held = await asyncio.to_thread(self._read)
        return self._held.snapshot

    async def save(self, new: ResourceSet, *, overwrite: bool = False) -> SaveReport:
        """See `Store.save`."""
        raise StoreError("Nothing was loaded.")

    def changed(self) -> tuple[str, ...]:
        """Files whose size or time on disk differs from what was read: a cheap hint, no proof."""
        if self._held is None:
            return ()
        return tuple(s.name for s in self._held.sources if file_changed(s))

    def _read(self) -> Held:
        known = self._known_documents()
        found = read_sources(self._sources)
        files = tuple(
            read_file(source.name, source.data, self._namespace, known) for source in found.files
        )
        return hold(found.files, files, found.diagnostics)

    def _known_documents(self) -> Mapping[str, Document]:
        files = self._held.files if self._held is not None else ()
        return {document.text: document for file in files for document in file.documents}


def hold(
    sources: tuple[SourceFile, ...],
    files: tuple[ManifestFile, ...],
    diagnostics: Iterable[Diagnostic] = (),
) -> Held:
    """Put all documents of all files into one set, and remember where everything came from."""
    decoded: list[Decoded] = []
    origins: list[Origin] = []
    places: list[MemberPlaces] = []
    for f, file in enumerate(files):
        for d, (document, line) in enumerate(zip(file.documents, file.first_lines(), strict=True)):
            for member in document.members:
                if not member.decoded.is_relevant:
                    continue
                place = MemberPlaces(document, member.steps, file.name, line)
                decoded.append(_placed(member.decoded, place))
                origins.append(Origin(f, d, member.steps))
                places.append(place)
    loaded, refs = assemble(decoded)
    by_ref = {ref: i for i, ref in enumerate(refs) if ref is not None}
    snapshot = Snapshot(
        loaded.resources,
        (
            *diagnostics,
            *(finding for file in files for finding in file.diagnostics),
            *_nothing_found(files, decoded),
            *loaded.diagnostics,
        ),
        {ref: places[i] for ref, i in by_ref.items()},
    )
    return Held(
        sources, files, loaded.resources, {ref: origins[i] for ref, i in by_ref.items()}, snapshot
    )


def _placed(decoded: Decoded, place: MemberPlaces) -> Decoded:
    if not decoded.diagnostics:
        return decoded
    placed = tuple(finding.at(place(finding.path)) for finding in decoded.diagnostics)
    return decoded._replace(diagnostics=placed)


def _nothing_found(
    files: Sequence[ManifestFile], decoded: Sequence[Decoded]
) -> Iterable[Diagnostic]:
    if files and not decoded and not any(file.diagnostics for file in files):
        yield Diagnostic(
            Severity.WARNING,
            "no-resources",
            "No MetalLB resource, Node, Service or EndpointSlice was found.",
            fix="Check the path; what you add will be written there.",
        )
