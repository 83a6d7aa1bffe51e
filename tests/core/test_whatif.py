"""What is lost is what compiling the rest says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lbtui.core import analyse, load_resources
from lbtui.core.analysis import Analysis
from lbtui.core.objects.cluster_resources import Node
from lbtui.core.objects.resources import BGPPeer
from lbtui.core.questions.applied import in_force
from lbtui.core.questions.whatif import UnknownTarget, lose, remove, single_points
from lbtui.core.routing.diff import diff_tables
from tests.core.cluster import (
    Manifest,
    advertisement,
    endpoints,
    node,
    peer,
    pool,
    selecting,
    service,
)
from tests.core.strategies import clusters


def _analysis(*manifests: Manifest) -> Analysis:
    return analyse(load_resources(manifests).resources)


@given(clusters(), st.sampled_from(["node/a", "node/b", "nodes/rack=1", "peer/r0"]))
def test_a_loss_reuses_nothing_stale(manifests: list[Manifest], target: str) -> None:
    whole = analyse(load_resources(manifests).resources)
    try:
        left = remove(whole.resources, target)
    except UnknownTarget:
        return
    if target.startswith("peer/") and _refused(whole):
        return  # without the resource less is refused; without the router it is not
    if not left.all(Node):
        left = left.without(*(ref for ref, _ in left.items(BGPPeer)))
    expected = diff_tables(in_force(whole.tables), in_force(analyse(left).tables))
    assert lose(whole, [target]).routes.to_json() == expected.to_json()


CLUSTER = (
    node("a", "192.0.2.11", labels={"rack": "1"}),
    node("b", "192.0.2.12", labels={"rack": "1"}),
    node("c", "192.0.2.13", labels={"rack": "2"}),
    pool("p", "198.51.100.0/24"),
    peer("r1", nodeSelectors=selecting(rack="1")),
    peer("r2", peerAddress="192.0.2.2", nodeSelectors=selecting(rack="2")),
    advertisement("x"),
    service("all", "198.51.100.1"),
    service("local", "198.51.100.2", externalTrafficPolicy="Local"),
    endpoints("all", {"addresses": ["203.0.113.1"], "nodeName": "a"}),
    endpoints("local", {"addresses": ["203.0.113.2"], "nodeName": "c"}),
)


def test_a_rack_takes_its_services_and_leaves_single_paths() -> None:
    loss = lose(_analysis(*CLUSTER), ["nodes/rack=2"])
    assert loss.unreachable == ("default/local",)
    assert (loss.single, loss.still) == ((), 1)
    loss = lose(_analysis(*CLUSTER), ["node/b", "node/c"])
    assert loss.single == (("default/all", "a", "r1"),)
    assert {(r.peer, str(r.prefix)) for r in loss.routes.withdrawn} == {
        ("r1", "198.51.100.1/32"),
        ("r2", "198.51.100.1/32"),
        ("r2", "198.51.100.2/32"),
    }


def test_a_node_takes_its_endpoints_with_it() -> None:
    assert lose(_analysis(*CLUSTER), ["node/a"]).unreachable == ("default/all",)
    assert lose(_analysis(*CLUSTER), ["endpoint/default/all/a"]).unreachable == ("default/all",)


def test_without_any_node_nothing_is_left() -> None:
    loss = lose(_analysis(*CLUSTER), ["nodes/rack in (1,2)"])
    assert loss.unreachable == ("default/all", "default/local")
    assert (loss.routes.added, loss.routes.changed) == ((), ())


def test_single_points_are_nodes_and_peers() -> None:
    found = {
        (point.kind, point.name): point.services
        for point in single_points(_analysis(*CLUSTER).tables)
    }
    assert found == {("node", "c"): ("default/local",), ("peer", "r2"): ("default/local",)}


@pytest.mark.parametrize(
    "target",
    ["node/z", "peer/z", "service/z", "nodes/rack=9", "nodes/=", "rack/1", "endpoint/a/b/c"],
)
def test_what_is_not_there_is_refused(target: str) -> None:
    with pytest.raises(UnknownTarget, match=r"z|9|=|rack/1|a/b/c"):
        lose(_analysis(*CLUSTER), [target])


def _left(manifests: list[Manifest], kind: str, name: str) -> list[Manifest]:
    """The manifests without one object, and a node's endpoints; made without lbtui."""
    left = [m for m in manifests if (m["kind"], m["metadata"]["name"]) != (kind, name)]
    if kind != "Node":
        return left
    return [
        {**m, "endpoints": [e for e in m["endpoints"] if e.get("nodeName") != name]}
        if m["kind"] == "EndpointSlice"
        else m
        for m in left
    ]


def _refused(whole: Analysis) -> bool:
    """Whether some node refuses its configuration."""
    return bool(whole.config.node_errors or whole.tables.backend_errors)


@given(clusters())
def test_it_equals_compiling_the_rest(manifests: list[Manifest]) -> None:
    whole = _analysis(*manifests)
    kinds = {"Node": "node/", "BGPPeer": "peer/", "Service": "service/default/"}
    chosen = [m for m in manifests if m["kind"] in kinds]
    assert len(chosen) >= 5
    for manifest in chosen:
        kind, name = manifest["kind"], manifest["metadata"]["name"]
        rest = _analysis(*_left(manifests, kind, name))
        loss = lose(whole, [kinds[kind] + name])
        assert remove(whole.resources, kinds[kind] + name) == rest.resources
        if kind == "BGPPeer" and _refused(whole):
            continue  # without the resource less is refused; without the router it is not
        before, after = in_force(whole.tables), in_force(rest.tables)
        assert loss.routes == diff_tables(before, after)
        had = {s for s in before.services if before.service_routes(s)}
        has = {s for s in after.services if after.service_routes(s)}
        assert set(loss.unreachable) == had - has


@given(clusters())
def test_a_single_point_is_fatal(manifests: list[Manifest]) -> None:
    whole = _analysis(*manifests)
    for point in single_points(whole.tables):
        loss = lose(whole, [f"{point.kind}/{point.name}"])
        assert set(point.services) <= set(loss.unreachable)
