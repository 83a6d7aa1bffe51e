"""A speaker process as the screens see it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from lbtui.core.routing.announcements import Announcements


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
