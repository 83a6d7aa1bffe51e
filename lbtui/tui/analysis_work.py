"""The work that follows an edit: analyse the working set and the saved one, compare their routes.

Pure, and imported only when there is something to work out: it brings in all of core.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from lbtui.core.analysis import Analysis, analyse
from lbtui.core.configuration.model import Options
from lbtui.core.objects.resource_set import ResourceSet
from lbtui.core.routing.diff import RouteDiff, diff_tables
from lbtui.tui.route_counts import RouteCounts, count_routes, is_quick


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be worked out: a working set against the saved one."""

    resources: ResourceSet
    saved: ResourceSet
    backend: str
    options: Options | None = None
    """How MetalLB was started; None: what manifests leave out is taken for granted."""
    previous: Analysis | None = None
    previous_saved: Analysis | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was worked out."""

    resources: ResourceSet
    saved: ResourceSet
    backend: str
    options: Options | None
    analysis: Analysis
    saved_analysis: Analysis
    route_diff: RouteDiff
    route_counts: RouteCounts | None
    """None: it would have taken too long; see `counted`."""


def work_out(request: Request) -> Outcome:
    """Analyse both sets and compare their routes; takes as long as it takes, so not in the loop."""
    judged_by = request.backend, request.options
    saved = analyse(request.saved, *judged_by, previous=request.previous_saved)
    if request.resources is request.saved:
        analysis = saved
    else:
        analysis = analyse(request.resources, *judged_by, previous=request.previous or saved)
    route_diff = (
        RouteDiff((), (), ()) if analysis is saved else diff_tables(saved.tables, analysis.tables)
    )
    tables = analysis.tables
    counts = count_routes(tables, lambda: True) if is_quick(tables) else None
    return Outcome(
        request.resources, request.saved, *judged_by, analysis, saved, route_diff, counts
    )


def counted(outcome: Outcome, is_wanted: Callable[[], bool]) -> Outcome | None:
    """The outcome with what the lists show beside it: in a large cluster it takes a second.

    None if `is_wanted` says meanwhile that there is something newer to do.
    """
    counts = count_routes(outcome.analysis.tables, is_wanted)
    return None if counts is None else replace(outcome, route_counts=counts)
