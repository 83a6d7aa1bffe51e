"""Every acceptance rule: what it refuses, with which code, and for which nodes."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path

import pytest

import lbtui.core
from lbtui.core import Options, analyse, load_resources
from lbtui.core.rules import RULES
from tests.core.cluster import (
    Manifest,
    advertisement,
    aliases,
    bfd_profile,
    compiled,
    hosts,
    judged,
    node,
    peer,
    pool,
    secret,
    selecting,
)

NODES = (node("a"), node("b"))
POOL = pool("p", "198.51.100.0/24")
BASIC_AUTH = "kubernetes.io/basic-auth"
BAD_SELECTOR = [{"matchExpressions": [{"key": "rack", "operator": "Gt", "values": ["1"]}]}]
TWICE = [*selecting(rack="1"), *selecting(rack="1")]
SAME_EXPRESSION = [{"matchExpressions": [{"key": "rack", "operator": "Exists"}] * 2}]
SAME_VALUE = [{"matchExpressions": [{"key": "rack", "operator": "In", "values": ["1", "1"]}]}]
RANGE_OVER_FAMILIES = pool("p", "198.51.100.1-2001:db8::1")

ANY_BACKEND = [
    pytest.param("peer-missing-local-asn", [peer("r", myASN=0)]),
    pytest.param("peer-missing-remote-asn", [peer("r", peerASN=0)]),
    pytest.param("peer-ibgp-multihop", [peer("r", peerASN=64512, ebgpMultiHop=True)]),
    pytest.param("peer-no-address", [peer("r", peerAddress="")]),
    pytest.param("peer-hold-time", [peer("r", holdTime="2999ms")]),
    pytest.param("peer-invalid-address", [peer("r", peerAddress="192.0.2.01")]),
    pytest.param("peer-invalid-router-id", [peer("r", routerID="one")]),
    pytest.param("peer-invalid-source", [peer("r", sourceAddress="fe80::1%eth0")]),
    pytest.param("peer-invalid-characters", [peer("r", password="two\nlines")]),
    pytest.param(
        "peer-password-and-secret", [peer("r", password="x", passwordSecret={"name": "s"})]
    ),
    pytest.param("peer-secret-not-found", [peer("r", passwordSecret={"name": "s"})]),
    pytest.param(
        "peer-secret-type",
        [peer("r", passwordSecret={"name": "s"}), secret("s", "Opaque", password="eA==")],
    ),
    pytest.param(
        "peer-secret-no-password",
        [peer("r", passwordSecret={"name": "s"}), secret("s", BASIC_AUTH, username="eA==")],
    ),
    pytest.param("peer-connect-time", [peer("r", connectTime="1500ms")]),
    pytest.param("invalid-duration", [peer("r", holdTime="90")]),
    pytest.param("selector-invalid", [peer("r", nodeSelectors=BAD_SELECTOR)]),
    pytest.param("selector-duplicate", [peer("r", nodeSelectors=TWICE)]),
    pytest.param("selector-duplicate-expression", [peer("r", nodeSelectors=SAME_EXPRESSION)]),
    pytest.param("list-duplicate", [peer("r", nodeSelectors=SAME_VALUE)]),
    pytest.param("community-alias-invalid", [aliases("c", unused="1:2:3:4")]),
    pytest.param("community-alias-duplicate", [aliases("c", x="1:1"), aliases("d", x="1:2")]),
    pytest.param("community-invalid-value", [advertisement("x", communities=["65536:1"])]),
    pytest.param("unknown-alias", [advertisement("x", communities=["no-export"])]),
    pytest.param("list-duplicate", [advertisement("x", communities=["1:1", "1:1"])]),
    pytest.param("list-duplicate", [advertisement("x", peers=["r", "r"])]),
    pytest.param("list-duplicate", [advertisement("x", ipAddressPools=["p", "p"])]),
    pytest.param("selector-duplicate", [advertisement("x", serviceSelectors=TWICE)]),
    pytest.param("selector-invalid", [advertisement("x", ipAddressPoolSelectors=BAD_SELECTOR)]),
    pytest.param("adv-duplicate", [advertisement("x"), advertisement("x")]),
    pytest.param("adv-negative-local-pref", [advertisement("x", localPref=-1)]),
    pytest.param("adv-length-not-allowed-v4", [advertisement("x", aggregationLength=33)]),
    pytest.param("adv-length-not-allowed-v6", [advertisement("x", aggregationLengthV6=129)]),
    pytest.param(
        "adv-selectors-and-length",
        [advertisement("x", aggregationLength=24, serviceSelectors=selecting(app="web"))],
    ),
    pytest.param("adv-length-shorter-than-pool", [advertisement("x", aggregationLength=23)]),
    pytest.param(
        "adv-local-pref-conflict", [advertisement("x", localPref=100), advertisement("y")]
    ),
    pytest.param("pool-duplicate-name", [pool("p", "203.0.113.0/24")]),
    pytest.param("pool-invalid-cidr", [pool("q", "203.0.113.1")]),
    pytest.param("pool-invalid-range", [pool("q", "203.0.113.1-x")]),
    pytest.param("pool-range-family-or-order", [pool("q", "203.0.113.9-203.0.113.1")]),
    pytest.param("pool-overlap", [pool("q", "198.51.100.128/25")]),
    pytest.param("pool-overlap", [pool("q", "203.0.113.0/24", "203.0.113.0/24")]),
]


@pytest.mark.parametrize("backend", ["native", "frr", "frr-k8s"])
@pytest.mark.parametrize(("code", "manifests"), ANY_BACKEND)
def test_every_back_end_refuses(code: str, manifests: list[Manifest], backend: str) -> None:
    assert {item.code for item in judged([*NODES, POOL, *manifests], backend)} == {code}
    resources = load_resources([*NODES, POOL, *manifests]).resources
    assert not analyse(resources, backend, Options()).config.is_valid


OF_ONE_BACKEND = [
    pytest.param(
        "peer-duplicate", "native", [peer("r", holdTime="1m30s"), peer("r", holdTime="90s")]
    ),
    pytest.param(
        "peer-duplicate", "native", [peer("r", nodeSelectors=[{}]), peer("r", password="")]
    ),
    pytest.param("peer-hold-time", "frr", [peer("r", keepaliveTime="1000000h")]),
    pytest.param("native-bfd", "native", [bfd_profile("fast")]),
    pytest.param("native-keepalive", "native", [peer("r", keepaliveTime="1s", holdTime="3s")]),
    pytest.param("native-vrf", "native", [peer("r", vrf="red")]),
    pytest.param("native-connect-time", "native", [peer("r", connectTime="10s")]),
    pytest.param("native-graceful-restart", "native", [peer("r", enableGracefulRestart=True)]),
    pytest.param("native-disable-mp", "native", [peer("r", disableMP=True)]),
    pytest.param(
        "native-dual-stack-address-family", "native", [peer("r", dualStackAddressFamily=True)]
    ),
    pytest.param("native-dynamic-asn", "native", [peer("r", peerASN=0, dynamicASN="external")]),
    pytest.param("native-interface", "native", [peer("r", peerAddress="", interface="eth0")]),
    pytest.param("native-local-asn", "native", [peer("r", localASN=64514)]),
    pytest.param("native-ipv6-pool", "native", [pool("q", "2001:db8::/64"), advertisement("x")]),
    pytest.param(
        "native-large-community", "native", [advertisement("x", communities=["large:1:2:3"])]
    ),
    pytest.param("native-large-community", "native", [aliases("c", unused="large:1:2:3")]),
    pytest.param(
        "frr-router-id",
        "frr",
        [peer("r", routerID="192.0.2.9"), peer("s", peerAddress="192.0.2.2")],
    ),
    pytest.param("frr-duplicate-peer", "frr", [peer("r"), peer("s")]),
    pytest.param("frr-my-asn", "frr", [peer("r"), peer("s", peerAddress="192.0.2.2", myASN=64514)]),
    pytest.param("peer-unknown-bfd-profile", "frr", [peer("r", bfdProfile="fast")]),
    pytest.param(
        "peer-keepalive-above-hold", "frr", [peer("r", keepaliveTime="9s", holdTime="3s")]
    ),
    pytest.param("peer-asn-and-dynamicasn", "frr", [peer("r", dynamicASN="internal")]),
    pytest.param("peer-address-and-interface", "frr", [peer("r", interface="eth0")]),
    pytest.param("bfd-duplicate", "frr", [bfd_profile("fast"), bfd_profile("fast")]),
    pytest.param(
        "bfd-echo-v6",
        "frr",
        [
            peer("r", bfdProfile="fast"),
            bfd_profile("fast", echoMode=True),
            pool("q", "2001:db8::/64"),
            advertisement("x"),
        ],
    ),
]


@pytest.mark.parametrize(("code", "backend", "manifests"), OF_ONE_BACKEND)
def test_one_back_end_refuses(code: str, backend: str, manifests: list[Manifest]) -> None:
    assert {item.code for item in judged([*NODES, POOL, *manifests], backend)} == {code}


ACCEPTED = [
    pytest.param([peer("r", holdTime="500ms")], id="hold-time-is-cut-to-0"),
    pytest.param([peer("r", holdTime="3s", keepaliveTime="3s")], id="keepalive-equal-to-hold"),
    pytest.param(
        [peer("r", peerASN=0, dynamicASN="internal", ebgpMultiHop=True)],
        id="multihop-with-dynamic-asn",
    ),
    pytest.param([peer("r"), peer("s", vrf="red")], id="same-router-in-another-vrf"),
    pytest.param(
        [peer("r", nodeSelectors=hosts("a")), peer("s", nodeSelectors=hosts("b"), myASN=64514)],
        id="peers-that-share-no-node",
    ),
    pytest.param(
        [peer("r", peerAddress="2001:db8::1"), peer("s", peerAddress="2001:db8:0::1")],
        id="one-address-written-in-two-ways",
    ),
    pytest.param(
        [advertisement("x", communities=["1:1", "01:1"])], id="one-community-written-in-two-ways"
    ),
    pytest.param(
        [aliases("c", **{"1:1": "2:2"}), advertisement("x", communities=["1:1"])],
        id="alias-named-like-a-community",
    ),
    pytest.param([advertisement("x", ipAddressPools=["none"])], id="unknown-pool"),
    pytest.param([advertisement("x", peers=["none"])], id="unknown-peer"),
    pytest.param(
        [
            advertisement("x", localPref=100, nodeSelectors=hosts("a")),
            advertisement("y", nodeSelectors=hosts("b")),
        ],
        id="local-prefs-on-other-nodes",
    ),
    pytest.param(
        [
            advertisement("x", localPref=100, peers=["none"]),
            advertisement("y", peers=["neither"]),
        ],
        id="local-prefs-for-other-peers",
    ),
    pytest.param(
        [advertisement("x", localPref=100, aggregationLength=24), advertisement("y")],
        id="local-prefs-of-other-lengths",
    ),
    pytest.param(
        [
            advertisement("x", localPref=100, serviceSelectors=selecting(app="web")),
            advertisement("y"),
        ],
        id="local-prefs-of-selected-services",
    ),
    pytest.param([advertisement("x", aggregationLengthV6=0)], id="length-of-a-family-not-there"),
]


@pytest.mark.parametrize("manifests", ACCEPTED)
def test_metallb_accepts(manifests: list[Manifest]) -> None:
    compiled([*NODES, POOL, *manifests], "frr")


def test_the_length_is_checked_by_the_largest_block_of_each_entry() -> None:
    ranged = pool("q", "203.0.113.1-203.0.113.254")
    compiled([*NODES, ranged, advertisement("x", aggregationLength=26)])
    found = judged([*NODES, ranged, advertisement("x", aggregationLength=25)])
    assert [item.code for item in found] == ["adv-length-shorter-than-pool"]
    found = judged(
        [
            *NODES,
            pool("q", "203.0.113.0/24", "192.0.2.1/32"),
            advertisement("x", aggregationLength=24),
        ]
    )
    assert [item.code for item in found] == ["adv-length-shorter-than-pool"]


def node_errors(manifests: Sequence[Manifest], backend: str = "frr-k8s") -> dict[str, str]:
    config = analyse(load_resources(manifests).resources, backend).config
    return {name: error.code for name, error in config.node_errors.items()}


ON_NODE_A = {"nodeSelectors": hosts("a")}

PER_NODE = [
    pytest.param([peer("r", myASN=0, **ON_NODE_A)], {"a": "peer-missing-local-asn"}, id="peer"),
    pytest.param(
        [advertisement("x", communities=["oops"], **ON_NODE_A)],
        {"a": "unknown-alias"},
        id="advertisement",
    ),
    pytest.param(
        [advertisement("x", localPref=1, **ON_NODE_A), advertisement("y")],
        {"a": "adv-local-pref-conflict"},
        id="conflict-where-both-are",
    ),
    pytest.param(
        [peer("r", **ON_NODE_A), peer("s")], {"a": "frr-duplicate-peer"}, id="frr-where-both-are"
    ),
    pytest.param(
        [peer("r", nodeSelectors=BAD_SELECTOR)],
        {"a": "selector-invalid", "b": "selector-invalid"},
        id="broken-node-selector-stops-all",
    ),
    pytest.param(
        [pool("q", "oops")], {"a": "pool-invalid-cidr", "b": "pool-invalid-cidr"}, id="pool"
    ),
    pytest.param(
        [peer("r", myASN=0, **ON_NODE_A), aliases("c", x="oops")],
        {"a": "peer-missing-local-asn", "b": "community-alias-invalid"},
        id="the-first-in-metallb-s-order",
    ),
    pytest.param([peer("r", myASN=0, nodeSelectors=hosts("none"))], {}, id="selects-no-node"),
]


@pytest.mark.parametrize(("manifests", "errors"), PER_NODE)
def test_a_broken_object_stops_the_nodes_that_it_selects(
    manifests: list[Manifest], errors: dict[str, str]
) -> None:
    assert node_errors([*NODES, POOL, *manifests]) == errors


def test_a_password_beside_a_secret_s_namespace_stops_frr_k8s_nodes_only() -> None:
    bad = peer("r", password="x", passwordSecret={"namespace": "metallb-system"}, **ON_NODE_A)
    assert node_errors([*NODES, bad]) == {"a": "frr-k8s-password-and-secret"}
    assert analyse(load_resources([*NODES, bad]).resources).config.is_valid
    assert node_errors([*NODES, bad], "frr") == {}


def test_a_range_over_families_crashes_metallb_when_local_prefs_differ() -> None:
    advertisements = [advertisement("x", localPref=1), advertisement("y")]
    found = judged([*NODES, RANGE_OVER_FAMILIES, *advertisements])
    assert [item.code for item in found] == ["pool-mixed-range-crash"]
    assert judged([*NODES, RANGE_OVER_FAMILIES, advertisements[0]]) == ()


def test_everything_wrong_is_reported_not_only_the_first() -> None:
    found = judged([peer("r", myASN=0, peerASN=0, peerAddress=""), pool("p")])
    assert [item.code for item in found] == [
        "peer-missing-local-asn",
        "peer-missing-remote-asn",
        "peer-no-address",
        "pool-no-addresses",
    ]
    assert {str(item.ref) for item in found} == {"BGPPeer/r", "IPAddressPool/p"}
    assert all(item.fix and item.path.startswith("spec.") for item in found)


def test_without_nodes_a_conflict_is_told_but_not_refused() -> None:
    manifests = [POOL, advertisement("x", localPref=1), advertisement("y")]
    config, found = analyse(load_resources(manifests).resources).config, judged(manifests)
    assert config.is_node_assumed
    assert config.is_valid
    assert [item.code for item in found] == ["adv-local-pref-conflict"]


def test_no_secret_is_in_what_is_told() -> None:
    manifests = [
        peer("r", password="hush", passwordSecret={"name": "s"}),
        secret("s", BASIC_AUTH, password="aHVzaA=="),
    ]
    loaded = load_resources(manifests)
    analysis = analyse(loaded.resources)
    assert analysis.diagnostics
    text = repr((analysis.config, analysis.diagnostics))
    assert "hush" not in text
    assert "aHVzaA" not in text


def test_every_code_is_in_the_catalogue() -> None:
    """Codes are the first argument of `error`, `AddressError` or the like, all string literals."""
    known = {rule.code for rule in RULES}
    assert len(known) == len(RULES)
    used: set[str] = set()
    for path in Path(lbtui.core.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and call.args:
                name = getattr(call.func, "attr", getattr(call.func, "id", ""))
                first = call.args[0]
                if name in ("error", "_error", "AddressError") and isinstance(first, ast.Constant):
                    used.add(str(first.value))
    assert len(used) >= 40
    assert used <= known


def test_equal_peers_matter_where_no_other_of_the_name_comes_between() -> None:
    other = peer("r", holdTime="9s", nodeSelectors=hosts("a"))
    loaded = load_resources([*NODES, peer("r"), other, peer("r")])
    analysis = analyse(loaded.resources, "native")
    assert analysis.config.is_valid
    assert {node: e.code for node, e in analysis.config.node_errors.items()} == {
        "b": "peer-duplicate"
    }


def test_a_secret_of_another_namespace_is_not_seen() -> None:
    elsewhere = secret("s", BASIC_AUTH, password="eA==")
    elsewhere["metadata"]["namespace"] = "default"
    asking = peer("r", passwordSecret={"name": "s"})
    (found,) = judged([*NODES, asking, elsewhere])
    assert found.code == "peer-secret-not-found"
    assert judged([*NODES, asking, secret("s", BASIC_AUTH, password="eA==")]) == ()


def test_a_peer_without_a_spec_gets_in_and_stops_every_node() -> None:
    bare = {key: value for key, value in peer("r").items() if key != "spec"}
    loaded = load_resources([*NODES, bare])
    assert loaded.diagnostics == ()
    config = analyse(loaded.resources).config
    assert config.refusal is not None and config.refusal.code == "peer-missing-local-asn"
    assert set(config.node_errors) == {"a", "b"}
