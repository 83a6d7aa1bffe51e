"""The BFD control packet, RFC 5880 section 4.1; intervals in microseconds.

Layout: <version: 3 bits> <diagnostic: 5 bits> <state: 2 bits> <P F C A D M> <detect multiplier: 1>
<length: 1> <my discriminator: 4> <your discriminator: 4> <desired min TX: 4> <required min RX: 4>
<required min echo RX: 4>.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Literal

VERSION: Final = 1
_LAYOUT: Final = struct.Struct(">BBBBIIIII")
LENGTH: Final = _LAYOUT.size
_POLL, _FINAL, _AUTHENTICATION, _DEMAND, _MULTIPOINT = 0x20, 0x10, 0x04, 0x02, 0x01


class BfdState(IntEnum):
    """Session states as they stand in a packet."""

    ADMIN_DOWN = 0
    DOWN = 1
    INIT = 2
    UP = 3


class Diagnostic(IntEnum):
    """Why the session last went down, RFC 5880 section 4.1."""

    NONE = 0
    TIME_EXPIRED = 1
    ECHO_FAILED = 2
    NEIGHBOR_DOWN = 3
    FORWARDING_RESET = 4
    PATH_DOWN = 5
    CONCATENATED_PATH_DOWN = 6
    ADMIN_DOWN = 7
    REVERSE_PATH_DOWN = 8


StateWord = Literal["AdminDown", "Down", "Init", "Up"]
STATE_WORDS: Final[Mapping[BfdState, StateWord]] = {
    BfdState.ADMIN_DOWN: "AdminDown",
    BfdState.DOWN: "Down",
    BfdState.INIT: "Init",
    BfdState.UP: "Up",
}
DIAGNOSTIC_WORDS: Final = {
    Diagnostic.NONE: "",
    Diagnostic.TIME_EXPIRED: "control detection time expired",
    Diagnostic.ECHO_FAILED: "echo function failed",
    Diagnostic.NEIGHBOR_DOWN: "neighbor signaled session down",
    Diagnostic.FORWARDING_RESET: "forwarding plane reset",
    Diagnostic.PATH_DOWN: "path down",
    Diagnostic.CONCATENATED_PATH_DOWN: "concatenated path down",
    Diagnostic.ADMIN_DOWN: "administratively down",
    Diagnostic.REVERSE_PATH_DOWN: "reverse concatenated path down",
}


def diagnostic_words(diagnostic: int) -> str:
    """Say it, e.g. "path down"; the number of one that is not assigned."""
    assigned = diagnostic in DIAGNOSTIC_WORDS
    return DIAGNOSTIC_WORDS[Diagnostic(diagnostic)] if assigned else f"diagnostic {diagnostic}"


class PacketError(ValueError):
    """A packet that must be discarded; its text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlPacket:
    """One packet."""

    state: BfdState
    diagnostic: int = Diagnostic.NONE
    """0 to 31; those above 8 are not assigned."""
    poll: bool = False
    final: bool = False
    demand: bool = False
    detect_multiplier: int
    my_discriminator: int
    your_discriminator: int = 0
    desired_min_tx: int
    required_min_rx: int
    """0: send no periodic packets."""
    required_min_echo_rx: int = 0
    """0: echo packets are not wanted."""


def encode_packet(packet: ControlPacket) -> bytes:
    """Write a packet without authentication, 24 octets."""
    flags = _POLL * packet.poll | _FINAL * packet.final | _DEMAND * packet.demand
    return _LAYOUT.pack(
        VERSION << 5 | packet.diagnostic,
        packet.state << 6 | flags,
        packet.detect_multiplier,
        LENGTH,
        packet.my_discriminator,
        packet.your_discriminator,
        packet.desired_min_tx,
        packet.required_min_rx,
        packet.required_min_echo_rx,
    )


def decode_packet(data: bytes) -> ControlPacket:
    """Read a UDP payload; the checks of RFC 5880 section 6.8.6 that need no session.

    Raises:
        PacketError: it must be discarded.
    """
    if len(data) < LENGTH:
        raise PacketError(f"{len(data)} octets, {LENGTH} are the least")
    first, flags, multiplier, length, mine, yours, tx, rx, echo = _LAYOUT.unpack_from(data)
    state = BfdState(flags >> 6)
    problems = {
        f"version {first >> 5}": first >> 5 != VERSION,
        f"length {length} of {len(data)} octets": not LENGTH <= length <= len(data),
        "authentication, which is not configured": bool(flags & _AUTHENTICATION),
        "detection multiplier 0": multiplier == 0,
        "the multipoint bit": bool(flags & _MULTIPOINT),
        "both poll and final": flags & (_POLL | _FINAL) == _POLL | _FINAL,
        "my discriminator 0": mine == 0,
        f"your discriminator 0 in state {STATE_WORDS[state]}": yours == 0
        and state not in (BfdState.DOWN, BfdState.ADMIN_DOWN),
    }
    for problem, is_so in problems.items():
        if is_so:
            raise PacketError(problem)
    return ControlPacket(
        state=state,
        diagnostic=first & 0x1F,
        poll=bool(flags & _POLL),
        final=bool(flags & _FINAL),
        demand=bool(flags & _DEMAND),
        detect_multiplier=multiplier,
        my_discriminator=mine,
        your_discriminator=yours,
        desired_min_tx=tx,
        required_min_rx=rx,
        required_min_echo_rx=echo,
    )
