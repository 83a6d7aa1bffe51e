"""Resources and a back end in, a resolved configuration and everything wrong with it out."""

from __future__ import annotations

from lbtui.core.configuration.model import BACKENDS, Configuration, NodeError, Options, Resolved
from lbtui.core.configuration.services import (
    KnownServices,
    excluded,
    internal_addresses,
    network_unavailable,
    read_services,
)
from lbtui.core.objects.resource_set import ResourceSet
from lbtui.core.objects.resources import BGPPeer
from lbtui.core.rules.advertisements import check_advertisements
from lbtui.core.rules.aliases import check_aliases
from lbtui.core.rules.backend import check_backend, check_frr_k8s_passwords
from lbtui.core.rules.bfd import check_bfd_echo, check_bfd_profiles
from lbtui.core.rules.decoding import check_decoding
from lbtui.core.rules.inputs import Inputs
from lbtui.core.rules.layer2 import check_l2_advertisements
from lbtui.core.rules.peers import check_peers
from lbtui.core.rules.pools import check_pools

__all__ = ["BACKENDS", "Configuration", "NodeError", "Options", "Resolved", "resolve"]


def resolve(
    resources: ResourceSet,
    backend: str = "frr-k8s",
    options: Options | None = None,
    known: KnownServices | None = None,
) -> Resolved:
    """Judge and cross-reference `resources` as MetalLB with `backend` does.

    The order is MetalLB's, so that the first finding about a node is the one it stops at; unlike
    MetalLB, nothing stops here. `known` services are taken as they are: they must have been read
    from the same Services, EndpointSlices and Nodes under the same options.

    Raises:
        ValueError: `backend` is none of BACKENDS.
    """
    options = options or Options()
    inputs = Inputs(resources, backend, options)
    check_decoding(inputs)
    inputs.check_node_selectors()
    check_backend(inputs)
    profiles = check_bfd_profiles(inputs)
    peers = check_peers(inputs, profiles)
    aliases = check_aliases(inputs)
    pools = check_pools(inputs)
    check_l2_advertisements(inputs)
    advertisements = check_advertisements(inputs, pools, aliases)
    check_bfd_echo(inputs, profiles, pools, peers, advertisements)
    check_frr_k8s_passwords(inputs)
    services, assumed_endpoints = known or read_services(resources, inputs.nodes, options)
    nodes = inputs.node_objects
    config = Configuration(
        backend=backend,
        options=options,
        nodes=inputs.nodes,
        node_addresses={node.name: internal_addresses(node) for node in nodes},
        network_unavailable=inputs.nodes.mask_of(network_unavailable(nodes)),
        excluded=inputs.nodes.mask_of(excluded(nodes)),
        pools=pools,
        peers=peers,
        peer_names=tuple(sorted({ref.name for ref, _ in inputs.sorted(BGPPeer)})),
        advertisements=advertisements,
        services=services,
        refusal=inputs.findings.refusal,
        node_errors=dict(sorted(inputs.findings.node_errors.items())),
        is_node_assumed=inputs.is_node_assumed,
        assumed_endpoints=assumed_endpoints,
    )
    return Resolved(config, inputs.findings.diagnostics)
