"""Manifests put on top of what a cluster holds, as `kubectl apply` would put them there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from lbtui.core.objects.meta import Metadata
from lbtui.core.objects.reference import ResourceRef
from lbtui.core.objects.resource_set import ResourceSet
from lbtui.core.objects.resources import BGPPeer, MetalLBResource

_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


@dataclass(frozen=True, slots=True)
class Overlay:
    """What the cluster is to hold, and what was decided on the way."""

    resources: ResourceSet
    kept_passwords: tuple[ResourceRef, ...] = ()
    """Peers whose manifest has no password at all, so that the cluster's stays."""
    left_alone: tuple[ResourceRef, ...] = ()
    """Of the manifests: not of MetalLB's kinds, so not applied."""
    repeated: tuple[ResourceRef, ...] = ()
    """Of the manifests: there is another one of the same name before it."""
    named: tuple[ResourceRef, ...] = ()
    """Of the manifests: applied, whether that changes anything or not."""
    not_named: tuple[ResourceRef, ...] = ()
    """MetalLB's objects of the cluster that no manifest speaks of; they stay."""


def overlay(cluster: ResourceSet, manifests: ResourceSet) -> Overlay:
    """Give every object that the manifests name the spec that they give it; delete nothing.

    Labels and annotations are added to those that are there, since others put theirs there too.
    """
    found = Overlay(cluster)
    for ref in manifests.refs():
        resource = manifests.get(ref)
        if not isinstance(resource, MetalLBResource):
            found = replace(found, left_alone=(*found.left_alone, ref))
        elif ref.ordinal:
            found = replace(found, repeated=(*found.repeated, ref))
        else:
            found = _put(found, ref, resource)
    named = tuple(ref for ref in _metallb(manifests) if not ref.ordinal)
    not_named = set(_metallb(cluster)) - set(named)
    return replace(found, named=named, not_named=tuple(sorted(not_named)))


def on_top(cluster: ResourceSet, manifests: ResourceSet) -> ResourceSet:
    """The cluster with all that the manifests name, of whatever kind."""
    resources = overlay(cluster, manifests).resources
    others = {r.kind for r in manifests.refs() if not isinstance(manifests.get(r), MetalLBResource)}
    return resources.with_kinds(
        {kind: {**cluster.members(kind), **manifests.members(kind)} for kind in others}
    )


def in_place(cluster: ResourceSet, manifests: ResourceSet) -> ResourceSet:
    """The cluster with these manifests instead of all of its objects of MetalLB's kinds."""
    resources = on_top(cluster, manifests)
    return resources.without(*(set(_metallb(cluster)) - set(manifests.refs())))


def _put(found: Overlay, ref: ResourceRef, resource: MetalLBResource) -> Overlay:
    known = found.resources.get(ref)
    kept = found.kept_passwords
    if isinstance(known, MetalLBResource):
        metadata = _together(known.metadata, resource.metadata)
        resource = msgspec.structs.replace(resource, metadata=metadata)
        if isinstance(resource, BGPPeer) and isinstance(known, BGPPeer) and _lacks(resource, known):
            spec = msgspec.structs.replace(resource.spec, password=known.spec.password)
            resource = msgspec.structs.replace(resource, spec=spec)
            kept = (*kept, ref)
    if resource == known:
        return replace(found, kept_passwords=kept)
    return replace(
        found, resources=found.resources.with_resource(ref, resource), kept_passwords=kept
    )


def _lacks(resource: BGPPeer, known: BGPPeer) -> bool:
    """Whether the manifest says nothing of a password, as an exported one does."""
    spec = resource.spec
    return known.spec.password is not None and not (spec.password or spec.password_secret)


def _together(theirs: Metadata, given: Metadata) -> Metadata:
    annotations: dict[str, Any] = {**given.annotations}
    annotations.pop(_LAST_APPLIED, None)
    return msgspec.structs.replace(
        theirs,
        labels={**theirs.labels, **given.labels},
        annotations={**theirs.annotations, **annotations},
    )


def _metallb(resources: ResourceSet) -> Iterator[ResourceRef]:
    return (ref for ref in resources.refs() if isinstance(resources.get(ref), MetalLBResource))
