"""Nodes that take no part, and why."""

from __future__ import annotations

from collections.abc import Iterator

from lbtui.core.configuration.nodes import EXCLUDE_LABEL
from lbtui.core.judging import ERROR, INFO, WARNING, rule
from lbtui.core.lint.facts import Facts
from lbtui.core.lint.finding import Finding
from lbtui.core.lint.wording import for_nodes
from lbtui.core.objects.cluster_resources import Node

HOSTNAME = "kubernetes.io/hostname"


@rule(
    "hostname-label",
    WARNING,
    meaning="A node's hostname label is not its name; frr-k8s configures it by that label.",
    remedy="Set the label kubernetes.io/hostname to the node's name.",
    source="MetalLB internal/bgp/frrk8s/frrk8s.go: nodeSelector kubernetes.io/hostname=<name>",
)
def hostname_label(facts: Facts) -> Iterator[Finding]:
    """frr-k8s only; a node written by hand without any of Kubernetes' labels is let be."""
    for ref, node in facts.resources.items(Node) if facts.config.backend == "frr-k8s" else ():
        labels = node.metadata.labels
        label = labels.get(HOSTNAME)
        is_real = any(key.startswith(("kubernetes.io/", "beta.kubernetes.io/")) for key in labels)
        if label != node.name and (label is not None or is_real):
            has = f"the label {HOSTNAME}={label}" if label is not None else f"no label {HOSTNAME}"
            message = f"node {node.name} has {has}: frr-k8s gives it no configuration at all"
            fix = f"Set the label {HOSTNAME} to {node.name}."
            path = "metadata.labels"
            yield Finding(ref, path, message, fix, facts.config.nodes.bit(node.name))


@rule(
    "node-excluded",
    INFO,
    meaning="A label keeps a node out of load balancing: it announces nothing.",
    remedy="Remove the label, or start MetalLB with --ignore-exclude-lb.",
    source="MetalLB speaker/bgp_controller.go ShouldAnnounce: nodeLabeledExcludeBalancers",
)
def node_excluded(facts: Facts) -> Iterator[Finding]:
    """One finding for all of them; the value of the label plays no part."""
    excluded = 0 if facts.config.options.ignore_exclude_lb else facts.config.excluded
    if excluded and excluded != facts.config.nodes.all:
        yield _excluded(facts, excluded, "")


@rule(
    "every-node-excluded",
    ERROR,
    meaning="The exclude label is on every node: nothing is announced at all.",
    remedy="Remove the label, or start MetalLB with --ignore-exclude-lb.",
    source="MetalLB speaker/bgp_controller.go ShouldAnnounce: nodeLabeledExcludeBalancers",
)
def every_node_excluded(facts: Facts) -> Iterator[Finding]:
    """Typical of clusters of control planes only."""
    excluded = 0 if facts.config.options.ignore_exclude_lb else facts.config.excluded
    if excluded and excluded == facts.config.nodes.all:
        yield _excluded(facts, excluded, ", and there is no other node")


def _excluded(facts: Facts, excluded: int, besides: str) -> Finding:
    """Name the nodes, the label and both remedies."""
    first = next(facts.config.nodes.iterate(excluded))
    ref = next(ref for ref, node in facts.resources.items(Node) if node.name == first)
    where = facts.config.nodes.describe(excluded)
    announce = for_nodes(excluded, "announces", "announce")
    message = f"{where} {announce} nothing{besides}: the label {EXCLUDE_LABEL} is set"
    fix = "Remove the label, or start MetalLB with --ignore-exclude-lb."
    return Finding(ref, f'metadata.labels["{EXCLUDE_LABEL}"]', message, fix, excluded)


@rule(
    "node-network-unavailable",
    WARNING,
    meaning="The network of a node is unavailable: it announces nothing.",
    remedy="Mend the node's network plugin.",
    source="MetalLB speaker/bgp_controller.go ShouldAnnounce: nodeNetworkUnavailable",
)
def node_network_unavailable(facts: Facts) -> Iterator[Finding]:
    """By the condition NetworkUnavailable."""
    for ref, node in facts.resources.items(Node) if facts.config.network_unavailable else ():
        bit = facts.config.nodes.bit(node.name)
        if bit & facts.config.network_unavailable:
            message = f"the network of node {node.name} is unavailable: it announces nothing"
            yield Finding(ref, "status.conditions", message, "Mend the node's network plugin.", bit)


@rule(
    "node-address-shared",
    WARNING,
    meaning="Two nodes have one InternalIP: routers cannot tell their sessions apart.",
    remedy="Correct the addresses of the nodes.",
    source="RFC 4271 section 8.2.1: a session is known by its two addresses",
)
def node_address_shared(facts: Facts) -> Iterator[Finding]:
    """The same address on several nodes."""
    for address, nodes in facts.node_addresses.items():
        if nodes.bit_count() > 1:
            first = next(facts.config.nodes.iterate(nodes))
            ref = next(ref for ref, node in facts.resources.items(Node) if node.name == first)
            where = facts.config.nodes.describe(nodes)
            message = f"{where} have the same InternalIP {address}"
            fix = "Correct the addresses of the nodes."
            yield Finding(ref, "status.addresses", message, fix, nodes)
