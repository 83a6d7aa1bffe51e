"""The fields of structs, as manifests name them."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
import msgspec.inspect as inspect


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a struct, as the checker needs it."""

    name: str
    """As the manifest spells it."""
    type: inspect.Type
    """Without its annotations."""
    is_nullable: bool
    is_required: bool


@functools.cache
def declared_fields(kind: type[msgspec.Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    """Fields of a struct in order; msgspec works them out anew each time, which takes long."""
    return msgspec.structs.fields(kind)


def plain_type(declared: inspect.Type) -> tuple[inspect.Type, bool]:
    """The type without annotations and without None; and whether None is allowed."""
    while isinstance(declared, inspect.Metadata):
        declared = declared.type
    if not isinstance(declared, inspect.UnionType):
        return declared, False
    others = [t for t in declared.types if not isinstance(t, inspect.NoneType)]
    return plain_type(others[0])[0], len(others) < len(declared.types)


@functools.cache
def fields_by_name(kind: type[msgspec.Struct]) -> Mapping[str, Field]:
    """Fields of a struct by the name that manifests use."""
    described = inspect.type_info(kind)
    assert isinstance(described, inspect.StructType)
    fields = {}
    for field in described.fields:
        plain, is_nullable = plain_type(field.type)
        fields[field.encode_name] = Field(field.encode_name, plain, is_nullable, field.required)
    return fields
