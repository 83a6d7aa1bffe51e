"""What a form for a resource asks: its fields, from the struct's own declarations.

Also what a field may be filled with: names of other resources, aliases, labels.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

import msgspec
import msgspec.inspect as inspect

from lbtui.core.objects.cluster_resources import Namespace, Node, Secret, Service
from lbtui.core.objects.meta import Hidden, LabelSelector
from lbtui.core.objects.resource_set import AnyResource, ResourceSet
from lbtui.core.objects.resources import (
    BFDProfile,
    BGPPeer,
    Community,
    IPAddressPool,
    MetalLBResource,
)
from lbtui.core.values.communities import WELL_KNOWN

FieldKind: TypeAlias = Literal[
    "integer",
    "text",
    "boolean",
    "choice",
    "list",  # of texts
    "selectors",  # list of label selectors
    "selector",  # one of them
    "pairs",  # mapping of text to text
    "record",  # its own fields are in `fields`
    "records",  # list of records of `fields`
    "secret",  # text that must not be shown
]


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of a form."""

    path: str
    """As the manifest spells it: "spec.localPref"."""
    label: str
    """The last part of the path."""
    kind: FieldKind
    help: str = ""
    """One line."""
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[str, ...] = ()
    """Of a choice; it may also be left empty unless it is required."""
    default: Any = None
    """What an absent field means; None where that is no value of the field's kind."""
    refers: str = ""
    """What the values name: a kind, "alias", or whose labels ("node-label", "pool-label", ...)."""
    format: str = ""
    """ "duration", "address", "interface", "cidr-or-range" or "community"."""
    is_required: bool = False
    fields: tuple[FieldSpec, ...] = ()
    """Of a record: with whole paths; of records: with paths inside one record."""


class Candidate(NamedTuple):
    """One thing to pick for a field."""

    value: str
    detail: str = ""
    """What it is: an alias' value, a peer's address, how many nodes have the label."""


@functools.cache
def fields_of(kind: type[MetalLBResource]) -> tuple[FieldSpec, ...]:
    """Name, labels, and the fields of the spec, in the order they are declared."""
    metadata = _struct_fields(_part(kind, "metadata"), "metadata")
    shown = [spec for spec in metadata if spec.label in ("name", "labels")]
    return (*shown, *_struct_fields(_part(kind, "spec"), "spec"))


def leaf_fields(specs: Iterable[FieldSpec]) -> Iterator[FieldSpec]:
    """The fields without records around them: spec.serviceAllocation.priority, ..."""
    for spec in specs:
        if spec.kind == "record":
            yield from leaf_fields(spec.fields)
        else:
            yield spec


@functools.cache
def field_at(kind: type[MetalLBResource], path: str) -> FieldSpec | None:
    """The field of that path, records included."""
    found = list(fields_of(kind))
    for spec in found:
        if spec.path == path:
            return spec
        if spec.kind == "record":
            found.extend(spec.fields)
    return None


def candidates(spec: FieldSpec, resources: ResourceSet) -> tuple[Candidate, ...]:
    """What `resources` offers for the field, in order of value; empty if nothing is offered."""
    if spec.kind == "choice":
        return tuple(Candidate(choice) for choice in spec.choices)
    offer = _OFFERS.get(spec.refers)
    if offer is None:
        return ()
    unique = {candidate.value: candidate for candidate in offer(resources)}
    return tuple(unique[value] for value in sorted(unique))


def _part(kind: type[MetalLBResource], name: str) -> inspect.StructType:
    described = inspect.type_info(kind)
    assert isinstance(described, inspect.StructType)
    part = next(field.type for field in described.fields if field.name == name)
    assert isinstance(part, inspect.StructType)
    return part


def _struct_fields(struct: inspect.StructType, path: str) -> tuple[FieldSpec, ...]:
    return tuple(
        _spec(f, f"{path}.{f.encode_name}" if path else f.encode_name) for f in struct.fields
    )


def _spec(field: inspect.Field, path: str) -> FieldSpec:
    declared, is_nullable, notes = _unwrap(field.type)
    default = None if field.default is msgspec.NODEFAULT else field.default
    if default is None and field.default_factory is not msgspec.NODEFAULT and not is_nullable:
        default = field.default_factory()
    kind, extra = _kind_and_limits(declared, path)
    return FieldSpec(
        path=path,
        label=field.encode_name,
        kind=kind,
        help=notes.get("description", ""),
        default=default,
        refers=notes.get("refers", ""),
        format=notes.get("format", ""),
        is_required=field.required or path == "metadata.name",
        **extra,
    )


