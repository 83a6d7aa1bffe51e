"""What is wrong with what the user wrote: values, collected in full, never exceptions."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lbtui.core.objects.repairs import Repair
    from lbtui.core.objects.resource_set import ResourceRef


_LONG_MESSAGE = 400
_LONG_WORD = re.compile(r"(\S{60})\S{40,}")


class Severity(enum.StrEnum):
    """How bad a finding is; the order of the members is the order of display."""

    ERROR = "error"
    """MetalLB refuses it, or nothing can be announced by it."""
    WARNING = "warning"
    """Accepted, but surely or probably not meant."""
    INFO = "info"
    """Worth knowing."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was read from."""

    file: str
    """Path as the user named it, or a cluster's context; "-" for standard input."""
    line: int
    """1-based; 0 when unknown."""
    column: int = 0
    """1-based; 0 when unknown."""

    def __str__(self) -> str:
        """The form that editors and terminals make a link of: file:line[:column]."""
        text = f"{self.file}:{self.line}" if self.line else self.file
        return f"{text}:{self.column}" if self.column else text


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem: where it is, what will happen, and what to do about it."""

    severity: Severity
    code: str
    """Stable and kebab-case, e.g. "unknown-peer"."""
    message: str
    """Plain words; says what will happen."""
    ref: ResourceRef | None = None
    """The resource it concerns; None for a problem of a whole file or set."""
    path: str = ""
    """Field path in the manifest's own spelling, e.g. "spec.peers[0]"."""
    fix: str | None = None
    """What to do, in one sentence."""
    nodes: tuple[str, ...] = ()
    """Nodes it concerns; empty: all, or not a matter of nodes."""
    place: Place | None = None
    """File and line; put in by whoever read the manifest."""
    edit: Repair | None = None
    """The edit that does what `fix` says, where one does."""
    needs_decision: bool = False
    """Whether the edit is one of several ways out, so that only a person may choose it."""

    def __post_init__(self) -> None:
        """Shorten values that nobody reads to their end."""
        if len(self.message) > _LONG_MESSAGE:
            object.__setattr__(self, "message", _LONG_WORD.sub(r"\1…", self.message))

    @property
    def is_error(self) -> bool:
        """Whether it is as bad as it gets."""
        return self.severity is Severity.ERROR

    def at(self, place: Place | None) -> Diagnostic:
        """The same problem with its place in a file."""
        return replace(self, place=place)
