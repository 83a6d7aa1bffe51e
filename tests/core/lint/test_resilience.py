"""Single points of failure: grouped, and the same that whatif tells."""

from __future__ import annotations

import random

from lbtui.core import analyse, load_resources
from lbtui.core.diagnostics import Diagnostic
from lbtui.core.questions.whatif import single_points
from tests.core.cluster import (
    Manifest,
    advertisement,
    endpoints,
    hosts,
    linted,
    node,
    peer,
    pool,
    service,
)

CODES = {"single-node", "single-peer"}


def alone(manifests: list[Manifest]) -> list[Diagnostic]:
    return [one for one in linted(manifests) if one.code in CODES]


def local(name: str, address: str, *nodes: str) -> list[Manifest]:
    """A service with externalTrafficPolicy Local and pods on some nodes."""
    ready = ({"addresses": ["203.0.113.1"], "nodeName": on} for on in nodes)
    return [service(name, address, externalTrafficPolicy="Local"), endpoints(name, *ready)]


def cluster(nodes: int, peers: int) -> list[Manifest]:
    return [
        *(node(f"n{i}", f"192.0.2.{i + 100}") for i in range(nodes)),
        *(peer(f"p{i}", peerASN=64512, peerAddress=f"192.0.2.{i + 1}") for i in range(peers)),
        pool("p", "198.51.100.0/22"),
        advertisement("x"),
    ]


def test_many_services_on_one_node_and_one_peer_are_one_finding_each() -> None:
    services = [service(f"s{i}", f"198.51.{100 + i // 250}.{i % 250}") for i in range(600)]
    found = alone([*cluster(1, 1), *services])
    assert [one.code for one in found] == ["single-node", "single-peer"]
    assert all("600 services (default/s0, " in one.message for one in found)
    assert all("and 597 more" in one.message for one in found)


def test_many_single_nodes_are_told_together() -> None:
    services = [m for i in range(9) for m in local(f"s{i}", f"198.51.100.{i}", f"n{i % 5}")]
    (found,) = alone([*cluster(6, 2), *services])
    assert "9 services are each announced from one node alone: n0 (2), n1 (2)" in found.message
    few = [m for i in range(4) for m in local(f"s{i}", f"198.51.100.{i}", f"n{i}")]
    assert len(alone([*cluster(6, 2), *few])) == 4


def test_a_service_that_nobody_hears_of_hangs_on_nothing() -> None:
    unreached = [peer("far", nodeSelectors=hosts("elsewhere")), *cluster(2, 0)]
    assert alone([*unreached, service("web", "198.51.100.1")]) == []


def test_lint_and_whatif_agree() -> None:
    chance = random.Random(7)
    seen = 0
    for _ in range(20):
        manifests = cluster(4, 2)
        for i in range(3):
            names = chance.sample(["n0", "n1", "n2", "n3"], chance.randint(1, 3))
            manifests += local(f"s{i}", f"198.51.100.{i}", *names)
            chosen = chance.sample(["p0", "p1"], chance.randint(1, 2))
            manifests.append(
                advertisement(f"a{i}", peers=chosen, nodeSelectors=hosts(*names[:1] or ["n0"]))
            )
        manifests.remove(advertisement("x"))
        analysis = analyse(load_resources(manifests).resources)
        wanted = {(f"single-{one.kind}", one.name) for one in single_points(analysis.tables)}
        told = {(d.code, d.ref.name) for d in analysis.diagnostics if d.ref and d.code in CODES}
        assert told == wanted
        seen += len(wanted)
    assert seen > 20
