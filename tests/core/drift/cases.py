"""For every rule about drift: reports in which it objects, and near ones in which it must not.

The cluster of all cases: nodes a and b, peers r (both nodes) and s (node b alone, IPv6, with
BFD), and the service default/web, announced from both nodes to r.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tests.core.cluster import (
    Manifest,
    advertisement,
    bfd_profile,
    hosts,
    node,
    peer,
    pool,
    service,
)

CLUSTER: list[Manifest] = [
    node("a", "192.0.2.11"),
    node("b", "192.0.2.12"),
    bfd_profile("fast"),
    peer("r", peerAddress="192.0.2.1"),
    peer(
        "s", peerAddress="2001:db8::1", peerASN=64514, bfdProfile="fast", nodeSelectors=hosts("b")
    ),
    pool("p", "198.51.100.0/24"),
    advertisement("x", ipAddressPools=["p"], peers=["r"]),
    service("web", "198.51.100.10"),
]


def _object(version: str, kind: str, name: str, status: Mapping[str, Any]) -> Manifest:
    metadata = {"name": name, "namespace": "metallb-system"}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, "status": dict(status)}


def claim(on: str, *peers: str, of: str = "web") -> Manifest:
    status = {
        "node": on,
        "serviceName": of,
        "serviceNamespace": "default",
        "peers": list(peers),
    }
    return _object("metallb.io/v1beta1", "ServiceBGPStatus", f"bgp-{of}-{on}", status)


def verdict(result: str, on: str = "", **more: Any) -> Manifest:
    made = _object(
        "metallb.io/v1beta1", "ConfigurationState", f"of-{on}", {"result": result, **more}
    )
    component = "speaker" if on else "controller"
    labels = {"metallb.io/component-type": component, "metallb.io/node-name": on}
    return {**made, "metadata": {**made["metadata"], "labels": labels}}


def counted(v4: int, v6: int = 0) -> Manifest:
    status = {"assignedIPv4": v4, "assignedIPv6": v6, "availableIPv4": 256 - v4}
    return _object("metallb.io/v1beta1", "IPAddressPool", "p", {**status, "availableIPv6": 0})


def session(
    on: str, address: str, state: str = "Established", bfd: str = "N/A", vrf: str = ""
) -> Manifest:
    status = {"node": on, "peer": address, "bgpStatus": state, "bfdStatus": bfd, "vrf": vrf}
    return _object("frrk8s.metallb.io/v1beta1", "BGPSessionState", f"{on}-{address}", status)


def frr(on: str, conversion: str = "success", reload: str = "success") -> Manifest:
    status = {
        "lastConversionResult": conversion,
        "lastReloadResult": reload,
        "runningConfig": "neighbor 192.0.2.1 password hunter2",
    }
    return _object("frrk8s.metallb.io/v1beta1", "FRRNodeState", on, status)


def neighbor(address: str, **more: Any) -> Manifest:
    return {"address": address, "asn": 64513, **more}


def own(name: str, neighbors: Sequence[Manifest], rack: str = "", **router: Any) -> Manifest:
    """An FRRConfiguration of somebody's own, of the nodes of a rack, or of all."""
    selector = {"nodeSelector": {"matchLabels": {"kubernetes.io/hostname": rack}}} if rack else {}
    made = {"asn": 64512, "neighbors": list(neighbors), **router}
    return {
        "apiVersion": "frrk8s.metallb.io/v1beta1",
        "kind": "FRRConfiguration",
        "metadata": {"name": name, "namespace": "frr-k8s-system"},
        "spec": {"bgp": {"routers": [made]}, **selector},
    }


def sending(*prefixes: str, **more: Any) -> Manifest:
    return {"toAdvertise": {"allowed": {"prefixes": list(prefixes)}, **more}}


R_UP = [session("a", "192.0.2.1"), session("b", "192.0.2.1")]
S_UP = session("b", "2001:0db8::0001", bfd="up")
UP = [*R_UP, S_UP]
CLAIMS = [claim("a", "r"), claim("b", "r")]


class Case(NamedTuple):
    """Reports that fire a rule about `name`, what its message holds, and reports that do not."""

    fires: Sequence[Manifest]
    name: str
    says: str
    quiet: Sequence[Sequence[Manifest]]
    nodes: tuple[str, ...] = ()


