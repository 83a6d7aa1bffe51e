"""Who announces what to whom, why not, and what each back end makes of it."""

from __future__ import annotations

import pytest

from lbtui.core import Options, analyse, load_resources, preview_document
from tests.core.cluster import (
    Manifest,
    advertisement,
    compiled,
    endpoints,
    hosts,
    node,
    peer,
    pool,
    routes_of,
    selecting,
    service,
)

NODES = (node("a", "192.0.2.11", "2001:db8::11"), node("b", "192.0.2.12"))
POOL = pool("p", "198.51.100.0/24")
ROUTER = peer("r", peerASN=64512)
ALL = advertisement("all")
WEB = "198.51.100.1"
HERE = {"addresses": ["10.0.0.1"], "nodeName": "a"}

EXCLUDED = {"node.kubernetes.io/exclude-from-external-load-balancers": "false"}

REASONS = [
    pytest.param([service("web", WEB, type="ClusterIP")], "notLoadBalancer", id="type"),
    pytest.param([service("web")], "noIPAllocated", id="no-address"),
    pytest.param([service("web", "")], "invalidIP", id="host-name-as-ingress"),
    pytest.param([service("web", "203.0.113.1")], "ipNotAllowed", id="in-no-pool"),
    pytest.param(
        [service("web", WEB, "203.0.113.1"), pool("q", "203.0.113.0/24")],
        "ipNotAllowed",
        id="addresses-of-two-pools",
    ),
    pytest.param(
        [service("web", WEB, loadBalancerClass="other")], "otherLoadBalancerClass", id="class"
    ),
    pytest.param(
        [service("web", WEB), endpoints("web", {**HERE, "conditions": {"ready": False}})],
        "noEndpoints",
        id="none-ready",
    ),
    pytest.param([service("web", WEB), endpoints("web")], "noEndpoints", id="no-endpoint"),
    pytest.param(
        [
            service("web", WEB, externalTrafficPolicy="Local"),
            endpoints("web", {"addresses": ["10.0.0.1"]}),
        ],
        "noLocalEndpoints",
        id="endpoint-without-a-node-is-never-local",
    ),
]


@pytest.mark.parametrize(("manifests", "reason"), REASONS)
def test_reasons_that_hold_everywhere(manifests: list[Manifest], reason: str) -> None:
    tables = compiled([*NODES, POOL, ROUTER, ALL, *manifests])
    assert tables.reasons("default/web") == {"a": reason, "b": reason}
    assert tables.all_routes() == ()


SERVED = [
    pytest.param({}, id="unknown-counts-as-ready"),
    pytest.param({"ready": True}, id="ready"),
    pytest.param({"ready": False, "serving": True, "terminating": True}, id="still-serving"),
]


@pytest.mark.parametrize("conditions", SERVED)
def test_endpoints_that_can_serve(conditions: dict[str, bool]) -> None:
    local = service("web", WEB, externalTrafficPolicy="Local")
    slices = endpoints("web", {**HERE, "conditions": conditions})
    tables = compiled([*NODES, POOL, ROUTER, ALL, local, slices])
    assert tables.reasons("default/web") == {"a": "", "b": "noLocalEndpoints"}


def test_an_address_that_is_anywhere_said_not_to_serve_does_not() -> None:
    slices = endpoints("web", HERE, {**HERE, "conditions": {"ready": False}})
    tables = compiled([*NODES, POOL, ROUTER, ALL, service("web", WEB), slices])
    assert set(tables.reasons("default/web").values()) == {"noEndpoints"}


def test_reasons_of_nodes_come_in_metallb_s_order() -> None:
    nodes = (
        node("announcing"),
        node("elsewhere"),
        node("excluded", labels=EXCLUDED),
        node("offline", conditions={"NetworkUnavailable": "True"}, labels=EXCLUDED),
        node("unselected"),
    )
    advertisements = (
        advertisement("all", nodeSelectors=hosts("announcing", "elsewhere", "excluded", "offline")),
        advertisement(
            "others",
            nodeSelectors=hosts("unselected"),
            serviceSelectors=selecting(app="other"),
        ),
        advertisement("none", ipAddressPools=["none"]),
    )
    local = service("web", WEB, externalTrafficPolicy="Local")
    slices = endpoints("web", {"addresses": ["10.0.0.1"], "nodeName": "announcing"})
    manifests = [*nodes, *advertisements, POOL, ROUTER, local, slices]
    assert compiled(manifests).reasons("default/web") == {
        "announcing": "",
        "elsewhere": "noLocalEndpoints",
        "excluded": "nodeLabeledExcludeBalancers",
        "offline": "nodeNetworkUnavailable",
        "unselected": "noMatchingAdvertisement",
    }
    ignoring = compiled(manifests, options=Options(ignore_exclude_lb=True))
    assert ignoring.reasons("default/web")["excluded"] == "noLocalEndpoints"


