"""What the screens need from outside, as Protocols, and the errors these may raise.

Adapters implement them, `cli` puts them together, `tui` calls them. No I/O here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from lbtui.core.diagnostics import Diagnostic, Place
from lbtui.core.objects.resource_set import AnyResource, ResourceRef, ResourceSet
from lbtui.core.objects.rewording import DocumentEdit
from lbtui.core.routing.announcements import Announcements
from lbtui.core.text_diff import Hunk


class PortError(Exception):
    """Something outside did not work; the text says where and what to do, for the user."""


class StoreError(PortError):
    """Resources could not be read or written. Nothing was changed."""


class ConflictError(StoreError):
    """What is stored is no longer what was read; saving would lose a colleague's change."""

    def __init__(self, message: str, files: Sequence[str]) -> None:
        """Say which files (or objects) changed underneath."""
        super().__init__(message)
        self.files = tuple(files)


class SpeakerError(PortError):
    """The speaker refused or could not be reached."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a store held when it was read."""

    resources: ResourceSet
    diagnostics: tuple[Diagnostic, ...] = ()
    """Problems of reading (YAML, schema), each with its place."""
    locate: Mapping[ResourceRef, Locator] = field(default_factory=dict)
    """Where each resource stands."""


class Locator(Protocol):
    """Finds the line of a field of one resource."""

    def __call__(self, path: str = "") -> Place:
        """The place of a field path such as "spec.peers[0]"; the nearest parent if it is absent."""


@dataclass(frozen=True, slots=True)
class FileChange:
    """What a save would do to one file, or to one object of a cluster."""

    name: str
    hunks: tuple[Hunk, ...]
    """Lines that go and come, secrets as three stars."""
    is_new: bool = False
    notice: str = ""
    """What else there is to know about writing it."""


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

    async def save(self, new: ResourceSet) -> SaveReport:
        """Make the store hold `new`, writing only what differs from what was loaded or saved last.

        Raises ConflictError if a file to be written changed since, and StoreError for anything
        else; then nothing, or for several files exactly what the message says, was written.
        """


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """What a console that ended without saving kept of its edits; claimed by this one."""

    name: str
    text: bytes
    when: float
    """Of the last edit in it, seconds since the epoch."""


class Journal(Protocol):
    """Keeps staged edits, so that they survive the console. Blocks; call it in a thread.

    Several consoles on one source each keep their own.
    """

    def write(self, text: bytes) -> None:
        """Keep this in place of what was kept before: all of it or nothing. Raises StoreError."""

    def clear(self) -> None:
        """Nothing is staged any more."""

    def left_behind(self) -> Sequence[LeftBehind]:
        """Of consoles on the same source that run no more; the newest first. Raises StoreError.

        No other console is given the same until it is released, or this console ends.
        """

    def discard(self, left: LeftBehind) -> None:
        """It is restored or not wanted."""

    def release(self, left: LeftBehind) -> None:
        """Leave it for another time."""

    def set_aside(self, left: LeftBehind) -> str:
        """It cannot be read: keep it where nobody offers it again; says where."""


@dataclass(frozen=True, slots=True)
class ManifestText:
    """What a text that should be one manifest says."""

    resource: AnyResource | None
    """None if it is none, or has an error."""
    problems: tuple[Diagnostic, ...] = ()
    """Each with its line in the text."""


class ManifestEditor(Protocol):
    """The user's own editor, on the manifest of one resource."""

    def text_of(self, resource: AnyResource) -> str:
        """Its manifest. Secrets have to be taken out before."""

    def edit(self, text: str, name: str) -> str:
        """Let the user edit a text, in the terminal, until they leave the editor.

        `name` is part of the file's name. Raises PortError if there is no editor or it fails;
        what was typed by then stays in a file that the message names.
        """

    def read(self, text: str, namespace: str) -> ManifestText:
        """Read a text as one manifest; `namespace` is MetalLB's."""

    def keep(self, text: str, name: str) -> str:
        """Keep a text that was not taken; says where. Raises PortError."""


