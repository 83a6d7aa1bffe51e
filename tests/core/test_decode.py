"""Manifests to resources and back, as the API server would take them."""

from __future__ import annotations

from typing import Any

import pytest

from lbtui.core.diagnostics import Severity
from lbtui.core.objects.cluster_resources import EndpointSlice, Node, Secret, Service
from lbtui.core.objects.decode import decode_manifest, encode_resource, load_resources
from lbtui.core.objects.meta import Hidden, LabelSelector
from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.objects.resources import BGPAdvertisement, BGPPeer, BGPPeerSpec, IPAddressPool

V1BETA1, V1BETA2 = "metallb.io/v1beta1", "metallb.io/v1beta2"


def manifest(kind: str, spec: Any, version: str = "", **metadata: Any) -> dict[str, Any]:
    default = V1BETA2 if kind == "BGPPeer" else V1BETA1
    return {
        "apiVersion": version or default,
        "kind": kind,
        "metadata": {"name": "x", "namespace": "metallb-system", **metadata},
        "spec": spec,
    }


def peer(**spec: Any) -> dict[str, Any]:
    return manifest("BGPPeer", {"myASN": 64512, "peerASN": 64500, **spec})


def advertisement(**spec: Any) -> dict[str, Any]:
    return manifest("BGPAdvertisement", spec)


def pool(**spec: Any) -> dict[str, Any]:
    return manifest("IPAddressPool", spec)


REFUSED = [
    pytest.param(peer(peerPort=70000), "out-of-range", "spec.peerPort", id="port-too-high"),
    pytest.param(peer(peerPort=0), "out-of-range", "spec.peerPort", id="port-zero"),
    pytest.param(peer(peerPort="179"), "wrong-type", "spec.peerPort", id="port-as-text"),
    pytest.param(peer(peerPort=1.5), "wrong-type", "spec.peerPort", id="fraction"),
    pytest.param(peer(peerPort=True), "wrong-type", "spec.peerPort", id="boolean-is-no-number"),
    pytest.param(peer(myASN=2**32), "out-of-range", "spec.myASN", id="asn-too-high"),
    pytest.param(peer(localASN=0), "out-of-range", "spec.localASN", id="local-asn-zero"),
    pytest.param(peer(dynamicASN="sideways"), "bad-value", "spec.dynamicASN", id="enum"),
    pytest.param(peer(keepaliveTime=30), "wrong-type", "spec.keepaliveTime", id="number-for-text"),
    pytest.param(peer(ebgpMultiHop="yes"), "wrong-type", "spec.ebgpMultiHop", id="text-for-bool"),
    pytest.param(peer(password=12345), "wrong-type", "spec.password", id="password-number"),
    pytest.param(
        peer(nodeSelectors=[{"matchLabels": {"a.b/rack": 1}}]),
        "wrong-type",
        'spec.nodeSelectors[0].matchLabels["a.b/rack"]',
        id="label-number",
    ),
    pytest.param(
        peer(nodeSelectors=[{}, None]), "wrong-type", "spec.nodeSelectors[1]", id="null-selector"
    ),
    pytest.param(
        peer(nodeSelectors=[{"matchExpressions": [{"key": "a"}]}]),
        "missing-field",
        "spec.nodeSelectors[0].matchExpressions[0].operator",
        id="expression-without-operator",
    ),
    pytest.param(
        manifest("BGPPeer", {"peerASN": 1}), "missing-field", "spec.myASN", id="no-my-asn"
    ),
    pytest.param(pool(), "missing-field", "spec.addresses", id="pool-without-addresses"),
    pytest.param(pool(addresses="192.0.2.0/24"), "wrong-type", "spec.addresses", id="not-a-list"),
    pytest.param(pool(addresses=[1]), "wrong-type", "spec.addresses[0]", id="number-in-list"),
    pytest.param(manifest("IPAddressPool", []), "wrong-type", "spec", id="spec-is-a-list"),
    pytest.param(
        advertisement(localPref=2**31), "out-of-range", "spec.localPref", id="local-pref-too-high"
    ),
    pytest.param(
        advertisement(peers=["a", 7]), "wrong-type", "spec.peers[1]", id="number-for-a-name"
    ),
    pytest.param(
        manifest("BGPAdvertisement", {}, "metallb.io/v1"),
        "unknown-version",
        "apiVersion",
        id="version-that-is-not-served",
    ),
    pytest.param(
        manifest("BGPAdvertisement", {}, name=""), "missing-field", "metadata.name", id="no-name"
    ),
    pytest.param(
        manifest("BFDProfile", {"receiveInterval": 5}),
        "out-of-range",
        "spec.receiveInterval",
        id="bfd-interval",
    ),
]


@pytest.mark.parametrize(("given", "code", "path"), REFUSED)
def test_what_the_api_server_refuses_is_an_error(
    given: dict[str, Any], code: str, path: str
) -> None:
    decoded = decode_manifest(given)
    (finding,) = decoded.diagnostics
    assert (finding.severity, finding.code, finding.path) == (Severity.ERROR, code, path)
    assert finding.ref is not None and finding.ref.kind == given["kind"]
    assert path in finding.message
    assert decoded.resource is None


