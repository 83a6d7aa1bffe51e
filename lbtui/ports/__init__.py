"""What the screens need from outside, as Protocols, and the errors these may raise.

Adapters implement them, `cli` puts them together, `tui` calls them. No I/O here.
"""

from __future__ import annotations

from lbtui.ports.errors import ConflictError, PartialSaveError, PortError, SpeakerError, StoreError
from lbtui.ports.speaker import FamilyCounts, SessionRow, Speaker, SpeakerView, WireRoute
from lbtui.ports.store import (
    FileChange,
    LiveStore,
    Locator,
    Outage,
    Reading,
    SaveReport,
    Setting,
    Snapshot,
    Store,
    TellingStore,
)
from lbtui.ports.texts import Journal, LeftBehind, ManifestEditor, ManifestText

__all__ = [
    "ConflictError",
    "FamilyCounts",
    "FileChange",
    "Journal",
    "LeftBehind",
    "LiveStore",
    "Locator",
    "ManifestEditor",
    "ManifestText",
    "Outage",
    "PartialSaveError",
    "PortError",
    "Reading",
    "SaveReport",
    "SessionRow",
    "Setting",
    "Snapshot",
    "Speaker",
    "SpeakerError",
    "SpeakerView",
    "Store",
    "StoreError",
    "TellingStore",
    "WireRoute",
]
