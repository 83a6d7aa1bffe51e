"""What the two speakers said to each other: messages, capabilities, graceful restart, BFD. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lbtui.ports import SessionRow
from lbtui.tui.views.session_capabilities import capability_pairs
from lbtui.tui.views.session_words import families_text


def message_lines(told: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Messages of each type, both ways, and what was wrong in them."""
    sent, received = told.get("sent") or {}, told.get("received") or {}
    names = (
        ("open", "OPEN"),
        ("update", "UPDATE"),
        ("keepalive", "KEEPALIVE"),
        ("notification", "NOTIFICATION"),
        ("routeRefresh", "ROUTE-REFRESH"),
        ("total", "all"),
        ("octets", "octets"),
    )
    lines = [
        (word, f"{sent.get(key, 0):>8} sent {received.get(key, 0):>8} received")
        for key, word in names
    ]
    malformed = told.get("malformed") or {}
    if malformed.get("updates") or malformed.get("attributes"):
        lines.append(
            (
                "malformed",
                f"{malformed['updates']} UPDATEs taken as withdrawals, "
                f"{malformed['attributes']} attributes ignored; last: {malformed['last']}",
            )
        )
    return tuple(lines)


def capability_lines(row: SessionRow, told: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Each capability of either side, with a verdict."""
    sent: Sequence[str] = told.get("capabilitiesSent") or ()
    received: Sequence[str] = told.get("capabilitiesReceived") or ()
    pairs = capability_pairs(sent, received)
    return (("families in use", families_text(row)), *((pair.name, pair.text) for pair in pairs))


def restart_lines(told: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """RFC 4724: who waits for whom, and what was kept."""
    restart = told.get("gracefulRestart")
    if restart is None:
        return (("agreed", "no: not configured, or the session has not been up"),)
    peer_time = restart["peerRestartTime"]
    keeps = "also after a NOTIFICATION" if restart["keepsOnNotification"] else "not after Cease"
    return (
        ("the peer waits for us", f"{restart['restartTime']} s, {keeps}"),
        (
            "its own restart time",
            "it does not speak of it" if peer_time is None else f"{peer_time} s",
        ),
        ("R bit of ours / its", f"{_yes(restart['restarted'])} / {_yes(restart['peerRestarted'])}"),
        ("it kept forwarding (F)", " ".join(restart["peerPreserved"]) or "no family"),
        ("End-of-RIB received", " ".join(restart["endOfRibReceived"]) or "none"),
    )


def bfd_lines(told: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Whatever the speaker tells of BFD, in its own names."""
    bfd = told.get("bfd")
    if not bfd:
        return (("state", "off"),)
    return tuple(
        (_spaced(name), "-" if value is None else str(value)) for name, value in bfd.items()
    )


def _spaced(name: str) -> str:
    """A JSON name as words: "detectMultiplier" is "detect multiplier"."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)


def _yes(value: bool) -> str:
    return "yes" if value else "no"
