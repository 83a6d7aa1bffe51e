"""Errors that this package raises on purpose; anything else that escapes is a bug."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from speaker.api import ErrorDetail


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


class DocumentError(SpeakerError):
    """The wanted state was not taken: `malformed`, `invalid` or `stale`; nothing was applied."""

    def __init__(self, code: str, message: str, details: Sequence[ErrorDetail] = ()) -> None:
        """Keep every problem, each with the path of its field."""
        super().__init__(message)
        self.code, self.message, self.details = code, message, tuple(details)


class StartError(SpeakerError):
    """The process cannot run here; the text says where and what to do, for the user."""


class StorageError(SpeakerError):
    """The wanted state could not be put on disk; what was there is still there."""


class AttributeProblem(SpeakerError):
    """One path attribute is malformed: its routes count as withdrawn, the session goes on.

    Source: RFC 7606 section 2.
    """


class AttributeDiscarded(SpeakerError):
    """One path attribute is of no use here or malformed, but does no harm: it is left out.

    Source: RFC 7606 section 2.
    """


class UnknownSessionError(SpeakerError):
    """No session has this id."""


class UnknownRouteSetError(SpeakerError):
    """The wanted state has no route set of this name."""
