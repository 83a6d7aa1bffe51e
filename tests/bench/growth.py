"""How the cost grows: with services and advertisements, and hardly with nodes."""

from __future__ import annotations

from functools import partial

from lbtui.core import analyse
from tests.bench.case import Case, Figure, Figures, work_of
from tests.bench.clusters import Shape, resources

ANALYSE = "resolve, compile, lint"
BY_NODES = tuple(Shape(nodes, 10, 5_000, 6) for nodes in (100, 300, 1_000, 3_000, 5_000))
BY_SERVICES = tuple(Shape(300, 10, services, 6) for services in (1_000, 3_000, 10_000, 30_000))
BY_ADVERTISEMENTS = tuple(Shape(300, 10, 5_000, count) for count in (3, 6, 12, 24))


def run(shape: Shape) -> Figures:
    """The analysis alone."""
    given = resources(shape)
    return {ANALYSE: work_of(lambda: analyse(given))}


CASES = tuple(
    Case(f"{what} {shape}", (Figure(ANALYSE),), partial(run, shape))
    for what, shapes in (
        ("nodes", BY_NODES),
        ("services", BY_SERVICES),
        ("adverts", BY_ADVERTISEMENTS),
    )
    for shape in shapes
)
