"""What can be copied of the row under the cursor, in which shape. Pure; no secret gets in."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lbtui.core.objects.resource_set import ResourceRef
from lbtui.tui.dialogs.reading import hide

if TYPE_CHECKING:
    from lbtui.tui.view_state import ViewState
    from lbtui.tui.views.route_rows import RouteRow

RESOURCES = {
    "IPAddressPool": "ipaddresspools.metallb.io",
    "BGPPeer": "bgppeers.metallb.io",
    "BGPAdvertisement": "bgpadvertisements.metallb.io",
    "L2Advertisement": "l2advertisements.metallb.io",
    "Community": "communities.metallb.io",
    "BFDProfile": "bfdprofiles.metallb.io",
}
"""Kind → what kubectl calls it; other kinds by their own name."""


@dataclass(frozen=True, slots=True)
class Copy:
    """One text that can be copied."""

    key: str
    """That chooses it."""
    shape: str
    """In words: "YAML"."""
    text: str
    suffix: str
    """Of a file that holds it."""


def copies_of_resource(ref: ResourceRef, state: ViewState) -> Iterator[Copy]:
    """The manifest as edited here as YAML and JSON, the command that shows it, FRR's words."""
    from lbtui.core.questions.frr_snippets import resource_snippet

    resource = state.history.current.get(ref)
    if resource is None:
        return
    yield from _documents(hide(resource))
    kind = RESOURCES.get(ref.kind, ref.kind.lower())
    namespace = ("-n", ref.namespace) if ref.namespace else ()
    words = ("kubectl", *namespace, "get", kind, ref.name, "-o", "yaml")
    yield Copy("k", "kubectl command", shlex.join(words) + "\n", "sh")
    config = state.analysis.config if state.analysis else None
    lines = resource_snippet(ref, resource, config)
    if lines:
        yield Copy("f", "FRR snippet", "\n".join(lines) + "\n", "conf")


def copies_of_route(row: RouteRow, state: ViewState) -> Iterator[Copy]:
    """The route with its nodes, the command that shows its service, FRR's words."""
    from lbtui.core.questions.frr_snippets import route_snippet

    route = row.route
    yield from _documents(
        {
            "prefix": str(route.prefix),
            "peer": route.peer,
            "nodes": list(row.node_index.iterate(row.nodes)),
            "localPref": route.local_pref,
            "sentLocalPref": route.sent_local_pref,
            "communities": list(route.communities),
            "largeCommunities": list(route.large_communities),
            "advertisements": list(route.advertisements),
            "services": list(route.services),
        }
    )
    if route.services:
        namespace, _, name = route.services[0].partition("/")
        words = ("kubectl", "-n", namespace, "get", "service", name, "-o", "yaml")
        yield Copy("k", "kubectl command of its service", shlex.join(words) + "\n", "sh")
    yield Copy("f", "FRR snippet", "\n".join(route_snippet(route)) + "\n", "conf")


def _documents(document: dict[str, Any]) -> Iterator[Copy]:
    import yaml

    text: str = yaml.safe_dump(document, sort_keys=False, default_flow_style=False)
    yield Copy("y", "YAML", text, "yaml")
    yield Copy("j", "JSON", json.dumps(document, indent=2, ensure_ascii=False) + "\n", "json")
