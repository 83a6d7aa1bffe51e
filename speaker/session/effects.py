"""What a session asks of its driver, and what it remembers. Values only.

Every instant is a reading of the caller's clock, in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from speaker.codec.families import Family
from speaker.session.fsm import State
from speaker.session.parameters import Negotiated

if TYPE_CHECKING:
    from speaker.codec.update import Update

ConnectionId = int
"""Chosen by the driver, never used again."""
Opener = Literal["local", "peer"]
Direction = Literal["sent", "received", "local"]


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Both ends of a TCP connection, as the socket reports them."""

    local_address: str
    """Without a scope (`%eth0`)."""
    local_port: int
    peer_address: str
    peer_port: int
    interface_ipv4: str | None = None
    """An IPv4 address of the interface in use, for the BGP identifier of an IPv6 session."""


@dataclass(frozen=True, slots=True)
class ErrorRecord:
    """Why a connection ended."""

    direction: Direction
    """A NOTIFICATION of ours, of the peer's, or a reason that never went over the wire."""
    code: int | None
    subcode: int | None
    name: str
    """In words, e.g. "Cease: Administrative Shutdown"."""
    text: str
    """Shutdown communication, or the local reason."""
    data: bytes
    at: float


@dataclass(frozen=True, slots=True)
class TransitionRecord:
    """One step of the machine."""

    at: float
    before: State
    after: State
    reason: str


@dataclass(frozen=True, slots=True)
class Dial:
    """Open a TCP connection to the peer; answer with `connected` or `connect_failed`."""


@dataclass(frozen=True, slots=True)
class CancelDial:
    """Give the dial in progress up; no answer is wanted any more."""


@dataclass(frozen=True, slots=True)
class Transmit:
    """Write `data`, in order."""

    connection: ConnectionId
    data: bytes


@dataclass(frozen=True, slots=True)
class Disconnect:
    """Close once everything transmitted is written. The last effect of its connection."""

    connection: ConnectionId


@dataclass(frozen=True, slots=True)
class StateChanged:
    """The session's state moved."""

    before: State
    after: State
    reason: str
    error: ErrorRecord | None = None
    """Why, when it moved down."""


@dataclass(frozen=True, slots=True)
class Up:
    """Established: start an AdjRibOut with the session's `encoding`."""

    connection: ConnectionId
    negotiated: Negotiated


@dataclass(frozen=True, slots=True)
class Down:
    """No longer Established: drop the AdjRibOut."""

    connection: ConnectionId


@dataclass(frozen=True, slots=True)
class RefreshRequested:
    """The peer wants the family again: `AdjRibOut.refresh`."""

    family: Family


@dataclass(frozen=True, slots=True)
class RoutesReceived:
    """An UPDATE, already applied to the session's `received`; only with `keep_received`."""

    update: Update


Effect = (
    Dial
    | CancelDial
    | Transmit
    | Disconnect
    | StateChanged
    | Up
    | Down
    | RefreshRequested
    | RoutesReceived
)
