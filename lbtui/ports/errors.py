"""What may go wrong outside, said so that a user knows what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lbtui.ports.store import Snapshot


class PortError(Exception):
    """Something outside did not work; the text says where and what to do, for the user."""


class StoreError(PortError):
    """Resources could not be read or written. Nothing was changed."""


class ConflictError(StoreError):
    """What is stored is no longer what was read; saving would lose a colleague's change."""

    def __init__(self, message: str, files: Sequence[str]) -> None:
        """Say which files (or objects) changed underneath."""
        super().__init__(message)
        self.files = tuple(files)


class PartialSaveError(StoreError):
    """Some of several changes were made before one was not; the text says which.

    Saves are measured against what is there now, so that saving the same again makes the rest, and
    saving what was there before takes back what was made.
    """

    def __init__(self, message: str, snapshot: Snapshot) -> None:
        """Say what was made and what not; `snapshot` is the store as it is now."""
        super().__init__(message)
        self.snapshot = snapshot


class SpeakerError(PortError):
    """The speaker refused or could not be reached."""
