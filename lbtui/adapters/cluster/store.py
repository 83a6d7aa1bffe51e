"""The Store over a live cluster."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from urllib.parse import urlsplit

from lbtui.adapters.cluster.changes import Baseline
from lbtui.adapters.cluster.connection import Connection
from lbtui.adapters.cluster.errors import ApiError, UnreachableError
from lbtui.adapters.cluster.following import Failed, Listed, Message, Pace, follow, list_all
from lbtui.adapters.cluster.held_objects import HeldObjects
from lbtui.adapters.cluster.installation import Installation, find_installation
from lbtui.adapters.cluster.kinds import FOLLOWED, METALLB, ApiKind
from lbtui.adapters.cluster.kubeconfig import Login
from lbtui.adapters.cluster.saving import object_changes, save_objects
from lbtui.core.configuration.model import Options
from lbtui.core.diagnostics import Diagnostic, Severity
from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
from lbtui.ports import FileChange, PartialSaveError, SaveReport, Snapshot, StoreError

_PERMISSION = "Ask for permission to get, list and watch it."
GATHER_SECONDS = 0.1
"""Changes that come within this time are shown together."""


class ClusterStore:
    """MetalLB's resources and what they depend on, of one cluster; nothing is written."""

    def __init__(
        self, login: Login, namespace: str | None = None, pace: Pace | None = None
    ) -> None:
        """Take the context; `namespace` is MetalLB's, else it is looked for. Nothing is read."""
        self._login = login
        self._wanted_namespace = namespace
        self._pace = pace or Pace()
        self._connection = Connection(login)
        self._base = Baseline(ResourceSet(), {})
        self._held = HeldObjects(namespace or "")
        self._versions: dict[str, str] = {}
        self.installation = Installation(namespace or "")
        """How MetalLB runs there; known once it is loaded."""

    @property
    def title(self) -> str:
        """Context and server."""
        host = urlsplit(self._connection.server).netloc
        return f"{self._login.context} ({host})" if host else self._login.context

    @property
    def read_only(self) -> str:
        """Why nothing can be saved."""
        return ""

    @property
    def options(self) -> Options:
        """How MetalLB was started; in a cluster nothing is taken for granted but Secrets."""
        found = self.installation
        return Options(
            ignore_exclude_lb=found.ignore_exclude_lb,
            load_balancer_class=found.load_balancer_class,
            assume_endpoints=False,
            assume_secrets=True,  # they are not read: few that look may, and none need to
        )

    async def load(self) -> Snapshot:
        """List everything. Raises StoreError if nothing of MetalLB can be read."""
        self.installation = await find_installation(self._connection, self._wanted_namespace)
        self._held = HeldObjects(self.installation.namespace)
        answers = await asyncio.gather(*(self._listed(kind) for kind in FOLLOWED))
        self._held.take(zip(FOLLOWED, answers, strict=True))
        failures = {
            kind.name: answer.error
            for kind, answer in zip(FOLLOWED, answers, strict=True)
            if isinstance(answer, Failed)
        }
        unreachable = [e for e in failures.values() if isinstance(e, UnreachableError)]
        if unreachable:
            raise unreachable[0]
        if all(kind.name in failures for kind in METALLB):
            raise StoreError(self._nothing_readable(failures[METALLB[0].name]))
        snapshot = self._held.snapshot(self._notices(failures))
        self._base = Baseline(snapshot.resources, self._held.manifests())
        return snapshot

    async def save(self, new: ResourceSet, *, recreate: Collection[ResourceRef] = ()) -> SaveReport:
        """See `Store.save`."""
        if self.read_only:
            raise StoreError(f"Nothing can be saved: {self.read_only}.")
        saved = await save_objects(self._connection, self._base, new, recreate)
        self._base = saved.base
        self._held.take(saved.messages)
        snapshot = self._held.snapshot()
        if saved.outcome.failed is not None:
            raise PartialSaveError(str(saved.outcome), snapshot)
        return SaveReport(saved.names, snapshot)

    async def changes(self, new: ResourceSet) -> Sequence[FileChange]:
        """What `save` would write, tried on the server. Raises ConflictError, StoreError."""
        return await object_changes(self._connection, self._base, new)

    async def watch(self) -> AsyncIterator[Snapshot]:
        """The snapshot after every change, gathered; begins where `load` ended, never ends."""
        messages: asyncio.Queue[tuple[ApiKind, Message]] = asyncio.Queue(10_000)

        async def pump(kind: ApiKind) -> None:
            version = self._versions.get(kind.name, "")
            namespace = self._namespace_of(kind)
            async for message in follow(self._connection, kind, namespace, self._pace, version):
                await messages.put((kind, message))

        tasks = [asyncio.create_task(pump(kind)) for kind in FOLLOWED]
        try:
            while True:
                gathered = [await messages.get()]
                await asyncio.sleep(GATHER_SECONDS)
                while not messages.empty():
                    gathered.append(messages.get_nowait())
                if self._held.take(gathered):
                    yield self._held.snapshot()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._connection.close()

    def _namespace_of(self, kind: ApiKind) -> str:
        return self.installation.namespace if kind.scope == "metallb" else ""

    async def _listed(self, kind: ApiKind) -> Message:
        try:
            items, version = await list_all(self._connection, kind, self._namespace_of(kind))
        except StoreError as error:
            return Failed(error, 0.0)
        self._versions[kind.name] = version
        return Listed(items)

    def _nothing_readable(self, error: StoreError) -> str:
        if isinstance(error, ApiError) and error.code == 404:
            return f"{self.title}: MetalLB is not installed here; there are none of its kinds."
        return f"{self.title}: {error}"

    def _notices(self, failures: dict[str, StoreError]) -> Sequence[Diagnostic]:
        """What could not be read, as findings: all that depends on it is left unsaid."""
        return [
            Diagnostic(
                Severity.WARNING,
                "not-readable",
                f"{name}: {error} What depends on it is not judged.",
                fix=_PERMISSION if _is_forbidden(error) else None,
            )
            for name, error in failures.items()
        ]


def _is_forbidden(error: StoreError) -> bool:
    return isinstance(error, ApiError) and error.code == 403