def _unwrap(declared: inspect.Type) -> tuple[inspect.Type, bool, dict[str, Any]]:
    """The bare type, whether None is allowed, and the notes of all its annotations."""
    notes: dict[str, Any] = {}
    is_nullable = False
    while True:
        if isinstance(declared, inspect.Metadata):
            notes = {**(declared.extra_json_schema or {}), **(declared.extra or {}), **notes}
            declared = declared.type
        elif isinstance(declared, inspect.UnionType):
            is_nullable = True
            declared = next(t for t in declared.types if not isinstance(t, inspect.NoneType))
        else:
            break
    if isinstance(declared, inspect.VarTupleType):
        _, _, of_item = _unwrap(declared.item_type)
        notes = {"format": of_item.get("format", ""), **notes}
    return declared, is_nullable, notes


def _kind_and_limits(declared: inspect.Type, path: str) -> tuple[FieldKind, dict[str, Any]]:
    match declared:
        case inspect.IntType():
            return "integer", {"minimum": declared.ge, "maximum": declared.le}
        case inspect.BoolType():
            return "boolean", {}
        case inspect.LiteralType():
            return "choice", {"choices": tuple(str(value) for value in declared.values)}
        case inspect.DictType():
            return "pairs", {}
        case inspect.CustomType() if declared.cls is Hidden:
            return "secret", {}
        case inspect.StructType() if declared.cls is LabelSelector:
            return "selector", {}
        case inspect.StructType():
            return "record", {"fields": _struct_fields(declared, path)}
        case inspect.VarTupleType():
            return _list_kind(_unwrap(declared.item_type)[0])
        case _:
            return "text", {}


def _list_kind(item: inspect.Type) -> tuple[FieldKind, dict[str, Any]]:
    if not isinstance(item, inspect.StructType):
        return "list", {}
    if item.cls is LabelSelector:
        return "selectors", {}
    return "records", {"fields": _struct_fields(item, "")}


def _pools(resources: ResourceSet) -> Iterator[Candidate]:
    for pool in resources.all(IPAddressPool):
        yield Candidate(pool.name, ", ".join(pool.spec.addresses))


def _peers(resources: ResourceSet) -> Iterator[Candidate]:
    for peer in resources.all(BGPPeer):
        spec = peer.spec
        asn = spec.peer_asn or spec.dynamic_asn or "?"
        yield Candidate(peer.name, f"{spec.peer_address or spec.interface}, AS {asn}")


def _aliases(resources: ResourceSet) -> Iterator[Candidate]:
    """The user's aliases, and the well-known communities, which MetalLB knows by value only."""
    for value, name in WELL_KNOWN.items():
        yield Candidate(value, name)
    for community in resources.all(Community):
        for alias in community.spec.communities:
            yield Candidate(alias.name, alias.value)


def _secrets(resources: ResourceSet) -> Iterator[Candidate]:
    for secret in resources.all(Secret):
        yield Candidate(secret.name, secret.type)


def _names(kind: type[AnyResource]) -> Callable[[ResourceSet], Iterator[Candidate]]:
    def offer(resources: ResourceSet) -> Iterator[Candidate]:
        return (Candidate(resource.name) for resource in resources.all(kind))

    return offer


def _labels(kind: type[AnyResource], word: str) -> Callable[[ResourceSet], Iterator[Candidate]]:
    def offer(resources: ResourceSet) -> Iterator[Candidate]:
        counts = Counter(
            f"{key}={value}"
            for resource in resources.all(kind)
            for key, value in resource.metadata.labels.items()
        )
        for pair, count in counts.items():
            yield Candidate(pair, f"{count} {word}{'' if count == 1 else 's'}")

    return offer


_OFFERS: Mapping[str, Callable[[ResourceSet], Iterator[Candidate]]] = {
    "IPAddressPool": _pools,
    "BGPPeer": _peers,
    "BFDProfile": _names(BFDProfile),
    "Namespace": _names(Namespace),
    "Secret": _secrets,
    "alias": _aliases,
    "node-label": _labels(Node, "node"),
    "pool-label": _labels(IPAddressPool, "pool"),
    "service-label": _labels(Service, "service"),
    "namespace-label": _labels(Namespace, "namespace"),
}
