"""For every lint rule: manifests in which it objects, and near ones in which it must not."""

from __future__ import annotations

from typing import Any, NamedTuple

from tests.core.cluster import (
    Manifest,
    advertisement,
    aliases,
    bfd_profile,
    endpoints,
    hosts,
    node,
    peer,
    pool,
    secret,
    selecting,
    service,
)

A, B = node("a", "192.0.2.11"), node("b", "192.0.2.12")
POOL = pool("p", "198.51.100.0/24")
ROUTER = peer("r")
ADV = advertisement("x", ipAddressPools=["p"], peers=["r"])
WEB = "198.51.100.10"
BASE = [A, B, POOL, ROUTER, ADV]
LOCAL: dict[str, Any] = {"externalTrafficPolicy": "Local"}
BASIC_AUTH = "kubernetes.io/basic-auth"


class Case(NamedTuple):
    """What fires a rule at `path`, and what comes near it and does not."""

    fires: list[Manifest]
    path: str
    quiet: list[Manifest]
    backend: str = "frr-k8s"
    name: str = ""
    """Of the resource objected to; empty: not checked."""


def changed(manifest: Manifest, **fields: Any) -> Manifest:
    """The manifest with metadata fields replaced."""
    return {**manifest, "metadata": {**manifest["metadata"], **fields}}


def on(name: str) -> dict[str, Any]:
    """Fields that limit a resource to one node."""
    return {"nodeSelectors": hosts(name)}


def restricted(name: str, block: str, **allocation: Any) -> Manifest:
    """A pool with a serviceAllocation; auto_assign is taken out of it."""
    auto_assign = allocation.pop("auto_assign", True)
    manifest = pool(name, block)
    manifest["spec"] |= {"serviceAllocation": allocation, "autoAssign": auto_assign}
    return manifest


def avoiding(name: str, block: str) -> Manifest:
    """A pool with avoidBuggyIPs."""
    manifest = pool(name, block)
    manifest["spec"]["avoidBuggyIPs"] = True
    return manifest


def namespace(name: str) -> Manifest:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def ready(of: str, *names: str) -> Manifest:
    """One ready endpoint on each node."""
    return endpoints(
        of, *({"addresses": [f"203.0.113.{i}"], "nodeName": n} for i, n in enumerate(names, 1))
    )


def asking(name: str, annotation: str, value: str, **spec: Any) -> Manifest:
    """A service with an annotation and without an address."""
    return changed(service(name, **spec), annotations={annotation: value})


def sharing(name: str, key: str, port: int) -> Manifest:
    manifest = service(name, WEB, ports=[{"port": port, "protocol": "TCP"}])
    return changed(manifest, annotations={"metallb.io/allow-shared-ip": key})


EXTERNAL = {"peerASN": 64600, "myASN": 64512}
INTERNAL = {"peerASN": 64512}
MANY = [f"64512:{number}" for number in range(64)]
EXCLUDED = {"node.kubernetes.io/exclude-from-external-load-balancers": "false"}
V6_ROUTER = peer("s", peerAddress="2001:db8::1")
DUAL = pool("p", "198.51.100.0/24", "2001:db8:1::/64")
FAR = {"peerAddress": "203.0.113.1", **EXTERNAL}
SMALL_TTL = bfd_profile("fast", minimumTtl=250)
LABELLED = [
    advertisement("x", localPref=1, serviceSelectors=selecting(app="web")),
    advertisement("y", localPref=2, serviceSelectors=selecting(app="web"), **on("a")),
]
MEETING = [
    A,
    pool("p", "198.51.100.0-198.51.100.8"),
    pool("q", "198.51.100.9-198.51.100.15"),
    peer("r", **INTERNAL),
    advertisement("x", ipAddressPools=["p"], aggregationLength=30, localPref=50),
    advertisement("y", ipAddressPools=["q"], aggregationLength=30, localPref=1000),
    service("web", "198.51.100.8"),
    service("api", "198.51.100.9"),
]
"""Addresses of two pools in one /30."""
WIDE = [pool("p", "198.51.100.0-198.51.100.17")]
ONLY_P = advertisement("x", ipAddressPools=["p"], aggregationLength=28)
AGGREGATED = advertisement("x", aggregationLength=28, peers=["r"])

