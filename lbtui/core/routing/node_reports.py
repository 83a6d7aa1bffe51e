"""What one node's agent publishes about itself, in the words of MetalLB's and frr-k8s' objects.

Names are made from what an object is about, so that an agent that starts again finds its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from lbtui.core.drift.reports import FRR_K8S_API, METALLB_API
from lbtui.core.drift.sides import LiveSession
from lbtui.core.routing.routes import RouteTables
from lbtui.core.routing.status import status_nodes

Manifest = dict[str, Any]

MANAGER = "lbtui-agent"
_MANAGED_BY = "app.kubernetes.io/managed-by"
_LONGEST_LABEL = 63


def selector_of(node: str) -> str:
    """The label selector of everything that a node's agent has published."""
    return f"{_MANAGED_BY}={MANAGER},lbtui.dev/node={_label(node)}"


def service_reports(tables: RouteTables, node: str, namespace: str) -> tuple[Manifest, ...]:
    """A ServiceBGPStatus for each service that the node hands to a peer, in its namespace."""
    bit = tables.nodes.bit(node)
    made = []
    for service in tables.services:
        peers = sorted(p for p, nodes in status_nodes(tables, service).items() if nodes & bit)
        if peers:
            space, name = service.split("/", 1)
            labels = {
                "metallb.io/node": node,
                "metallb.io/service-name": name,
                "metallb.io/service-namespace": space,
            }
            status = {
                "node": node,
                "serviceName": name,
                "serviceNamespace": space,
                "peers": peers,
            }
            made.append(
                _object((METALLB_API, "ServiceBGPStatus", namespace), node, service, labels, status)
            )
    return tuple(made)


def configuration_report(refusal: str, node: str, namespace: str) -> Manifest:
    """The ConfigurationState of the node's speaker.

    Args:
        refusal: why it keeps what it announced before; empty: it took the configuration.
        node: where it runs.
        namespace: MetalLB's.
    """
    labels = {"metallb.io/component-type": "speaker", "metallb.io/node-name": node}
    # An empty summary is written, too: a merge leaves what is not named.
    status = {"result": "Invalid" if refusal else "Valid", "errorSummary": refusal}
    what = (METALLB_API, "ConfigurationState", namespace)
    return _object(what, node, "configuration", labels, status)


def session_reports(
    sessions: Iterable[LiveSession], node: str, namespace: str
) -> tuple[Manifest, ...]:
    """A BGPSessionState for each session of the node."""
    return tuple(
        _object(
            (FRR_K8S_API, "BGPSessionState", namespace),
            node,
            f"{one.peer} {one.vrf}",
            {
                "frrk8s.metallb.io/node": node,
                "frrk8s.metallb.io/peer": one.peer.replace(":", "-"),
                "frrk8s.metallb.io/vrf": one.vrf,
            },
            {
                "node": node,
                "peer": one.peer,
                "vrf": one.vrf,
                "bgpStatus": one.state,
                "bfdStatus": one.bfd or "N/A",
            },
        )
        for one in sessions
    )


def _object(
    what: tuple[str, str, str],
    node: str,
    about: str,
    labels: Mapping[str, str],
    status: Mapping[str, Any],
) -> Manifest:
    version, kind, namespace = what
    digest = hashlib.blake2s(f"{node} {about}".encode(), digest_size=10).hexdigest()
    own = {_MANAGED_BY: MANAGER, "lbtui.dev/node": node}
    return {
        "apiVersion": version,
        "kind": kind,
        "metadata": {
            "name": f"lbtui-{digest}",
            "namespace": namespace,
            "labels": {key: _label(value) for key, value in {**labels, **own}.items()},
        },
        "status": dict(status),
    }


def _label(text: str) -> str:
    """A label's value has 63 characters at most and ends with a letter or digit."""
    return text[:_LONGEST_LABEL].strip("-._")
