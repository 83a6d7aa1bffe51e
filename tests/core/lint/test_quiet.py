"""Sound configurations are left alone; the demo's deliberate mistakes are each found."""

from __future__ import annotations

from pathlib import Path

import pytest

import lbtui.adapters.demo
from lbtui.adapters.manifests import read_file
from lbtui.core import analyse
from lbtui.core.diagnostics import Diagnostic, Severity
from lbtui.core.objects.resource_set import AnyResource, ResourceSet
from tests.core.cluster import (
    Manifest,
    advertisement,
    aliases,
    bfd_profile,
    hosts,
    linted,
    node,
    peer,
    pool,
    secret,
    selecting,
    service,
)

NODES = [node("a", "192.0.2.11", "2001:db8::11"), node("b", "192.0.2.12", "2001:db8::12")]
TOR = peer("tor", peerASN=64512)
SOUND: dict[str, list[Manifest]] = {
    "nothing but a pool, a peer and an advertisement": [
        pool("default", "198.51.100.0/24"),
        peer("router", peerASN=64501),
        advertisement("default"),
    ],
    "a range, aggregation, a community": [
        *NODES,
        pool("range", "198.51.100.0-198.51.100.255"),
        TOR,
        advertisement("x", aggregationLength=26, localPref=100, communities=["64512:1"]),
        service("web", "198.51.100.9"),
    ],
    "peers of racks": [
        *NODES,
        pool("default", "198.51.100.0/24"),
        peer("tor-a", peerASN=64512, nodeSelectors=hosts("a")),
        peer("tor-b", peerASN=64512, peerAddress="192.0.2.2", nodeSelectors=hosts("b")),
        advertisement("x", ipAddressPools=["default"], peers=["tor-a", "tor-b"]),
        service("web", "198.51.100.9"),
    ],
    "two families over two sessions": [
        *NODES,
        pool("dual", "198.51.100.0/24", "2001:db8:1::/64"),
        TOR,
        peer("tor6", peerASN=64512, peerAddress="2001:db8::1"),
        advertisement("x", localPref=100),
        service("web", "198.51.100.9", "2001:db8:1::9"),
    ],
    "a profile, a secret, timers, several hops": [
        *NODES,
        pool("default", "198.51.100.0/24", labels={"tier": "gold"}),
        bfd_profile("fast", minimumTtl=250, receiveInterval=300),
        secret("md5", "kubernetes.io/basic-auth", password="aHVzaA=="),
        peer(
            "far",
            peerAddress="203.0.113.1",
            peerASN=64600,
            ebgpMultiHop=True,
            bfdProfile="fast",
            passwordSecret={"name": "md5"},
            holdTime="90s",
            keepaliveTime="30s",
        ),
        aliases("ours", local="64512:7"),
        advertisement("x", ipAddressPoolSelectors=selecting(tier="gold"), communities=["local"]),
        service("web", "198.51.100.9", externalTrafficPolicy="Local"),
    ],
}


def loud(found: tuple[Diagnostic, ...]) -> list[tuple[str, str]]:
    return [(one.code, one.message) for one in found if one.severity is not Severity.INFO]


@pytest.mark.parametrize("name", SOUND)
@pytest.mark.parametrize("backend", ["frr", "frr-k8s"])
def test_a_sound_configuration_has_neither_errors_nor_warnings(name: str, backend: str) -> None:
    assert loud(linted(SOUND[name], backend)) == []


def demo() -> tuple[Diagnostic, ...]:
    folder = Path(lbtui.adapters.demo.__file__).parent
    resources: list[AnyResource] = []
    for file in sorted(folder.glob("*.yaml")):
        for document in read_file(file.name, file.read_bytes()).documents:
            for member in document.members:
                if member.decoded.resource is not None:
                    resources.append(member.decoded.resource)
    assert len(resources) > 30
    return analyse(ResourceSet.of(resources)).diagnostics


def test_the_demos_mistakes_are_each_found_and_nothing_else() -> None:
    found = {(one.code, one.ref.name) for one in demo() if one.ref is not None}
    assert {
        ("unknown-peer", "premium"),
        ("pool-not-advertised", "spare"),
        ("aggregate-black-hole", "external"),
        ("service-no-endpoints", "legacy"),
        ("service-pending", "preview-env"),
        ("local-endpoints-elsewhere", "postgres"),
        ("unused-bfd-profile", "fast"),
    } <= found
    assert {code for code, _ in loud(demo())} == {
        "unknown-peer",
        "pool-not-advertised",
        "aggregate-black-hole",
        "service-no-endpoints",
    }