CASES: dict[str, Case] = {
    "unknown-peer": Case([*BASE, advertisement("y", peers=["rr"])], "spec.peers[0]", BASE),
    "unknown-pool": Case(
        [*BASE, advertisement("y", ipAddressPools=["p", "pp"])], "spec.ipAddressPools[1]", BASE
    ),
    "pool-selector-no-match": Case(
        [*BASE, advertisement("y", ipAddressPoolSelectors=selecting(tier="x"))],
        "spec.ipAddressPoolSelectors[0]",
        [
            pool("p", "198.51.100.0/24", labels={"tier": "x"}),
            ROUTER,
            advertisement("y", ipAddressPoolSelectors=selecting(tier="x")),
        ],
    ),
    "node-selector-no-match": Case(
        [*BASE, peer("s", peerAddress="192.0.2.2", **on("c"))],
        "spec.nodeSelectors[0]",
        [*BASE, peer("s", peerAddress="192.0.2.2", **on("a"))],
    ),
    "service-selector-no-match": Case(
        [*BASE, service("web", WEB), advertisement("y", serviceSelectors=selecting(app="x"))],
        "spec.serviceSelectors[0]",
        [*BASE, advertisement("y", serviceSelectors=selecting(app="x"))],
    ),
    "unused-bfd-profile": Case(
        [*BASE, bfd_profile("fast")],
        "metadata.name",
        [*BASE[:3], bfd_profile("fast"), peer("r", bfdProfile="fast")],
    ),
    "duplicate-name": Case([*BASE, peer("r", holdTime="9s")], "metadata.name", BASE),
    "pool-not-advertised": Case([*BASE, pool("q", "203.0.113.0/24")], "metadata.name", BASE),
    "no-peers": Case([POOL, advertisement("x")], "", BASE),
    "advertisement-without-session": Case(
        [A, B, POOL, peer("r", **on("a")), advertisement("x", **on("b"))],
        "spec.nodeSelectors",
        [A, B, POOL, peer("r", **on("a")), advertisement("x", **on("a"))],
    ),
    "peer-on-other-nodes": Case(
        [
            A,
            B,
            POOL,
            peer("r", **on("a")),
            peer("s", **on("b")),
            advertisement("x", peers=["r", "s"], **on("a")),
        ],
        "spec.peers[1]",
        [
            A,
            B,
            POOL,
            peer("r", **on("a")),
            peer("s", **on("b")),
            advertisement("x", peers=["r", "s"]),
        ],
    ),
    "advertises-to-every-peer": Case(
        [POOL, ROUTER, peer("s", peerASN=64600), advertisement("x")],
        "spec.peers",
        [POOL, ROUTER, peer("s"), advertisement("x")],
    ),
    "advertises-every-pool": Case(
        [POOL, pool("q", "203.0.113.0/24"), ROUTER, advertisement("x")],
        "spec.ipAddressPools",
        [POOL, ROUTER, advertisement("x")],
    ),
    "peer-without-routes": Case([*BASE, peer("s")], "metadata.name", BASE),
    "family-not-carried": Case(
        [A, DUAL, ROUTER, ADV],
        "spec.peers",
        [A, DUAL, ROUTER, V6_ROUTER, advertisement("x")],
    ),
    "reserved-asn": Case([peer("r", peerASN=23456)], "spec.peerASN", [peer("r", peerASN=65534)]),
    "documentation-asn": Case([peer("r", myASN=64511)], "spec.myASN", [peer("r", myASN=64512)]),
    "router-id-not-ipv4": Case(
        [peer("r", routerID="2001:db8::1")], "spec.routerID", [peer("r", routerID="192.0.2.9")]
    ),
    "router-id-shared": Case(
        [A, B, peer("r", routerID="192.0.2.9")],
        "spec.routerID",
        [A, B, peer("r", routerID="192.0.2.9", **on("a"))],
    ),
    "invalid-name": Case(
        [pool("Public_1", "198.51.100.0/24")],
        "metadata.name",
        [pool("public-1.a", "198.51.100.0/24"), ADV],
    ),
    "password-not-base64": Case(
        [peer("r", passwordSecret={"name": "s"}), secret("s", BASIC_AUTH, password="hunter2!")],
        "data.password",
        [peer("r", passwordSecret={"name": "s"}), secret("s", BASIC_AUTH, password="aHVudGVy")],
    ),
    "source-address-family": Case(
        [peer("r", sourceAddress="2001:db8::2")],
        "spec.sourceAddress",
        [peer("r", sourceAddress="192.0.2.2")],
        "frr",
    ),
    "source-address-shared": Case(
        [A, B, peer("r", sourceAddress="192.0.2.9")],
        "spec.sourceAddress",
        [A, B, peer("r", sourceAddress="192.0.2.9", **on("a"))],
        "frr",
    ),
    "source-address-elsewhere": Case(
        [A, B, peer("r", sourceAddress="192.0.2.12", **on("a"))],
        "spec.sourceAddress",
        [A, B, peer("r", sourceAddress="192.0.2.11", **on("a"))],
        "frr",
    ),
    "peer-is-node": Case(
        [A, B, peer("r", peerAddress="192.0.2.11")],
        "spec.peerAddress",
        [A, B, peer("r", peerAddress="192.0.2.11", **on("b"))],
    ),
    "peer-not-unicast": Case([peer("r", peerAddress="224.0.0.5")], "spec.peerAddress", [ROUTER]),
    "no-hold-time": Case([peer("r", holdTime="0s")], "spec.holdTime", [peer("r", holdTime="3s")]),
    "keepalive-ratio": Case(
        [peer("r", holdTime="9s", keepaliveTime="5s")],
        "spec.keepaliveTime",
        [peer("r", holdTime="9s", keepaliveTime="3s")],
    ),
    "inline-password": Case([peer("r", password="hush")], "spec.password", [ROUTER]),
    "password-length": Case(
        [peer("r", password="x" * 81)], "spec.password", [peer("r", password="x" * 80)]
    ),
    "password-empty": Case(
        [peer("r", passwordSecret={"name": "s"}), secret("s", BASIC_AUTH, password="")],
        "spec.passwordSecret.name",
        [peer("r", passwordSecret={"name": "s"}), secret("s", BASIC_AUTH, password="eA==")],
    ),
    "secret-namespace": Case(
        [peer("r", passwordSecret={"name": "s", "namespace": "kube-system"})],
        "spec.passwordSecret.namespace",
        [peer("r", passwordSecret={"name": "s", "namespace": "metallb-system"})],
    ),
    "duplicate-session": Case(
        [A, B, ROUTER, peer("s", **on("a"))],
        "spec.peerAddress",
        [A, B, peer("r", **on("b")), peer("s", **on("a"))],
        "native",
    ),
    "graceful-restart": Case(
        [peer("r", enableGracefulRestart=True)], "spec.enableGracefulRestart", [ROUTER]
    ),
    "source-address-ignored": Case(
        [peer("r", sourceAddress="192.0.2.9")], "spec.sourceAddress", [ROUTER]
    ),
    "local-asn-ignored": Case([peer("r", localASN=64700)], "spec.localASN", [ROUTER]),
    "local-asn-ibgp": Case(
        [peer("r", peerASN=64512, localASN=64700)],
        "spec.localASN",
        [peer("r", localASN=64700)],
        "frr",
    ),
    "native-ipv6-peer": Case([V6_ROUTER], "spec.peerAddress", [ROUTER], "native"),
    "native-no-hold-timer": Case([ROUTER], "spec.holdTime", [POOL], "native"),
    "disable-mp-deprecated": Case([peer("r", disableMP=True)], "spec.disableMP", [ROUTER]),
    "ebgp-multihop-missing": Case(
        [A, peer("r", **FAR)],
        "spec.ebgpMultiHop",
        [A, peer("r", **FAR, ebgpMultiHop=True), peer("s", **FAR | INTERNAL)],
    ),
    "ebgp-maybe-multihop": Case(
        [A, peer("r", **EXTERNAL, peerAddress="192.0.7.1")],
        "spec.ebgpMultiHop",
        [A, peer("r", **EXTERNAL)],
    ),
    "bfd-multihop-ttl": Case(
        [bfd_profile("fast"), peer("r", **EXTERNAL, ebgpMultiHop=True, bfdProfile="fast")],
        "spec.bfdProfile",
        [SMALL_TTL, peer("r", **EXTERNAL, ebgpMultiHop=True, bfdProfile="fast")],
    ),
    "bfd-echo-multihop": Case(
        [bfd_profile("e", echoMode=True), peer("r", **EXTERNAL, ebgpMultiHop=True, bfdProfile="e")],
        "spec.bfdProfile",
        [bfd_profile("e", echoMode=True), peer("r", **EXTERNAL, bfdProfile="e")],
    ),
    "interface-and-source": Case(
        [peer("r", peerAddress="", interface="eth0", sourceAddress="192.0.2.9")],
        "spec.sourceAddress",
        [peer("r", peerAddress="", interface="eth0")],
    ),
    "local-pref-ebgp": Case(
        [POOL, ROUTER, advertisement("x", localPref=100)],
        "spec.localPref",
        [POOL, ROUTER, peer("s", **INTERNAL), advertisement("x", localPref=100)],
    ),
    "local-pref-zero": Case(
        [POOL, peer("r", **INTERNAL), advertisement("x")],
        "spec.localPref",
        [POOL, ROUTER, advertisement("x")],
        "native",
    ),
    "undefined-order": Case(MEETING, "spec.localPref", MEETING[:-1], "native"),
    "local-pref-text-order": Case(MEETING, "spec.localPref", MEETING[:-1], "frr"),
    "alias-shadows-literal": Case(
        [aliases("c", **{"1:1": "1:2"})],
        "spec.communities[0].name",
        [aliases("c", **{"1:1": "1:1"})],
    ),
    "alias-with-colon": Case(
        [aliases("c", **{"we:ird": "1:2"})], "spec.communities[0].name", [aliases("c", x="1:2")]
    ),
    "alias-without-name": Case(
        [aliases("c", **{"": "1:2"})], "spec.communities[0]", [aliases("c", x="1:2")]
    ),
    "unused-alias": Case(
        [*BASE, aliases("c", x="1:2")],
        "spec.communities[0].name",
        [POOL, ROUTER, aliases("c", x="1:2"), advertisement("y", communities=["x"])],
    ),
    "community-twice": Case(
        [POOL, ROUTER, advertisement("x", communities=["64512:7", "064512:007"])],
        "spec.communities[1]",
        [POOL, ROUTER, advertisement("x", communities=["64512:7", "64512:8"])],
    ),
    "too-many-in-advertisement": Case(
        [advertisement("x", communities=MANY)],
        "spec.communities",
        [advertisement("x", communities=MANY[1:])],
    ),
    "blackhole-community": Case(
        [advertisement("x", communities=["65535:666"])],
        "spec.communities[0]",
        [advertisement("x", communities=["64512:666"])],
    ),
    "reserved-community": Case(
        [advertisement("x", communities=["0:666"])],
        "spec.communities[0]",
        [advertisement("x", communities=["65535:65281", "large:0:1:2"])],
    ),
    "aggregate-beyond-pool": Case(
        [*WIDE, AGGREGATED],
        "spec.aggregationLength",
        [pool("p", "198.51.100.0-198.51.100.31"), AGGREGATED],
    ),
    "aggregate-covers-pool": Case(
        [*WIDE, pool("q", "198.51.100.20/32"), ONLY_P],
        "spec.aggregationLength",
        [*WIDE, pool("q", "198.51.100.40/32"), ONLY_P],
    ),
    "aggregate-covers-infrastructure": Case(
        [*WIDE, peer("r", peerAddress="198.51.100.30"), AGGREGATED],
        "spec.aggregationLength",
        [*WIDE, ROUTER, AGGREGATED],
    ),
    "aggregate-black-hole": Case(
        [
            A,
            B,
            POOL,
            ROUTER,
            advertisement("x", aggregationLength=24),
            service("web", WEB, **LOCAL),
            ready("web", "a"),
            service("api", "198.51.100.11"),
        ],
        "spec.aggregationLength",
        [
            A,
            B,
            POOL,
            ROUTER,
            advertisement("x", aggregationLength=24),
            advertisement("y", aggregationLength=32),  # the router prefers what it hears of this
            service("web", WEB, **LOCAL),
            ready("web", "a"),
            service("api", "198.51.100.11"),
        ],
    ),
    "pool-contains-node": Case(
        [A, pool("p", "192.0.2.0-192.0.2.11")],
        "spec.addresses[0]",
        [A, pool("p", "192.0.2.0-192.0.2.10")],
    ),
    "pool-contains-peer": Case(
        [ROUTER, pool("p", "192.0.2.0/31")],
        "spec.addresses[0]",
        [ROUTER, pool("p", "192.0.2.2/31")],
    ),
    "pool-contains-cluster-ip": Case(
        [POOL, service("web", clusterIP="198.51.100.9")],
        "spec.addresses[0]",
        [POOL, service("web", clusterIP="203.0.113.9")],
    ),
    "pool-empty-range": Case(
        [pool("p", "198.51.100.1-2001:db8::1")],
        "spec.addresses[0]",
        [pool("p", "198.51.100.1-198.51.100.2")],
    ),
    "pool-mapped-addresses": Case(
        [pool("p", "::ffff:198.51.100.0/120")], "spec.addresses[0]", [DUAL]
    ),
    "pool-special-addresses": Case([pool("p", "169.254.7.0/24")], "spec.addresses[0]", [DUAL]),
    "pool-only-buggy": Case(
        [avoiding("p", "198.51.100.255/32")],
        "spec.addresses[0]",
        [avoiding("p", "198.51.100.254/31")],
    ),
    "pool-host-bits": Case([pool("p", "198.51.100.10/24")], "spec.addresses[0]", [DUAL]),
    "allocation-unknown-namespace": Case(
        [namespace("shop"), restricted("p", "198.51.100.0/24", namespaces=["shops"])],
        "spec.serviceAllocation.namespaces[0]",
        [namespace("shop"), restricted("p", "198.51.100.0/24", namespaces=["shop"])],
    ),
    "allocation-no-match": Case(
        [namespace("s"), restricted("p", "198.51.100.0/24", namespaceSelectors=selecting(a="b"))],
        "spec.serviceAllocation.namespaceSelectors[0]",
        [restricted("p", "198.51.100.0/24", namespaceSelectors=selecting(a="b"))],
    ),
    "allocation-for-all": Case(
        [restricted("p", "198.51.100.0/24", priority=5)],
        "spec.serviceAllocation",
        [restricted("p", "198.51.100.0/24", namespaces=["shop"])],
    ),
    "allocation-never-automatic": Case(
        [restricted("p", "198.51.100.0/24", namespaces=["shop"], auto_assign=False)],
        "spec.autoAssign",
        [restricted("p", "198.51.100.0/24", namespaces=["shop"])],
    ),
    "allocation-equal-priority": Case(
        [
            restricted("p", "198.51.100.0/24", namespaces=["shop"], priority=5),
            restricted("q", "203.0.113.0/24", namespaces=["shop"], priority=5),
        ],
        "spec.serviceAllocation.priority",
        [
            restricted("p", "198.51.100.0/24", namespaces=["shop"], priority=5),
            restricted("q", "203.0.113.0/24", namespaces=["shop"], priority=6),
        ],
    ),
    "allocation-negative-priority": Case(
        [restricted("p", "198.51.100.0/24", namespaces=["shop"], priority=-1)],
        "spec.serviceAllocation.priority",
        [restricted("p", "198.51.100.0/24", namespaces=["shop"])],
    ),
    "service-pending": Case(
        [POOL, service("web")], "status.loadBalancer", [POOL, service("web", WEB)]
    ),
    "service-invalid-ingress": Case(
        [POOL, service("web", WEB, "")],
        "status.loadBalancer.ingress",
        [POOL, service("web", WEB)],
    ),
    "service-outside-pools": Case(
        [POOL, service("web", "203.0.113.1")],
        "status.loadBalancer.ingress[0]",
        [POOL, service("web", WEB)],
    ),
    "service-no-endpoints": Case(
        [*BASE, service("web", WEB), endpoints("web")],
        "spec.selector",
        [*BASE, service("web", WEB), ready("web", "a")],
    ),
    "service-not-announced": Case(
        [*BASE[:4], advertisement("x", **on("b")), service("web", WEB, **LOCAL), ready("web", "a")],
        "spec.externalTrafficPolicy",
        [*BASE, service("web", WEB, **LOCAL), ready("web", "a")],
    ),
    "service-conflict": Case(
        [A, B, POOL, ROUTER, *LABELLED, service("web", WEB, labels={"app": "web"})],
        "metadata.labels",
        [A, B, POOL, ROUTER, LABELLED[0], service("web", WEB, labels={"app": "web"})],
    ),
    "local-endpoints-elsewhere": Case(
        [
            *BASE[:4],
            advertisement("x", **on("b")),
            service("web", WEB, **LOCAL),
            ready("web", "a", "b"),
        ],
        "spec.externalTrafficPolicy",
        [*BASE, service("web", WEB, **LOCAL), ready("web", "a", "b")],
    ),
    "service-without-route": Case(
        [
            A,
            B,
            POOL,
            peer("r", **on("b")),
            advertisement("x"),
            service("web", WEB, **LOCAL),
            ready("web", "a"),
        ],
        "status.loadBalancer.ingress[0]",
        [A, B, POOL, peer("r", **on("b")), advertisement("x"), service("web", WEB)],
    ),
    "requested-pool-unknown": Case(
        [POOL, asking("web", "metallb.io/address-pool", "pp")],
        'metadata.annotations["metallb.io/address-pool"]',
        [POOL, asking("web", "metallb.io/address-pool", "p")],
    ),
    "requested-address-refused": Case(
        [avoiding("p", "198.51.100.0/24"), service("web", loadBalancerIP="198.51.100.255")],
        "spec.loadBalancerIP",
        [avoiding("p", "198.51.100.0/24"), service("web", loadBalancerIP="198.51.100.254")],
    ),
    "requested-twice": Case(
        [asking("web", "metallb.io/loadBalancerIPs", WEB, loadBalancerIP=WEB)],
        "spec.loadBalancerIP",
        [asking("web", "metallb.io/loadBalancerIPs", WEB)],
    ),
    "deprecated-annotation": Case(
        [asking("web", "metallb.universe.tf/address-pool", "p")],
        'metadata.annotations["metallb.universe.tf/address-pool"]',
        [asking("web", "metallb.io/address-pool", "p")],
    ),
    "shared-address-conflict": Case(
        [sharing("web", "k", 80), sharing("api", "k", 80)],
        "status.loadBalancer.ingress[0]",
        [sharing("web", "k", 80), sharing("api", "k", 81)],
    ),
    "hostname-label": Case(
        [changed(A, labels={"kubernetes.io/hostname": "a.example.net"})], "metadata.labels", [A]
    ),
    "node-excluded": Case(
        [node("a", labels=EXCLUDED), B],
        'metadata.labels["node.kubernetes.io/exclude-from-external-load-balancers"]',
        [A, B],
    ),
    "every-node-excluded": Case(
        [node("a", labels=EXCLUDED)],
        'metadata.labels["node.kubernetes.io/exclude-from-external-load-balancers"]',
        [node("a", labels=EXCLUDED), B],
    ),
    "node-network-unavailable": Case(
        [node("a", conditions={"NetworkUnavailable": "True"})],
        "status.conditions",
        [node("a", conditions={"NetworkUnavailable": "False", "Ready": "False"})],
    ),
    "password-blank": Case(
        [peer("r", password="hush ")], "spec.password", [peer("r", password="hu sh")]
    ),
    "secret-not-here": Case(
        [peer("r", passwordSecret={"name": "s"})],
        "spec.passwordSecret.name",
        [peer("r", passwordSecret={"name": "s"}), secret("s", BASIC_AUTH, password="eA==")],
    ),
    "peer-loopback": Case(
        [A, peer("r", peerAddress="127.0.0.1")],
        "spec.peerAddress",
        [node("a", "127.0.0.11"), peer("r", peerAddress="127.0.0.1")],
    ),
    "interface-name": Case(
        [peer("r", peerAddress="", interface="bond0/vlan100")],
        "spec.interface",
        [peer("r", peerAddress="", interface="bond0.100")],
    ),
    "native-multihop-ignored": Case(
        [peer("r", ebgpMultiHop=True)], "spec.ebgpMultiHop", [ROUTER], "native"
    ),
    "alias-misnamed": Case(
        [aliases("c", NO_EXPORT="65535:65282")],
        "spec.communities[0].value",
        [aliases("c", NO_EXPORT="65535:65281", ours="65535:65282")],
    ),
    "same-advertisement": Case(
        [*BASE, advertisement("y", ipAddressPools=["p"], peers=["r"])],
        "metadata.name",
        [*BASE, advertisement("y", ipAddressPools=["p"], peers=["r"], aggregationLength=24)],
    ),
    "service-has-node-address": Case(
        [*BASE, service("web", "192.0.2.11", "192.0.2.12")],
        "status.loadBalancer.ingress[0]",
        [*BASE, service("web", "192.0.2.13")],
    ),
    "single-node": Case(
        [*BASE, service("web", WEB, **LOCAL), ready("web", "a")],
        "metadata.name",
        [*BASE, service("web", WEB, **LOCAL), ready("web", "a", "b")],
        name="a",
    ),
    "single-peer": Case(
        [*BASE, peer("s", peerAddress="192.0.2.2"), service("web", WEB)],
        "metadata.name",
        [*BASE[:4], peer("s", peerAddress="192.0.2.2"), advertisement("x"), service("web", WEB)],
        name="r",
    ),
    "node-address-shared": Case([A, node("b", "192.0.2.11")], "status.addresses", [A, B]),
}
"""Rule code → its case."""