CASES: dict[str, Case] = {
    "frr-peer-added": Case(
        [own("o", [neighbor("203.0.113.9", asn=64599)], rack="a")],
        "o",
        "adds a session with 203.0.113.9 (AS 64599) on a",
        [
            [own("o", [neighbor("192.0.2.1")])],
            [own("metallb-a", [neighbor("203.0.113.9")], rack="a")],
            [own("o", [neighbor("203.0.113.9")], rack="nowhere")],
        ],
        ("a",),
    ),
    "frr-prefix-added": Case(
        [
            own(
                "o",
                [neighbor("192.0.2.1", **sending("203.0.113.0/24", "198.51.100.10/32"))],
                rack="b",
            )
        ],
        "o",
        "sends r 203.0.113.0/24 from b, which MetalLB does not",
        [
            [own("o", [neighbor("192.0.2.1", **sending("198.51.100.10/32"))])],
            [own("o", [neighbor("192.0.2.1")], prefixes=["203.0.113.0/24"])],
            [own("o", [neighbor("203.0.113.9", **sending("203.0.113.0/24"))])],
        ],
        ("b",),
    ),
    "frr-contradiction": Case(
        [own("o", [neighbor("192.0.2.1", asn=64599)], rack="a")],
        "o",
        "contradicts BGPPeer/r on a: AS of the router 64599, not 64513",
        [
            [own("o", [neighbor("192.0.2.1")])],
            [own("o", [neighbor("203.0.113.9", asn=64599)])],
            [own("o", [neighbor("192.0.2.1", asn=64599)], vrf="red", asn=64999)],
        ],
        ("a",),
    ),
    "session-down": Case(
        [session("a", "192.0.2.1", "Active"), *UP[1:]],
        "r",
        "Active on a",
        [UP, [session("a", "203.0.113.9", "Active"), *UP], []],
        ("a",),
    ),
    "session-missing": Case(
        [*R_UP, frr("b")], "s", "there is none", [UP, [session("a", "192.0.2.1")], []], ("b",)
    ),
    "session-unexpected": Case(
        [*UP, session("a", "203.0.113.9")], "a", "203.0.113.9", [UP, []], ("a",)
    ),
    "bfd-session-down": Case(
        [*R_UP, session("b", "2001:db8::1", bfd="Down")],
        "s",
        "noticed late",
        [UP, [session("a", "192.0.2.1", bfd="down"), *UP[1:]]],
        ("b",),
    ),
    "frr-not-reporting": Case(
        [frr("a"), *R_UP], "b", "reports no FRR", [[frr("a"), frr("b")], R_UP], ("b",)
    ),
    "claimed-peers-differ": Case(
        [claim("a", "r", "s"), claim("b")],
        "web",
        "not handed to r from b, handed to s from a",
        [CLAIMS, [], [*CLAIMS, claim("gone", "r")]],
        ("a", "b"),
    ),
    "claim-outdated": Case(
        [*CLAIMS, claim("gone", "r", of="old")],
        "bgp-old-gone",
        "no service default/old and no node gone",
        [CLAIMS],
    ),
    "service-unheard": Case(
        [session("a", "192.0.2.1", "Connect"), session("b", "192.0.2.1", "Idle"), S_UP],
        "web",
        "1 service (default/web) is heard by nobody",
        [UP, [session("a", "192.0.2.1", "Connect"), *UP[1:]], [UP[2]], []],
        ("a", "b"),
    ),
    "pool-count-differs": Case([counted(2, 1)], "p", "2 IPv4 as given out", [[counted(1)], []]),
    "configuration-stale": Case(
        [
            verdict("Valid"),
            verdict("Invalid", "a", errorSummary="peer r: password s3cret refused"),
        ],
        "of-a",
        "the speaker of a keeps its last valid configuration: peer r: password ***",
        [[verdict("Valid"), verdict("Valid", "a"), verdict("Unknown", "b")], []],
        ("a",),
    ),
    "configuration-unjudged": Case(
        [verdict("Unknown")], "of-", "not judged", [[verdict("Valid"), verdict("Invalid", "a")]]
    ),
    "speaker-not-reporting": Case(
        [verdict("Valid", "a")],
        "b",
        "no speaker reports from b",
        [[verdict("Valid", "a"), verdict("Invalid", "b")], [verdict("Valid")]],
        ("b",),
    ),
    "frr-configuration-refused": Case(
        [frr("a"), frr("b", conversion="multiple local prefs specified for prefix")],
        "b",
        "converting the FRRConfigurations failed on b: multiple local prefs",
        [[frr("a"), frr("b", "", "Success")], []],
        ("b",),
    ),
}
