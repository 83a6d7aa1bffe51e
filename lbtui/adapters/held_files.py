"""What files held when they were read: one set, and where every resource of it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lbtui.adapters.file_sources import SourceFile
from lbtui.adapters.manifests import NOBODY_KNOWS, ManifestFile, MemberPlaces
from lbtui.core.diagnostics import Diagnostic, Place, Severity
from lbtui.core.objects.decode import Decoded, assemble
from lbtui.core.objects.field_path import Steps
from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
from lbtui.core.objects.rewording import DocumentEdit
from lbtui.ports import Snapshot


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
    found: tuple[Diagnostic, ...]
    """Problems of finding and reading the files."""
    snapshot: Snapshot


def hold(
    sources: tuple[SourceFile, ...],
    files: tuple[ManifestFile, ...],
    found: Iterable[Diagnostic] = (),
    respelled: frozenset[DocumentEdit] = frozenset(),
) -> Held:
    """Put all documents of all files into one set, and remember where everything came from.

    `respelled` are the edits of documents that these files have had since they were loaded.
    """
    found = tuple(found)
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
    unread = loaded.resources.unread.union(*(file.unread() for file in files))
    if any(finding.severity is Severity.ERROR for finding in found):
        unread |= {NOBODY_KNOWS}
    resources = loaded.resources.with_respelled(respelled).with_unread(unread)
    by_ref = {ref: i for i, ref in enumerate(refs) if ref is not None}
    snapshot = Snapshot(
        resources,
        (
            *found,
            *(finding for file in files for finding in file.diagnostics),
            *_nothing_found(files, decoded),
            *loaded.diagnostics,
        ),
        {ref: places[i] for ref, i in by_ref.items()},
    )
    by_origin = {ref: origins[i] for ref, i in by_ref.items()}
    return Held(sources, files, resources, by_origin, found, snapshot)


def resources_of(files: Iterable[ManifestFile]) -> ResourceSet:
    """What could be read in some files, to be looked at only."""
    members = (m for file in files for document in file.documents for m in document.members)
    return ResourceSet.of(m.decoded.resource for m in members if m.decoded.resource is not None)


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
            place=Place(files[0].name, 0) if len(files) == 1 else None,
        )
