"""From resources in memory to findings and route tables, whole and after one edit."""

from __future__ import annotations

from functools import partial

import msgspec

from lbtui.core import Analysis, analyse, diff_tables
from lbtui.core.objects.cluster_resources import Node, Service
from lbtui.core.objects.resource_set import ResourceSet
from lbtui.core.objects.resources import BGPAdvertisement
from tests.bench.case import Case, Figure, Figures, peak_mib, work_of
from tests.bench.clusters import HUGE, LARGE, SMALL, Shape, resources

ANALYSE = "resolve, compile, lint"
TABLES = "every peer's table, written out"
NODE = "a node deleted: tables, findings, difference"
ADVERTISEMENT = "an advertisement edited: tables, findings, difference"
SERVICE = "a service edited: tables, findings, difference"
MEMORY = "peak memory"


def run(shape: Shape) -> Figures:
    """Everything once, the edits last."""
    given = resources(shape)
    found: dict[str, float] = {}
    kept: list[Analysis] = []
    found[ANALYSE] = work_of(lambda: kept.append(analyse(given)))
    found[MEMORY] = peak_mib()
    (whole,) = kept
    edits = {ADVERTISEMENT: edit_advertisement, SERVICE: edit_service, NODE: delete_node}
    for name, edited in edits.items():
        found[name] = _time_edit(whole, edited(given))
    found[TABLES] = work_of(lambda: [whole.tables.peer_routes(name) for name in whole.tables.peers])
    return found


def _time_edit(whole: Analysis, edited: ResourceSet) -> float:
    """What the console does after an edit; the second time, as in a session that goes on."""

    def follow() -> None:
        after = analyse(edited, previous=whole)
        assert not diff_tables(whole.tables, after.tables).is_empty

    follow()
    return work_of(follow)


def edit_advertisement(given: ResourceSet) -> ResourceSet:
    """Another community on the advertisement of everything."""
    ref, advertisement = next(iter(given.items(BGPAdvertisement)))
    spec = msgspec.structs.replace(advertisement.spec, communities=("65000:9",))
    return given.with_resource(ref, msgspec.structs.replace(advertisement, spec=spec))


def edit_service(given: ResourceSet) -> ResourceSet:
    """The first service loses its address."""
    ref, service = next(iter(given.items(Service)))
    status = type(service.status)()
    return given.with_resource(ref, msgspec.structs.replace(service, status=status))


def delete_node(given: ResourceSet) -> ResourceSet:
    """The node in the middle goes; its endpoints stay, as in a folder."""
    refs = [ref for ref, _ in given.items(Node)]
    return given.without(refs[len(refs) // 2])


def _case(name: str, shape: Shape, *limits: float | None) -> Case:
    names = (ANALYSE, MEMORY, ADVERTISEMENT, SERVICE, NODE, TABLES)
    figures = tuple(
        Figure(figure, "MiB" if figure == MEMORY else "s", limit)
        for figure, limit in zip(names, limits, strict=True)
    )
    return Case(f"{name} {shape}", figures, partial(run, shape))


CASES = (
    _case("small", SMALL, None, None, None, None, None, None),
    _case("large", LARGE, 1.0, 300, 0.050, 0.050, None, None),
    _case("huge", HUGE, 8.0, 1536, 0.200, 0.200, None, None),
)
