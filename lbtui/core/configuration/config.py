"""Resources and a back end in, a resolved configuration and everything wrong with it out."""

from __future__ import annotations

from lbtui.core.configuration.model import (
    BACKENDS,
    Configuration,
    NodeError,
    Options,
    Resolved,
    Sources,
)
from lbtui.core.configuration.nodes import read_nodes
from lbtui.core.configuration.services import read_services, reread_services
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
    previous: Configuration | None = None,
) -> Resolved:
    """Judge and cross-reference `resources` as MetalLB with `backend` does.

    The order is MetalLB's, so that the first finding about a node is the one it stops at; unlike
    MetalLB, nothing stops here. `previous` lends what was read from Nodes, Services and
    EndpointSlices that are still the same.

    Raises:
        ValueError: `backend` is none of BACKENDS.
    """
    options = options or Options()
    sources = _read(resources, options, previous)
    inputs = Inputs(resources, sources.nodes, backend, options)
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
    config = Configuration(
        backend=backend,
        options=options,
        nodes=sources.nodes.nodes,
        node_addresses=sources.nodes.addresses,
        network_unavailable=sources.nodes.network_unavailable,
        excluded=sources.nodes.excluded,
        pools=pools,
        peers=peers,
        peer_names=tuple(sorted({ref.name for ref, _ in inputs.sorted(BGPPeer)})),
        advertisements=advertisements,
        services=sources.services.services,
        refusal=inputs.findings.refusal,
        node_errors=dict(sorted(inputs.findings.node_errors.items())),
        is_node_assumed=sources.nodes.is_assumed,
        assumed_endpoints=sources.services.assumed_endpoints,
        sources=sources,
    )
    return Resolved(config, inputs.findings.diagnostics)


def _read(resources: ResourceSet, options: Options, previous: Configuration | None) -> Sources:
    """Read nodes and services; what has not changed since `previous` is taken over."""
    if previous is None:
        reading = read_nodes(resources)
        return Sources(resources, reading, read_services(resources, reading.nodes, options))
    before = previous.sources
    reading = read_nodes(resources, before.nodes)
    if previous.options != options or not reading.nodes.is_akin(previous.nodes):
        return Sources(resources, reading, read_services(resources, reading.nodes, options))
    services = reread_services(before, resources, reading.nodes, options)
    return Sources(resources, reading, services)
