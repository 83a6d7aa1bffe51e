"""What a speaker is told to announce."""

from __future__ import annotations

from typing import Any

import pytest

from lbtui.core import analyse, announce, load_resources
from lbtui.core.questions.explain import explain_service
from lbtui.core.routing.announcements import AnnouncedBfd, AnnouncedSession, Announcements
from lbtui.core.routing.paths import service_paths
from tests.core.cluster import (
    Manifest,
    advertisement,
    compiled,
    hosts,
    node,
    peer,
    pool,
    secret,
    selecting,
    service,
)

NODES = (node("a", "192.0.2.11", "2001:db8::11"), node("b", "192.0.2.12"))
DUAL = (
    *NODES,
    pool("p", "198.51.100.0/24", "2001:db8:1::/64"),
    advertisement("all", localPref=100),
    service("web", "198.51.100.1", "2001:db8:1::1"),
)


def announced(backend: str, *manifests: Manifest) -> Announcements:
    return announce(compiled([*DUAL, *manifests], backend))


def session_of(backend: str = "frr", **spec: Any) -> AnnouncedSession:
    return announced(backend, peer("r", **spec)).nodes[0].sessions[0]


TIMERS = [
    pytest.param("native", {}, (90.0, 30.0), id="native"),
    pytest.param("frr", {}, (180.0, 60.0), id="frr"),
    pytest.param("frr-k8s", {}, (180.0, 60.0), id="frr-k8s"),
    pytest.param("frr", {"holdTime": "9s"}, (9.0, 3.0), id="keepalive-follows"),
    pytest.param("frr", {"keepaliveTime": "2999ms"}, (8.0, 2.0), id="whole-seconds"),
    pytest.param("frr", {"holdTime": "0s"}, (0.0, None), id="none"),
]


@pytest.mark.parametrize(("backend", "spec", "timers"), TIMERS)
def test_timers(backend: str, spec: dict[str, Any], timers: tuple[float, float | None]) -> None:
    if backend == "native":
        manifests = [*NODES, pool("p", "198.51.100.0/24"), peer("r", **spec)]
        session = announce(compiled(manifests, "native")).nodes[0].sessions[0]
    else:
        session = session_of(backend, **spec)
    assert (session.hold_time, session.keepalive_time) == timers


def test_a_session_is_dialled_from_the_node_s_address_of_its_family() -> None:
    assert session_of().source_address == "192.0.2.11"
    assert session_of(peerAddress="2001:db8::1").source_address == "2001:db8::11"
    assert session_of(sourceAddress="192.0.2.99").source_address == "192.0.2.99"
    second = announced("frr", peer("r", peerAddress="2001:db8::1")).nodes[1]
    assert second.sessions[0].source_address is None


def test_only_frr_shows_another_as() -> None:
    assert session_of("frr", localASN=64514).local_asn == 64514
    assert session_of("frr-k8s", localASN=64514).local_asn == 64512


def test_a_router_whose_as_is_taken_from_its_open() -> None:
    session = session_of(peerASN=0, dynamicASN="internal")
    assert (session.peer_asn, session.dynamic_asn) == (None, "internal")


def test_an_unnumbered_session_has_its_interface_and_no_addresses() -> None:
    result = announced("frr", peer("r", peerAddress="", interface="eth0", vrf="red"))
    session = result.nodes[0].sessions[0]
    assert (session.address, session.source_address) == ("", None)
    assert (session.interface, session.vrf) == ("eth0", "red")
    assert session.families == ("ipv4", "ipv6")
    assert {route.next_hop for route in result.route_sets[session.route_set]} == {None}


def test_a_bfd_profile_comes_in_seconds() -> None:
    profile = {
        "apiVersion": "metallb.io/v1beta1",
        "kind": "BFDProfile",
        "metadata": {"name": "fast", "namespace": "metallb-system"},
        "spec": {"transmitInterval": 50, "detectMultiplier": 5, "passiveMode": True},
    }
    session = announced("frr", peer("r", bfdProfile="fast"), profile).nodes[0].sessions[0]
    assert session.bfd == AnnouncedBfd(
        transmit_interval=0.05, detect_multiplier=5, passive_mode=True
    )
    assert session_of("frr").bfd is None


