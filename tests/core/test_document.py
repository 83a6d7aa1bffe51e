"""The examples of MetalLB's page on advanced BGP configuration give exactly what it says."""

from __future__ import annotations

from pathlib import Path

from lbtui.adapters.manifests import read_file
from lbtui.core import RouteTables, analyse, announce
from lbtui.core.diagnostics import Diagnostic, Severity
from lbtui.core.objects.resource_set import AnyResource, ResourceSet
from tests.core.cluster import (
    Manifest,
    advertisement,
    node,
    peer,
    pool,
    routes_of,
    service,
)

DOCUMENT = Path(__file__).parent / "document"


def tables_of(
    file: str | None, *others: Manifest, backend: str = "frr-k8s"
) -> tuple[RouteTables, tuple[Diagnostic, ...]]:
    """Route tables of one of the document's files and other manifests; findings but no notes."""
    import yaml

    texts = [yaml.safe_dump_all(others).encode()]
    if file is not None:
        texts.insert(0, (DOCUMENT / file).read_bytes())
    resources: list[AnyResource] = []
    findings: list[Diagnostic] = []
    for text in texts:
        read = read_file("document.yaml", text)
        findings.extend(read.diagnostics)
        for document in read.documents:
            for member in document.members:
                findings.extend(member.decoded.diagnostics)
                if member.decoded.resource is not None:
                    resources.append(member.decoded.resource)
    analysis = analyse(ResourceSet.of(resources), backend)
    assert analysis.config.is_valid
    found = (*findings, *analysis.diagnostics)
    return analysis.tables, tuple(one for one in found if one.severity is not Severity.INFO)


NO_ADVERTISE = "65535:65282"
CLUSTER = (node("a"), node("b"), peer("router", peerASN=64512))


def test_every_example_of_the_document_is_here() -> None:
    assert len(list(DOCUMENT.glob("*.yaml"))) == 6


def test_each_service_has_a_route_of_its_own_and_all_share_the_covering_one() -> None:
    tables, _ = tables_of("aggregation.yaml", *CLUSTER, service("one", "198.51.100.10"))
    assert routes_of(tables, "router") == {
        "198.51.100.10/32": [f"a,b lp=100 {NO_ADVERTISE}"],
        "198.51.100.0/24": ["a,b"],
    }
    more = [service(f"s{i}", f"198.51.100.{i}") for i in (10, 11, 12, 200)]
    tables, _ = tables_of("aggregation.yaml", *CLUSTER, *more)
    assert routes_of(tables, "router") == {
        "198.51.100.0/24": ["a,b"],
        **{f"198.51.100.{i}/32": [f"a,b lp=100 {NO_ADVERTISE}"] for i in (10, 11, 12, 200)},
    }
    covering = tables.peer_routes("router")[0]
    assert covering.services == ("default/s10", "default/s11", "default/s12", "default/s200")
    assert covering.advertisements == ("external",)


def test_aggregation_is_the_same_under_every_back_end() -> None:
    for backend in ("native", "frr", "frr-k8s"):
        tables, _ = tables_of(
            "aggregation.yaml", *CLUSTER, service("one", "198.51.100.10"), backend=backend
        )
        covering, own = tables.peer_routes("router")
        assert (str(covering.prefix), covering.communities) == ("198.51.100.0/24", ())
        assert (str(own.prefix), own.sent_local_pref) == ("198.51.100.10/32", 100)
        assert covering.sent_local_pref == (0 if backend == "native" else None)


def test_the_documents_localpref_is_meant_as_local_pref_and_said() -> None:
    tables, findings = tables_of("aggregation.yaml", *CLUSTER)
    assert {item.name: item.local_pref for item in tables.config.advertisements} == {
        "external": 0,
        "local": 100,
    }
    assert [(item.severity, item.code) for item in findings] == [
        (Severity.WARNING, "localpref-spelling")
    ]


def test_a_peer_runs_on_frontend_nodes_that_are_not_slow_and_on_two_hosts() -> None:
    nodes = (
        node("hostA", labels={"rack": "back", "network-speed": "slow"}),
        node("hostB"),
        node("fast", labels={"rack": "frontend", "network-speed": "fast"}),
        node("unknown", labels={"rack": "frontend"}),
        node("slow", labels={"rack": "frontend", "network-speed": "slow"}),
        node("other", labels={"rack": "back"}),
    )
    tables, findings = tables_of("peer-nodes.yaml", *nodes)
    assert findings == ()
    running = tables.session_nodes["example"]
    assert tables.nodes.names_of(running) == ("fast", "hostA", "hostB", "unknown")


