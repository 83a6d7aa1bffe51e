from __future__ import annotations

from typing import Any

import pytest

from lbtui.core.editing.fields import field_at
from lbtui.core.editing.insight import insight
from lbtui.core.objects.decode import load_resources
from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
from lbtui.core.objects.resources import BGPAdvertisement, BGPPeer, IPAddressPool, MetalLBResource

NS = "metallb-system"


def node(name: str, rack: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": {"rack": rack}},
    }


def of_metallb(kind: str, name: str, version: str = "v1beta1", **spec: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": NS}
    return {
        "apiVersion": f"metallb.io/{version}",
        "kind": kind,
        "metadata": metadata,
        "spec": spec,
    }


def cluster() -> ResourceSet:
    loaded = load_resources(
        [
            node("a1", "a"),
            node("a2", "a"),
            node("b1", "b"),
            of_metallb("IPAddressPool", "public", addresses=["198.51.100.0/24"]),
            of_metallb(
                "BGPPeer", "tor", "v1beta2", myASN=64512, peerASN=64513, peerAddress="192.0.2.1"
            ),
            of_metallb("Community", "ours", communities=[{"name": "keep", "value": "64512:7"}]),
        ]
    )
    assert not loaded.diagnostics
    return loaded.resources


CASES = [
    pytest.param(BGPPeer, "spec.nodeSelectors", "rack=a", "matches 2 of 3 nodes: a1, a2", 0),
    pytest.param(BGPPeer, "spec.nodeSelectors", "rack=a; rack=b", "matches 3 of 3 nodes: a", 0),
    pytest.param(BGPPeer, "spec.nodeSelectors", "!rack", "matches none of 3 nodes", 1),
    pytest.param(BGPPeer, "spec.nodeSelectors", "rack in (", "", 0, id="unfinished"),
    pytest.param(BGPPeer, "spec.nodeSelectors", "", "", 0, id="empty-selector"),
    pytest.param(
        BGPAdvertisement, "spec.serviceSelectors", "app=web", "no service is known here", 0
    ),
    pytest.param(
        IPAddressPool,
        "spec.addresses",
        "192.0.2.1-192.0.2.6",
        "6 addresses: 192.0.2.1/32, 192.0.2.2/31, 192.0.2.4/31, 192.0.2.6/32",
        0,
    ),
    pytest.param(IPAddressPool, "spec.addresses", "192.0.2.9/32", "1 address: 192.0.2.9/32", 0),
    pytest.param(IPAddressPool, "spec.addresses", "2001:db8::/64", "2^64 or more addresses", 0),
    pytest.param(
        IPAddressPool,
        "spec.addresses",
        "198.51.100.128/25",
        "overlaps 198.51.100.0/24 of pool public; 128 addresses: 198.51.100.128/25",
        1,
    ),
    pytest.param(
        IPAddressPool,
        "spec.addresses",
        "192.0.2.0/25, 192.0.2.0/26",
        "overlaps 192.0.2.0/25 in this pool; 192 addresses: 192.0.2.0/25, 192.0.2.0/26",
        1,
    ),
    pytest.param(IPAddressPool, "spec.addresses", "192.0.2.", "", 0, id="unfinished-address"),
    pytest.param(
        BGPAdvertisement,
        "spec.communities",
        "keep, 65535:65281, 64512:7",
        "keep = 64512:7, 65535:65281 = no-export, 64512:7 = keep",
        0,
    ),
    pytest.param(
        BGPAdvertisement, "spec.communities", "kep", "kep is no community and no alias", 1
    ),
    pytest.param(BGPAdvertisement, "spec.peers", "tor", "tor: 192.0.2.1, AS 64513", 0),
    pytest.param(BGPAdvertisement, "spec.peers", "tor, to", "no peer to; tab shows them", 1),
    pytest.param(BGPAdvertisement, "spec.localPref", "100", "", 0, id="number"),
]


@pytest.mark.parametrize(("kind", "path", "text", "words", "warns"), CASES)
def test_field_says_what_its_text_means(
    kind: type[MetalLBResource], path: str, text: str, words: str, warns: int
) -> None:
    spec = field_at(kind, path)
    assert spec is not None
    found = insight(spec, text, cluster())
    assert found.text.startswith(words) and bool(found.text) == bool(words)
    assert found.is_warning == bool(warns)


def test_pool_does_not_overlap_with_itself() -> None:
    spec = field_at(IPAddressPool, "spec.addresses")
    assert spec is not None
    ref = ResourceRef("IPAddressPool", NS, "public")
    found = insight(spec, "198.51.100.0/25", cluster(), ref)
    assert found.text == "128 addresses: 198.51.100.0/25" and not found.is_warning
