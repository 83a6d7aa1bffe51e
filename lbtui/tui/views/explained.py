"""What can be explained, and an explanation as rows of a view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.values.addresses import Prefix
from lbtui.tui.answer_view import AnswerRow
from lbtui.tui.widgets.rows import Column


@dataclass(frozen=True, slots=True)
class RouteSubject:
    """A route, by what stays the same while its attributes change."""

    peer: str
    prefix: Prefix
    node: str
    """One of the nodes that send it."""

    def __str__(self) -> str:
        """For the heading."""
        return f"{self.prefix} to {self.peer}"


Subject: TypeAlias = ResourceRef | RouteSubject


@dataclass(frozen=True, slots=True)
class Explained:
    """What is shown about one subject."""

    columns: tuple[Column, ...]
    rows: Sequence[AnswerRow]
    verdict: str
    """A few words beside the heading."""
    nothing: str = ""
    """What is said where there is no row."""