def test_each_node_peers_with_the_router_of_its_own_rack_only() -> None:
    racks = {"A": "1", "B": "1", "C": "2", "D": "2"}
    nodes = [node(f"metallb{name}", labels={"rack": rack}) for name, rack in racks.items()]
    routers = [
        peer(
            f"tor{name}",
            peerAddress=f"192.0.2.{rack}",
            nodeSelectors=[{"matchLabels": {"rack": rack}}],
        )
        for name, rack in (("A", "1"), ("B", "2"))
    ]
    tables, _ = tables_of("aggregation.yaml", *nodes, *routers, service("web", "198.51.100.10"))
    assert routes_of(tables, "torA")["198.51.100.0/24"] == ["metallbA,metallbB"]
    assert routes_of(tables, "torB")["198.51.100.0/24"] == ["metallbC,metallbD"]
    assert tables.session_routes("metallbA", "torB") == ()


def test_an_advertisement_limited_to_nodes_limits_the_next_hops_not_the_sessions() -> None:
    nodes = [node(f"Node{name}", f"192.0.2.1{i}") for i, name in enumerate("ABC")]
    tables, findings = tables_of(
        "advertisement-nodes.yaml",
        *nodes,
        peer("router"),
        pool("first-pool", "198.51.100.10/24"),
        service("web", "198.51.100.10"),
    )
    assert findings == ()
    assert tables.nodes.names_of(tables.session_nodes["router"]) == ("NodeA", "NodeB", "NodeC")
    assert routes_of(tables, "router") == {"198.51.100.10/32": ["NodeA,NodeB"]}
    route = tables.peer_routes("router")[0]
    assert [tables.next_hop(name, "router", route.prefix) for name in ("NodeA", "NodeB")] == [
        "192.0.2.10",
        "192.0.2.11",
    ]
    assert tables.reasons("default/web") == {"NodeA": "", "NodeB": "", "NodeC": "notOwner"}


def test_pool_a_goes_to_peers_a_and_b_and_pool_b_to_peers_b_and_c() -> None:
    tables, findings = tables_of(
        "advertisement-peers.yaml",
        advertisement("b", ipAddressPools=["PoolB"], peers=["PeerB", "PeerC"]),
        node("a"),
        *(peer(f"Peer{name}", peerAddress=f"192.0.2.{i + 1}") for i, name in enumerate("ABC")),
        pool("PoolA", "198.51.100.10/24"),
        pool("PoolB", "203.0.113.10/24"),
        service("one", "198.51.100.10"),
        service("two", "203.0.113.10"),
    )
    assert findings == ()
    assert {name: sorted(routes_of(tables, name)) for name in tables.peers} == {
        "PeerA": ["198.51.100.10/32"],
        "PeerB": ["198.51.100.10/32", "203.0.113.10/32"],
        "PeerC": ["203.0.113.10/32"],
    }


def test_a_source_address_is_the_session_s_and_the_next_hop_of_its_node() -> None:
    tables, findings = tables_of(
        "source-address.yaml",
        node("node-1", "192.0.2.11"),
        node("node-2", "192.0.2.12"),
        pool("p", "198.51.100.0/24"),
        advertisement("all"),
        service("web", "198.51.100.1"),
    )
    assert [item.code for item in findings] == ["source-address-ignored"]
    (route,) = tables.all_routes()
    assert tables.nodes.names_of(route.nodes) == ("node-1",)
    assert tables.next_hop("node-1", "example", route.prefix) == "172.30.0.2"
    first, second = announce(tables).nodes
    assert [session.source_address for session in first.sessions] == ["172.30.0.2"]
    assert second.sessions == ()


def test_an_alias_stands_for_its_community_and_1234_1_is_no_number() -> None:
    tables, findings = tables_of(
        "community-aliases.yaml",
        *CLUSTER,
        pool("first-pool", "198.51.100.10/24"),
        service("web", "198.51.100.10"),
    )
    assert {item.code for item in findings} == {"localpref-spelling"}
    assert routes_of(tables, "router") == {"198.51.100.10/32": ["a,b lp=100 1234:1"]}


def test_without_attributes_each_address_is_a_route_without_any() -> None:
    tables, findings = tables_of(
        None,
        *CLUSTER,
        pool("first-pool", "198.51.100.10/24"),
        advertisement("plain"),
        service("web", "198.51.100.10"),
        backend="native",
    )
    assert [item.code for item in findings] == ["local-pref-zero"]
    (route,) = tables.peer_routes("router")
    assert (str(route.prefix), route.local_pref, route.communities) == ("198.51.100.10/32", 0, ())
    assert route.sent_local_pref == 0
