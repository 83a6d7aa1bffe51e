"""What was typed as something to take away, in the words of what-if. Pure."""

from __future__ import annotations

from lbtui.core.objects.cluster_resources import Node, Service
from lbtui.core.objects.resource_set import ResourceSet
from lbtui.core.objects.resources import BGPPeer
from lbtui.tui.places import target_of_ref

KINDS = ("node/", "nodes/", "peer/", "service/", "endpoint/")


def target_of(text: str, resources: ResourceSet) -> str:
    """A target as it is; a name of a node, peer or service; else a label selector of nodes."""
    if text.startswith(KINDS):
        return text
    for kind in (Node, BGPPeer, Service):
        for ref, _ in resources.items(kind):
            if text in (ref.name, f"{ref.namespace}/{ref.name}"):
                return target_of_ref(ref)
    return f"nodes/{text}"
