"""The Store over a live cluster."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from urllib.parse import urlsplit

from lbtui.adapters.cluster.changes import Baseline
from lbtui.adapters.cluster.connection import Connection
from lbtui.adapters.cluster.errors import ApiError, UnreachableError
from lbtui.adapters.cluster.following import Failed, Listed, Message, Pace, list_all
from lbtui.adapters.cluster.gathering import rounds
from lbtui.adapters.cluster.held_objects import HeldObjects
from lbtui.adapters.cluster.installation import Installation, find_installation
from lbtui.adapters.cluster.kinds import FOLLOWED, METALLB, ApiKind
from lbtui.adapters.cluster.kubeconfig import Login
from lbtui.adapters.cluster.permissions import ALL_PERMITTED, Forbidden, forbidden_writes
from lbtui.adapters.cluster.refreshing import refreshed
from lbtui.adapters.cluster.reports import ClusterReports
from lbtui.adapters.cluster.roles import WRITING
from lbtui.adapters.cluster.saving import object_changes, save_objects
from lbtui.core.collector import collector_paused
from lbtui.core.configuration.model import Options
from lbtui.core.drift.gathered import Reports
from lbtui.core.objects.resource_set import AnyResource, ResourceRef, ResourceSet
from lbtui.core.objects.rewording import DocumentEdit
from lbtui.ports import FileChange, PartialSaveError, SaveReport, Setting, Snapshot, StoreError

NOT_PERMITTED = (
    "you may not change MetalLB's objects in this cluster; 'lbtui rbac --full' prints the Role "
    "that would allow it"
)
_LOG_IN = "The credentials may have expired: log in again, as for kubectl."


class ClusterStore:
    """MetalLB's resources, which can be edited, and what they depend on, of one cluster."""

    def __init__(
        self,
        login: Login,
        namespace: str | None = None,
        pace: Pace | None = None,
        *,
        is_read_only: bool = False,
    ) -> None:
        """Take the context. Nothing is read.

        Args:
            login: the server and who asks.
            namespace: MetalLB's; None: it is looked for.
            pace: of following.
            is_read_only: send no writing request at all.
        """
        self._login = login
        self._wanted_namespace = namespace
        self._pace = pace or Pace()
        self._connection = Connection(login, is_read_only=is_read_only)
        self._reports = ClusterReports(self._connection, namespace or "", self._pace)
        self._is_read_only = is_read_only
        self._read_only = "opened read-only" if is_read_only else ""
        self._base = Baseline(ResourceSet(), {})
        self._held = HeldObjects(namespace or "")
        self._seen = (Snapshot(self._base.resources), self._base)
        """What is known, as it is shown and as edits on it would be measured."""
        self._looked = self._seen
        """What `look` gave last: the user may be asked about it while more is heard."""
        self._versions: dict[str, str] = {}
        self._forbidden: Forbidden = ALL_PERMITTED
        self._turn = asyncio.Lock()
        self._news = asyncio.Event()
        self._hearing: asyncio.Task[None] | None = None
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
        return self._read_only

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

    # ---- reading -----------------------------------------------------------------------------

    async def load(self) -> Snapshot:
        """List everything. Raises StoreError if nothing of MetalLB can be read."""
        await self._stop_hearing()
        try:
            self.installation = await find_installation(self._connection, self._wanted_namespace)
        except ApiError as error:
            raise StoreError(self._refusal(error)) from None
        self._held = HeldObjects(self.installation.namespace)
        self._reports = ClusterReports(self._connection, self.installation.namespace, self._pace)
        if not self._is_read_only:
            await self._review()
        self.take(await self._listed_anew(FOLLOWED))
        return self.known()

    async def look(self) -> Snapshot:
        """List what can be edited; what that depends on is as it was heard of. See `Store.look`."""
        await self._listed_anew(METALLB)
        self._looked = self._seen
        return self._looked[0]

    def known(self) -> Snapshot:
        """See `LiveStore.known`."""
        return self._seen[0]

    def take(self, snapshot: Snapshot) -> None:
        """Measure saves against what is known now."""
        for seen, base in (self._seen, self._looked):
            if seen is snapshot:
                self._base = base
                return
        raise LookupError("only the snapshot that `look` or `known` gave last can be taken")

    async def changed(self) -> tuple[str, ...]:
        """Objects that can be edited and are not as they were taken, as far as it was heard."""
        old, new = self._base.resources, self.known().resources
        names = []
        for kind in METALLB:
            before, after = old.members(kind.name), new.members(kind.name)
            if before is not after:
                names += [str(ref) for ref in _differing(before, after)]
        return tuple(names)

    async def stirred(self, seconds: float) -> None:
        """See `LiveStore.stirred`; from the first call after loading on, changes are heard."""
        if self._hearing is None and self._versions:
            self._hearing = asyncio.create_task(self._hear())
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return
        self._news.clear()

    async def watch(self) -> AsyncIterator[Snapshot]:
        """The snapshot after every change, gathered; begins where `load` ended, never ends."""
        following = rounds(
            self._connection, FOLLOWED, self._namespace_of, self._pace, self._versions
        )
        async with aclosing(following):
            async for gathered in following:
                if await self._taken_in(gathered):
                    yield self.known()

    async def close(self) -> None:
        """Hear no more, and let go of the connections."""
        await self._stop_hearing()
        await self._connection.close()

    async def reports(self) -> Reports:
        """See `LiveStore.reports`."""
        return await self._reports.now()

    async def reported(self, seconds: float) -> None:
        """See `LiveStore.reported`."""
        await self._reports.stirred(seconds)

    # ---- writing -----------------------------------------------------------------------------

    def own_text(
        self, ref: ResourceRef, resource: AnyResource, edits: frozenset[DocumentEdit]
    ) -> str | None:
        """None: an object has no text of its own, it is written anew from what it says."""
        return None

    def is_reworded(self, shown: str, text: str) -> bool:
        """Never: comments and order cannot be kept by an API server."""
        return False

    async def changes(self, new: ResourceSet) -> Sequence[FileChange]:
        """What `save` would write, tried on the server. Raises ConflictError, StoreError."""
        return await object_changes(self._connection, self._current_base(), new)

    async def save(self, new: ResourceSet, *, recreate: Collection[ResourceRef] = ()) -> SaveReport:
        """See `Store.save`."""
        if self.read_only:
            raise StoreError(f"Nothing can be saved: {self.read_only}.")
        saved = await save_objects(self._connection, self._current_base(), new, recreate)
        await self._taken_in(saved.messages)
        self._base = saved.base
        # What others did meanwhile is not in it: it comes as news, and is merged as such.
        snapshot = replace(self.known(), resources=saved.base.resources)
        self._news.set()
        if saved.outcome.failed is not None:
            raise PartialSaveError(str(saved.outcome), snapshot)
        return SaveReport(saved.names, snapshot)

    def _current_base(self) -> Baseline:
        """What was taken, in the versions that the server gives it now.

        A status that the server wrote makes a new version of an object, and no conflict.
        """
        return refreshed(self._base, Baseline(self.known().resources, self._held.manifests()))

    # ---- parts -------------------------------------------------------------------------------

    async def _hear(self) -> None:
        reviewing = asyncio.create_task(self._review_for_ever())
        try:
            async for _ in self.watch():
                self._news.set()
        finally:
            reviewing.cancel()

    async def _review_for_ever(self) -> None:
        """Ask now and then what may be written: of that there is no watch."""
        while not self._is_read_only:
            await asyncio.sleep(self._pace.review * random.uniform(1.0, 1.2))
            before = self._forbidden
            await self._review()
            if self._forbidden != before:
                snapshot, base = self._seen
                self._seen = replace(snapshot, setting=self._setting()), base
                self._news.set()

    async def _stop_hearing(self) -> None:
        await self._reports.stop()
        if self._hearing is not None:
            self._hearing.cancel()
            await asyncio.gather(self._hearing, return_exceptions=True)
            self._hearing = None

    async def _taken_in(self, messages: Iterable[tuple[ApiKind, Message]]) -> bool:
        """Take messages in; whether that changed what is known. Lists are read beside the loop."""
        gathered = list(messages)
        async with self._turn:
            if any(isinstance(message, Listed) for _, message in gathered):
                with collector_paused():
                    is_changed = await asyncio.to_thread(self._held.take, gathered)
            else:
                is_changed = self._held.take(gathered)
            if is_changed:
                snapshot = replace(self._held.snapshot(), setting=self._setting())
                self._seen = snapshot, Baseline(snapshot.resources, self._held.manifests())
        return is_changed

    async def _listed_anew(self, kinds: Sequence[ApiKind]) -> Snapshot:
        """List kinds. Raises StoreError if none of them can be read, or the server is away."""
        with collector_paused():
            answers = await asyncio.gather(*(self._listed(kind) for kind in kinds))
        failures = [answer.error for answer in answers if isinstance(answer, Failed)]
        away = [error for error in failures if isinstance(error, UnreachableError)]
        if away:
            raise away[0]
        answered = dict(zip((kind.name for kind in kinds), answers, strict=True))
        if all(isinstance(answered[kind.name], Failed) for kind in METALLB):
            raise StoreError(self._refusal(failures[0]))
        await self._taken_in(zip(kinds, answers, strict=True))
        return self.known()

    async def _review(self) -> None:
        """Ask what may be written; where it is nothing at all, that is why nothing can be saved."""
        namespace = self.installation.namespace
        self._forbidden = await forbidden_writes(self._connection, namespace, self._forbidden)
        is_nothing = all(self._forbidden.get(kind.name) == WRITING for kind in METALLB)
        self._read_only = NOT_PERMITTED if is_nothing else ""

    async def _listed(self, kind: ApiKind) -> Message:
        try:
            items, version = await list_all(self._connection, kind, self._namespace_of(kind))
        except StoreError as error:
            return Failed(error, 0.0)
        self._versions[kind.name] = version
        return Listed(items)

    def _namespace_of(self, kind: ApiKind) -> str:
        return self.installation.namespace if kind.scope == "metallb" else ""

    def _setting(self) -> Setting:
        found = self.installation
        return Setting(
            found.namespace,
            self.options,
            found.backend,
            found.version,
            found.source,
            self._forbidden,
        )

    def _refusal(self, error: StoreError) -> str:
        code = error.code if isinstance(error, ApiError) else 0
        if code == 404:
            return (
                f"{self.title}: MetalLB is not installed here: there are none of its kinds. "
                "Choose another context with --context."
            )
        remedy = {401: f" {_LOG_IN}", 403: " Ask for permission to get, list and watch it."}
        return f"{self.title}: {str(error).rstrip('.')}.{remedy.get(code, '')}"


def _differing(
    before: Mapping[ResourceRef, AnyResource], after: Mapping[ResourceRef, AnyResource]
) -> list[ResourceRef]:
    """Those that came, went or changed."""
    return sorted(ref for ref in {**before, **after} if before.get(ref) != after.get(ref))
