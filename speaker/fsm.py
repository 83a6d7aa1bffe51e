"""The states and the transition table of RFC 4271 section 8; no timers, no octets."""

from __future__ import annotations

from enum import Enum


class State(Enum):
    """RFC 4271 section 8.2.2; the value is the name to show."""

    IDLE = "Idle"
    CONNECT = "Connect"
    ACTIVE = "Active"
    OPEN_SENT = "OpenSent"
    OPEN_CONFIRM = "OpenConfirm"
    ESTABLISHED = "Established"