def test_every_problem_is_told_at_once() -> None:
    given = peer(peerPort=70000, holdTime=90, dynamicASN="x", nodeSelectors={}, colour="red")
    del given["spec"]["myASN"]
    found = {(finding.code, finding.path) for finding in decode_manifest(given).diagnostics}
    assert found == {
        ("out-of-range", "spec.peerPort"),
        ("wrong-type", "spec.holdTime"),
        ("bad-value", "spec.dynamicASN"),
        ("wrong-type", "spec.nodeSelectors"),
        ("unknown-field", "spec.colour"),
        ("missing-field", "spec.myASN"),
    }


@pytest.mark.parametrize(
    "given",
    [
        peer(password=987654321),
        peer(passwordSecret="987654321"),
        peer(passwordSecret={"name": 987654321}),
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": "987654321"},
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "s"},
            "stringData": {"password": 987654321},
        },
    ],
)
def test_what_may_be_a_password_is_in_no_message(given: dict[str, Any]) -> None:
    decoded = decode_manifest(given)
    assert decoded.diagnostics
    assert "987654321" not in str(decoded)


def test_a_password_stays_hidden() -> None:
    decoded = decode_manifest(peer(password="hunter2"))
    assert "hunter2" not in repr(decoded)
    assert isinstance(decoded.resource, BGPPeer)
    assert decoded.resource.spec.password == Hidden("hunter2")


def test_defaults_are_those_of_the_api_server() -> None:
    decoded = decode_manifest(peer())
    assert decoded.resource == BGPPeer(
        metadata=decoded.resource.metadata if decoded.resource else None,  # type: ignore[arg-type]
        spec=BGPPeerSpec(my_asn=64512, peer_asn=64500, peer_port=179),
    )
    adv = decode_manifest(advertisement()).resource
    assert isinstance(adv, BGPAdvertisement)
    assert (adv.spec.aggregation_length, adv.spec.aggregation_length_v6) == (32, 128)
    found = decode_manifest(pool(addresses=[])).resource
    assert isinstance(found, IPAddressPool)
    assert found.spec.auto_assign and not found.spec.avoid_buggy_ips


def test_null_is_absent() -> None:
    decoded = decode_manifest(advertisement(localPref=None, peers=None, aggregationLength=None))
    assert decoded == decode_manifest(advertisement())
    assert decoded.diagnostics == ()


def test_an_integer_written_with_a_fraction_of_zero_is_one() -> None:
    found = decode_manifest(advertisement(localPref=100.0)).resource
    assert isinstance(found, BGPAdvertisement) and found.spec.local_pref == 100


def test_the_documentation_s_spelling_of_local_pref_is_read_with_a_warning() -> None:
    decoded = decode_manifest(advertisement(localpref=100))
    assert isinstance(decoded.resource, BGPAdvertisement)
    assert decoded.resource.spec.local_pref == 100
    (finding,) = decoded.diagnostics
    assert (finding.severity, finding.code) == (Severity.WARNING, "localpref-spelling")
    assert finding.path == "spec.localpref"
    assert finding.fix == "Rename the field to localPref."


def test_beside_the_right_spelling_the_wrong_one_is_only_unknown() -> None:
    decoded = decode_manifest(advertisement(localpref=1, localPref=2))
    assert isinstance(decoded.resource, BGPAdvertisement)
    assert decoded.resource.spec.local_pref == 2
    assert [finding.code for finding in decoded.diagnostics] == ["unknown-field"]


@pytest.mark.parametrize(
    ("field", "near"),
    [("Peers", "peers"), ("aggregationlength", "aggregationLength"), ("comunities", "communities")],
)
def test_an_unknown_field_is_dropped_with_the_name_that_was_meant(field: str, near: str) -> None:
    decoded = decode_manifest(advertisement(**{field: ["x"]}))
    (finding,) = decoded.diagnostics
    assert (finding.severity, finding.code) == (Severity.WARNING, "unknown-field")
    assert finding.fix == f"Did you mean {near}?"
    assert decoded.resource == decode_manifest(advertisement()).resource


def test_fields_that_the_api_server_adds_are_known() -> None:
    given = manifest(
        "BGPAdvertisement",
        {},
        uid="u",
        creationTimestamp="2026-01-01T00:00:00Z",
        managedFields=[],
        annotations={"a": "b"},
    )
    assert decode_manifest({**given, "status": {}}).diagnostics == ()


def test_an_object_in_another_namespace_is_ignored_with_a_warning() -> None:
    decoded = decode_manifest(manifest("BGPAdvertisement", {"localPref": "x"}, namespace="shop"))
    (finding,) = decoded.diagnostics
    assert (finding.severity, finding.code) == (Severity.WARNING, "wrong-namespace")
    assert decoded.resource is None
    assert decode_manifest(manifest("Community", {}, namespace="shop"), "shop").diagnostics == ()


