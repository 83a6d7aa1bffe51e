"""The states and the transition table of RFC 4271 section 8; no timers, no octets.

The session consults `step` for every move. Numbers in brackets are the RFC's events.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final

from speaker.codec.framing import MessageType


class State(Enum):
    """RFC 4271 section 8.2.2; the value is the name to show."""

    IDLE = "Idle"
    CONNECT = "Connect"
    ACTIVE = "Active"
    OPEN_SENT = "OpenSent"
    OPEN_CONFIRM = "OpenConfirm"
    ESTABLISHED = "Established"


class Event(Enum):
    """RFC 4271 section 8.1."""

    START = "start"
    """[1, 3, 6] By hand, or by itself when the idle hold time is over."""
    START_PASSIVE = "passive start"
    """[4, 5, 7]"""
    STOP = "stop"
    """[2, 8]"""
    CONNECT_RETRY_EXPIRED = "connect retry timer expired"
    """[9]"""
    HOLD_EXPIRED = "hold timer expired"
    """[10]"""
    KEEPALIVE_EXPIRED = "keepalive timer expired"
    """[11]"""
    CONNECTED = "connected"
    """[16, 17]"""
    CONNECTED_DELAYED = "connected, OPEN delayed"
    """[16, 17] With DelayOpen."""
    DELAY_OPEN_EXPIRED = "delay open timer expired"
    """[12]"""
    SEND_HOLD_EXPIRED = "send hold timer expired"
    """[29] RFC 9687 section 3."""
    CONNECTION_FAILED = "connection failed"
    """[18]"""
    OPEN = "OPEN received"
    """[19, 20]"""
    RESTARTED = "the peer restarted"
    """It opened another connection, and its OPEN says so, RFC 4724 section 5."""
    MESSAGE_ERROR = "message error"
    """[21, 22, 28]"""
    COLLISION = "connection collision"
    """[23] Found by us, or told by the peer (Cease/7) before the session is Established."""
    NOTIFICATION = "NOTIFICATION received"
    """[24, 25]"""
    KEEPALIVE = "KEEPALIVE received"
    """[26]"""
    UPDATE = "UPDATE received"
    """[27]"""
    ROUTE_REFRESH = "ROUTE-REFRESH received"
    """RFC 2918."""


EVENTS: Final = {
    MessageType.OPEN: Event.OPEN,
    MessageType.UPDATE: Event.UPDATE,
    MessageType.NOTIFICATION: Event.NOTIFICATION,
    MessageType.KEEPALIVE: Event.KEEPALIVE,
    MessageType.ROUTE_REFRESH: Event.ROUTE_REFRESH,
}

_ENDINGS: Final = {
    Event.STOP: State.IDLE,
    Event.HOLD_EXPIRED: State.IDLE,
    Event.MESSAGE_ERROR: State.IDLE,
    Event.COLLISION: State.IDLE,
    Event.NOTIFICATION: State.IDLE,
}

_DELAYED: Final = {
    **_ENDINGS,
    Event.COLLISION: State.ACTIVE,
    Event.DELAY_OPEN_EXPIRED: State.OPEN_SENT,
    Event.OPEN: State.OPEN_CONFIRM,
}
"""A connection whose OPEN is still to be sent; the peer's may come first."""

TABLE: Final[Mapping[State, Mapping[Event, State]]] = {
    State.IDLE: {
        Event.START: State.CONNECT,
        Event.START_PASSIVE: State.ACTIVE,
    },
    State.CONNECT: {
        **_DELAYED,
        Event.CONNECT_RETRY_EXPIRED: State.CONNECT,
        Event.CONNECTED: State.OPEN_SENT,
        Event.CONNECTED_DELAYED: State.CONNECT,
        Event.CONNECTION_FAILED: State.ACTIVE,
    },
    State.ACTIVE: {
        **_DELAYED,
        Event.CONNECT_RETRY_EXPIRED: State.CONNECT,
        Event.CONNECTED: State.OPEN_SENT,
        Event.CONNECTED_DELAYED: State.ACTIVE,
        Event.CONNECTION_FAILED: State.IDLE,
    },
    State.OPEN_SENT: {
        **_ENDINGS,
        Event.COLLISION: State.ACTIVE,
        Event.CONNECTION_FAILED: State.ACTIVE,
        Event.OPEN: State.OPEN_CONFIRM,
    },
    State.OPEN_CONFIRM: {
        **_ENDINGS,
        Event.COLLISION: State.ACTIVE,
        Event.CONNECTION_FAILED: State.IDLE,
        Event.KEEPALIVE_EXPIRED: State.OPEN_CONFIRM,
        Event.KEEPALIVE: State.ESTABLISHED,
    },
    State.ESTABLISHED: {
        **_ENDINGS,
        Event.CONNECTION_FAILED: State.IDLE,
        Event.RESTARTED: State.IDLE,
        Event.SEND_HOLD_EXPIRED: State.IDLE,
        Event.KEEPALIVE_EXPIRED: State.ESTABLISHED,
        Event.KEEPALIVE: State.ESTABLISHED,
        Event.UPDATE: State.ESTABLISHED,
        Event.ROUTE_REFRESH: State.ESTABLISHED,
    },
}
"""What is not here is ignored if it comes from ourselves, and an FSM error (section 6.6) if it is
a message. A failed dial goes on to Active, as if DelayOpen were configured: routers show an
unreachable peer so, and the connection retry timer paces the dials. So does a connection that lost
a collision, where the RFC says Idle: the one that won may still wait to be accepted by us, and Idle
would refuse it."""

UNEXPECTED: Final = {
    State.CONNECT: 0,
    State.ACTIVE: 0,
    State.OPEN_SENT: 1,
    State.OPEN_CONFIRM: 2,
    State.ESTABLISHED: 3,
}
"""Subcode of the FSM error in each state, RFC 6608 section 3; it has none for delayed OPENs."""
PROGRESS: Final = {state: rank for rank, state in enumerate(State)}
"""How far on a state is."""


def step(state: State, event: Event) -> State | None:
    """Look up where `event` leads; None when it has no meaning in `state`."""
    return TABLE[state].get(event)
