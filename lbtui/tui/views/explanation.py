"""Explanations of services, routes and resources as rows of a view. Pure."""

from __future__ import annotations

from lbtui.core.analysis import Analysis
from lbtui.tui.views.explained import Explained, RouteSubject, Subject
from lbtui.tui.views.explained_resource import explain_resource
from lbtui.tui.views.explained_route import explain_route
from lbtui.tui.views.explained_service import explain_one_service


def explain(analysis: Analysis, subject: Subject) -> Explained:
    """Explain one subject; takes as long as it takes, so not in the event loop."""
    if isinstance(subject, RouteSubject):
        return explain_route(analysis, subject)
    name = f"{subject.namespace}/{subject.name}"
    if subject.kind == "Service" and name in analysis.tables.placements.by_name:
        return explain_one_service(analysis, name)
    return explain_resource(analysis, subject)
