"""Explanations of services, routes and resources as rows of a view. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.values.addresses import Prefix
from lbtui.tui.answer_view import AnswerRow
from lbtui.tui.widgets.rows import Column

if TYPE_CHECKING:
    from lbtui.core.analysis import Analysis


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


def explain(analysis: Analysis, subject: Subject) -> Explained:
    """Explain one subject; takes as long as it takes, so not in the event loop."""
    if isinstance(subject, RouteSubject):
        from lbtui.tui.views.explained_route import explain_route

        return explain_route(analysis, subject)
    name = f"{subject.namespace}/{subject.name}"
    if subject.kind == "Service" and name in analysis.tables.placements.by_name:
        from lbtui.tui.views.explained_service import explain_one_service

        return explain_one_service(analysis, name)
    from lbtui.tui.views.explained_resource import explain_resource

    return explain_resource(analysis, subject)
