"""Field declarations for forms, and what pickers offer."""

from __future__ import annotations

from typing import Any

import pytest

from lbtui.core.editing.fields import Candidate, candidates, field_at, fields_of, leaf_fields
from lbtui.core.objects.decode import load_resources
from lbtui.core.objects.resource_set import ResourceSet
from lbtui.core.objects.resources import (
    EDITABLE,
    BFDProfile,
    BGPAdvertisement,
    BGPPeer,
    Community,
    IPAddressPool,
    MetalLBResource,
)

V1BETA1 = "metallb.io/v1beta1"


@pytest.mark.parametrize("kind", EDITABLE)
def test_every_field_of_every_kind_can_be_asked_for(kind: type[MetalLBResource]) -> None:
    specs = list(leaf_fields(fields_of(kind)))
    assert specs[0].path == "metadata.name" and specs[0].is_required
    assert any(spec.path.startswith("spec.") for spec in specs)
    assert len({spec.path for spec in specs}) == len(specs)
    for spec in specs:
        assert field_at(kind, spec.path) == spec
        assert spec.label == spec.path.rsplit(".", 1)[-1]
        assert spec.help, spec.path


@pytest.mark.parametrize(
    ("kind", "path", "expected"),
    [
        (
            BGPPeer,
            "spec.peerPort",
            {"kind": "integer", "minimum": 1, "maximum": 16384, "default": 179},
        ),
        (BGPPeer, "spec.myASN", {"kind": "integer", "is_required": True, "default": None}),
        (BGPPeer, "spec.dynamicASN", {"kind": "choice", "choices": ("external", "internal")}),
        (BGPPeer, "spec.password", {"kind": "secret"}),
        (BGPPeer, "spec.holdTime", {"kind": "text", "format": "duration"}),
        (BGPPeer, "spec.peerAddress", {"format": "address"}),
        (BGPPeer, "spec.bfdProfile", {"refers": "BFDProfile"}),
        (BGPPeer, "spec.nodeSelectors", {"kind": "selectors", "refers": "node-label"}),
        (BGPPeer, "spec.passwordSecret", {"kind": "record"}),
        (BGPPeer, "spec.passwordSecret.name", {"kind": "text", "refers": "Secret"}),
        (BGPPeer, "spec.ebgpMultiHop", {"kind": "boolean", "default": False}),
        (IPAddressPool, "spec.addresses", {"kind": "list", "format": "cidr-or-range"}),
        (IPAddressPool, "spec.autoAssign", {"kind": "boolean", "default": True}),
        (IPAddressPool, "metadata.labels", {"kind": "pairs", "default": {}}),
        (BGPAdvertisement, "spec.communities", {"refers": "alias", "format": "community"}),
        (BGPAdvertisement, "spec.aggregationLengthV6", {"default": 128}),
        (Community, "spec.communities", {"kind": "records"}),
        (BFDProfile, "spec.minimumTtl", {"minimum": 1, "maximum": 254, "default": None}),
    ],
)
def test_a_field_says_what_its_struct_declares(
    kind: type[MetalLBResource], path: str, expected: dict[str, Any]
) -> None:
    spec = field_at(kind, path)
    assert spec is not None
    assert {name: getattr(spec, name) for name in expected} == expected


def test_records_of_a_list_have_fields_of_their_own() -> None:
    spec = field_at(Community, "spec.communities")
    assert spec is not None
    assert [(field.path, field.kind) for field in spec.fields] == [
        ("name", "text"),
        ("value", "text"),
    ]


def test_an_unknown_path_has_no_field() -> None:
    assert field_at(BGPPeer, "spec.colour") is None


def sample() -> ResourceSet:
    def metallb(kind: str, name: str, spec: dict[str, Any], **metadata: Any) -> dict[str, Any]:
        version = "metallb.io/v1beta2" if kind == "BGPPeer" else V1BETA1
        metadata = {"name": name, "namespace": "metallb-system", **metadata}
        return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec}

    def node(name: str, rack: str) -> dict[str, Any]:
        metadata = {"name": name, "labels": {"rack": rack, "name": name}}
        return {"apiVersion": "v1", "kind": "Node", "metadata": metadata}

    aliases = [{"name": "vpn", "value": "1234:1"}, {"name": "none", "value": "65535:65282"}]
    loaded = load_resources(
        [
            metallb("IPAddressPool", "b", {"addresses": ["192.0.2.0/24"]}, labels={"tier": "x"}),
            metallb("IPAddressPool", "a", {"addresses": ["198.51.100.0/24", "2001:db8::/64"]}),
            metallb(
                "BGPPeer", "tor", {"myASN": 64512, "peerASN": 64500, "peerAddress": "192.0.2.1"}
            ),
            metallb(
                "BGPPeer", "any", {"myASN": 64512, "dynamicASN": "external", "interface": "eth0"}
            ),
            metallb("Community", "ours", {"communities": aliases}),
            metallb("BFDProfile", "fast", {}),
            node("node-a", "r1"),
            node("node-b", "r1"),
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}},
            {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "pw"}, "type": "t"},
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": "web", "labels": {"app": "web"}},
            },
        ]
    )
    assert loaded.diagnostics == ()
    return loaded.resources


@pytest.mark.parametrize(
    ("kind", "path", "expected"),
    [
        (
            BGPAdvertisement,
            "spec.ipAddressPools",
            [("a", "198.51.100.0/24, 2001:db8::/64"), ("b", "192.0.2.0/24")],
        ),
        (
            BGPAdvertisement,
            "spec.peers",
            [("any", "eth0, AS external"), ("tor", "192.0.2.1, AS 64500")],
        ),
        (
            BGPAdvertisement,
            "spec.communities",
            [
                ("65535:0", "graceful-shutdown"),
                ("65535:65281", "no-export"),
                ("65535:65282", "no-advertise"),
                ("65535:65283", "no-export-subconfed"),
                ("65535:65284", "no-peer"),
                ("65535:666", "blackhole"),
                ("none", "65535:65282"),
                ("vpn", "1234:1"),
            ],
        ),
        (
            BGPAdvertisement,
            "spec.nodeSelectors",
            [("name=node-a", "1 node"), ("name=node-b", "1 node"), ("rack=r1", "2 nodes")],
        ),
        (BGPAdvertisement, "spec.ipAddressPoolSelectors", [("tier=x", "1 pool")]),
        (BGPAdvertisement, "spec.serviceSelectors", [("app=web", "1 service")]),
        (BGPAdvertisement, "spec.localPref", []),
        (BGPPeer, "spec.bfdProfile", [("fast", "")]),
        (BGPPeer, "spec.passwordSecret.name", [("pw", "t")]),
        (BGPPeer, "spec.dynamicASN", [("external", ""), ("internal", "")]),
        (IPAddressPool, "spec.serviceAllocation.namespaces", [("shop", "")]),
        (IPAddressPool, "spec.serviceAllocation.serviceSelectors", [("app=web", "1 service")]),
    ],
)
def test_pickers_offer_what_the_set_holds(
    kind: type[MetalLBResource], path: str, expected: list[tuple[str, str]]
) -> None:
    spec = field_at(kind, path)
    assert spec is not None
    assert list(candidates(spec, sample())) == [Candidate(*pair) for pair in expected]
