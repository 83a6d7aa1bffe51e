"""Copies of rows in files, for terminals without a clipboard."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

from lbtui.adapters.file_sources import reason_of
from lbtui.adapters.paths import make_private
from lbtui.ports import StoreError

LONGEST_NAME = 60


class CopyFiles:
    """Writes each copy into a file of its own in one private folder."""

    def __init__(self, folder: Path) -> None:
        """Nothing is made before the first copy."""
        self._folder = folder

    def keep(self, text: str, name: str, suffix: str) -> str:
        """Write a text into a new file that only this user can read; its path.

        Raises StoreError.
        """
        make_private(self._folder)
        start = re.sub(r"[^\w.-]+", "-", name)[:LONGEST_NAME]
        try:
            handle, path = tempfile.mkstemp(f".{suffix}", f"{start}-", self._folder)
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text)
        except OSError as error:
            raise StoreError(f"{self._folder}: {reason_of(error)}.") from None
        return path
