from __future__ import annotations

import pytest

from lbtui.core.analysis import analyse
from lbtui.core.objects.resource_set import ResourceSet
from lbtui.tui.route_counts import count_routes
from lbtui.tui.views.resource_details import remembered_routes, routes_of
from tests.bench.clusters import SMALL, resources

KINDS = ("IPAddressPool", "BGPPeer", "BGPAdvertisement", "Service", "Node")


@pytest.fixture(scope="module")
def cluster() -> ResourceSet:
    return resources(SMALL)


@pytest.mark.parametrize("backend", ["frr", "frr-k8s"])
@pytest.mark.parametrize("kind", KINDS)
def test_counts_are_those_of_the_routes_listed(
    cluster: ResourceSet, backend: str, kind: str
) -> None:
    analysis = analyse(cluster, backend)
    counts = count_routes(analysis.tables, lambda: True)
    assert counts is not None
    routes = {ref: routes_of(analysis, ref) for ref in cluster.by_kind(kind)}
    listed = {ref: (len(own), len({route.peer for route in own})) for ref, own in routes.items()}
    assert sum(count for count, _ in listed.values()) > 0
    assert {ref: counts.of(ref) for ref in listed} == listed


@pytest.mark.parametrize("kind", KINDS)
def test_routes_are_the_same_from_what_is_remembered(cluster: ResourceSet, kind: str) -> None:
    analysis = analyse(cluster, "frr-k8s")
    for ref in cluster.by_kind(kind):
        routes = routes_of(analysis, ref)
        assert list(routes) == sorted(routes, key=lambda route: (route.peer, route.prefix))
        assert list(remembered_routes(analysis, ref)) == list(routes)


def test_counting_ends_when_nobody_waits_for_it(cluster: ResourceSet) -> None:
    assert count_routes(analyse(cluster, "frr").tables, lambda: False) is None
