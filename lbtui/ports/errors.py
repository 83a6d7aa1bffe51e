"""What may go wrong outside, said so that a user knows what to do."""

from __future__ import annotations

from collections.abc import Sequence


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


class SpeakerError(PortError):
    """The speaker refused or could not be reached."""
