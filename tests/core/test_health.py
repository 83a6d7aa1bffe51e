"""Services by paths, pools by use."""

from __future__ import annotations

from typing import Any

import yaml

from lbtui.core import load_resources
from lbtui.core.analysis import Analysis, analyse
from lbtui.core.questions.health import Reach, health_of, reach_of
from lbtui.core.routing.paths import PathFinder, service_paths
from tests.support import manifests as texts


def analysis_of(*documents: str) -> Analysis:
    loaded: list[dict[str, Any]] = [
        document for text in documents for document in yaml.safe_load_all(text)
    ]
    resources, _ = load_resources(loaded)
    return analyse(resources)


ALL = (texts.NODES, texts.POOLS, texts.PEERS, texts.ADVERTISEMENTS, texts.COMMUNITIES)


def service(name: str, address: str, policy: str = "Cluster") -> str:
    text = texts.SERVICES.replace("name: web", f"name: {name}")
    text = text.replace("  type:", f"  externalTrafficPolicy: {policy}\n  type:")
    return text.replace("198.51.100.10", address) if address else text.partition("status:")[0]


def test_services_by_paths() -> None:
    local = service("local", "198.51.100.11", "Local")
    endpoints = texts.ENDPOINTS.replace("name: web-1", "name: local-1")
    one_node = endpoints.replace("service-name: web", "service-name: local").partition("endpoints:")
    slice_text = f"{one_node[0]}endpoints:\n- addresses: [203.0.113.9]\n  nodeName: node-b\n"
    peers = texts.PEERS.partition("---")[0]
    analysis = analysis_of(
        *(text for text in ALL if text is not texts.PEERS),
        peers,
        service("web", "198.51.100.10"),
        local,
        slice_text,
        service("later", ""),
        service("lost", "203.0.113.200"),
    )
    health = health_of(analysis)
    assert health.several == ("default/web",)
    assert [(s.service, s.node, s.peer) for s in health.single] == [
        ("default/local", "node-b", "tor")
    ]
    assert health.waiting == ("default/later",)
    assert list(health.unreachable) == ["default/lost"]
    assert health.unreachable["default/lost"], "MetalLB's reason is told"
    finder = PathFinder(analysis.tables)
    for name, paths in service_paths(analysis.tables).items():
        assert finder.of(name) == paths
        assert reach_of(analysis.tables, name, paths) in Reach


def test_pools_by_use_count_a_shared_address_once() -> None:
    analysis = analysis_of(
        *ALL,
        texts.POOLS.replace("public", "small").replace("198.51.100.0/24", "203.0.113.0/31"),
        texts.POOLS.replace("public", "six").replace("198.51.100.0/24", "2001:db8::/32"),
        service("a", "203.0.113.0"),
        service("b", "203.0.113.0"),
        service("c", "203.0.113.1"),
        service("d", "198.51.100.10"),
    )
    small, public, six = health_of(analysis).pools
    assert (small.name, small.used, small.capacity, small.share) == ("small", {4: 2}, {4: 2}, 1.0)
    assert (public.name, public.used, public.capacity) == ("public", {4: 1}, {4: 256})
    assert (six.name, six.used) == ("six", {6: 0})
    assert six.is_endless(six.capacity[6])
