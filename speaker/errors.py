"""Errors that this package raises on purpose; anything else that escapes is a bug."""

from __future__ import annotations


class SpeakerError(Exception):
    """Root of them all."""


class StateError(SpeakerError):
    """The caller asked for what the session cannot do now. Local misuse; nothing is sent."""


class MessageError(SpeakerError):
    """The peer broke the protocol: answer NOTIFICATION(code, subcode, data), RFC 4271 section 6."""

    def __init__(self, code: int, subcode: int, data: bytes = b"", *, reason: str) -> None:
        """Say what was wrong, with the codes and data that go to the peer."""
        super().__init__(f"{reason} (NOTIFICATION {code}/{subcode})")
        self.code, self.subcode, self.data, self.reason = code, subcode, data, reason
