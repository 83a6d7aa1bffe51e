"""The peers that MetalLB's status of a service lists: also some that get no route of it."""

from __future__ import annotations

from lbtui.core.questions.explain import explain_service
from lbtui.core.routing.status import status_peers
from tests.core.cluster import advertisement, analysed, hosts, node, peer, pool, selecting, service

NODES = [node("a", "192.0.2.11"), node("b", "192.0.2.12")]
POOL = pool("p", "198.51.100.0/24")


def test_the_family_of_a_session_plays_no_part() -> None:
    analysis = analysed(
        [
            *NODES,
            POOL,
            peer("four"),
            peer("six", peerAddress="2001:db8::1", nodeSelectors=hosts("a")),
            peer("other", peerAddress="192.0.2.3"),
            advertisement("x", peers=["four", "six"]),
            service("web", "198.51.100.1"),
        ]
    )
    assert status_peers(analysis.tables, "default/web") == {"a": ("four", "six"), "b": ("four",)}
    assert analysis.tables.session_routes("a", "six") == ()
    document = explain_service(analysis.tables, analysis.resources, "default/web").to_json()
    assert document["nodes"]["a"]["statusPeers"] == ["four", "six"]
    assert status_peers(analysis.tables, "default/gone") == {}


def test_services_on_one_prefix_share_their_peers() -> None:
    each = [
        advertisement(name, peers=[f"to-{name}"], serviceSelectors=selecting(app=name))
        for name in ("x", "y")
    ]
    tables = analysed(
        [
            *NODES,
            POOL,
            peer("to-x"),
            peer("to-y", peerAddress="192.0.2.2"),
            *each,
            service("one", "198.51.100.1", labels={"app": "x"}),
            service("two", "198.51.100.1", labels={"app": "y"}),
            service("far", "198.51.100.2", labels={"app": "y"}),
        ]
    ).tables
    assert status_peers(tables, "default/one")["a"] == ("to-x", "to-y")
    assert status_peers(tables, "default/far")["b"] == ("to-y",)
