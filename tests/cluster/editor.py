"""Somebody who edits a cluster through lbtui's own planning and sending, without a screen."""

from __future__ import annotations

from lbtui.adapters.cluster.changes import Baseline
from lbtui.adapters.cluster.connection import Connection
from lbtui.adapters.cluster.following import Listed, list_all
from lbtui.adapters.cluster.held_objects import HeldObjects
from lbtui.adapters.cluster.kinds import METALLB
from lbtui.adapters.cluster.saving import Saved, save_objects
from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
from tests.cluster.manifests import NAMESPACE


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
