"""The figures of a session that Prometheus gets: MetalLB's under its names, ours under `lbtui_`.

Sources: metallb internal/bgp/native/stats.go and frr-tools/metrics/collector/bgp.go (names, help,
types; odd spellings included).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from speaker.api import SessionStatus, StateName

STATE_NUMBERS: Final[Mapping[StateName, int]] = {
    "Idle": 1,
    "Connect": 2,
    "Active": 3,
    "OpenSent": 4,
    "OpenConfirm": 5,
    "Established": 6,
}
"""bgpPeerState of RFC 4273."""


@dataclass(frozen=True, slots=True)
class SessionMetric:
    """One figure of every session, labelled with its peer."""

    name: str
    kind: Literal["gauge", "counter"]
    meaning: str
    read: Callable[[SessionStatus], float | None]
    """None: this session has no such figure now."""


def _desired(session: SessionStatus) -> int:
    return sum(counts.desired for counts in session.prefixes.values())


def _advertised(session: SessionStatus) -> int:
    return sum(counts.advertised for counts in session.prefixes.values())


def _received(session: SessionStatus) -> int:
    return sum(counts.received for counts in session.prefixes.values())


METALLB: Final = (
    SessionMetric(
        "metallb_bgp_announced_prefixes_total",
        "gauge",
        "Number of prefixes currently being advertised on the BGP session",
        _advertised,
    ),
    SessionMetric(
        "metallb_bgp_keepalives_received",
        "counter",
        "Number of BGP keepalive messages received",
        lambda session: session.received.keepalive,
    ),
    SessionMetric(
        "metallb_bgp_keepalives_sent",
        "counter",
        "Number of BGP keepalive messages sent",
        lambda session: session.sent.keepalive,
    ),
    SessionMetric(
        "metallb_bgp_notifications_sent",
        "counter",
        "Number of BGP notification messages sent",
        lambda session: session.sent.notification,
    ),
    SessionMetric(
        "metallb_bgp_opens_received",
        "counter",
        "Number of BGP open messages received",
        lambda session: session.received.open,
    ),
    SessionMetric(
        "metallb_bgp_opens_sent",
        "counter",
        "Number of BGP open messages sent",
        lambda session: session.sent.open,
    ),
    SessionMetric(
        "metallb_bgp_pending_prefixes_total",
        "gauge",
        "Number of prefixes that should be advertised on the BGP session",
        _desired,
    ),
    SessionMetric(
        "metallb_bgp_received_prefixes_total",
        "gauge",
        "Number of prefixes currently being received on the BGP session",
        _received,
    ),
    SessionMetric(
        "metallb_bgp_route_refresh_sent",
        "counter",
        "Number of BGP route refresh messages sent",
        lambda session: session.sent.route_refresh,
    ),
    SessionMetric(
        "metallb_bgp_session_up",
        "gauge",
        "BGP session state (1 is up, 0 is down)",
        lambda session: session.state == "Established",
    ),
    SessionMetric(
        "metallb_bgp_total_received",
        "counter",
        "Number of total BGP messages received",
        lambda session: session.received.total,
    ),
    SessionMetric(
        "metallb_bgp_total_sent",
        "counter",
        "Number of total BGP messages sent",
        lambda session: session.sent.total,
    ),
    SessionMetric(
        "metallb_bgp_updates_total",
        "counter",
        "Number of BGP UPDATE messages sent",
        lambda session: session.sent.update,
    ),
    SessionMetric(
        "metallb_bgp_updates_total_received",
        "counter",
        "Number of BGP UPDATE messages received",
        lambda session: session.received.update,
    ),
)
OURS: Final = (
    SessionMetric(
        "lbtui_session_dropped_total",
        "counter",
        "How many times the session left Established",
        lambda session: session.dropped_count,
    ),
    SessionMetric(
        "lbtui_session_enabled",
        "gauge",
        "Whether the session may run (0: held down by hand)",
        lambda session: session.enabled,
    ),
    SessionMetric(
        "lbtui_session_established_total",
        "counter",
        "How many times the session came up",
        lambda session: session.established_count,
    ),
    SessionMetric(
        "lbtui_session_hold_time_seconds",
        "gauge",
        "Negotiated hold time",
        lambda session: session.hold_time,
    ),
    SessionMetric(
        "lbtui_session_last_error_timestamp_seconds",
        "gauge",
        "When the session last failed",
        lambda session: session.last_error.at if session.last_error else None,
    ),
    SessionMetric(
        "lbtui_session_notifications_received_total",
        "counter",
        "Number of BGP NOTIFICATION messages received",
        lambda session: session.received.notification,
    ),
    SessionMetric(
        "lbtui_session_received_octets_total",
        "counter",
        "Octets of BGP messages received",
        lambda session: session.received.octets,
    ),
    SessionMetric(
        "lbtui_session_route_refresh_received_total",
        "counter",
        "Number of BGP ROUTE-REFRESH messages received",
        lambda session: session.received.route_refresh,
    ),
    SessionMetric(
        "lbtui_session_sent_octets_total",
        "counter",
        "Octets of BGP messages sent",
        lambda session: session.sent.octets,
    ),
    SessionMetric(
        "lbtui_session_state",
        "gauge",
        "State of RFC 4271: 1 Idle, 2 Connect, 3 Active, 4 OpenSent, 5 OpenConfirm, 6 Established",
        lambda session: STATE_NUMBERS[session.state],
    ),
    SessionMetric(
        "lbtui_session_state_since_timestamp_seconds",
        "gauge",
        "When the session came into its state",
        lambda session: session.since,
    ),
    SessionMetric(
        "lbtui_session_unsent_prefixes",
        "gauge",
        "Announcements and withdrawals not handed to the peer's connection yet",
        lambda session: sum(counts.pending for counts in session.prefixes.values()),
    ),
)