@dataclass(frozen=True, slots=True)
class FamilyCounts:
    """Prefixes of one address family on one session."""

    desired: int = 0
    advertised: int = 0
    pending: int = 0
    received: int = 0
    unsendable: int = 0
    """Desired, but the family is not negotiated or no next hop of the family is known."""


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One BGP session as the speaker reports it; times are seconds since the epoch."""

    id: str
    node: str
    peer: str
    state: str
    """Idle, Connect, Active, OpenSent, OpenConfirm, Established (RFC 4271 section 8.2.2)."""
    since: float
    """When it came into this state."""
    is_enabled: bool = True
    address: str = ""
    port: int = 179
    local_address: str = ""
    local_asn: int = 0
    peer_asn: int = 0
    is_passive: bool = False
    families: Mapping[str, FamilyCounts] = field(default_factory=dict)
    """"ipv4" and "ipv6": the configured families."""
    negotiated: tuple[str, ...] = ()
    """Families in use; empty unless Established."""
    hold_time: float | None = None
    """Negotiated, seconds."""
    keepalive_time: float | None = None
    messages_in: int = 0
    messages_out: int = 0
    established: int = 0
    """How many times it came up."""
    dropped: int = 0
    """How many times it went down again."""
    last_error: str = ""
    """Decoded, with an arrow for the direction: "← 6/2 Cease: Administrative Shutdown"."""
    last_error_at: float | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    """Everything else the speaker tells, in the control API's own names."""


@dataclass(frozen=True, slots=True)
class SpeakerView:
    """The speaker as last heard of."""

    is_running: bool
    message: str = ""
    """Why it cannot be shown, e.g. "not running" or "lost: connection reset; trying again"."""
    pid: int | None = None
    generation: int = 0
    """Of the configuration accepted last; 0 when none was."""
    generation_reached: int = 0
    """The newest one whose routes have all been handed to every established session."""
    version: str = ""
    """Of the speaker process; it may be older than the console's."""
    started: float | None = None
    """When the process started, seconds since the epoch."""
    sessions: tuple[SessionRow, ...] = ()


@dataclass(frozen=True, slots=True)
class WireRoute:
    """One route as sent to, or received from, a peer."""

    prefix: str
    next_hop: str
    local_pref: int | None = None
    communities: tuple[str, ...] = ()
    large_communities: tuple[str, ...] = ()
    as_path: tuple[int, ...] = ()
    is_pending: bool = False
    """Wanted, but not yet handed to the peer's socket."""
    is_withdrawing: bool = False
    """Its withdrawal is pending; nothing but the prefix is known then."""


class Speaker(Protocol):
    """A speaker process and its control API."""

    async def start(self) -> None:
        """Start the process if none runs; it outlives the console. Raises SpeakerError."""

    async def stop(self) -> None:
        """End the process and with it every session. Raises SpeakerError."""

    async def apply(self, announcements: Announcements) -> int:
        """Make this the wanted state; the generation it got. Raises SpeakerError."""

    async def configuration(self) -> Announcements | None:
        """What it was told last, passwords as "***"; None: nothing yet. Raises SpeakerError."""

    def watch(self) -> AsyncIterator[SpeakerView]:
        """The view now and after every change; never ends, survives the speaker's end."""

    async def session(self, session_id: str) -> SessionRow:
        """One session as it is now. Raises SpeakerError."""

    def has_address(self, address: str) -> bool:
        """Whether the speaker's host has this address, and so can act as the node that owns it."""

    async def advertised(self, session_id: str) -> tuple[WireRoute, ...]:
        """The Adj-RIB-Out of a session. Raises SpeakerError."""

    async def received(self, session_id: str) -> tuple[WireRoute, ...]:
        """The Adj-RIB-In of a session that keeps one. Raises SpeakerError."""

    async def reset(self, session_id: str, reason: str = "") -> None:
        """Close the session with Cease and open it again. Raises SpeakerError."""

    async def enable(self, session_id: str, is_enabled: bool, reason: str = "") -> None:
        """Let the session run, or hold it down. Raises SpeakerError."""

    async def close(self) -> None:
        """Let go of the connection to the process; the process goes on."""
