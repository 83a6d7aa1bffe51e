"""What is kept outside the store: staged edits, and manifests in an editor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from lbtui.core.diagnostics import Diagnostic
from lbtui.core.objects.resource_set import AnyResource


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """What a console that ended without saving kept of its edits; claimed by this one."""

    name: str
    text: bytes
    when: float
    """Of the last edit in it, seconds since the epoch."""


class Journal(Protocol):
    """Keeps staged edits, so that they survive the console. Blocks; call it in a thread.

    Several consoles on one source each keep their own.
    """

    def write(self, text: bytes) -> None:
        """Keep this in place of what was kept before: all of it or nothing. Raises StoreError."""

    def clear(self) -> None:
        """Nothing is staged any more."""

    def left_behind(self) -> Sequence[LeftBehind]:
        """Of consoles on the same source that run no more; the newest first. Raises StoreError.

        No other console is given the same until it is released, or this console ends.
        """

    def discard(self, left: LeftBehind) -> None:
        """It is restored or not wanted."""

    def release(self, left: LeftBehind) -> None:
        """Leave it for another time."""

    def set_aside(self, left: LeftBehind) -> str:
        """It cannot be read: keep it where nobody offers it again; says where."""


@dataclass(frozen=True, slots=True)
class ManifestText:
    """What a text that should be one manifest says."""

    resource: AnyResource | None
    """None if it is none, or has an error."""
    problems: tuple[Diagnostic, ...] = ()
    """Each with its line in the text."""


class ManifestEditor(Protocol):
    """The user's own editor, on the manifest of one resource."""

    def text_of(self, resource: AnyResource) -> str:
        """Its manifest. Secrets have to be taken out before."""

    def edit(self, text: str, name: str) -> str:
        """Let the user edit a text, in the terminal, until they leave the editor.

        `name` is part of the file's name. Raises PortError if there is no editor or it fails;
        what was typed by then stays in a file that the message names.
        """

    def read(self, text: str, namespace: str) -> ManifestText:
        """Read a text as one manifest; `namespace` is MetalLB's."""

    def keep(self, text: str, name: str) -> str:
        """Keep a text that was not taken; says where. Raises PortError."""
