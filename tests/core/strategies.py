"""Small random clusters for property tests, in which everything overlaps with everything.

Drawn from a seed: Hypothesis' own composition favours small and alike clusters, in which nothing
meets.
"""

from __future__ import annotations

import random
from typing import Any

from hypothesis import strategies as st

from tests.core.cluster import (
    Manifest,
    advertisement,
    endpoints,
    hosts,
    node,
    peer,
    pool,
    selecting,
    service,
)

NAMES = ["a", "b", "c", "d"]
IPV4 = [
    ["198.51.100.1"],
    ["198.51.100.1"],
    ["198.51.100.2"],
    ["198.51.100.200"],
    ["203.0.113.9"],
    ["203.0.113.10"],
    ["192.0.2.200"],
    [],
]
IPV6 = [
    ["203.0.113.9", "2001:db8:1::2"],
    ["2001:db8:1::1"],
    ["198.51.100.1", "203.0.113.9"],
]
"""Addresses of a service: of one pool, of two, of none."""


def clusters() -> st.SearchStrategy[list[Manifest]]:
    """All manifests of a small cluster."""
    return st.integers(0, 2**32 - 1).map(cluster_of)


def cluster_of(seed: int) -> list[Manifest]:
    """The cluster of a seed."""
    chance = random.Random(seed)
    has_ipv6 = chance.random() < 0.5
    addresses = IPV4 + IPV6 * has_ipv6
    return [
        *_nodes(chance),
        pool("one", "198.51.100.0/24"),
        pool("two", "203.0.113.0/25", *["2001:db8:1::/65"] * has_ipv6),
        *(_peer(chance, number) for number in range(chance.randint(1, 3))),
        *(_advertisement(chance, number) for number in range(chance.randint(2, 5))),
        *(
            item
            for number in range(chance.randint(2, 7))
            for item in _service(chance, number, chance.choice(addresses))
        ),
    ]


def _nodes(chance: random.Random) -> list[Manifest]:
    found = []
    for number, name in enumerate(NAMES[: chance.randint(2, 4)]):
        labels = {"rack": chance.choice("12")}
        if chance.random() < 0.1:
            labels["node.kubernetes.io/exclude-from-external-load-balancers"] = ""
        conditions = {"NetworkUnavailable": "True"} if chance.random() < 0.1 else {}
        addresses = [f"192.0.2.{number + 11}", f"2001:db8::{number + 11}"]
        chosen = chance.sample(addresses, chance.randint(0, 2))
        found.append(node(name, *chosen, labels=labels, conditions=conditions))
    return found


def _node_selectors(chance: random.Random) -> list[Manifest]:
    return chance.choice(
        [[], [], hosts(chance.choice(NAMES)), hosts("a", "c"), selecting(rack=chance.choice("12"))]
    )


def _peer(chance: random.Random, number: int) -> Manifest:
    spec: dict[str, Any] = {
        "peerAddress": chance.choice([f"192.0.2.{number + 1}", f"2001:db8::{number + 1}"]),
        "peerASN": chance.choice([64512, 64513]),
        "nodeSelectors": _node_selectors(chance),
    }
    if chance.random() < 0.2:
        spec["sourceAddress"] = "192.0.2.99"
    if chance.random() < 0.02:
        spec["myASN"] = 0
    return peer(f"r{number}", **spec)


def _advertisement(chance: random.Random, number: int) -> Manifest:
    is_selecting = chance.random() < 0.4
    spec: dict[str, Any] = {
        "communities": chance.sample(["1:1", "1:2", "64512:7"], chance.randint(0, 2)),
        "nodeSelectors": _node_selectors(chance),
        "peers": chance.choice([[], [], [], [], ["r0"], ["r0", "r1", "gone"], ["gone"]]),
        "ipAddressPools": chance.choice([[], ["one", "two"], ["one"], ["two", "gone"]]),
        "localPref": chance.choice([0, 50, 1000]) if chance.random() < 0.2 else 0,
    }
    if is_selecting:
        spec["serviceSelectors"] = selecting(app=chance.choice(["web", "dns"]))
    else:
        spec["aggregationLength"] = chance.choice([32, 32, 32, 25])
        spec["aggregationLengthV6"] = chance.choice([128, 66])
    return advertisement(f"adv{number}", **spec)


def _service(chance: random.Random, number: int, addresses: list[str]) -> list[Manifest]:
    name = f"s{number}"
    listed = [
        {
            "addresses": [f"10.0.{number}.{position}"],
            "nodeName": chance.choice(NAMES),
            "conditions": {"ready": chance.random() < 0.8},
        }
        for position in range(chance.randint(1, 4))
    ]
    own = service(
        name,
        *addresses,
        labels={"app": chance.choice(["web", "dns", "db"])},
        externalTrafficPolicy=chance.choice(["Local", "Cluster"]),
    )
    return [own, endpoints(name, *listed)]
