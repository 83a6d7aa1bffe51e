"""The nodes of a set, read once for all that asks about them.

Source: MetalLB speaker/bgp_controller.go ShouldAnnounce (labels and conditions).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from lbtui.core.objects.cluster_resources import Node
from lbtui.core.objects.resource_set import AnyResource, ResourceRef, ResourceSet
from lbtui.core.values.nodes import NodeIndex, NodeSet
from lbtui.core.values.selectors import LabelIndex

ASSUMED_NODE = "node"
"""Stands for any node when there is no Node object."""

_NETWORK = "NetworkUnavailable"
EXCLUDE_LABEL = "node.kubernetes.io/exclude-from-external-load-balancers"


class NodeReading(NamedTuple):
    """What is known of the nodes."""

    read: Mapping[ResourceRef, AnyResource]
    """The Node objects that it was read from."""
    nodes: NodeIndex
    labels: LabelIndex
    """Bits as in the index."""
    addresses: Mapping[str, tuple[str, ...]]
    """Node → its InternalIP addresses as written."""
    network_unavailable: NodeSet
    """Nodes whose condition NetworkUnavailable is True."""
    excluded: NodeSet
    """Nodes with the label that excludes them from load balancers, whatever its value."""
    is_assumed: bool
    """There is no Node object; one without labels stands for any."""


def read_nodes(resources: ResourceSet, previous: NodeReading | None = None) -> NodeReading:
    """Read the nodes; those of `previous` keep their bits, and all stays if nothing changed."""
    read = resources.members(Node.kind)
    if previous is not None and previous.read is read:
        return previous
    # A later object of the same name replaces an earlier one, as it does in a cluster.
    by_name = {node.name: node for node in resources.all(Node)}
    nodes = [by_name[name] for name in sorted(by_name)]
    names = by_name.keys() or (ASSUMED_NODE,)
    index = previous.nodes.moved(names) if previous is not None else NodeIndex(names)
    labels = {node.name: node.metadata.labels for node in nodes} or {ASSUMED_NODE: {}}
    return NodeReading(
        read=read,
        nodes=index,
        labels=LabelIndex(map(labels.get, index.places)),
        addresses={node.name: _internal_addresses(node) for node in nodes},
        network_unavailable=index.mask_of(_network_unavailable(nodes)),
        excluded=index.mask_of(n.name for n in nodes if EXCLUDE_LABEL in n.metadata.labels),
        is_assumed=not by_name,
    )


def _network_unavailable(nodes: Iterable[Node]) -> Iterable[str]:
    """Names of the nodes whose condition NetworkUnavailable, the first of that type, is True."""
    return (
        node.name
        for node in nodes
        if next((c.status for c in node.status.conditions if c.type == _NETWORK), "") == "True"
    )


def _internal_addresses(node: Node) -> tuple[str, ...]:
    """A node's InternalIP addresses."""
    return tuple(entry.address for entry in node.status.addresses if entry.type == "InternalIP")
