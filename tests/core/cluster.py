"""Short ways to write manifests for tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lbtui.core import (
    Analysis,
    Options,
    RouteTables,
    analyse,
    compile_routes,
    load_resources,
    resolve,
)
from lbtui.core.diagnostics import Diagnostic

Manifest = dict[str, Any]


def _object(version: str, kind: str, name: str, spec: Mapping[str, Any] | None) -> Manifest:
    metadata = {"name": name, "namespace": "metallb-system"}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": dict(spec or {})}


def pool(name: str, *addresses: str, labels: Mapping[str, str] | None = None) -> Manifest:
    manifest = _object("metallb.io/v1beta1", "IPAddressPool", name, {"addresses": list(addresses)})
    manifest["metadata"]["labels"] = dict(labels or {})
    return manifest


def peer(name: str, **spec: Any) -> Manifest:
    defaults = {"myASN": 64512, "peerASN": 64513, "peerAddress": "192.0.2.1"}
    return _object("metallb.io/v1beta2", "BGPPeer", name, {**defaults, **spec})


def advertisement(name: str, **spec: Any) -> Manifest:
    return _object("metallb.io/v1beta1", "BGPAdvertisement", name, spec)


def aliases(name: str, **values: str) -> Manifest:
    listed = [{"name": alias, "value": value} for alias, value in values.items()]
    return _object("metallb.io/v1beta1", "Community", name, {"communities": listed})


def bfd_profile(name: str, **spec: Any) -> Manifest:
    return _object("metallb.io/v1beta1", "BFDProfile", name, spec)


def secret(name: str, type_: str, **data: str) -> Manifest:
    metadata = {"name": name, "namespace": "metallb-system"}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": type_, "data": data}


def node(
    name: str,
    *addresses: str,
    conditions: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": {"kubernetes.io/hostname": name, **(labels or {})},
        },
        "status": {
            "addresses": [{"type": "InternalIP", "address": address} for address in addresses],
            "conditions": [
                {"type": type_, "status": status} for type_, status in (conditions or {}).items()
            ],
        },
    }


def service(
    name: str, *addresses: str, labels: Mapping[str, str] | None = None, **spec: Any
) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": "default", "labels": dict(labels or {})},
        "spec": {"type": "LoadBalancer", **spec},
        "status": {"loadBalancer": {"ingress": [{"ip": address} for address in addresses]}},
    }


def endpoints(of: str, *listed: Mapping[str, Any]) -> Manifest:
    """A slice; each endpoint is given as it stands in the manifest."""
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": f"{of}-slice",
            "namespace": "default",
            "labels": {"kubernetes.io/service-name": of},
        },
        "addressType": "IPv4",
        "endpoints": list(listed),
    }


def selecting(**labels: str) -> list[Manifest]:
    """A list of one selector."""
    return [{"matchLabels": labels}]


def hosts(*names: str) -> list[Manifest]:
    """One selector per host name."""
    return [{"matchLabels": {"kubernetes.io/hostname": name}} for name in names]


def compiled(
    manifests: Iterable[Manifest], backend: str = "frr-k8s", options: Options | None = None
) -> RouteTables:
    """The route tables of a set that MetalLB must accept; lint is not asked."""
    loaded = load_resources(manifests)
    config, found = resolve(loaded.resources, backend, options)
    tables = compile_routes(config)
    assert (*loaded.diagnostics, *found, *tables.diagnostics) == ()
    assert config.is_valid
    return tables


def analysed(manifests: Iterable[Manifest], backend: str = "frr-k8s") -> Analysis:
    """Everything about a set that MetalLB must accept."""
    analysis = analyse(load_resources(manifests).resources, backend)
    assert analysis.config.is_valid
    return analysis


def judged(
    manifests: Iterable[Manifest], backend: str = "frr-k8s", options: Options | None = None
) -> tuple[Diagnostic, ...]:
    """What MetalLB refuses of a set that passes the schema; lint is not asked."""
    loaded = load_resources(manifests)
    assert loaded.diagnostics == ()
    config, found = resolve(loaded.resources, backend, options)
    return (*found, *compile_routes(config).diagnostics)


def linted(
    manifests: Iterable[Manifest], backend: str = "frr-k8s", options: Options | None = None
) -> tuple[Diagnostic, ...]:
    """Everything that is found about a set, reading it included."""
    loaded = load_resources(manifests)
    return (*loaded.diagnostics, *analyse(loaded.resources, backend, options).diagnostics)


def routes_of(tables: RouteTables, name: str) -> dict[str, list[str]]:
    """Prefix → what a peer gets for it from which nodes, as text: "n1,n2 lp=100 65535:65282"."""
    found: dict[str, list[str]] = {}
    for route in tables.peer_routes(name):
        text = ",".join(tables.nodes.names_of(route.nodes))
        text += f" lp={route.local_pref}" if route.local_pref else ""
        for value in (*route.communities, *route.large_communities):
            text += f" {value}"
        found.setdefault(str(route.prefix), []).append(text)
    return found