def test_a_class_that_metallb_was_told_to_handle() -> None:
    manifests = [
        *NODES,
        POOL,
        ALL,
        service("mine", WEB, loadBalancerClass="own"),
        service("plain", "198.51.100.2"),
    ]
    tables = compiled(manifests, options=Options(load_balancer_class="own"))
    assert set(tables.reasons("default/mine").values()) == {""}
    assert set(tables.reasons("default/plain").values()) == {"otherLoadBalancerClass"}


def test_advertisements_that_meet_in_a_service_only_may_conflict_there() -> None:
    tables = compiled(
        [
            *NODES,
            POOL,
            ROUTER,
            ALL,
            advertisement(
                "gold",
                localPref=200,
                nodeSelectors=hosts("a"),
                serviceSelectors=selecting(tier="gold"),
            ),
            service("plain", WEB),
            service("rich", "198.51.100.2", labels={"tier": "gold"}),
        ]
    )
    assert tables.reasons("default/rich") == {"a": "conflictingAdvertisements", "b": ""}
    assert routes_of(tables, "r") == {"198.51.100.1/32": ["a,b"], "198.51.100.2/32": ["b"]}


def test_nodes_split_where_advertisements_differ() -> None:
    tables = compiled(
        [
            *NODES,
            POOL,
            ROUTER,
            advertisement("all", communities=["1:1"]),
            advertisement("more", communities=["1:2", "large:1:2:3"], nodeSelectors=hosts("b")),
            service("web", WEB),
        ]
    )
    assert routes_of(tables, "r") == {"198.51.100.1/32": ["a 1:1", "b 1:1 1:2 1:2:3"]}
    assert [route.advertisements for route in tables.peer_routes("r")] == [
        ("all",),
        ("all", "more"),
    ]


def test_a_shared_address_is_announced_wherever_one_of_its_services_is() -> None:
    tables = compiled(
        [
            *NODES,
            POOL,
            ROUTER,
            ALL,
            service("one", WEB, externalTrafficPolicy="Local"),
            service("two", WEB, externalTrafficPolicy="Local"),
            endpoints("one", {"addresses": ["10.0.0.1"], "nodeName": "a"}),
            endpoints("two", {"addresses": ["10.0.0.2"], "nodeName": "b"}),
        ]
    )
    (route,) = tables.peer_routes("r")
    assert route.services == ("default/one", "default/two")
    assert [own.services for own in tables.node_routes("a")] == [("default/one",)]
    document = preview_document(tables)["nodes"]["b"]["r"]["routes"]
    assert [item["services"] for item in document] == [["default/two"]]


DUAL = (
    pool("p", "198.51.100.0/24", "2001:db8:1::/64"),
    service("web", WEB, "2001:db8:1::1"),
)

FAMILIES = [
    pytest.param("frr", {}, ["198.51.100.1/32"], id="ipv4-session"),
    pytest.param("frr", {"peerAddress": "2001:db8::1"}, ["2001:db8:1::1/128"], id="ipv6-session"),
    pytest.param(
        "frr-k8s",
        {"dualStackAddressFamily": True},
        ["198.51.100.1/32", "2001:db8:1::1/128"],
        id="dual-stack",
    ),
    pytest.param(
        "frr-k8s",
        {"peerAddress": "", "interface": "eth0"},
        ["198.51.100.1/32", "2001:db8:1::1/128"],
        id="unnumbered",
    ),
]


@pytest.mark.parametrize(("backend", "spec", "prefixes"), FAMILIES)
def test_a_session_carries_the_family_of_its_address(
    backend: str, spec: dict[str, object], prefixes: list[str]
) -> None:
    tables = compiled([*NODES, *DUAL, ALL, peer("r", **spec)], backend)
    assert [str(route.prefix) for route in tables.peer_routes("r")] == prefixes


def test_next_hops_are_of_the_prefix_s_family() -> None:
    tables = compiled(
        [*NODES, *DUAL, ALL, peer("r", dualStackAddressFamily=True, sourceAddress="192.0.2.99")]
    )
    v4, v6 = (route.prefix for route in tables.session_routes("a", "r"))
    assert tables.next_hop("a", "r", v4) == "192.0.2.99"
    assert tables.next_hop("a", "r", v6) == "2001:db8::11"
    assert tables.next_hop("b", "r", v6) is None