def test_no_namespace_means_metallbs_own() -> None:
    given = manifest("BGPAdvertisement", {})
    del given["metadata"]["namespace"]
    found = decode_manifest(given).resource
    assert found is not None and found.metadata.namespace == "metallb-system"


def test_the_deprecated_peer_version_is_read() -> None:
    given = manifest("BGPPeer", {"myASN": 1, "peerASN": 2, "peerAddress": "192.0.2.1"}, V1BETA1)
    decoded = decode_manifest(given)
    assert isinstance(decoded.resource, BGPPeer)
    assert [finding.code for finding in decoded.diagnostics] == ["deprecated-version"]


@pytest.mark.parametrize(
    ("kind", "fix"),
    [("BGPAdvertisment", "Did you mean BGPAdvertisement?"), ("Mystery", "MetalLB's kinds are")],
)
def test_a_kind_that_metallb_does_not_have_is_told(kind: str, fix: str) -> None:
    (finding,) = decode_manifest(manifest(kind, {})).diagnostics
    assert (finding.severity, finding.code) == (Severity.WARNING, "unknown-kind")
    assert finding.fix is not None and finding.fix.startswith(fix)


@pytest.mark.parametrize(
    "given",
    [
        {"apiVersion": "apps/v1", "kind": "Deployment", "spec": 7},
        {"apiVersion": "example.org/v1", "kind": "Community"},
        {"apiVersion": V1BETA1, "kind": "ServiceBGPStatus", "status": {}},
        {"replicas": 3},
        {"kind": ["List"]},
        ["a"],
        "text",
        None,
    ],
)
def test_what_is_not_ours_is_left_alone(given: Any) -> None:
    assert decode_manifest(given) == (None, (), False)


def test_cluster_objects_are_read_for_what_matters() -> None:
    node = {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": "n", "labels": {"rack": "a"}, "uid": "u"},
        "spec": {"podCIDR": "198.51.100.0/24"},
        "status": {"addresses": [{"type": "InternalIP", "address": "192.0.2.1"}], "capacity": {}},
    }
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "s"},
        "spec": {"type": "LoadBalancer", "ports": [{"port": 80, "targetPort": "http"}]},
        "status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.9", "ipMode": "VIP"}]}},
    }
    slices = {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": "e", "namespace": "shop"},
        "endpoints": None,
    }
    loaded = load_resources([node, service, slices])
    assert loaded.diagnostics == ()
    assert loaded.resources.all(Node)[0].metadata.labels == {"rack": "a"}
    assert [r.metadata.namespace for r in loaded.resources.all(Service)] == ["default"]
    assert loaded.resources.all(EndpointSlice)[0].endpoints == ()


def test_a_broken_cluster_object_is_told_and_left_out() -> None:
    given = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": {"ports": 1}}
    loaded = load_resources([given])
    assert [(f.code, f.path) for f in loaded.diagnostics] == [("wrong-type", "spec.ports")]
    assert len(loaded.resources) == 0


def test_a_secret_stays_hidden() -> None:
    given = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "s"},
        "type": "kubernetes.io/basic-auth",
        "stringData": {"password": "hunter2"},
    }
    loaded = load_resources([given])
    (secret,) = loaded.resources.all(Secret)
    assert "hunter2" not in repr(secret)
    assert secret.string_data["password"].reveal() == "hunter2"
    assert secret.metadata.namespace == "metallb-system"


def test_lists_are_opened_also_inside_lists() -> None:
    inner = {"apiVersion": "v1", "kind": "List", "items": [pool(addresses=[])]}
    typed = {
        "apiVersion": V1BETA1,
        "kind": "CommunityList",
        "items": [{"metadata": {"name": "c", "namespace": "metallb-system"}, "spec": {}}],
    }
    loaded = load_resources([{"kind": "List", "items": [inner, typed, {"kind": "ConfigMap"}]}])
    assert [str(ref) for ref in loaded.resources.refs()] == ["IPAddressPool/x", "Community/c"]
    assert loaded.diagnostics == ()


def test_of_two_with_one_name_the_findings_name_the_right_one() -> None:
    loaded = load_resources([advertisement(), advertisement(localpref=1)])
    (finding,) = loaded.diagnostics
    assert finding.ref == ResourceRef("BGPAdvertisement", "metallb-system", "x", 1)


def test_a_resource_written_out_reads_as_itself() -> None:
    given = peer(
        peerAddress="192.0.2.1",
        password="hunter2",
        nodeSelectors=[
            {},
            {
                "matchLabels": {"rack": "a"},
                "matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}],
            },
        ],
    )
    found = decode_manifest(given).resource
    assert isinstance(found, BGPPeer)
    assert found.spec.node_selectors[0] == LabelSelector()
    assert encode_resource(found) == given
    full = encode_resource(found, with_defaults=True)
    assert full["spec"]["peerPort"] == 179
    assert decode_manifest(full).resource == found
