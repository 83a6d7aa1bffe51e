"""What a speaker tells of itself, its sessions and their routes."""

from __future__ import annotations

from typing import Literal

from speaker.api.base import Document, Family, StateName


class ErrorInfo(Document, frozen=True):
    """Why a session last failed."""

    direction: Literal["sent", "received", "local"]
    """A NOTIFICATION of ours, of the peer's, or a reason that never went over the wire."""
    code: int | None
    subcode: int | None
    name: str
    """In words, e.g. "Cease: Administrative Shutdown"."""
    text: str
    """Shutdown communication, or the local reason."""
    data: str
    """Hex."""
    at: float


class Transition(Document, frozen=True):
    """One step of the machine."""

    at: float
    before: StateName
    after: StateName
    reason: str


class MessageCounts(Document, frozen=True):
    """Messages of one direction."""

    open: int = 0
    update: int = 0
    notification: int = 0
    keepalive: int = 0
    route_refresh: int = 0
    total: int = 0
    octets: int = 0


class PrefixCounts(Document, frozen=True):
    """Prefixes of one family."""

    desired: int = 0
    advertised: int = 0
    pending: int = 0
    """Announcements and withdrawals not handed to the socket yet; all of them while down."""
    received: int = 0
    """Received and ignored; those above 250,000 are not counted unless they are kept."""
    unsendable: int = 0
    """Desired, but the family is not negotiated or no next hop of the family is known."""


class TcpStatus(Document, frozen=True):
    """The connection in use as the kernel sees it."""

    mss: int
    """Octets of the largest segment sent."""
    rtt: float
    """Smoothed round-trip time, seconds."""
    retransmits: int
    """Segments sent again so far."""
    ttl: int
    """Of the segments sent."""
    least_ttl: int
    """What the peer's segments need at least; 0: any. 255 is GTSM for a peer on the link."""
    waiting: int
    """Octets that the network has not taken yet."""


class GracefulRestartStatus(Document, frozen=True):
    """What both sides said of graceful restart, RFC 4724 and 8538."""

    restart_time: int
    """Seconds that the peer waits for us."""
    restarted: bool
    """R bit of our last OPEN."""
    peer_restart_time: int | None
    """None: the peer does not speak of it, and drops the routes when the session goes down."""
    peer_restarted: bool
    keeps_on_notification: bool
    """Both set the N bit: only a hard reset makes the peer drop the routes."""
    peer_preserved: tuple[Family, ...]
    """Families with the peer's F bit."""
    end_of_rib_received: tuple[Family, ...]


class MalformedCounts(Document, frozen=True):
    """What was wrong in received UPDATEs without ending the session, RFC 7606."""

    updates: int = 0
    """Treated as withdrawals."""
    attributes: int = 0
    """Discarded."""
    last: str = ""


class BfdStatus(Document, frozen=True):
    """BFD beside a session."""

    state: Literal["AdminDown", "Down", "Init", "Up"]
    since: float
    reason: str
    """Why it last went down; empty while it is up."""
    remote_state: Literal["AdminDown", "Down", "Init", "Up"] | None
    """None: nothing came from the peer for a detection time."""
    remote_diagnostic: str
    local_address: str | None
    is_multi_hop: bool
    """Port 4784 instead of 3784."""
    transmit_interval: float | None
    """As agreed; None while nothing is sent."""
    detection_time: float | None
    ups: int
    downs: int
    packets_sent: int
    packets_received: int
    notes: tuple[str, ...]
    """What does not work, or was configured and is not used."""


class SessionStatus(Document, frozen=True):
    """One session, everything known about it."""

    id: str
    speaker: str
    peer: str
    state: StateName
    enabled: bool
    since: float
    local_asn: int
    peer_asn: int | None
    """As configured, or as learned from the OPEN."""
    address: str
    port: int
    passive: bool
    configured_source_address: str | None
    local_address: str | None
    local_port: int | None
    peer_port: int | None
    opened_by: Literal["local", "peer"] | None
    """Who dialled the connection in use."""
    router_id: str | None
    peer_router_id: str | None
    configured_hold_time: float
    peer_hold_time: float | None
    """As offered in the peer's OPEN."""
    hold_time: float | None
    """Negotiated."""
    keepalive_time: float | None
    hold_remaining: float | None
    connect_retry_remaining: float | None
    last_read: float | None
    last_write: float | None
    configured_families: tuple[Family, ...]
    families: tuple[Family, ...]
    """Negotiated."""
    capabilities_sent: tuple[str, ...]
    """In words, e.g. "multiprotocol ipv4 unicast", "4-octet AS 64512"."""
    capabilities_received: tuple[str, ...]
    prefixes: dict[Family, PrefixCounts]
    sent: MessageCounts
    received: MessageCounts
    established_count: int
    dropped_count: int
    last_error: ErrorInfo | None
    """Why the last connection ended, or why the session cannot listen."""
    history: tuple[Transition, ...]
    """The last 50."""
    password: bool
    """Whether one is configured; never the password."""
    bfd: BfdStatus | None
    """None: not configured."""
    route_set: str
    last_connect_failure: ErrorInfo | None = None
    """Why the last dial failed, or its connection before the peer's OPEN; None once one did not."""
    graceful_restart: GracefulRestartStatus | None = None
    """None until both OPENs are there, or when it is not configured."""
    malformed: MalformedCounts = MalformedCounts()
    configured_keepalive_time: float | None = None
    """None: a third of the negotiated hold time."""
    configured_connect_time: float = 120.0
    """Seconds that a dial may take, and the longest wait between two."""
    send_hold_remaining: float | None = None
    """Until a peer that takes nothing is given up, RFC 9687; None while nothing waits."""
    tcp: TcpStatus | None = None
    """None without a connection."""
    vrf: str | None = None
    """None: the default one."""
    interface: str | None = None
    """Of an unnumbered peer, or of a link-local address."""


class SessionsDocument(Document, frozen=True):
    """`GET /v1/sessions`."""

    sessions: tuple[SessionStatus, ...]


class StatusDocument(Document, frozen=True):
    """`GET /v1/status`."""

    api: int
    version: str
    pid: int
    started: float
    uptime: float
    generation_accepted: int
    generation_reached: int
    """The newest generation whose routes have all been handed to every established session."""
    sessions: dict[StateName, int]
    """How many sessions are in each state."""


class SentRoute(Document, frozen=True):
    """One route of an Adj-RIB-Out or Adj-RIB-In."""

    prefix: str
    next_hop: str
    local_pref: int | None
    communities: tuple[str, ...]
    large_communities: tuple[str, ...]
    as_path: tuple[int, ...]
    pending: bool = False


class RoutesDocument(Document, frozen=True):
    """`GET /v1/sessions/{id}/advertised` and `…/received`, sorted by family, network, length."""

    routes: tuple[SentRoute, ...]
    withdrawing: tuple[str, ...]
    """Prefixes whose withdrawal is pending."""
    next: str | None
    """Give it as `after=` for the next page; None at the end."""


class Event(Document, frozen=True, omit_defaults=True):
    """One message of `GET /v1/events`; `seq` grows by one and is what `?since=` takes.

    `snapshot` has `status` and all `sessions`; `session` has the one that changed state;
    `counters` has those whose numbers moved, at most once a second; `removed` names ids that are
    gone; `status` follows a new generation.
    """

    type: Literal["snapshot", "session", "counters", "removed", "status"]
    seq: int
    status: StatusDocument | None = None
    sessions: tuple[SessionStatus, ...] = ()
    removed: tuple[str, ...] = ()
