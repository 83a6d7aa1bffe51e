"""Edits: fields of a resource, and new, duplicated, renamed and deleted resources of a set."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple, TypeVar, cast

import msgspec

from lbtui.core.editing.field_edit import Edited, get_field, set_field
from lbtui.core.editing.field_text import FieldProblem, field_to_text, parse_field
from lbtui.core.editing.fields import fields_of, leaf_fields
from lbtui.core.objects.meta import Metadata
from lbtui.core.objects.repairs import AddResource, DeleteResource, Repair
from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
from lbtui.core.objects.resources import (
    EDITABLE,
    METALLB_NAMESPACE,
    BGPPeer,
    BGPPeerSpec,
    IPAddressPool,
    IPAddressPoolSpec,
    MetalLBResource,
)
from lbtui.core.objects.respelling import Respelling

__all__ = [
    "Edited",
    "FieldProblem",
    "Mention",
    "add_resource",
    "apply_repair",
    "delete_resource",
    "duplicate_resource",
    "field_to_text",
    "free_name",
    "get_field",
    "mentions",
    "name_problem",
    "new_resource",
    "parse_field",
    "rename_resource",
    "set_field",
]

M = TypeVar("M", bound=MetalLBResource)
_NAME = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\Z")
_LONGEST_NAME = 253


class Mention(NamedTuple):
    """A field that names a resource."""

    ref: ResourceRef
    path: str


def new_resource(
    kind: type[M], name: str, namespace: str = METALLB_NAMESPACE, like: ResourceSet | None = None
) -> M:
    """A resource with nothing but its name; a peer takes over the ASN of those in `like`."""
    metadata = Metadata(name=name, namespace=namespace)
    if kind is IPAddressPool:
        return cast(M, IPAddressPool(metadata=metadata, spec=IPAddressPoolSpec(addresses=())))
    if kind is BGPPeer:
        others = like.all(BGPPeer) if like is not None else ()
        asn = others[0].spec.my_asn if others else 0
        return cast(M, BGPPeer(metadata=metadata, spec=BGPPeerSpec(my_asn=asn)))
    return kind(metadata=metadata)


def duplicate_resource(resource: M, name: str) -> M:
    """The same resource under another name."""
    metadata = msgspec.structs.replace(resource.metadata, name=name)
    return msgspec.structs.replace(resource, metadata=metadata)


def add_resource(
    resources: ResourceSet, resource: MetalLBResource
) -> tuple[ResourceSet, ResourceRef]:
    """The set with a resource more; of two with one name the new one gets the next ordinal."""
    metadata = resource.metadata
    ref = ResourceRef(resource.kind, metadata.namespace, metadata.name)
    while ref in resources:
        ref = ref._replace(ordinal=ref.ordinal + 1)
    return resources.with_resource(ref, resource), ref


def delete_resource(resources: ResourceSet, ref: ResourceRef) -> ResourceSet:
    """The set without it. Fields that name it stay as they are: see `mentions`."""
    return resources.without(ref)


def rename_resource(
    resources: ResourceSet, ref: ResourceRef, name: str
) -> tuple[ResourceSet, ResourceRef]:
    """The set with a resource renamed, in its own name and wherever a field names it."""
    resource = resources.get(ref)
    if not isinstance(resource, MetalLBResource) or name == ref.name:
        return resources, ref
    for mention in mentions(resources, ref):
        resources = _renamed_mention(resources, mention, ref.name, name)
    return add_resource(resources.without(ref), duplicate_resource(resource, name))


def mentions(resources: ResourceSet, ref: ResourceRef) -> tuple[Mention, ...]:
    """Every field that names the resource."""
    return tuple(_mentions(resources, ref))


def apply_repair(resources: ResourceSet, repair: Repair) -> ResourceSet | None:
    """The set with a finding's edit carried out; None if it is of another set by now."""
    if isinstance(repair, AddResource):
        metadata = repair.resource.metadata
        wanted = ResourceRef(repair.resource.kind, metadata.namespace, metadata.name)
        is_free = wanted not in resources
        return add_resource(resources, repair.resource)[0] if is_free else None
    resource: Any = resources.get(repair.ref)
    if not isinstance(resource, MetalLBResource):
        return None
    if isinstance(repair, DeleteResource):
        return delete_resource(resources, repair.ref)
    path = repair.path
    if isinstance(repair, Respelling):
        resources = resources.with_respelled(resources.respelled | {repair})
        if repair.value is None:
            return resources
        path = repair.target
    edited = set_field(resource, path, repair.value).resource
    return resources.with_resource(repair.ref, edited) if edited is not None else None


def name_problem(resources: ResourceSet, kind: str, name: str, namespace: str) -> str:
    """Why a new resource cannot have this name, as a sentence; empty if it can."""
    if not name:
        return "A name is needed."
    if len(name) > _LONGEST_NAME or not _NAME.match(name):
        return (
            "The API server takes small letters, digits, - and . in a name, "
            "beginning and ending with a letter or digit."
        )
    if ResourceRef(kind, namespace, name) in resources:
        return f"There is already a {kind} {name}."
    return ""


def free_name(resources: ResourceSet, kind: str, base: str, namespace: str) -> str:
    """`base`, or with the first number behind it that no resource of the kind has: base-2."""
    name, number = base, 1
    while ResourceRef(kind, namespace, name) in resources:
        number += 1
        name = f"{base}-{number}"
    return name


def _mentions(resources: ResourceSet, ref: ResourceRef) -> Iterator[Mention]:
    for kind in EDITABLE:
        fields = [spec for spec in leaf_fields(fields_of(kind)) if spec.refers == ref.kind]
        for other, resource in resources.items(kind) if fields else ():
            for spec in fields:
                value = get_field(resource, spec.path)
                if value == ref.name:
                    yield Mention(other, spec.path)
                elif isinstance(value, tuple):
                    for i, item in enumerate(value):
                        if item == ref.name:
                            yield Mention(other, f"{spec.path}[{i}]")


def _renamed_mention(resources: ResourceSet, mention: Mention, old: str, new: str) -> ResourceSet:
    resource: Any = resources.get(mention.ref)
    edited = set_field(resource, mention.path, new).resource
    return resources if edited is None else resources.with_resource(mention.ref, edited)
