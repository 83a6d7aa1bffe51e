"""The work that follows an edit: analyse the working set and the saved one, compare their routes.

Pure, and imported only when there is something to work out: it brings in all of core.
"""

from __future__ import annotations

from dataclasses import dataclass

from lbtui.core.analysis import Analysis, analyse
from lbtui.core.objects.resource_set import ResourceSet
from lbtui.core.routing.diff import RouteDiff, diff_tables


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be worked out: a working set against the saved one."""

    resources: ResourceSet
    saved: ResourceSet
    backend: str
    previous: Analysis | None = None
    previous_saved: Analysis | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was worked out."""

    resources: ResourceSet
    saved: ResourceSet
    backend: str
    analysis: Analysis
    saved_analysis: Analysis
    route_diff: RouteDiff


def work_out(request: Request) -> Outcome:
    """Analyse both sets and compare their routes; takes as long as it takes, so not in the loop."""
    saved = analyse(request.saved, request.backend, previous=request.previous_saved)
    if request.resources is request.saved:
        analysis = saved
    else:
        analysis = analyse(request.resources, request.backend, previous=request.previous or saved)
    route_diff = (
        RouteDiff((), (), ()) if analysis is saved else diff_tables(saved.tables, analysis.tables)
    )
    return Outcome(request.resources, request.saved, request.backend, analysis, saved, route_diff)


def prepare(outcome: Outcome) -> None:
    """Work out ahead what the routes view asks for: 0.6 s for 180,000 routes, then remembered."""
    outcome.analysis.tables.all_routes()
