"""Objects that the cluster tests put into a cluster."""

from __future__ import annotations

from typing import Any

NAMESPACE = "metallb-system"
Manifest = dict[str, Any]


def namespaces() -> list[Manifest]:
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
        for name in (NAMESPACE, "default", "shop")
    ]


def metallb(kind: str, name: str, spec: Manifest) -> Manifest:
    version = "v1beta2" if kind == "BGPPeer" else "v1beta1"
    return {
        "apiVersion": f"metallb.io/{version}",
        "kind": kind,
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": spec,
    }


def peer(name: str = "tor", **spec: Any) -> Manifest:
    default = {"myASN": 64512, "peerASN": 64513, "peerAddress": "192.0.2.1"}
    return metallb("BGPPeer", name, default | spec)


def pool(name: str = "public", *addresses: str) -> Manifest:
    return metallb("IPAddressPool", name, {"addresses": list(addresses or ("198.51.100.0/24",))})


def advertisement(name: str = "all", **spec: Any) -> Manifest:
    return metallb("BGPAdvertisement", name, spec)


def community(name: str, **aliases: str) -> Manifest:
    items = [{"name": alias, "value": value} for alias, value in aliases.items()]
    return metallb("Community", name, {"communities": items})


def node(name: str = "node-a", address: str = "192.0.2.11", **labels: str) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "status": {"addresses": [{"type": "InternalIP", "address": address}]},
    }


def service(
    name: str = "web", address: str = "198.51.100.10", namespace: str = "default"
) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]},
        "status": {"loadBalancer": {"ingress": [{"ip": address}]}},
    }


def endpoints(name: str = "web", node_name: str = "node-a", namespace: str = "default") -> Manifest:
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": f"{name}-1",
            "namespace": namespace,
            "labels": {"kubernetes.io/service-name": name},
        },
        "addressType": "IPv4",
        "endpoints": [
            {
                "addresses": ["203.0.113.5"],
                "nodeName": node_name,
                "conditions": {"ready": True, "serving": True},
            }
        ],
    }


def working_set() -> list[Manifest]:
    """One route on one node to one peer."""
    return [peer(), pool(), advertisement(), node(), service(), endpoints()]


def speaker(namespace: str = NAMESPACE, backend: str = "frr", *arguments: str) -> Manifest:
    """MetalLB's speaker, as its manifests install it."""
    labels = {"component": "speaker"}
    container = {
        "name": "speaker",
        "image": "quay.io/metallb/speaker:v0.16.0",
        "args": list(arguments),
        "env": [{"name": "METALLB_BGP_TYPE", "value": backend}],
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "speaker", "namespace": namespace},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    }
