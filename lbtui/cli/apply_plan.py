"""What `lbtui apply` is about to do: manifests and cluster put together, judged and compared."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lbtui.adapters.file_store import FileStore
from lbtui.cli import output
from lbtui.cli.sources import choose_backend
from lbtui.core.analysis import Analysis, analyse
from lbtui.core.configuration.model import Options
from lbtui.core.diagnostics import Diagnostic
from lbtui.core.editing.overlay import Overlay, overlay
from lbtui.core.objects.reference import ResourceRef
from lbtui.core.objects.resource_set import ResourceSet
from lbtui.core.questions.applied import Applied, diff_applied
from lbtui.core.routing.resource_diff import ResourceDiff, diff_resources
from lbtui.ports import FileChange

if TYPE_CHECKING:
    from lbtui.adapters.cluster.store import ClusterStore


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is to be known before the yes."""

    backend: str
    before: Analysis
    """Of the cluster as it is."""
    after: Analysis
    """Of the cluster with the manifests on top."""
    found: Overlay
    changes: tuple[FileChange, ...]
    """Object by object, as it would be done, with what the server says to it."""
    routes: Applied
    resources: ResourceDiff
    notices: tuple[Diagnostic, ...]
    """Of reading the manifests and the cluster."""
    options: Options
    """How MetalLB was started."""

    @property
    def wanted(self) -> ResourceSet:
        """What the cluster is to hold."""
        return self.found.resources

    @property
    def new_findings(self) -> tuple[Diagnostic, ...]:
        """What is wrong afterwards and is not now."""
        known = {(one.code, one.ref, one.path) for one in self.before.diagnostics}
        return tuple(
            one
            for one in self.after.diagnostics
            if (one.code, one.ref, one.path) not in known and one.severity.value != "info"
        )

    @property
    def recreate(self) -> frozenset[ResourceRef]:
        """Objects that can only be deleted and made anew."""
        return frozenset(one.ref for one in self.changes if one.must_recreate and one.ref)

    def between(self) -> Applied:
        """What changes on the wire while objects are made anew, from what is sent now."""
        bare = self.before.resources.without(*self.recreate)
        return diff_applied(self.before, analyse(bare, self.backend, self.options, self.before))

    def left_in(self, resources: ResourceSet) -> frozenset[ResourceRef]:
        """Objects of a cluster that are not yet as wanted."""
        diff = diff_resources(resources, self.wanted)
        return frozenset((*diff.added, *diff.removed, *(ref for ref, _ in diff.changed)))


async def make_plan(store: ClusterStore, arguments: argparse.Namespace) -> Plan | None:
    """Read both sides and have the difference judged; None: the manifests cannot be read.

    Raises StoreError.
    """
    cluster = await store.load()
    files = FileStore(arguments.sources, store.installation.namespace)
    manifests = await files.load()
    broken = [one for one in manifests.diagnostics if one.is_error]
    for one in broken:
        output.narrate(output.diagnostic_to_text(one))
    if broken:
        output.narrate("Nothing was applied: mend the manifests first.")
        return None
    found = overlay(cluster.resources, manifests.resources)
    backend = choose_backend(arguments, cluster.setting)
    before = analyse(cluster.resources, backend, store.options)
    after = analyse(found.resources, backend, store.options, before)
    return Plan(
        backend,
        before,
        after,
        found,
        tuple(await store.changes(found.resources)),
        diff_applied(before, after),
        diff_resources(cluster.resources, found.resources),
        (*manifests.diagnostics, *cluster.diagnostics),
        store.options,
    )