def meeting(first: int, second: int, asn: int = 64512) -> list[Manifest]:
    """Two services at one address, so that two advertisements meet in one prefix."""
    return [
        *NODES,
        POOL,
        peer("r", peerASN=asn),
        advertisement("one", localPref=first, serviceSelectors=selecting(app="one")),
        advertisement(
            "two", localPref=second, serviceSelectors=selecting(app="two"), communities=["1:2"]
        ),
        service("one", WEB, labels={"app": "one"}),
        service("two", WEB, labels={"app": "two"}),
    ]


MERGES = [
    pytest.param("native", 1000, 50, 64512, 1000, 1000, id="native-the-first"),
    pytest.param("native", 0, 50, 64512, 0, 0, id="native-sends-0"),
    pytest.param("native", 0, 50, 64513, 0, None, id="never-over-ebgp"),
    pytest.param("frr", 1000, 50, 64512, 50, 50, id="frr-the-last-by-text"),
    pytest.param("frr", 100, 0, 64512, 100, 100, id="frr-0-is-not-set"),
    pytest.param("frr", 0, 0, 64512, 0, None, id="frr-sends-no-0"),
    pytest.param("frr-k8s", 0, 7, 64512, 7, 7, id="frr-k8s-0-is-not-set"),
]


@pytest.mark.parametrize(("backend", "first", "second", "asn", "local_pref", "sent"), MERGES)
def test_several_advertisements_of_one_prefix(
    backend: str, first: int, second: int, asn: int, local_pref: int, sent: int | None
) -> None:
    (route,) = compiled(meeting(first, second, asn), backend).peer_routes("r")
    assert (route.local_pref, route.sent_local_pref) == (local_pref, sent)
    assert route.communities == ("1:2",)
    assert route.advertisements == ("one", "two")


def test_frr_k8s_refuses_a_node_with_two_local_prefs_for_a_prefix() -> None:
    analysis = analyse(load_resources(meeting(50, 100)).resources)
    assert analysis.config.is_valid
    assert sorted(analysis.tables.backend_errors) == ["a", "b"]
    (conflict,) = analysis.tables.diagnostics
    assert conflict.code == "frr-k8s-local-pref-conflict"
    assert "198.51.100.1/32" in conflict.message
    document = preview_document(analysis.tables)
    assert sorted(document["backendErrors"]) == sorted(document["nodes"]) == ["a", "b"]


MANY = [f"64512:{i}" for i in range(64)]


def test_what_a_session_never_learns_contradicts_nothing() -> None:
    manifests = meeting(50, 100)
    for manifest in manifests:
        if manifest["kind"] == "BGPAdvertisement":
            manifest["spec"]["communities"] = MANY
    tables = analyse(load_resources(manifests).resources).tables
    assert [item.code for item in tables.diagnostics] == ["too-many-communities"]
    assert "chance" not in tables.diagnostics[0].message
    assert (tables.backend_errors, tables.undefined_nodes) == ({}, 0)


def test_nodes_are_refused_for_their_own_reason_only() -> None:
    manifests = [
        *meeting(50, 100),
        node("c", "192.0.2.13"),
        advertisement("many", communities=MANY, nodeSelectors=hosts("c")),
    ]
    for manifest in manifests:
        if manifest["kind"] == "BGPAdvertisement" and manifest["metadata"]["name"] != "many":
            manifest["spec"]["nodeSelectors"] = hosts("a", "b")
    tables = analyse(load_resources(manifests).resources).tables
    assert sorted(tables.backend_errors) == ["a", "b"]
    assert {d.code: d.nodes for d in tables.diagnostics} == {
        "frr-k8s-local-pref-conflict": ("a", "b"),
        "too-many-communities": ("c",),
    }


def test_too_many_communities_keep_a_session_from_learning_more() -> None:
    manifests = [
        *NODES,
        POOL,
        ROUTER,
        peer("other", peerAddress="192.0.2.2"),
        advertisement("few", communities=MANY[:3]),
        advertisement(
            "many",
            communities=MANY,
            peers=["r"],
            nodeSelectors=hosts("a"),
            serviceSelectors=selecting(app="many"),
        ),
        service("early", WEB),
        service("many", "198.51.100.2", labels={"app": "many"}),
        service("zlate", "198.51.100.3"),
    ]
    analysis = analyse(load_resources(manifests).resources, "frr")
    tables = analysis.tables
    assert [item.code for item in tables.diagnostics] == ["too-many-communities"]
    assert set(tables.service_errors) == {"default/many", "default/zlate"}
    assert [str(route.prefix) for route in tables.session_routes("a", "r")] == ["198.51.100.1/32"]
    assert len(tables.session_routes("b", "r")) == 3
    # The session that comes before the failing one has learnt everything.
    assert len(tables.session_routes("a", "other")) == 3


