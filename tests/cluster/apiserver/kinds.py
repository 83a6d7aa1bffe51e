"""The kinds that the tests' API server serves, with the shape that CRDs give to custom ones.

A shape is written down from the CRDs by hand: field → Field, so that the product's own schema is
not what it is judged by.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ANY: Any = object()
"""A value of any shape, kept as it is."""

Shape = Mapping[str, "Field"]


@dataclass(frozen=True)
class Field:
    """One field of a custom resource."""

    type: str
    """string, integer, boolean, object, array or map (of strings)."""
    items: Shape | str | None = None
    """Of an object: its fields; of an array: the type or the fields of its elements."""
    low: int | None = None
    high: int | None = None
    choices: tuple[str, ...] = ()
    default: Any = None
    is_required: bool = False


@dataclass(frozen=True)
class Kind:
    """One kind, as discovery tells it."""

    group: str
    version: str
    plural: str
    name: str
    is_namespaced: bool = True
    shape: Shape | None = None
    """None: of Kubernetes itself; whatever comes is kept."""
    has_status: bool = True

    @property
    def api_version(self) -> str:
        """Group and version as manifests write them."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def prefix(self) -> str:
        """Path of the group and version."""
        return f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"

    @property
    def resource(self) -> str:
        """As messages name it: bgppeers.metallb.io."""
        return f"{self.plural}.{self.group}" if self.group else self.plural


def _text(**more: Any) -> Field:
    return Field("string", **more)


def _number(low: int | None = None, high: int | None = None, **more: Any) -> Field:
    return Field("integer", low=low, high=high, **more)


_TEXTS = Field("array", "string")
_SELECTORS = Field(
    "array",
    {
        "matchLabels": Field("map"),
        "matchExpressions": Field(
            "array",
            {
                "key": _text(is_required=True),
                "operator": _text(is_required=True),
                "values": _TEXTS,
            },
        ),
    },
)
_FLAG = Field("boolean")
_ASN = 2**32 - 1
_CONDITIONS = Field(
    "array",
    {
        "type": _text(),
        "status": _text(choices=("True", "False", "Unknown")),
        "reason": _text(),
        "message": _text(),
        "lastTransitionTime": _text(),
        "observedGeneration": _number(0),
    },
)

_PEER: Shape = {
    "myASN": _number(0, _ASN, is_required=True),
    "localASN": _number(1, _ASN),
    "peerASN": _number(0, _ASN),
    "dynamicASN": _text(choices=("internal", "external")),
    "peerAddress": _text(),
    "interface": _text(),
    "sourceAddress": _text(),
    "peerPort": _number(1, 16384, default=179),
    "holdTime": _text(),
    "keepaliveTime": _text(),
    "connectTime": _text(),
    "routerID": _text(),
    "nodeSelectors": _SELECTORS,
    "password": _text(),
    "passwordSecret": Field("object", {"name": _text(), "namespace": _text()}),
    "bfdProfile": _text(),
    "enableGracefulRestart": _FLAG,
    "ebgpMultiHop": _FLAG,
    "vrf": _text(),
    "disableMP": Field("boolean", default=False),
    "dualStackAddressFamily": Field("boolean", default=False),
}
_POOL: Shape = {
    "addresses": Field("array", "string", is_required=True),
    "autoAssign": Field("boolean", default=True),
    "avoidBuggyIPs": Field("boolean", default=False),
    "serviceAllocation": Field(
        "object",
        {
            "priority": _number(),
            "namespaces": _TEXTS,
            "namespaceSelectors": _SELECTORS,
            "serviceSelectors": _SELECTORS,
        },
    ),
}
_ADVERTISEMENT: Shape = {
    "aggregationLength": _number(1, default=32),
    "aggregationLengthV6": _number(default=128),
    "localPref": _number(),
    "communities": _TEXTS,
    "ipAddressPools": _TEXTS,
    "ipAddressPoolSelectors": _SELECTORS,
    "nodeSelectors": _SELECTORS,
    "serviceSelectors": _SELECTORS,
    "peers": _TEXTS,
}
_COMMUNITY: Shape = {"communities": Field("array", {"name": _text(), "value": _text()})}
_BFD: Shape = {
    "receiveInterval": _number(10, 60000),
    "transmitInterval": _number(10, 60000),
    "detectMultiplier": _number(2, 255),
    "echoInterval": _number(10, 60000),
    "echoMode": _FLAG,
    "passiveMode": _FLAG,
    "minimumTtl": _number(1, 254),
}
_L2: Shape = {
    "ipAddressPools": _TEXTS,
    "ipAddressPoolSelectors": _SELECTORS,
    "nodeSelectors": _SELECTORS,
    "serviceSelectors": _SELECTORS,
    "interfaces": _TEXTS,
}


def _custom(plural: str, name: str, spec: Shape, status: Shape | None = None, **more: Any) -> Kind:
    shape = {"spec": Field("object", spec), "status": Field("object", status or {})}
    return Kind("metallb.io", more.pop("version", "v1beta1"), plural, name, shape=shape, **more)


METALLB = (
    _custom("bgppeers", "BGPPeer", _PEER, version="v1beta2"),
    _custom(
        "ipaddresspools",
        "IPAddressPool",
        _POOL,
        {
            name: _number(is_required=True)
            for name in ("assignedIPv4", "assignedIPv6", "availableIPv4", "availableIPv6")
        },
    ),
    _custom("bgpadvertisements", "BGPAdvertisement", _ADVERTISEMENT),
    _custom("communities", "Community", _COMMUNITY),
    _custom("bfdprofiles", "BFDProfile", _BFD),
    _custom("l2advertisements", "L2Advertisement", _L2),
    _custom(
        "servicebgpstatuses",
        "ServiceBGPStatus",
        {},
        {"node": _text(), "serviceName": _text(), "serviceNamespace": _text(), "peers": _TEXTS},
    ),
    _custom(
        "configurationstates",
        "ConfigurationState",
        {},
        {
            "result": _text(choices=("Valid", "Invalid", "Unknown")),
            "errorSummary": _text(),
            "conditions": _CONDITIONS,
        },
    ),
)

FRR_K8S = (
    Kind(
        "frrk8s.metallb.io",
        "v1beta1",
        "bgpsessionstates",
        "BGPSessionState",
        shape={
            "spec": Field("object", {}),
            "status": Field(
                "object",
                {name: _text() for name in ("bgpStatus", "bfdStatus", "node", "peer", "vrf")},
            ),
        },
    ),
)
FRR_CONFIGURATION = Kind(
    "frrk8s.metallb.io",
    "v1beta1",
    "frrconfigurations",
    "FRRConfiguration",
    shape={"spec": Field("object", ANY), "status": Field("object", {})},
)
FRR_NODE_STATE = Kind(
    "frrk8s.metallb.io",
    "v1beta1",
    "frrnodestates",
    "FRRNodeState",
    is_namespaced=False,
    shape={"spec": Field("object", {}), "status": Field("object", ANY)},
)
"""Where frr-k8s runs; a test adds them to a server's kinds."""

KUBERNETES = (
    Kind("", "v1", "nodes", "Node", is_namespaced=False),
    Kind("", "v1", "namespaces", "Namespace", is_namespaced=False),
    Kind("", "v1", "services", "Service"),
    Kind("", "v1", "secrets", "Secret", has_status=False),
    Kind("", "v1", "pods", "Pod"),
    Kind("apps", "v1", "daemonsets", "DaemonSet"),
    Kind("apps", "v1", "deployments", "Deployment"),
    Kind("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", has_status=False),
)
