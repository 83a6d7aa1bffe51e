"""A resource being edited as text, field by field, and what comes of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from lbtui.core.editing.aliases import following_aliases
from lbtui.core.editing.edit import (
    FieldProblem,
    add_resource,
    field_to_text,
    get_field,
    name_problem,
    parse_field,
    rename_resource,
)
from lbtui.core.editing.field_edit import set_fields
from lbtui.core.editing.fields import FieldSpec, fields_of, leaf_fields
from lbtui.core.editing.open_draft import OpenDraft, base_of, members_of
from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
from lbtui.core.objects.resources import MetalLBResource

NAME = "metadata.name"


class RowKey(NamedTuple):
    """One line of the form: a field, or one record of a list of records."""

    path: str
    record: int = -1
    """Position of the record; -1 for a field of one line."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What the texts amount to."""

    resources: ResourceSet | None
    """The working set with the draft in it; None while something is wrong."""
    ref: ResourceRef | None
    """Where the draft is in `resources`."""
    problems: dict[str, str]
    """Field path → what is wrong and what to write."""


class Form:
    """Holds the texts; a field that was not touched keeps its value, whatever its text."""

    def __init__(
        self, resources: ResourceSet, resource: MetalLBResource, ref: ResourceRef | None
    ) -> None:
        """Edit `resource`, which is in `resources` under `ref`, or new if that is None."""
        self.resources, self.resource, self.ref = resources, resource, ref
        self.specs = self._specs()
        self._original = {path: self._text_of(spec) for path, spec in self.specs.items()}
        self._texts: dict[str, list[str]] = {
            path: text.split("\n") if self.specs[path].kind == "records" else [text]
            for path, text in self._original.items()
        }
        self._unset: set[str] = set()

    def _specs(self) -> dict[str, FieldSpec]:
        return {spec.path: spec for spec in leaf_fields(fields_of(type(self.resource)))}

    def _text_of(self, spec: FieldSpec) -> str:
        value = get_field(self.resource, spec.path)
        if spec.kind == "secret" or (value == spec.default and not spec.is_required):
            return ""
        return field_to_text(spec, value)

    # ---- rows --------------------------------------------------------------------------------

    def keys(self) -> Iterator[RowKey]:
        """Every line, top to bottom; a list of records ends with an empty line for one more."""
        for path, spec in self.specs.items():
            if spec.kind != "records":
                yield RowKey(path)
                continue
            texts = self._texts[path]
            count = len(texts) if texts[-1] == "" else len(texts) + 1
            for index in range(count):
                yield RowKey(path, index)

    def label(self, key: RowKey) -> str:
        """The path without "spec." or "metadata.", which say nothing here."""
        label = key.path.removeprefix("spec.").removeprefix("metadata.")
        return label if key.record < 0 else f"{label}[{key.record}]"

    def text(self, key: RowKey) -> str:
        """What is written there."""
        texts = self._texts[key.path]
        at = max(key.record, 0)
        return texts[at] if at < len(texts) else ""

    def default_text(self, key: RowKey) -> str:
        """What an empty line means."""
        spec = self.specs[key.path]
        if spec.kind == "secret":
            is_set = get_field(self.resource, key.path) is not None and key.path not in self._unset
            return "set, hidden" if is_set else "not set"
        if spec.kind == "records":
            return "one more: " + " = ".join(field.label for field in spec.fields)
        if spec.is_required:
            return "needed"
        return field_to_text(spec, spec.default) or _MEANS.get(spec.path, "not set")

    def is_changed(self, path: str) -> bool:
        """Whether the field was edited."""
        return path in self._unset or "\n".join(self._texts[path]) != self._original[path]

    @property
    def is_modified(self) -> bool:
        """Whether anything was edited."""
        return any(self.is_changed(path) for path in self.specs)

    # ---- edits -------------------------------------------------------------------------------

    def set_text(self, key: RowKey, text: str) -> None:
        """Write a line."""
        self._unset.discard(key.path)
        texts = self._texts[key.path]
        at = max(key.record, 0)
        if at == len(texts):
            texts.append(text)
        else:
            texts[at] = text

    def tidy(self) -> None:
        """Take away the empty lines of lists of records, as the cursor left them."""
        for path, spec in self.specs.items():
            if spec.kind == "records":
                self._texts[path] = [t for t in self._texts[path] if t.strip()] or [""]

    def unset(self, key: RowKey) -> None:
        """Take the field (or the record) out, so that its default holds."""
        self.set_text(key, "")
        if self.specs[key.path].kind == "secret":
            self._unset.add(key.path)

    def cycle(self, key: RowKey, by: int = 1) -> str:
        """The next text of a boolean or choice."""
        spec = self.specs[key.path]
        if spec.kind == "boolean":
            choices = ["", "false" if spec.default else "true"]
        else:
            choices = [*([] if spec.is_required else [""]), *spec.choices]
        text = self.text(key)
        at = choices.index(text) if text in choices else 0
        return choices[(at + by) % len(choices)]

    # ---- to go on later ----------------------------------------------------------------------

    def typed(self) -> OpenDraft:
        """What was typed so far, without what is secret."""
        edited = [path for path in self.specs if self.is_changed(path)]
        secret = [path for path in edited if self.specs[path].kind == "secret"]
        base, omitted = base_of(self.resource) if self.ref is None else (None, ())
        return OpenDraft(
            members=members_of(self.refs),
            base=base,
            texts={p: "\n".join(self._texts[p]) for p in edited if p not in secret},
            unset=tuple(sorted(self._unset)),
            lost=tuple(dict.fromkeys([*omitted, *(p for p in secret if p not in self._unset)])),
        )

    def go_on(self, typed: OpenDraft) -> None:
        """Take up what was typed; fields that there are no more are left out."""
        for path, text in typed.texts.items():
            if path in self.specs:
                is_list = self.specs[path].kind == "records"
                self._texts[path] = text.split("\n") if is_list else [text]
        self._unset |= {path for path in typed.unset if path in self.specs}

    @property
    def refs(self) -> tuple[ResourceRef, ...]:
        """The resources edited; none if it is a new one."""
        return () if self.ref is None else (self.ref,)

    # ---- result ------------------------------------------------------------------------------

    def draft(self) -> Draft:
        """Read all texts; the result is there only if nothing is wrong."""
        values, problems = self._read()
        name = values.pop(NAME, self.resource.name) or ""
        if name != self.resource.name or self.ref is None:
            self._check_name(name, problems)
        if problems:
            return Draft(None, None, problems)
        return self._applied(name, values)

    def _read(self) -> tuple[dict[str, Any], dict[str, str]]:
        """The values of the fields that were edited, and what is wrong with others."""
        problems: dict[str, str] = {}
        values: dict[str, Any] = {}
        for path, spec in self.specs.items():
            if path in self._unset:
                values[path] = None
            elif self.is_changed(path) or (self.ref is None and spec.is_required):
                text = "\n".join(t for t in self._texts[path] if t.strip())
                value = parse_field(spec, text)
                if spec.is_required and not text:
                    problems[path] = f"{spec.label} cannot be empty."
                elif isinstance(value, FieldProblem):
                    problems[path] = value.message
                else:
                    values[path] = value
        return values, problems

    def _check_name(self, name: str, problems: dict[str, str]) -> None:
        metadata = self.resource.metadata
        problem = name_problem(self.resources, self.resource.kind, name, metadata.namespace)
        if problem:
            problems.setdefault(NAME, problem)

    def _applied(self, name: str, values: dict[str, Any]) -> Draft:
        start = self.resource
        if self.ref is None:
            values = {NAME: name, **values}
        edited = set_fields(start, values) if values else None
        if edited is not None and edited.resource is None:
            problems = {self.row_of(d.path): d.message for d in edited.diagnostics}
            return Draft(None, None, problems)
        resource = edited.resource if edited and edited.resource is not None else start
        if self.ref is None:
            resources, ref = add_resource(self.resources, resource)
            return Draft(resources, ref, {})
        resources = self.resources
        if resource is not start:
            resources = resources.with_resource(self.ref, resource)
            resources = following_aliases(resources, start, resource)
        resources, ref = rename_resource(resources, self.ref, name)
        return Draft(resources, ref, {})

    def row_of(self, path: str) -> str:
        """The field of this form that a finding's path is about."""
        found = [known for known in self.specs if path.startswith(known)]
        return max(found, key=len, default=next(iter(self.specs)))


_MEANS = {
    "spec.nodeSelectors": "all nodes",
    "spec.peers": "all peers",
    "spec.ipAddressPools": "all pools",
    "spec.serviceSelectors": "all services",
}
"""What an empty field means where it does not mean nothing."""
