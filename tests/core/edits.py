"""Random edits of a random cluster, of every kind that lbtui reads, invalid ones included."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import msgspec

from lbtui.core import load_resources
from lbtui.core.objects.cluster_resources import EndpointSlice, Node, Service
from lbtui.core.objects.resource_set import AnyResource, ResourceRef, ResourceSet
from lbtui.core.objects.resources import BGPAdvertisement, BGPPeer, Community, IPAddressPool
from tests.core.cluster import (
    Manifest,
    advertisement,
    aliases,
    bfd_profile,
    endpoints,
    node,
    peer,
    pool,
    secret,
    selecting,
    service,
)
from tests.core.strategies import cluster_of

MANY = [f"64500:{number}" for number in range(64)]
"""One community more than a route can have."""
BROKEN = [{"matchExpressions": [{"key": "app", "operator": "Sometimes"}]}]
IPV6 = "2001:db8:1::/65"

LATE_NODES = ["0", "aa", "b", "b0", "zz"]
"""Nodes that come; some before, between and after those that are there."""

Edit = Callable[[random.Random, ResourceSet], ResourceSet]


def random_cluster(chance: random.Random) -> ResourceSet:
    """A whole set to begin with."""
    found = load_resources(cluster_of(chance.randrange(2**32))).resources
    for extra in _extras(chance):
        found = _with(found, extra)
    return found


def random_edit(chance: random.Random, resources: ResourceSet) -> ResourceSet:
    """The set after one edit."""
    return chance.choices(list(_EDITS), list(_EDITS.values()))[0](chance, resources)


def random_reading(chance: random.Random, resources: ResourceSet) -> ResourceSet:
    """The set as read again after an edit, of which something may not be readable."""
    return (_unreadable if chance.random() < 0.1 else random_edit)(chance, resources)


def random_node_edit(chance: random.Random, resources: ResourceSet) -> ResourceSet:
    """The set after a node came, went or got other labels; or what runs on it did."""
    items = list(resources.items(Node))
    if items and chance.random() < 0.4:
        return resources.without(chance.choice(items)[0])
    if items and chance.random() < 0.2:
        ref, old = chance.choice(items)
        return resources.with_resource(ref, _node(chance, old))
    name = chance.choice(LATE_NODES)
    if chance.random() < 0.3:
        pod = {"addresses": ["10.9.0.1"], "nodeName": name}
        return _with(resources, endpoints(f"s{chance.randrange(4)}", pod))
    address = f"192.0.2.{40 + LATE_NODES.index(name)}"
    return _with(resources, node(name, address, labels={"rack": chance.choice("12")}))


def _extras(chance: random.Random) -> list[Manifest]:
    return [
        item
        for item in (
            aliases("names", gold="64512:7", other="64500:3"),
            bfd_profile("fast", echoMode=True),
            secret("key", "kubernetes.io/basic-auth", password="c2VjcmV0"),
            service("plain", type="ClusterIP"),
            *[peer("r9", peerAddress="192.0.2.77", peerASN=64512), advertisement("adv9")] * 2,
        )
        if chance.random() < 0.4
    ]


def _replace(chance: random.Random, resources: ResourceSet) -> ResourceSet:
    """Something of another random cluster comes, mostly in place of what has its name."""
    found = random_cluster(chance)
    ref = chance.choice(list(found.refs()))
    resource = found.get(ref)
    assert resource is not None
    return resources.with_resource(ref, resource)


def _delete(chance: random.Random, resources: ResourceSet) -> ResourceSet:
    refs = list(resources.refs())
    return resources.without(chance.choice(refs)) if refs else resources


def _twin(chance: random.Random, resources: ResourceSet) -> ResourceSet:
    """A second object of one name, as a folder can hold it."""
    refs = list(resources.refs())
    if not refs:
        return resources
    ref = chance.choice(refs)
    resource = resources.get(ref)
    assert resource is not None
    return resources.with_resource(ref._replace(ordinal=ref.ordinal + 1), resource)


def _unreadable(chance: random.Random, resources: ResourceSet) -> ResourceSet:
    """A document can no longer be read, or all can."""
    refs = [ref for ref in resources.refs() if chance.random() < 0.1]
    left = resources
    for ref in refs[:2]:
        left = left.without(ref)
    unknown = [ResourceRef("", "", "")] * (chance.random() < 0.2)
    return left.with_unread(frozenset([*refs[:2], *unknown]))


def _odd(chance: random.Random, resources: ResourceSet) -> ResourceSet:
    """Something that MetalLB refuses, or that behaves unlike the rest, comes."""
    return _with(
        resources,
        chance.choice(
            [
                pool("one", chance.choice(["nonsense", "198.51.100.0/25", "203.0.113.0/24"])),
                pool("two", "203.0.113.0/25", *[IPV6] * chance.randint(0, 1)),
                pool("three", "192.0.2.192/26", "198.51.100.200/32"),
                pool("mixed", "198.51.100.7-2001:db8::1"),
                peer("r0", myASN=0),
                peer("r1", peerASN=64512, nodeSelectors=BROKEN),
                peer("r1", bfdProfile="fast", dualStackAddressFamily=True),
                peer("r2", passwordSecret={"name": "key"}, peerAddress="192.0.2.9"),
                peer("r0", peerAddress="192.0.2.1", routerID="192.0.2.250"),
                advertisement("adv0", communities=MANY, peers=["r0"]),
                advertisement("adv1", communities=["gold", "large:1:2:3"], localPref=7),
                advertisement("adv2", communities=["unknown"]),
                advertisement("adv2", localPref=-1),
                advertisement("adv3", aggregationLength=24, serviceSelectors=selecting(app="web")),
                advertisement("adv3", aggregationLength=33),
                advertisement("adv4", ipAddressPoolSelectors=BROKEN),
                advertisement("adv4", serviceSelectors=selecting(team="x", app="web")),
                aliases("more", gold="64512:8", broken="1:2:3"),
                aliases("names", gold=chance.choice(["64512:7", "64512:9", "no"])),
                service("s0", "198.51.100.1", loadBalancerClass="other"),
                service("s1", "nonsense"),
                service("s2", "198.51.100.1", "198.51.100.2", labels={"team": "x", "app": "web"}),
                service("s3", type="NodePort"),
                endpoints("s1"),
                node("e", "192.0.2.31", labels={"rack": "1"}),
            ]
        ),
    )


def _with(resources: ResourceSet, manifest: Manifest) -> ResourceSet:
    """Put one manifest in; what the schema refuses changes nothing."""
    loaded = load_resources([manifest]).resources
    for ref in loaded.refs():
        resource = loaded.get(ref)
        assert resource is not None
        resources = resources.with_resource(ref, resource)
    return resources


def _touch(chance: random.Random, resources: ResourceSet) -> ResourceSet:
    """One field of one object changes."""
    chosen = chance.choice(list(_FIELDS))
    items: list[tuple[ResourceRef, AnyResource]] = list(resources.members(chosen.kind).items())
    if not items:
        return resources
    ref, resource = chance.choice(items)
    return resources.with_resource(ref, _FIELDS[chosen](chance, resource))


def _replaced(resource: AnyResource, path: str, value: Any) -> AnyResource:
    """The resource with another value in one field."""
    name, _, rest = path.partition(".")
    if rest:
        value = _replaced(getattr(resource, name), rest, value)
    return msgspec.structs.replace(resource, **{name: value})


def _advertisement(chance: random.Random, resource: AnyResource) -> AnyResource:
    path, value = chance.choice(
        [
            ("spec.local_pref", chance.choice([0, 50, 1000])),
            *[("spec.communities", (chance.choice(["1:1", "1:2", "9:9"]),))] * 5,
            ("spec.aggregation_length", chance.choice([25, 26, 32])),
            ("spec.aggregation_length_v6", chance.choice([66, 128])),
            ("spec.peers", tuple(chance.sample(["r0", "r1", "gone"], chance.randint(0, 2)))),
            ("spec.ip_address_pools", tuple(chance.sample(["one", "two", "three"], 1))),
            ("spec.node_selectors", ()),
            ("spec.service_selectors", ()),
        ]
    )
    return _replaced(resource, path, value)


def _peer(chance: random.Random, resource: AnyResource) -> AnyResource:
    path, value = chance.choice(
        [
            ("spec.peer_asn", chance.choice([64512, 64513])),
            ("spec.source_address", chance.choice(["", "192.0.2.98"])),
            ("spec.node_selectors", ()),
            ("spec.dual_stack_address_family", chance.random() < 0.5),
            ("spec.peer_address", chance.choice(["192.0.2.1", "192.0.2.2", "2001:db8::1", "x"])),
        ]
    )
    return _replaced(resource, path, value)


def _service(chance: random.Random, resource: AnyResource) -> AnyResource:
    path, value = chance.choice(
        [
            ("spec.external_traffic_policy", chance.choice(["Local", "Cluster"])),
            ("metadata.labels", {"app": chance.choice(["web", "dns"]), "team": "x"}),
            ("spec.type", chance.choice(["LoadBalancer", "ClusterIP"])),
            ("metadata.annotations", {"metallb.universe.tf/address-pool": "gone"}),
        ]
    )
    return _replaced(resource, path, value)


def _node(chance: random.Random, resource: AnyResource) -> AnyResource:
    exclude = "node.kubernetes.io/exclude-from-external-load-balancers"
    labels = {"rack": chance.choice("12"), "kubernetes.io/hostname": resource.metadata.name}
    return _replaced(
        resource, "metadata.labels", chance.choice([labels, {}, {**labels, exclude: "false"}])
    )


def _slice(chance: random.Random, resource: AnyResource) -> AnyResource:
    if chance.random() < 0.5:
        return _replaced(resource, "endpoints", ())
    labels = {"kubernetes.io/service-name": chance.choice(["s0", "s1", "s9"])}
    return _replaced(resource, "metadata.labels", labels)


def _pool(chance: random.Random, resource: AnyResource) -> AnyResource:
    entries = ["198.51.100.0/24", "203.0.113.0/25", IPV6, "192.0.2.192/26"]
    chosen = tuple(chance.sample(entries, chance.randint(1, 2)))
    return _replaced(resource, "spec.addresses", chosen)


def _alias(chance: random.Random, resource: AnyResource) -> AnyResource:
    return _replaced(resource, "spec.communities", ())


_FIELDS: dict[type[AnyResource], Callable[[random.Random, AnyResource], AnyResource]] = {
    BGPAdvertisement: _advertisement,
    BGPPeer: _peer,
    Service: _service,
    Node: _node,
    EndpointSlice: _slice,
    IPAddressPool: _pool,
    Community: _alias,
}

_EDITS: dict[Edit, int] = {
    _touch: 8,
    _replace: 3,
    _odd: 2,
    _delete: 2,
    _twin: 1,
    random_node_edit: 3,
}
"""Kinds of edits, and how often each is drawn."""
