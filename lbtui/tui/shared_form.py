"""Several resources of one kind being edited together: a field that is written is set in all. Pure.

What differs between them and is not written stays as it is in each.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lbtui.core.editing.edit import field_to_text, get_field
from lbtui.core.editing.field_edit import set_fields
from lbtui.core.editing.fields import FieldSpec
from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
from lbtui.core.objects.resources import MetalLBResource
from lbtui.tui.form import NAME, Draft, Form, RowKey

MOST_SHOWN = 4
"""Different values told of one field."""


class SharedForm(Form):
    """A form without the name, and without lists of records, which belong to one resource."""

    def __init__(
        self, resources: ResourceSet, members: Sequence[tuple[ResourceRef, MetalLBResource]]
    ) -> None:
        """Edit `members`, at least one, all of one kind and in `resources`."""
        self.members = tuple(members)
        self._different: dict[str, str] = {}
        """Path → the values in words, where they differ."""
        first_ref, first = members[0]
        super().__init__(resources, first, first_ref)

    def _specs(self) -> dict[str, FieldSpec]:
        return {
            path: spec
            for path, spec in super()._specs().items()
            if path != NAME and spec.kind != "records"
        }

    def _text_of(self, spec: FieldSpec) -> str:
        """The text that all have; empty where they differ."""
        values = [get_field(resource, spec.path) for _, resource in self.members]
        if all(value == values[0] for value in values):
            return super()._text_of(spec)
        self._different[spec.path] = _different(spec, values)
        return ""

    def default_text(self, key: RowKey) -> str:
        """What an empty line means: nothing is written, so where they differ they go on so."""
        if key.path in self._different and key.path not in self._unset:
            return self._different[key.path]
        return super().default_text(key)

    def unset(self, key: RowKey) -> None:
        """Take the field out of all of them."""
        super().unset(key)
        self._unset.add(key.path)

    def draft(self) -> Draft:
        """All of them with the fields that were written; none if one of them cannot have it."""
        values, problems = self._read()
        if not values and not problems:
            return Draft(self.resources, self.ref, {})
        kind = type(self.resource)
        after = dict(self.resources.items(kind))
        for ref, resource in () if problems else self.members:
            edited = set_fields(resource, values)
            if edited.resource is None:
                problems |= {
                    self.row_of(one.path): f"{ref.name}: {one.message}"
                    for one in edited.diagnostics
                }
            else:
                after[ref] = edited.resource
        if problems:
            return Draft(None, None, problems)
        return Draft(self.resources.with_members(kind, after), self.ref, {})

    @property
    def refs(self) -> tuple[ResourceRef, ...]:
        """The resources edited."""
        return tuple(ref for ref, _ in self.members)

    def written(self) -> list[str]:
        """Labels of the fields that are set in all."""
        return [self.label(RowKey(path)) for path in self.specs if self.is_changed(path)]


def _different(spec: FieldSpec, values: Sequence[Any]) -> str:
    if spec.kind == "secret":
        return f"set in {sum(v is not None for v in values)} of {len(values)}, hidden"
    texts = list(dict.fromkeys(field_to_text(spec, value) or "not set" for value in values))
    more = f" and {len(texts) - MOST_SHOWN} more" if len(texts) > MOST_SHOWN else ""
    return f"different: {' | '.join(texts[:MOST_SHOWN])}{more}"