def test_a_password_comes_from_its_secret_and_is_never_shown() -> None:
    manifests = [
        peer("r", passwordSecret={"name": "s"}),
        secret("s", "kubernetes.io/basic-auth", password="aHVzaA=="),
    ]
    result = announced("frr", *manifests)
    password = result.nodes[0].sessions[0].password
    assert password is not None
    assert password.reveal() == "hush"
    assert "hush" not in repr(result)


def test_the_other_family_s_next_hop_is_told() -> None:
    result = announced("frr", peer("r", dualStackAddressFamily=True))
    session = result.nodes[0].sessions[0]
    assert session.families == ("ipv4", "ipv6")
    assert [(r.prefix, r.next_hop) for r in result.route_sets[session.route_set]] == [
        ("198.51.100.1/32", None),
        ("2001:db8:1::1/128", "2001:db8::11"),
    ]


def test_sessions_that_send_the_same_share_a_set() -> None:
    result = announced(
        "frr",
        peer("internal", peerASN=64512),
        peer("internal-too", peerASN=64512, peerAddress="192.0.2.2"),
        peer("external", peerAddress="192.0.2.3"),
    )
    sets = {
        (entry.name, session.peer): session.route_set
        for entry in result.nodes
        for session in entry.sessions
    }
    assert len(sets) == 6
    assert len(set(sets.values())) == len(result.route_sets) == 2
    assert sets["a", "internal"] == sets["b", "internal-too"]
    local_prefs = {
        peer_name: result.route_sets[sets["a", peer_name]][0].local_pref
        for peer_name in ("internal", "external")
    }
    assert local_prefs == {"internal": 100, "external": None}


def test_acting_as_some_nodes_only() -> None:
    tables = compiled([*DUAL, peer("r", routerID="192.0.2.77")])
    result = announce(tables, ["b"])
    assert [(entry.name, entry.router_id) for entry in result.nodes] == [("b", "192.0.2.77")]


def test_native_peers_with_identifiers_of_their_own_keep_them() -> None:
    peers = (peer("r", routerID="192.0.2.77"), peer("s", peerAddress="192.0.2.9"))
    tables = compiled([*NODES, pool("p", "198.51.100.0/24"), *peers], "native")
    (entry, *_) = announce(tables, ["b"]).nodes
    assert entry.router_id is None
    assert [(s.peer, s.router_id) for s in entry.sessions] == [("r", "192.0.2.77"), ("s", None)]


@pytest.mark.parametrize(("backend", "expected"), [("native", True), ("frr-k8s", False)])
def test_only_native_sets_no_ttl_towards_ebgp_peers(backend: str, expected: bool) -> None:
    tables = compiled([*NODES, pool("p", "198.51.100.0/24"), peer("r")], backend)
    (session,) = announce(tables).nodes[0].sessions
    assert session.ebgp_multi_hop is expected


def test_a_node_with_an_error_is_left_out() -> None:
    bad = advertisement("bad", communities=["oops"], nodeSelectors=hosts("a"))
    analysis = analyse(load_resources([*DUAL, peer("r"), bad]).resources)
    assert [entry.name for entry in announce(analysis.tables).nodes] == ["b"]


def test_a_node_whose_configuration_frr_k8s_refuses_is_left_out() -> None:
    manifests = [
        *NODES,
        pool("p", "198.51.100.0/24"),
        peer("r"),
        *(
            advertisement(
                name,
                localPref=local_pref,
                serviceSelectors=selecting(app=name),
                nodeSelectors=hosts(*nodes),
            )
            for name, local_pref, nodes in (("one", 50, ("a", "b")), ("two", 100, ("a",)))
        ),
        *(service(name, "198.51.100.1", labels={"app": name}) for name in ("one", "two")),
    ]
    tables = analyse(load_resources(manifests).resources).tables
    assert sorted(tables.backend_errors) == ["a"]
    assert [entry.name for entry in announce(tables).nodes] == ["b"]
    assert service_paths(tables)["default/one"] == {"r": tables.nodes.bit("b")}
    explained = explain_service(tables, load_resources(manifests).resources, "default/one")
    sent = {name: trace.peers["r"] for name, trace in explained.nodes.items()}
    assert {name: verdict.sent for name, verdict in sent.items()} == {"a": False, "b": True}
    assert "different localPrefs" in sent["a"].why
