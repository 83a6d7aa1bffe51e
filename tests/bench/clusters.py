"""Clusters of any size to measure with: the same numbers give the same manifests, always.

A rack-and-spine network: racks as node labels, spines that peer with every node and top-of-rack
routers that peer with their racks; services in tenants' pools, a third with
externalTrafficPolicy Local, a quarter dual-stack; advertisements of six kinds, in turn.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lbtui.core import load_resources
from lbtui.core.objects.resource_set import ResourceSet

Manifest = dict[str, Any]

NODES_PER_RACK = 40
SERVICES_PER_POOL = 4000
MOST_POOLS = 16
"""As many /20 as 198.18.0.0/16 has; nodes live in 198.19.0.0/16."""
DOCUMENTS_PER_FILE = 500
OWN_ASN, SPINE_ASN = 64512, 64513


@dataclass(frozen=True)
class Shape:
    """How much there is of each kind."""

    nodes: int
    peers: int
    services: int
    advertisements: int

    def __post_init__(self) -> None:
        """Refuse what the addresses set aside do not suffice for."""
        assert self.services <= MOST_POOLS * SERVICES_PER_POOL, "too many services"
        assert self.peers <= 250, "too many peers"

    def __str__(self) -> str:
        """For example 1,000 x 10 x 10,000 x 6."""
        return f"{self.nodes:,} x {self.peers} x {self.services:,} x {self.advertisements}"

    @property
    def racks(self) -> int:
        """Racks of at most 40 nodes; two at least."""
        return max(2, -(-self.nodes // NODES_PER_RACK))

    @property
    def pools(self) -> int:
        """Pools of at most 4,000 services; two at least."""
        return max(2, -(-self.services // SERVICES_PER_POOL))


SMALL = Shape(10, 2, 100, 3)
LARGE = Shape(1_000, 10, 10_000, 6)
HUGE = Shape(5_000, 20, 50_000, 10)


def manifests(shape: Shape) -> Iterator[Manifest]:
    """Every object of the cluster, kind by kind."""
    for part in by_file(shape).values():
        yield from part


def resources(shape: Shape) -> ResourceSet:
    """The cluster decoded; a finding would be a mistake of this module."""
    loaded = load_resources(manifests(shape))
    assert not loaded.diagnostics, loaded.diagnostics[0]
    return loaded.resources


def write(shape: Shape, folder: Path) -> int:
    """Write the cluster as files that people would keep; how many octets that took."""
    total = 0
    for name, part in by_file(shape).items():
        documents = list(part)
        for first in range(0, len(documents), DOCUMENTS_PER_FILE):
            text = yaml.dump_all(
                documents[first : first + DOCUMENTS_PER_FILE],
                Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper),
                explicit_start=True,
                sort_keys=False,
            )
            path = folder / f"{name}-{first // DOCUMENTS_PER_FILE:03}.yaml"
            total += path.write_bytes(text.encode())
    return total


def by_file(shape: Shape) -> dict[str, Iterator[Manifest]]:
    """File name → its objects, in the order of the names."""
    return {
        "advertisements": map(lambda i: advertisement(shape, i), range(shape.advertisements)),
        "aliases": iter((aliases(),)),
        "endpoints": map(lambda i: endpoint_slice(shape, i), range(shape.services)),
        "nodes": map(lambda i: node(shape, i), range(shape.nodes)),
        "peers": map(lambda i: peer(shape, i), range(shape.peers)),
        "pools": map(pool, range(shape.pools)),
        "services": map(lambda i: service(shape, i), range(shape.services)),
    }


def node(shape: Shape, index: int) -> Manifest:
    """A node with both families, in its rack."""
    name = node_name(index)
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": {"kubernetes.io/hostname": name, "rack": rack_name(index % shape.racks)},
        },
        "status": {
            "addresses": [
                {"type": "InternalIP", "address": f"198.19.{index >> 8}.{index & 255}"},
                {"type": "InternalIP", "address": f"2001:db8:0:1::{index + 1:x}"},
            ]
        },
    }


def peer(shape: Shape, index: int) -> Manifest:
    """Even: a spine (eBGP, both families, every node); odd: a top-of-rack router (iBGP, IPv4)."""
    if index % 2 == 0:
        return _metallb(
            "BGPPeer",
            f"spine-{index}",
            {
                "myASN": OWN_ASN,
                "peerASN": SPINE_ASN,
                "peerAddress": f"192.0.2.{index + 1}",
                "dualStackAddressFamily": True,
                "ebgpMultiHop": True,
                "holdTime": "90s",
                "keepaliveTime": "30s",
            },
        )
    routers = shape.peers // 2
    own = [rack_name(rack) for rack in range(shape.racks) if rack % routers == index // 2]
    return _metallb(
        "BGPPeer",
        f"tor-{index}",
        {
            "myASN": OWN_ASN,
            "peerASN": OWN_ASN,
            "peerAddress": f"192.0.2.{index + 1}",
            "nodeSelectors": [
                {"matchExpressions": [{"key": "rack", "operator": "In", "values": own}]}
            ],
        },
    )


def pool(index: int) -> Manifest:
    """A tenant's addresses: 4,096 of IPv4 and as much of IPv6 as needed."""
    manifest = _metallb(
        "IPAddressPool",
        f"pool-{index:02}",
        {"addresses": [f"198.18.{index * 16}.0/20", f"2001:db8:f:{index:x}::/64"]},
    )
    manifest["metadata"]["labels"] = {"tenant": "even" if index % 2 == 0 else "odd"}
    return manifest


