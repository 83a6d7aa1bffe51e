"""NOTIFICATION: codes, their names, and the text that may come with a Cease."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from speaker.codec.framing import HEADER_LENGTH, MAX_LENGTH, MessageType, encode_message
from speaker.errors import MessageError

HOLD_TIMER_EXPIRED: Final = 4
SEND_HOLD_TIMER_EXPIRED: Final = 8
CEASE: Final = 6
ADMINISTRATIVE_SHUTDOWN: Final = 2
DECONFIGURED: Final = 3
ADMINISTRATIVE_RESET: Final = 4
CONNECTION_REJECTED: Final = 5
COLLISION: Final = 7
HARD_RESET: Final = 9
UNSUPPORTED_PARAMETER: Final = (2, 4)
"""Code and subcode."""
MAX_TEXT: Final = 255
"""Octets of UTF-8, RFC 9003 section 2."""

CODES: Final = {
    1: "Message Header Error",
    2: "OPEN Message Error",
    3: "UPDATE Message Error",
    4: "Hold Timer Expired",
    5: "Finite State Machine Error",
    6: "Cease",
    7: "ROUTE-REFRESH Message Error",
    8: "Send Hold Timer Expired",
}
"""RFC 4271 section 4.5; 7 is RFC 7313, 8 is RFC 9687."""

SUBCODES: Final = {
    (1, 1): "Connection Not Synchronized",
    (1, 2): "Bad Message Length",
    (1, 3): "Bad Message Type",
    (2, 1): "Unsupported Version Number",
    (2, 2): "Bad Peer AS",
    (2, 3): "Bad BGP Identifier",
    (2, 4): "Unsupported Optional Parameter",
    (2, 6): "Unacceptable Hold Time",
    (2, 7): "Unsupported Capability",
    (2, 11): "Role Mismatch",
    (3, 1): "Malformed Attribute List",
    (3, 2): "Unrecognized Well-known Attribute",
    (3, 3): "Missing Well-known Attribute",
    (3, 4): "Attribute Flags Error",
    (3, 5): "Attribute Length Error",
    (3, 6): "Invalid ORIGIN Attribute",
    (3, 8): "Invalid NEXT_HOP Attribute",
    (3, 9): "Optional Attribute Error",
    (3, 10): "Invalid Network Field",
    (3, 11): "Malformed AS_PATH",
    (5, 1): "Unexpected Message in OpenSent State",
    (5, 2): "Unexpected Message in OpenConfirm State",
    (5, 3): "Unexpected Message in Established State",
    (6, 1): "Maximum Number of Prefixes Reached",
    (6, 2): "Administrative Shutdown",
    (6, 3): "Peer De-configured",
    (6, 4): "Administrative Reset",
    (6, 5): "Connection Rejected",
    (6, 6): "Other Configuration Change",
    (6, 7): "Connection Collision Resolution",
    (6, 8): "Out of Resources",
    (6, 9): "Hard Reset",
    (6, 10): "BFD Down",
    (7, 1): "Invalid Message Length",
}
"""RFC 4271 section 4.5, 4486, 5492, 6608, 7313, 8538, 9234, 9384; 2/5 and 3/7 are deprecated."""


@dataclass(frozen=True, slots=True)
class Notification:
    """Why a session ends, RFC 4271 section 4.5."""

    code: int
    subcode: int
    data: bytes = b""

    @property
    def name(self) -> str:
        """In words, e.g. "Cease: Administrative Shutdown"; numbers where no RFC has a name.

        A hard reset names the reason inside it too, RFC 8538 section 3.
        """
        code = CODES.get(self.code, f"error {self.code}")
        subcode = SUBCODES.get((self.code, self.subcode))
        if subcode is None:
            return f"{code}: subcode {self.subcode}" if self.subcode else code
        inner = self._inner
        return f"{code}: {subcode}" + (f" ({inner.name})" if inner else "")

    @property
    def text(self) -> str:
        """The shutdown communication of a Cease 2 or 4, made safe to show; "" if there is none.

        Control characters are left out. What is not UTF-8, or shorter than it says, is shown
        as hex. Source: RFC 9003 sections 2 and 4.
        """
        if inner := self._inner:
            return inner.text
        has_text = self.subcode in (ADMINISTRATIVE_SHUTDOWN, ADMINISTRATIVE_RESET)
        if self.code != CEASE or not has_text or not self.data:
            return ""
        octets = self.data[1 : 1 + self.data[0]]
        try:
            text = octets.decode()
        except UnicodeDecodeError:
            return octets.hex()
        if len(octets) < self.data[0]:
            return self.data.hex()
        return "".join(character for character in text if character.isprintable())

    @property
    def _inner(self) -> Notification | None:
        if (self.code, self.subcode) != (CEASE, HARD_RESET) or len(self.data) < 2:
            return None
        return Notification(self.data[0], self.data[1], self.data[2:])


def hard_reset(reason: Notification) -> Notification:
    """Wrap a reason so that a peer with graceful restart drops the routes, RFC 8538 section 3."""
    data = bytes((reason.code, reason.subcode)) + reason.data
    return Notification(CEASE, HARD_RESET, data)


def encode_shutdown_text(text: str) -> bytes:
    """Data of a Cease 2 or 4: <length: 1 octet> <UTF-8>; cut between characters at 255 octets.

    Source: RFC 9003 section 2.
    """
    octets = text.encode(errors="replace")[:MAX_TEXT].decode(errors="ignore").encode()
    return bytes((len(octets),)) + octets if octets else b""


def encode_notification(notification: Notification) -> bytes:
    """Make the whole message: <code: 1> <subcode: 1> <data>, cut where it does not fit."""
    data = notification.data[: MAX_LENGTH - HEADER_LENGTH - 2]
    body = bytes((notification.code, notification.subcode)) + data
    return encode_message(MessageType.NOTIFICATION, body)


def decode_notification(body: bytes) -> Notification:
    """Read a body of 2 octets or more; every code is accepted.

    Raises:
        MessageError: 1/2 when it is shorter, which the header check has already refused.
    """
    if len(body) < 2:
        raise MessageError(1, 2, reason="NOTIFICATION cut short")
    return Notification(body[0], body[1], body[2:])
