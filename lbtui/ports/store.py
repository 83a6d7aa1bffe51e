"""Where resources come from and go to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from lbtui.core.configuration.model import Options
from lbtui.core.diagnostics import Diagnostic, Place
from lbtui.core.objects.resource_set import AnyResource, ResourceRef, ResourceSet
from lbtui.core.objects.rewording import DocumentEdit
from lbtui.core.text_diff import Hunk

if TYPE_CHECKING:
    from lbtui.core.drift.gathered import Reports


@dataclass(frozen=True, slots=True)
class Outage:
    """One kind of resources that cannot be read now; what is shown of it may be old."""

    kind: str
    message: str
    since: float
    """Seconds since the epoch."""
    is_refused: bool = False
    """Whether it was refused, as by missing permission, so that waiting will not help."""
    remedy: str = ""
    """What to do about it; empty if there is nothing to do but wait."""
    is_known: bool = False
    """Whether some of it was read before, and is shown as it was then."""

    @property
    def is_stale(self) -> bool:
        """Whether what is shown may be old."""
        return self.is_known or not self.is_refused


@dataclass(frozen=True, slots=True)
class Setting:
    """How MetalLB runs where the resources come from; empty where that is not known."""

    namespace: str
    """MetalLB's own."""
    options: Options
    """How it was started."""
    backend: str = ""
    """native, frr or frr-k8s."""
    version: str = ""
    source: str = ""
    """What tells it, e.g. "DaemonSet metallb-system/speaker"."""
    forbidden: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Kind → what the user may not do with its objects: create, patch, delete."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a store held when it was read."""

    resources: ResourceSet
    diagnostics: tuple[Diagnostic, ...] = ()
    """Problems of reading (YAML, schema), each with its place."""
    locate: Mapping[ResourceRef, Locator] = field(default_factory=dict)
    """Where each resource stands."""
    outages: tuple[Outage, ...] = ()
    """What could not be read, or not lately."""
    setting: Setting | None = None
    """Of a cluster: how MetalLB runs there; None: manifests do not tell."""

    @property
    def options(self) -> Options | None:
        """How MetalLB was started, if that is known."""
        return self.setting.options if self.setting is not None else None


class Locator(Protocol):
    """Finds the line of a field of one resource."""

    def __call__(self, path: str = "") -> Place:
        """The place of a field path such as "spec.peers[0]"; the nearest parent if it is absent."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How far the reading of a store has come."""

    files: int
    """That were read."""
    of: int
    """Files there are."""
    resources: ResourceSet
    """What stands in those that were read."""


@dataclass(frozen=True, slots=True)
class FileChange:
    """What a save would do to one file, or to one object of a cluster."""

    name: str
    hunks: tuple[Hunk, ...]
    """Lines that go and come, secrets as three stars."""
    is_new: bool = False
    notice: str = ""
    """What else there is to know about writing it."""
    ref: ResourceRef | None = None
    """Of a cluster: which object; None: it is a file."""
    findings: tuple[Diagnostic, ...] = ()
    """What the server said when the change was tried; errors are what it would refuse."""
    must_recreate: bool = False
    """Whether a field changes that never can: only deleting the object and making it anew helps."""


@dataclass(frozen=True, slots=True)
class SaveReport:
    """What a save did."""

    files: tuple[str, ...]
    """Files written, or objects applied."""
    snapshot: Snapshot
    """The store as it is now."""


class Store(Protocol):
    """Where resources come from and go to."""

    @property
    def title(self) -> str:
        """Folder, context or "demo", for the title bar."""

    @property
    def read_only(self) -> str:
        """Why nothing can be saved here; empty if it can."""

    async def load(self) -> Snapshot:
        """Read everything; saves are measured against it from now on. Raises StoreError."""

    async def changed(self) -> Sequence[str]:
        """Names of what is no longer as it was read: a cheap look, made every few seconds."""

    async def look(self) -> Snapshot:
        """Read everything as it is now; saves stay measured against what was taken before.

        Raises StoreError.
        """

    def take(self, snapshot: Snapshot) -> None:
        """Measure saves against this snapshot, the one that `look` gave last.

        Whoever calls it has merged the edits into it: what it holds and `new` lacks, a save
        takes away.
        """

    def own_text(
        self, ref: ResourceRef, resource: AnyResource, edits: frozenset[DocumentEdit]
    ) -> str | None:
        """The text that `save` would give a resource's manifest, comments and all.

        Args:
            ref: which resource.
            resource: what it is to be, without its secrets.
            edits: those of documents in the working set.

        None if it has no text of its own, or something in it must not be seen.
        """

    def is_reworded(self, shown: str, text: str) -> bool:
        """Whether more than values was changed: then the text itself is to be written."""

    async def changes(self, new: ResourceSet) -> Sequence[FileChange]:
        """What `save` would write. Raises StoreError."""

    async def save(self, new: ResourceSet, *, recreate: Collection[ResourceRef] = ()) -> SaveReport:
        """Make the store hold `new`, writing only what differs from what was loaded or saved last.

        Args:
            new: what it is to hold.
            recreate: objects of a cluster to delete and make anew, agreed to by the user, as
                `FileChange.must_recreate` asks for; of no use for files.

        Raises PartialSaveError if a part was saved, ConflictError if something to be written
        changed since it was read, and StoreError for anything else; then nothing, or for several
        files exactly what the message says, was written.
        """


@runtime_checkable
class TellingStore(Store, Protocol):
    """A store that can be looked into while it is being loaded."""

    @property
    def reading(self) -> Reading | None:
        """How far it has come, the very same object until that changes; None: it is not read."""


@runtime_checkable
class LiveStore(Store, Protocol):
    """A store that hears of changes by itself once it is loaded."""

    async def stirred(self, seconds: float) -> None:
        """Wait until something may have changed, at most so long."""

    def known(self) -> Snapshot:
        """What it holds as far as it was heard, the very same object until that changes.

        `take` accepts it as it does what `look` gave.
        """

    async def reports(self) -> Reports:
        """What components say of themselves, as of now; what cannot be read is told in it."""

    async def reported(self, seconds: float) -> None:
        """Wait until a component may have said something else, at most so long."""

    async def close(self) -> None:
        """Hear no more, and let go of the connections."""
