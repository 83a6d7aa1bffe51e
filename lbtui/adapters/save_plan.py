"""What has to be written so that the files hold another set of resources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from lbtui.adapters.document_changes import Change, Group, changed_document
from lbtui.adapters.held_files import Held
from lbtui.adapters.manifests import BOM, ManifestFile, read_file
from lbtui.adapters.own_text import reworded_document, shown_text
from lbtui.adapters.yaml_nodes import YamlProblem, compose
from lbtui.adapters.yaml_render import Style, render_block
from lbtui.adapters.yaml_style import style_of
from lbtui.core.objects.decode import encode_resource
from lbtui.core.objects.resource_set import AnyResource, ResourceRef, ResourceSet
from lbtui.core.objects.resources import MetalLBResource
from lbtui.core.objects.respelling import Respelling
from lbtui.core.objects.rewording import DocumentEdit, Rewording
from lbtui.core.objects.struct_fields import declared_fields
from lbtui.ports import StoreError

_EMPTY = re.compile(r"(?:\s|#[^\n]*\n?|---[ \t]*\r?\n?)*\Z")
_RENAMED = 0.5
"""From this likeness on a new resource is taken for one that is gone, under another name."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Files to write, and all files as they will be."""

    contents: Mapping[str, bytes]
    """Name → octets, only of files that change."""
    files: tuple[ManifestFile, ...] = ()
    """The files to write, read back."""


def plan_save(held: Held, new: ResourceSet, namespace: str, new_file: str | None) -> Plan:
    """The smallest change of the files after which they hold `new`.

    `new_file` is where new resources go if no file can take them. Raises StoreError if a change
    cannot be written; a plan that is returned was read back and gives exactly `new`.
    """
    changes = list(_with_renames(_compare(held.resources, new)))
    texts = {f: [d.text for d in file.documents] for f, file in enumerate(held.files)}
    touched: set[int] = set()
    edits = _edits(held.resources.respelled, new.respelled)
    for (f, d), group in _by_document(held, changes, edits, new).items():
        file = held.files[f]
        document = file.documents[d]
        texts[f][d] = changed_document(document, group, held.origins, file.name, namespace)
        touched.add(f)
    contents = {held.files[f].name: _encoded(held.files[f], "".join(texts[f])) for f in touched}
    for change in changes:
        if change.old is None and change.new is not None:
            name, text = _home_for(held, contents, change.new, new_file)
            contents[name] = _appended(text, change.new)
    files = tuple(read_file(name, data, namespace) for name, data in contents.items())
    _verify(held, new, files)
    return Plan(contents, files)


def _edits(
    before: frozenset[DocumentEdit], after: frozenset[DocumentEdit]
) -> Iterator[DocumentEdit]:
    """Edits of documents to be made, those taken back that can be."""
    yield from after - before
    retyped = {one.ref for one in after if isinstance(one, Rewording)}
    for one in before - after:
        if isinstance(one, Rewording) and one.ref not in retyped:
            yield one.inverse


def _compare(old: ResourceSet, new: ResourceSet) -> Iterator[Change]:
    for kind in old.changed_kinds(new):
        before, after = old.by_kind(kind), new.by_kind(kind)
        for ref in (*before, *(ref for ref in after if ref not in before)):
            change = Change(ref, before.get(ref), after.get(ref))
            if change.old == change.new:
                continue
            if not isinstance(change.old or change.new, MetalLBResource):
                raise StoreError(f"{ref} is only read by lbtui, never written; nothing was saved.")
            yield change


def _with_renames(changes: Iterator[Change]) -> Iterator[Change]:
    """A resource gone and a new one much like it are one, renamed: it keeps place and comments."""
    found = list(changes)
    gone = [change for change in found if change.new is None]
    paired: set[ResourceRef] = set()
    for change in found:
        if change.old is None:
            free = [
                one for one in gone if one.ref not in paired and one.ref.kind == change.ref.kind
            ]
            match = max(free, key=lambda one: _likeness(one.old, change.new), default=None)
            if match is not None and _likeness(match.old, change.new) >= _RENAMED:
                paired.add(match.ref)
                yield Change(match.ref, match.old, change.new)
                continue
        elif change.new is None:
            continue
        yield change
    yield from (change for change in gone if change.ref not in paired)


def _likeness(old: AnyResource | None, new: AnyResource | None) -> float:
    """Share of the fields written in either spec that are the same in both; 1 for equal specs."""
    one, other = _spec(old), _spec(new)
    if one == other or not isinstance(one, msgspec.Struct):
        return 1.0 if one == other else 0.0
    fields, others = msgspec.structs.asdict(one), msgspec.structs.asdict(other)
    defaults = {field.name: field.default for field in declared_fields(type(one))}
    written = [n for n in fields if not defaults[n] == fields[n] == others[n]]
    same = sum(bool(fields[name] == others[name]) for name in written)
    return same / len(written)


def _spec(resource: AnyResource | None) -> Any:
    return getattr(resource, "spec", None)


def _by_document(
    held: Held, changes: Sequence[Change], edits: Iterable[DocumentEdit], new: ResourceSet
) -> Mapping[tuple[int, int], Group]:
    groups: dict[tuple[int, int], Group] = {}

    def group_of(ref: ResourceRef) -> Group:
        origin = held.origins[ref]
        return groups.setdefault((origin.file, origin.document), Group())

    after = {change.ref: change.new for change in changes}
    for change in changes:
        if change.old is not None:
            group_of(change.ref).changes.append(change)
    for edit in sorted(edits, key=str):
        if edit.ref not in held.origins:
            continue
        group = group_of(edit.ref)
        if isinstance(edit, Respelling):
            group.respellings.append(edit)
        elif not held.origins[edit.ref].steps:
            group.rewording = edit
            group.reworded = after[edit.ref] if edit.ref in after else new.get(edit.ref)
    return groups