def test_native_counts_communities_after_merging() -> None:
    manifests = [
        *NODES,
        POOL,
        ROUTER,
        advertisement("one", communities=MANY[:40], serviceSelectors=selecting(app="one")),
        advertisement("two", communities=MANY[30:], serviceSelectors=selecting(app="two")),
        service("one", WEB, labels={"app": "one"}),
        service("two", WEB, labels={"app": "two"}),
    ]
    native = analyse(load_resources(manifests).resources, "native").tables
    assert set(native.service_errors) == {"default/two"}
    (route,) = native.peer_routes("r")
    assert (len(route.communities), route.services) == (40, ("default/one",))
    (merged,) = compiled(manifests, "frr").peer_routes("r")
    assert len(merged.communities) == 64


def test_nodes_with_an_error_have_no_key_and_announce_nothing() -> None:
    bad = advertisement("bad", communities=["oops"], nodeSelectors=hosts("a"))
    analysis = analyse(
        load_resources([*NODES, POOL, ROUTER, ALL, bad, service("web", WEB)]).resources
    )
    document = preview_document(analysis.tables)
    assert list(document["nodes"]) == ["b"]
    assert document["nodeErrors"]["a"]["code"] == "unknown-alias"
    assert document["services"] == {"default/web": {"b": ""}}
    assert analysis.tables.node_routes("a") == ()


def test_every_peer_has_a_key_also_where_it_does_not_run() -> None:
    tables = compiled([*NODES, POOL, peer("r", nodeSelectors=hosts("a")), ALL, service("web", WEB)])
    assert preview_document(tables)["nodes"] == {
        "a": {
            "r": {
                "session": True,
                "routes": [
                    {
                        "prefix": "198.51.100.1/32",
                        "nextHop": "192.0.2.11",
                        "localPref": 0,
                        "sentLocalPref": None,
                        "communities": [],
                        "largeCommunities": [],
                        "advertisements": ["all"],
                        "services": ["default/web"],
                    }
                ],
            }
        },
        "b": {"r": {"session": False, "routes": []}},
    }


def test_of_two_peers_of_one_name_the_last_holds_the_nodes_they_share() -> None:
    tables = compiled(
        [
            *NODES,
            POOL,
            ALL,
            peer("r", peerASN=64512),
            peer("r", peerAddress="192.0.2.2", nodeSelectors=hosts("b")),
            service("web", WEB),
        ],
        "native",
    )
    assert tables.peers == ("r",)
    found = [
        (tables.nodes.names_of(route.nodes), route.sent_local_pref)
        for route in tables.peer_routes("r")
    ]
    assert found == [(("a",), 0), (("b",), None)]


def test_views_tell_the_same_routes() -> None:
    tables = compiled([*NODES, *DUAL, ROUTER, peer("s", peerAddress="2001:db8::1"), ALL])
    everything = tables.all_routes()
    assert len(everything) == 2
    assert tables.service_routes("default/web") == everything
    assert tables.advertisement_routes("all") == everything
    assert tables.pool_routes("p") == everything
    assert tables.service_routes("default/none") == ()


def test_without_nodes_one_stands_for_any_and_endpoints_are_assumed() -> None:
    analysis = analyse(load_resources([POOL, ROUTER, ALL, service("web", WEB)]).resources)
    assert analysis.config.is_node_assumed
    assert analysis.config.assumed_endpoints == ("default/web",)
    assert routes_of(analysis.tables, "r") == {"198.51.100.1/32": ["node"]}
    strict = analyse(
        load_resources([POOL, ROUTER, ALL, service("web", WEB)]).resources,
        options=Options(assume_endpoints=False),
    )
    assert strict.config.assumed_endpoints == ()
    assert strict.tables.reasons("default/web") == {"node": "noEndpoints"}


def test_the_document_can_be_limited() -> None:
    tables = compiled(
        [
            *NODES,
            POOL,
            ROUTER,
            peer("s", peerAddress="192.0.2.2"),
            ALL,
            service("web", WEB),
            service("dns", "198.51.100.2"),
        ]
    )
    document = preview_document(tables, nodes=["b"], peers=["s"], services=["default/dns"])
    assert document["services"] == {"default/dns": {"b": ""}}
    assert list(document["nodes"]) == ["b"]
    assert list(document["nodes"]["b"]) == ["s"]
    routes = document["nodes"]["b"]["s"]["routes"]
    assert [route["prefix"] for route in routes] == ["198.51.100.2/32"]
