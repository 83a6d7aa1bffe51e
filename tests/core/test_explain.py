"""Explanations say what the tables say, and name what would change it."""

from __future__ import annotations

import pytest
from hypothesis import given

from lbtui.core import analyse, load_resources
from lbtui.core.analysis import Analysis
from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.questions.explain import Explanation, explain_service
from lbtui.core.questions.origins import origins_of, routes_of, users_of
from tests.core.cluster import (
    Manifest,
    advertisement,
    aliases,
    endpoints,
    hosts,
    node,
    peer,
    pool,
    selecting,
    service,
)
from tests.core.strategies import clusters


def _analysis(*manifests: Manifest, backend: str = "frr-k8s") -> Analysis:
    return analyse(load_resources(manifests).resources, backend)


def _explain(analysis: Analysis, name: str = "default/web") -> Explanation:
    return explain_service(analysis.tables, analysis.resources, name)


NODES = (node("a", "192.0.2.11"), node("b", "192.0.2.12"))
POOL = pool("p", "198.51.100.0/24")
WEB = service("web", "198.51.100.1", labels={"app": "web"})

FAILURES = [
    pytest.param([POOL, service("web")], "noIPAllocated", "lbtui allocate", id="no-address"),
    pytest.param([POOL, service("web", "192.0.2.1")], "ipNotAllowed", "IPAddressPool", id="pool"),
    pytest.param([POOL, WEB], "notOwner", "Add a BGPAdvertisement", id="no-advertisement"),
    pytest.param(
        [POOL, WEB, advertisement("x", nodeSelectors=hosts("z"))],
        "notOwner",
        "nodeSelectors",
        id="other-nodes",
    ),
    pytest.param(
        [POOL, WEB, advertisement("x", serviceSelectors=selecting(app="dns"))],
        "noMatchingAdvertisement",
        "serviceSelectors",
        id="other-services",
    ),
    pytest.param(
        [
            POOL,
            WEB,
            advertisement("x", localPref=1, serviceSelectors=selecting(app="web")),
            advertisement("y", localPref=2),
        ],
        "conflictingAdvertisements",
        "the same localPref",
        id="conflict",
    ),
    pytest.param(
        [POOL, WEB, advertisement("x"), endpoints("web")],
        "noEndpoints",
        "readiness",
        id="no-endpoint",
    ),
    pytest.param(
        [POOL, service("web", "198.51.100.1", type="ClusterIP")],
        "notLoadBalancer",
        "spec.type",
        id="type",
    ),
]


@pytest.mark.parametrize(("manifests", "check", "remedy"), FAILURES)
def test_the_first_failed_check_ends_the_steps_with_a_remedy(
    manifests: list[Manifest], check: str, remedy: str
) -> None:
    found = _explain(_analysis(*NODES, peer("r"), *manifests))
    assert not found.is_announced
    for trace in found.nodes.values():
        assert trace.reason == check
        assert [step.passed for step in trace.steps] == [True] * (len(trace.steps) - 1) + [False]
        assert remedy in trace.steps[-1].remedy
        assert check in trace.peers["r"].why


def test_why_a_peer_gets_nothing() -> None:
    found = _explain(
        _analysis(
            *NODES,
            POOL,
            WEB,
            advertisement("x", peers=["r", "six", "half"]),
            peer("r"),
            peer("other", peerAddress="192.0.2.2"),
            peer("six", peerAddress="2001:db8::1"),
            peer("half", peerAddress="192.0.2.3", nodeSelectors=hosts("b")),
        )
    )
    # Nodes of these manifests carry no host name label, so `half` selects none.
    why = {name: verdict.why for name, verdict in found.nodes["a"].peers.items()}
    assert why["r"] == "by x"
    assert why["other"] == "x name other peers only (spec.peers)"
    assert why["six"] == "the session carries no IPv4 routes"
    assert found.is_announced


def test_origins_name_advertisement_alias_and_merge() -> None:
    analysis = _analysis(
        *NODES,
        POOL,
        WEB,
        peer("r", peerASN=64512),
        aliases("names", blue="64512:7"),
        advertisement("x", communities=["blue"], localPref=50),
        advertisement("y", communities=["64512:7", "64512:8"], localPref=50),
    )
    (route,) = analysis.tables.peer_routes("r")
    found = origins_of(analysis.tables, analysis.resources, route)
    assert found["communities"] == {
        "64512:7": ["x, by the alias blue of Community names", "y"],
        "64512:8": ["y"],
    }
    assert found["localPref"] == ["x says 50", "y says 50"]
    assert found["prefix"] == ["default/web: 198.51.100.1 aggregated to /32 by x, y"]
    alias = ResourceRef("Community", "metallb-system", "names")
    assert [(use.user.name, use.path) for use in users_of(analysis.resources, alias)] == [
        ("x", "spec.communities[0]")
    ]
    assert routes_of(analysis.tables, analysis.resources, alias) == (route,)


@given(clusters())
def test_the_verdict_is_that_of_the_tables(manifests: list[Manifest]) -> None:
    analysis = _analysis(*manifests)
    tables = analysis.tables
    assert tables.services
    for name in tables.services:
        found = _explain(analysis, name)
        reasons = tables.reasons(name)
        for of, trace in found.nodes.items():
            assert trace.reason == reasons.get(of, "configuration")
            for to, verdict in trace.peers.items():
                routes = [r for r in tables.session_routes(of, to) if name in r.services]
                assert list(verdict.routes) == routes
                assert verdict.sent == bool(routes)