def aliases() -> Manifest:
    """Names of the communities that the advertisements use."""
    values = {
        "host-routes": "65000:100",
        "no-export": "65535:65281",
        "near": "65000:200",
        "gold": "large:64512:1:300",
    }
    listed = [{"name": name, "value": value} for name, value in values.items()]
    return _metallb("Community", "names", {"communities": listed})


def advertisement(shape: Shape, index: int) -> Manifest:
    """Of six kinds in turn; those of one kind differ by a community, aggregates by length."""
    kind, turn = index % 6, index // 6
    own = f"65000:{1000 + index}"
    tors = [peer(shape, i)["metadata"]["name"] for i in range(1, shape.peers, 2)]
    spines = [peer(shape, i)["metadata"]["name"] for i in range(0, shape.peers, 2)]
    near = [
        {"matchLabels": {"rack": rack_name(rack)}}
        for rack in range(min(shape.racks, 8))
        if rack % 2 == turn % 2
    ]
    specs: tuple[Manifest, ...] = (
        {"localPref": 100, "communities": ["host-routes", own]},
        {
            "aggregationLength": 24 - turn % 4,
            "aggregationLengthV6": 112 - 4 * (turn % 4),
            "communities": ["no-export", own],
            "peers": spines,
        },
        {"localPref": 100, "communities": ["near", own], "nodeSelectors": near},
        {
            "localPref": 100,
            "communities": ["gold", own],
            "peers": tors,
            "serviceSelectors": [{"matchLabels": {"tier": "gold"}}],
        },
        {
            "localPref": 100,
            "communities": [own],
            "ipAddressPoolSelectors": [{"matchLabels": {"tenant": "even"}}],
        },
        {
            "localPref": 100,
            "communities": [own],
            "nodeSelectors": near,
            "serviceSelectors": [{"matchLabels": {"tier": "silver"}}],
        },
    )
    return _metallb("BGPAdvertisement", f"adv-{index:02}", specs[kind])


def service(shape: Shape, index: int) -> Manifest:
    """A third is Local, every fourth dual-stack, every fifth gold."""
    home, place = index % shape.pools, index // shape.pools
    addresses = [f"198.18.{home * 16 + (place >> 8)}.{place & 255}"]
    families = ["IPv4"]
    if index % 4 == 0:
        addresses.append(f"2001:db8:f:{home:x}::{place:x}")
        families.append("IPv6")
    name = service_name(index)
    tier = "gold" if index % 5 == 0 else "silver" if index % 5 == 1 else "bronze"
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": name,
            "namespace": namespace(index),
            "labels": {"app": name, "tier": tier},
        },
        "spec": {
            "type": "LoadBalancer",
            "externalTrafficPolicy": "Local" if index % 3 == 0 else "Cluster",
            "ipFamilies": families,
            "ipFamilyPolicy": "SingleStack" if len(families) == 1 else "RequireDualStack",
            "ports": [
                {"name": "http", "protocol": "TCP", "port": 80, "targetPort": 8080},
                {"name": "https", "protocol": "TCP", "port": 443, "targetPort": 8443},
            ],
            "selector": {"app": name},
        },
        "status": {"loadBalancer": {"ingress": [{"ip": address} for address in addresses]}},
    }


def endpoint_slice(shape: Shape, index: int) -> Manifest:
    """Three pods on nodes spread over the cluster."""
    name = service_name(index)
    nodes = sorted({(index * 7 + step * (shape.nodes // 3 + 1)) % shape.nodes for step in range(3)})
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": f"{name}-x7k2p",
            "namespace": namespace(index),
            "labels": {"kubernetes.io/service-name": name},
        },
        "addressType": "IPv4",
        "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}],
        "endpoints": [
            {
                "addresses": [f"203.0.113.{(index + at) % 254 + 1}"],
                "conditions": {"ready": True, "serving": True},
                "nodeName": node_name(place),
            }
            for at, place in enumerate(nodes)
        ],
    }


def node_name(index: int) -> str:
    """Names sort like numbers."""
    return f"node-{index:04}"


def rack_name(index: int) -> str:
    """Value of the label `rack`."""
    return f"rack-{index:03}"


def service_name(index: int) -> str:
    """Name without namespace."""
    return f"web-{index:05}"


def namespace(index: int) -> str:
    """Twenty namespaces."""
    return f"team-{index % 20:02}"


def _metallb(kind: str, name: str, spec: Manifest) -> Manifest:
    version = "v1beta2" if kind == "BGPPeer" else "v1beta1"
    metadata: Manifest = {"name": name, "namespace": "metallb-system"}
    return {
        "apiVersion": f"metallb.io/{version}",
        "kind": kind,
        "metadata": metadata,
        "spec": spec,
    }