def unwritten(held: Held, new: ResourceSet, namespace: str) -> Iterator[tuple[str, Rewording]]:
    """Files, and texts typed for them that a save cannot write: another text stands there now."""
    for edit in _edits(held.resources.respelled, new.respelled):
        origin = held.origins.get(edit.ref)
        if isinstance(edit, Rewording) and origin is not None:
            file = held.files[origin.file]
            if reworded_document(file.documents[origin.document], edit, namespace) is None:
                yield file.name, edit


def own_text(
    held: Held,
    ref: ResourceRef,
    resource: AnyResource,
    edits: frozenset[DocumentEdit],
    namespace: str,
) -> str | None:
    """The text that a resource's own document gets if the resource is to be `resource`.

    None if the document holds others too, or something that nobody must see; of JSON as well,
    where a comment would be an error.
    """
    origin, old = held.origins.get(ref), held.resources.get(ref)
    if origin is None or origin.steps or old is None:
        return None
    file = held.files[origin.file]
    if file.name.endswith(".json"):
        return None
    document = file.documents[origin.document]
    made = [one for one in _edits(held.resources.respelled, edits) if one.ref == ref]
    changes = [Change(ref, old, resource)] if old != resource else []
    groups = _by_document(held, changes, made, held.resources)
    group = groups.get((origin.file, origin.document))
    if group is None:
        return shown_text(document.text)
    if group.rewording is not None:
        group.reworded = resource
    try:
        text = changed_document(document, group, held.origins, file.name, namespace)
    except StoreError:
        return None
    return shown_text(text)


def _encoded(file: ManifestFile, text: str) -> bytes:
    has_mark = file.data.startswith(BOM.encode())
    return ((BOM if has_mark else "") + text).encode()


def _home_for(
    held: Held, contents: Mapping[str, bytes], resource: AnyResource, new_file: str | None
) -> tuple[str, str]:
    """The file that takes a new resource, and its text: that of its own kind, or the first."""
    able = [f for f, file in enumerate(held.files) if _can_grow(held, f, file)]
    alike = [o.file for ref, o in held.origins.items() if ref.kind == resource.kind]
    metallb = [
        o.file
        for ref, o in held.origins.items()
        if isinstance(held.resources.get(ref), MetalLBResource)
    ]
    for f in (*reversed(alike), *metallb):
        if f in able:
            name = held.files[f].name
            return name, contents.get(name, held.files[f].data).decode()
    if new_file is not None:
        known = {file.name: file.data for file in held.files}
        return new_file, contents.get(new_file, known.get(new_file, b"")).decode()
    if able:
        name = held.files[able[0]].name
        return name, contents.get(name, held.files[able[0]].data).decode()
    raise StoreError(
        f"No file can take the new {resource.kind} {resource.name}; nothing was saved. "
        "Open a folder, or a YAML file that can be read and written."
    )


def _can_grow(held: Held, index: int, file: ManifestFile) -> bool:
    """Whether a document can be put behind the others: JSON and broken files take none."""
    if held.sources[index].stamp is None or file.name.endswith(".json"):
        return False
    return bool(file.documents) or not file.data


def _appended(text: str, resource: AnyResource) -> bytes:
    """The file's text with a document more, written like the last one."""
    style = _style_of_last(text)
    lines = render_block(encode_resource(resource), style)
    if text and not text.endswith("\n"):
        text += style.newline
    separator = "" if _EMPTY.match(text.removeprefix(BOM)) else f"---{style.newline}"
    return (text + separator + "".join(line + style.newline for line in lines)).encode()


def _style_of_last(text: str) -> Style:
    newline = "\r\n" if "\r\n" in text else "\n"
    try:
        last = text.rsplit("\n---", 1)[-1].partition("\n")[2]
        root = compose(last)
    except YamlProblem:
        root = None
    found = style_of(last, root) if root is not None else Style()
    return Style(newline=newline, step=found.step, list_offset=found.list_offset)


def _verify(held: Held, new: ResourceSet, files: Sequence[ManifestFile]) -> None:
    """Raise StoreError unless the files, read back, give exactly the wanted set."""
    written = {file.name: file for file in files}
    names = [file.name for file in held.files]
    kept = [written.pop(file.name, file) for file in held.files]
    everything = (*kept, *written.values())
    found: dict[tuple[str, str, str], list[AnyResource]] = {}
    for file in everything:
        for document in file.documents:
            for member in document.members:
                _add(found, member.decoded.resource)
    wanted: dict[tuple[str, str, str], list[AnyResource]] = {}
    for ref in sorted(new.refs()):
        _add(wanted, new.get(ref))
    if found != wanted:
        raise StoreError(
            f"{', '.join(sorted(set(names) & {f.name for f in files}) or [f.name for f in files])}"
            ": what would be written does not read as wanted; nothing was saved. "
            "Please report this with the file."
        )


def _add(
    groups: dict[tuple[str, str, str], list[AnyResource]], resource: AnyResource | None
) -> None:
    if resource is not None:
        metadata = resource.metadata
        groups.setdefault((resource.kind, metadata.namespace, metadata.name), []).append(resource)
