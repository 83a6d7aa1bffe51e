"""Somebody who edits a cluster through lbtui's own planning and sending, without a screen."""

from __future__ import annotations

from typing import Any

from lbtui.adapters.cluster.changes import Baseline
from lbtui.adapters.cluster.connection import Connection
from lbtui.adapters.cluster.following import Listed, list_all
from lbtui.adapters.cluster.held_objects import HeldObjects
from lbtui.adapters.cluster.kinds import METALLB
from lbtui.adapters.cluster.saving import Saved, save_objects
from lbtui.core.editing.field_edit import set_fields
from lbtui.core.objects.decode import decode_manifest
from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
from lbtui.core.objects.resources import MetalLBResource
from tests.cluster.manifests import NAMESPACE, Manifest

TOR = ResourceRef("BGPPeer", NAMESPACE, "tor")


class Editor:
    """Somebody who reads the cluster, edits what was read and saves."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.base = Baseline(ResourceSet(), {})

    async def read(self) -> ResourceSet:
        held = HeldObjects(NAMESPACE)
        for kind in METALLB:
            items, _ = await list_all(self.connection, kind, NAMESPACE)
            held.take([(kind, Listed(items))])
        resources = held.snapshot().resources
        manifests = {ref: held.manifest(ref) or {} for ref in resources.refs()}
        self.base = Baseline(resources, manifests)
        return resources

    async def save(self, new: ResourceSet, *recreate: ResourceRef) -> Saved:
        saved = await save_objects(self.connection, self.base, new, recreate)
        self.base = saved.base
        return saved


def edited(resources: ResourceSet, ref: ResourceRef, **fields: Any) -> ResourceSet:
    """The set with fields of a spec changed."""
    resource = resources.get(ref)
    assert isinstance(resource, MetalLBResource)
    changed = set_fields(resource, {f"spec.{name}": value for name, value in fields.items()})
    assert changed.resource is not None
    return resources.with_resource(ref, changed.resource)


def made(resources: ResourceSet, *manifests: Manifest) -> ResourceSet:
    """The set with resources more, or others in their places."""
    for manifest in manifests:
        resource = decode_manifest(manifest).resource
        assert resource is not None
        ref = ResourceRef(resource.kind, NAMESPACE, resource.metadata.name)
        resources = resources.with_resource(ref, resource)
    return resources


def without(resources: ResourceSet, *names: str) -> ResourceSet:
    return resources.without(*(ref for ref in resources.refs() if ref.name in names))


def told(saved: Saved) -> list[str]:
    return [str(one) for one in saved.outcome.done]
